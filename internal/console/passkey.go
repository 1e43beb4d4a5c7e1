package console

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/passkey"
	"github.com/warder-iam/warder/internal/signin"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/trail"
)

const wrongPasskey = "The passkey was not accepted. Try again, or use another way to sign in."

// givePasskeyFactor judges a passkey's answer as the second factor.
func (v *visit) givePasskeyFactor(a *directory.Account, devices []*directory.MFADevice) {
	wrong := func() { v.factorForm(http.StatusForbidden, devices, "", wrongPasskey) }
	answer, err := v.openPasskey(v.session.ID)
	if err != nil {
		v.notIn(err, v.factorStep(a, v.session.Stage, nil), failedAuthentication, wrong)
		return
	}
	w, err := v.pass(func(a *directory.Account) (*directory.MFADevice, error) { return answer.Verify(a, v.now) })
	if err != nil {
		v.passkeyRefused(err, answer, v.factorStep(a, v.session.Stage, nil), wrong)
		return
	}
	v.goOn(w)
}

// openPasskey reads a passkey's answer that was posted.
func (v *visit) openPasskey(binding string) (*passkey.Assertion, error) {
	party, err := passkey.PartyAt(v.origin())
	if err != nil {
		return nil, passkey.ErrRefused
	}
	answer, err := v.Passkeys.Open(party, binding, []byte(v.form.Get(passkeyField)), v.now)
	if err != nil {
		v.API.Log.Info("passkey refused", "request", v.id, "error", err.Error())
	}
	return answer, err
}

// passkeyRefused records and answers a passkey that did not let in. One of which there is a copy is taken out of use with that.
func (v *visit) passkeyRefused(err error, answer *passkey.Assertion, try *step, wrong func()) {
	v.API.Log.Info("passkey refused", "request", v.id, "error", err.Error())
	if !errors.Is(err, passkey.ErrCloned) {
		v.factorRefused(err, try, wrong)
		return
	}
	err = v.change(answer.Account, func(tx *store.Tx) (*trail.Event, error) {
		d, err := answer.Verify(tx.Account(), v.now)
		if !errors.Is(err, passkey.ErrCloned) {
			return nil, err
		}
		e := v.event(try.by(tx.Account(), d), failure)
		e.ErrorMessage = "There is a copy of the passkey"
		return e, tx.Put(d)
	})
	if err != nil {
		v.broken("copied passkey not marked", err)
		return
	}
	wrong()
}

// factorOptions gives the script what to ask a passkey for, as the second factor.
func (v *visit) factorOptions() {
	if v.session == nil || v.session.Stage == directory.SignInNewPassword {
		v.unauthorized()
		return
	}
	a := v.account()
	person := passkey.Person{Account: a.ID(), ID: v.session.Principal, Name: v.nameIn(a)}
	v.sendOptions(func(party passkey.Party) (json.RawMessage, error) {
		return v.Passkeys.BeginSecondFactor(party, person, v.session.ID, a.MFADevicesOf(person.ID), v.now)
	})
}

func (v *visit) sendOptions(begin func(passkey.Party) (json.RawMessage, error)) {
	party, err := passkey.PartyAt(v.origin())
	var options json.RawMessage
	if err == nil {
		options, err = begin(party)
	}
	if err != nil {
		v.sendProblem(http.StatusConflict, err.Error())
		return
	}
	v.send(http.StatusOK, jsonType, options)
}

// showPasskey is the page of a passkey alone.
func (v *visit) showPasskey() {
	if !v.alreadyIn() {
		v.passkeyPage(http.StatusOK, "")
	}
}

func (v *visit) passkeyPage(status int, problem string) {
	next := v.next()
	v.render(status, "factor", &page{
		Title: "Sign in with a passkey", Problem: problem, Scripts: []string{"passkey.js"},
		Lead:  []string{"Your device asks for its PIN, your finger or your face. No password is needed."},
		Body:  factorPage{Passkey: &passkeyForm{Action: passkeyPath, Options: passkeyOptionsPath, Next: next, Submit: "Use passkey"}},
		Links: []link{{on(signInPath, next), "Sign in with a password"}},
	})
}

// passkeyOptions gives the script what to ask any passkey of this site for. Each is a try of this address, so that nobody has all of
// the challenges that there may be.
func (v *visit) passkeyOptions() {
	var wait *signin.WaitError
	switch err := v.API.SignIn.BeginAtAddress(v.attempt("")); {
	case errors.As(err, &wait):
		v.wait(wait.Wait)
		return
	case err != nil:
		v.broken("passkey not begun", err)
		return
	}
	v.sendOptions(func(party passkey.Party) (json.RawMessage, error) {
		return v.Passkeys.BeginSignIn(party, v.token(), v.now)
	})
}

// givePasskey judges a passkey's answer as both factors: it says whose it is, and has verified its user.
func (v *visit) givePasskey() {
	wrong := func() { v.passkeyPage(http.StatusForbidden, wrongPasskey) }
	answer, err := v.openPasskey(v.token())
	if err != nil || !answer.Alone {
		v.notIn(passkey.ErrRefused, v.login("", stranger("")).by(nil, nil), noUserName, wrong)
		return
	}
	w, err := v.open(answer.Account, func(tx *store.Tx) (*directory.WebSession, store.Cookie, *step, error) {
		a := tx.Account()
		if a == nil {
			return nil, store.Cookie{}, nil, passkey.ErrRefused
		}
		used, login, err := useFactor(tx, answer.Principal, v.now, func(a *directory.Account) (*directory.MFADevice, error) { return answer.Verify(a, v.now) })
		if err != nil {
			return nil, store.Cookie{}, nil, err
		}
		w, cookie, err := tx.StartWebSession(directory.WebSession{
			Principal: used.User, Stage: afterFactors(login), Method: directory.SignInPasskey, Proof: a.LoginProfile(used.User).Fingerprint(),
			MFA: tx.Now(), Device: used.ID, Address: v.address, Agent: v.r.UserAgent(),
		})
		return w, cookie, v.login(a.ID(), identity(a, used.User)).by(a, used), err
	})
	if err != nil {
		v.passkeyAloneRefused(err, answer, wrong)
		return
	}
	v.API.SignIn.RightAtAddress(v.attempt(""))
	v.goOn(w)
}

// passkeyAloneRefused: whom the passkey is of is a claim, and no name stands on the trail for it, but where its signature
// was right.
func (v *visit) passkeyAloneRefused(err error, answer *passkey.Assertion, wrong func()) {
	if errors.Is(err, store.ErrNoWebSession) { // a user without a password does not sign in, and is not told why
		err = passkey.ErrRefused
	}
	try, a := v.login("", stranger("")).by(nil, nil), v.API.Store.Snapshot().Account(answer.Account)
	if a != nil && (errors.Is(err, passkey.ErrCloned) || errors.Is(err, errLocked)) {
		try = v.login(a.ID(), identity(a, answer.Principal)).by(a, nil)
	}
	if a == nil {
		v.notIn(passkey.ErrRefused, try, noUserName, wrong)
		return
	}
	v.passkeyRefused(err, answer, try, wrong)
}
