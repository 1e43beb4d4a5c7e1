package setup

import (
	"context"
	"errors"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/store"
)

// ErrNotYet: a step is still to be done.
var ErrNotYet = errors.New("setup: a step is still to be done")

// Finish ends set-up: neither link nor browser opens anything any more. signIn is called in the transaction where the administrator has proven
// in this very run who they are, with the session that they may have; it has no effect but through tx. Errors beside its own: ErrNotYet,
// ErrNoRun.
func (r *Run) Finish(ctx context.Context, v Visitor, signIn func(tx *store.Tx, w directory.WebSession) error) error {
	if Next(r.Account) != StepFinish {
		return ErrNotYet
	}
	admin := r.AdministratorFactor()
	return r.step(ctx, v, completed, map[string]string{"userName": admin.Name, "userId": admin.ID}, func(tx *store.Tx, s *directory.Setup) error {
		if Next(tx.Account()) != StepFinish {
			return ErrNotYet
		}
		w, proven := provenSession(tx.Account())
		s.Token, s.Browser, s.Done = nil, nil, tx.Now()
		if !proven {
			return nil
		}
		return signIn(tx, w)
	})
}

// provenSession is the session of an administrator whose password and device, where there is one, were set since the link was made; false
// where the person may be another one than who knows those.
func provenSession(a *directory.Account) (w directory.WebSession, proven bool) {
	s := a.Setup()
	profile := a.LoginProfile(s.Administrator)
	if profile.Changed.Before(s.Made) {
		return w, false
	}
	w = directory.WebSession{
		Principal: s.Administrator, Stage: directory.SignInComplete, Method: directory.SignInPassword, Proof: profile.Fingerprint(),
	}
	for _, d := range a.MFADevicesOf(s.Administrator) {
		if d.Enabled.Before(s.Made) {
			return w, false
		}
		w.MFA, w.Device = d.Enabled, d.ID
	}
	return w, true
}
