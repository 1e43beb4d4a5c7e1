package console

import (
	"errors"
	"net/http"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/signin"
	"github.com/warder-iam/warder/internal/store"
)

const (
	deviceField  = "device"
	codeField    = "code"
	passkeyField = "passkey"
	// maxCode leaves room for the spaces that some applications show.
	maxCode = 16
)

// passkeyForm is the form that a script fills in with a passkey's answer.
type passkeyForm struct {
	Action, Options, Next string
	Submit                string
}

// factorPage is what the page of the second factor shows beside the form for a code.
type factorPage struct{ Passkey *passkeyForm }

// factored gives the account and devices of who is to give a second factor: on the way in, or once more, so that what a policy
// ties to the age of the second factor can be done. Else it answers.
func (v *visit) factored() (*directory.Account, []*directory.MFADevice) {
	if v.session == nil {
		v.redirect(on(signInPath, v.next()))
		return nil, nil
	}
	a := v.account()
	devices := a.MFADevicesOf(v.session.Principal)
	switch {
	case v.session.Stage == directory.SignInNewPassword:
		v.redirect(on(passwordPath, v.next()))
		return nil, nil
	case len(devices) == 0:
		v.fail(http.StatusForbidden, "You have no MFA device", "Register one in the console first, under your own user.")
		return nil, nil
	}
	return a, devices
}

func (v *visit) showFactor() {
	if _, devices := v.factored(); devices != nil {
		v.factorForm(http.StatusOK, devices, "", "")
	}
}

// factorForm shows the ways that the person has; with a problem, bound to the code.
func (v *visit) factorForm(status int, devices []*directory.MFADevice, chosen, problem string) {
	next := v.next()
	p := &page{Title: "Multi-factor authentication", Problem: problem}
	var body factorPage
	var virtual []choice
	for _, d := range devices {
		if d.Kind == directory.VirtualMFA {
			virtual = append(virtual, choice{Value: d.ID, Text: d.Name, Chosen: d.ID == chosen})
			continue
		}
		body.Passkey = &passkeyForm{Action: factorPath, Options: factorOptionsPath, Next: next, Submit: "Use passkey or security key"}
	}
	if body.Passkey != nil {
		p.Scripts = []string{"passkey.js"}
	}
	if len(virtual) > 0 {
		p.Form = &form{Action: factorPath, Submit: "Sign in", Hidden: hiddenNext(next)}
		if len(virtual) > 1 {
			p.Form.Fields = append(p.Form.Fields, field{Name: deviceField, Label: "Authenticator app", Choices: virtual})
		} else {
			p.Form.Hidden = with(p.Form.Hidden, deviceField, virtual[0].Value)
		}
		p.Form.Fields = append(p.Form.Fields, field{
			Name: codeField, Label: "MFA code", Hint: "The six digits that your authenticator app shows for " + v.nameIn(v.account()) + ".",
			Autocomplete: "one-time-code", InputMode: "numeric", Max: maxCode, Focus: true,
		})
		if problem != "" {
			p.Form.mark(codeField)
		}
	}
	p.Body = body
	p.Links = []link{{signOutPath, "Cancel"}}
	v.render(status, "factor", p)
}

func with(values map[string]string, name, value string) map[string]string {
	if values == nil {
		values = map[string]string{}
	}
	values[name] = value
	return values
}

// giveFactor judges a code, or a passkey's answer.
func (v *visit) giveFactor() {
	a, devices := v.factored()
	if devices == nil {
		return
	}
	if v.form.Get(passkeyField) != "" {
		v.givePasskeyFactor(a, devices)
		return
	}
	if v.tooLong(map[string]int{codeField: maxCode}) {
		return
	}
	chosen := v.form.Get(deviceField)
	d := deviceOf(devices, chosen)
	if d == nil || d.Kind != directory.VirtualMFA {
		v.factorForm(http.StatusBadRequest, devices, "", "Choose one of your devices.")
		return
	}
	wrong := func() {
		v.factorForm(http.StatusForbidden, devices, chosen, "The code is not right, or it was used before. Wait for the next one.")
	}
	try := v.attempt(v.session.Principal)
	if err := v.API.SignIn.BeginCode(v.session.Principal, try); err != nil {
		v.notIn(err, v.factorStep(a, v.session.Stage, d), failedAuthentication, wrong)
		return
	}
	w, err := v.pass(func(a *directory.Account) (*directory.MFADevice, error) {
		now := deviceOf(a.MFADevicesOf(v.session.Principal), chosen)
		if now == nil {
			return nil, signin.ErrWrongCode
		}
		return v.API.SignIn.UseCode(now, v.form.Get(codeField), v.now)
	})
	if err != nil {
		v.factorRefused(err, v.factorStep(a, v.session.Stage, d), wrong)
		return
	}
	v.API.SignIn.CodeAccepted(v.session.Principal, try)
	v.goOn(w)
}

// judge judges a second factor on one state of the account, and gives its device as it is to be stored.
type judge func(*directory.Account) (*directory.MFADevice, error)

// pass takes a second factor into the session, in the transaction that uses it up: of two requests with one code or one
// passkey's answer, one gets in.
func (v *visit) pass(judge judge) (*directory.WebSession, error) {
	return v.open(v.session.Account, func(tx *store.Tx) (*directory.WebSession, store.Cookie, *step, error) {
		used, login, err := useFactor(tx, v.session.Principal, v.now, judge)
		if err != nil {
			return nil, store.Cookie{}, nil, err
		}
		var record *step
		w, cookie, err := tx.RenewWebSession(v.session.ID, func(w *directory.WebSession) {
			record = v.factorStep(tx.Account(), w.Stage, used)
			w.MFA, w.Device = tx.Now(), used.ID
			if w.Stage == directory.SignInSecondFactor {
				w.Stage = afterFactors(login)
			}
		})
		return w, cookie, record, err
	})
}

// useFactor uses a second factor up, and says how the sign-in of its principal stands then.
func useFactor(tx *store.Tx, principal string, now time.Time, judge judge) (*directory.MFADevice, *signin.Login, error) {
	login := signin.LoginOf(tx.Account(), principal, now)
	switch {
	case login == nil:
		return nil, nil, store.ErrNoWebSession
	case login.Locked:
		return nil, nil, errLocked
	}
	used, err := judge(tx.Account())
	if err != nil {
		return nil, nil, err
	}
	return used, login, tx.Put(used)
}

// factorRefused records and answers a second factor that did not let in; wrong answers where it was not right.
func (v *visit) factorRefused(err error, try *step, wrong func()) {
	if errors.Is(err, store.ErrNoWebSession) {
		v.lost(err)
		return
	}
	v.notIn(err, try, failedAuthentication, wrong)
}

// afterFactors is how far a sign-in is when all of its factors were right.
func afterFactors(login *signin.Login) directory.SignInStage {
	if login.MustChange {
		return directory.SignInNewPassword
	}
	return directory.SignInComplete
}

// factorStep is the step that a second factor makes: the ConsoleLogin on the way in, else that it was checked once more. The
// device is nil where it is not known.
func (v *visit) factorStep(a *directory.Account, stage directory.SignInStage, d *directory.MFADevice) *step {
	who := identity(a, v.session.Principal)
	if stage == directory.SignInSecondFactor {
		return v.login(a.ID(), who).by(a, d)
	}
	s := &step{name: checkMFA, account: a.ID(), who: who}
	if d != nil {
		s.data.MFAType, s.data.MFAIdentifier = mfaType([]*directory.MFADevice{d}), a.ARN(d)
	}
	return s
}

func deviceOf(devices []*directory.MFADevice, id string) *directory.MFADevice {
	for _, d := range devices {
		if d.ID == id {
			return d
		}
	}
	return nil
}
