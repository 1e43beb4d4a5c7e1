package console

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/passkey"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/trail"
)

const wrongPasskey = "The passkey was not accepted. Try again, or use another way to sign in."

// giveFactorPasskey judges a passkey's answer as the second factor.
func (v *visit) giveFactorPasskey(a *directory.Account, devices []*directory.MFADevice) {
	wrong := func() { v.factorForm(http.StatusForbidden, devices, "", wrongPasskey) }
	answer, d := v.openPasskey(v.session.ID, func(*passkey.Assertion) []*directory.MFADevice { return devices })
	if d == nil {
		v.notIn(passkey.ErrRefused, v.factorStep(a, v.session.Stage, devices[0]), failedAuthentication, wrong)
		return
	}
	v.passed(a, d, func(d *directory.MFADevice) (*directory.MFADevice, error) { return answer.Verify(d, v.now) }, wrong)
}

// openPasskey reads a passkey's answer and finds its device among those that may give it; nil for none.
func (v *visit) openPasskey(binding string, of func(*passkey.Assertion) []*directory.MFADevice) (*passkey.Assertion, *directory.MFADevice) {
	party, err := passkey.PartyAt(v.origin())
	if err != nil {
		return nil, nil
	}
	answer, err := v.passkeys.Open(party, binding, []byte(v.form.Get(passkeyField)), v.now)
	if err != nil {
		return nil, nil
	}
	return answer, answer.Find(of(answer))
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
		return v.passkeys.BeginSecondFactor(party, person, v.session.ID, a.MFADevicesOf(person.ID), v.now)
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

// passkeyOptions gives the script what to ask any passkey of this site for.
func (v *visit) passkeyOptions() {
	v.sendOptions(func(party passkey.Party) (json.RawMessage, error) {
		return v.passkeys.BeginSignIn(party, v.token(), v.now)
	})
}

// givePasskey judges a passkey's answer as both factors: it says whose it is, and has verified its user.
func (v *visit) givePasskey() {
	wrong := func() { v.passkeyPage(http.StatusForbidden, wrongPasskey) }
	var a *directory.Account
	answer, d := v.openPasskey(v.token(), func(claim *passkey.Assertion) []*directory.MFADevice {
		if a = v.API.Store.Snapshot().Account(claim.Account); a == nil {
			return nil
		}
		return a.MFADevicesOf(claim.Principal)
	})
	if d == nil {
		v.notIn(passkey.ErrRefused, v.login("", stranger("")), noUserName, wrong)
		return
	}
	w, err := v.open(a.ID(), func(tx *store.Tx) (*directory.WebSession, store.Cookie, *step, error) {
		a := tx.Account()
		used, login, err := useFactor(tx, d.User, d.ID, v.now, func(d *directory.MFADevice) (*directory.MFADevice, error) { return answer.Verify(d, v.now) })
		if err != nil {
			return nil, store.Cookie{}, nil, err
		}
		w, cookie, err := tx.StartWebSession(directory.WebSession{
			Principal: used.User, Stage: afterFactors(login), Method: directory.SignInPasskey, Proof: a.LoginProfile(used.User).Fingerprint(),
			MFA: tx.Now(), Device: used.ID, Address: v.address, Agent: v.r.UserAgent(),
		})
		return w, cookie, v.login(a.ID(), identity(a, used.User)).by(a, used), err
	})
	switch {
	case err == nil:
		v.goOn(w)
	case errors.Is(err, store.ErrNoWebSession): // nobody is told that the user has no password
		err = passkey.ErrRefused
		fallthrough
	default:
		v.factorRefused(err, a, d, v.login(a.ID(), identity(a, d.User)).by(a, d), wrong)
	}
}

// cloned takes a passkey out of use of which there is a copy, on record with the sign-in that it failed.
func (v *visit) cloned(a *directory.Account, d *directory.MFADevice, try *step, wrong func()) {
	err := v.change(a.ID(), func(tx *store.Tx) (*trail.Event, error) {
		d := tx.Account().MFADeviceByID(d.ID)
		if d == nil {
			return nil, nil
		}
		e := v.event(try, failure)
		e.ErrorMessage = passkey.ErrCloned.Error()
		return e, tx.Put(passkey.MarkCloned(d))
	})
	if err != nil {
		v.broken("copied passkey not marked", err)
		return
	}
	wrong()
}
