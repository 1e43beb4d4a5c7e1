package console

import (
	"bytes"
	"context"
	"errors"
	"net/http"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/api/iam"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/signin"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/trail"
)

const (
	passwordPath = "/signin/password"
	// wellKnownPath is where password managers look for the page. Source: W3C, "A Well-Known URL for Changing Passwords".
	wellKnownPath = "/.well-known/change-password"

	oldField   = "old"
	newField   = "new"
	againField = "again"
)

// settingPassword gives the account of who may set a new password: who has signed in, and who must before that is through.
// Else it answers.
func (v *visit) settingPassword() *directory.Account {
	if v.session != nil && v.session.Stage == directory.SignInNewPassword || v.signedIn() {
		return v.account()
	}
	return nil
}

func (v *visit) showPassword() {
	if a := v.settingPassword(); a != nil {
		v.passwordForm(http.StatusOK, a, "", "")
	}
}

// passwordForm shows the form, with a problem of one field.
func (v *visit) passwordForm(status int, a *directory.Account, name, problem string) {
	next := v.next()
	p := &page{Title: "Change password", Links: []link{{next, "Cancel"}}}
	if v.session.Stage == directory.SignInNewPassword {
		p.Title, p.Links = "Set a new password", []link{{signOutPath, "Cancel"}}
		p.Lead = []string{"Your password has expired, or an administrator has set it. Set one of your own to go on."}
	}
	policy := a.PasswordPolicy()
	if v.session.Principal == a.ID() {
		policy = nil // it is for users alone
	}
	p.Form = &form{
		Action: passwordPath, Submit: "Change password", Hidden: hiddenNext(next),
		Fields: []field{
			{Name: userField, Label: "User", Autocomplete: "username", Value: v.nameIn(a), ReadOnly: true},
			{Name: oldField, Label: "Present password", Type: "password", Autocomplete: "current-password", Max: maxPassword, Focus: true},
			{Name: newField, Label: "New password", Type: "password", Autocomplete: "new-password", Hint: signin.Describe(policy), Max: maxPassword},
			{Name: againField, Label: "New password again", Type: "password", Autocomplete: "new-password", Max: maxPassword},
		},
	}
	if problem != "" {
		p.Form.blame(name, problem)
		p.Problem = "The password was not changed."
	}
	v.render(status, "form", p)
}

// nameIn is who the visitor is, as the sign-in page asks for it.
func (v *visit) nameIn(a *directory.Account) string {
	if v.session.Principal == a.ID() {
		return a.Info().Email
	}
	if u := a.UserByID(v.session.Principal); u != nil {
		return u.Name
	}
	return ""
}

// setPassword changes the visitor's password: a user's by iam:ChangePassword, with the rights that the user has.
func (v *visit) setPassword() {
	a := v.settingPassword()
	if a == nil || v.tooLong(map[string]int{oldField: longestPassword, newField: longestPassword, againField: longestPassword}) {
		return
	}
	if v.form.Get(newField) != v.form.Get(againField) {
		v.passwordForm(http.StatusUnprocessableEntity, a, againField, "This is not the same as the new password.")
		return
	}
	var err error
	if v.session.Principal == a.ID() {
		err = v.setRootPassword(a)
	} else {
		old, secret := v.form.Get(oldField), v.form.Get(newField)
		_, err = server.DoFor(v.r.Context(), v.API, v.visitor(), iam.ChangePassword, &iam.ChangePasswordInput{OldPassword: old, NewPassword: secret})
	}
	if err != nil {
		v.passwordRefused(a, err)
		return
	}
	v.passwordSet()
}

func (v *visit) visitor() *server.Visitor {
	return &server.Visitor{Session: v.session, Request: v.r, Time: v.now}
}

// oldPasswordWrong is how iam:ChangePassword says so.
const oldPasswordWrong = "The old password was incorrect."

// passwordRefused answers a change that was refused, at the field that it is about.
func (v *visit) passwordRefused(a *directory.Account, err error) {
	var public *awsapi.Error
	var policy *signin.PolicyError
	var wait *signin.WaitError
	switch {
	case errors.As(err, &policy):
		v.passwordForm(http.StatusUnprocessableEntity, a, newField, policy.Message)
	case errors.As(err, &wait):
		v.wait(wait.Wait)
	case errors.Is(err, signin.ErrWrongPassword):
		v.passwordForm(http.StatusForbidden, a, oldField, "This is not your present password.")
	case !errors.As(err, &public):
		v.broken("password not changed", err)
	case public.RetryAfter > 0:
		v.wait(public.RetryAfter)
	case errors.Is(err, iam.PasswordPolicyViolation.New("")), errors.Is(err, awsapi.ValidationError.New("")):
		v.passwordForm(http.StatusUnprocessableEntity, a, newField, public.Message)
	case errors.Is(err, awsapi.AccessDenied.New("")) && public.Message == oldPasswordWrong:
		v.passwordForm(http.StatusForbidden, a, oldField, "This is not your present password.")
	default:
		v.said(public)
	}
}

// said answers with the refusal of an operation, in its words.
func (v *visit) said(public *awsapi.Error) {
	if public.Kind.Code == awsapi.ExpiredToken.Code {
		v.lost(store.ErrNoWebSession)
		return
	}
	v.fail(public.Kind.Status, "Warder refused that", public.Message)
}

// setRootPassword changes the root user's password, which no operation does.
func (v *visit) setRootPassword(a *directory.Account) error {
	record := &step{name: passwordUpdated, account: a.ID(), who: identity(a, a.ID()), data: signInData{WebSession: v.session.ID}}
	err := v.changeRootPassword(a, record)
	if err == nil {
		return nil
	}
	e := v.event(record, failure)
	e.ErrorMessage = failedAuthentication
	if policy := new(signin.PolicyError); errors.As(err, &policy) {
		e.ErrorMessage = policy.Message
	}
	if rerr := v.API.Recorder.Append(context.WithoutCancel(v.r.Context()), e); rerr != nil {
		return rerr
	}
	return err
}

func (v *visit) changeRootPassword(a *directory.Account, record *step) error {
	profile := a.LoginProfile(a.ID())
	if profile == nil {
		return store.ErrNoWebSession
	}
	if err := v.API.SignIn.OldPassword(v.r.Context(), profile, v.password(oldField), v.attempt(a.ID())); err != nil {
		return err
	}
	sealed, err := v.API.SignIn.NewRootPassword(v.r.Context(), a, a.Info().Email, profile, v.password(newField))
	if err != nil {
		return err
	}
	return v.change(a.ID(), func(tx *store.Tx) (*trail.Event, error) {
		now := tx.Account().LoginProfile(a.ID())
		if now == nil || !bytes.Equal(now.Sealed, profile.Sealed) {
			return nil, signin.ErrWrongPassword
		}
		now = now.Clone()
		now.Sealed, now.Changed, now.ResetRequired = sealed, tx.Now(), false
		return v.event(record, success), tx.PutLoginProfile(now, v.session.ID)
	})
}

// passwordSet gives the session a new cookie, and is through where that was all that was left to do. The person's other
// sessions have ended with the old password.
func (v *visit) passwordSet() {
	w, err := v.open(v.session.Account, func(tx *store.Tx) (*directory.WebSession, store.Cookie, *step, error) {
		w, cookie, err := tx.RenewWebSession(v.session.ID, func(w *directory.WebSession) { w.Stage = directory.SignInComplete })
		return w, cookie, nil, err
	})
	switch {
	case err != nil:
		v.lost(err)
	case v.session.Complete():
		v.render(http.StatusOK, "message", &page{
			Title: "Your password was changed", Lead: []string{"You are signed out everywhere else."}, Links: []link{{v.next(), "Go on"}},
		})
	default:
		v.goOn(w)
	}
}
