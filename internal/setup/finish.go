package setup

import (
	"context"
	"errors"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/store"
)

// ErrNotYet: a step is still to be done.
var ErrNotYet = errors.New("setup: a step is still to be done")

// Finish ends set-up: neither link nor browser opens anything any more. What else fn does in the transaction, for the administrator, is done with
// it. Errors beside fn's: ErrNotYet, ErrNoRun.
func (r *Run) Finish(ctx context.Context, v Visitor, fn func(tx *store.Tx, administrator *directory.User) error) error {
	if Next(r.Account) != StepFinish {
		return ErrNotYet
	}
	admin := r.AdministratorFactor()
	return r.step(ctx, v, Completed, map[string]string{"userName": admin.Name, "userId": admin.ID}, func(tx *store.Tx, s *directory.Setup) error {
		if Next(tx.Account()) != StepFinish {
			return ErrNotYet
		}
		s.Token, s.Browser, s.Done = nil, nil, tx.Now()
		return fn(tx, tx.Account().UserByID(s.Administrator))
	})
}

// Proven is the administrator's device whose possession was proven in this very run, or nil; other is whether there is one that was
// not.
func Proven(a *directory.Account) (device *directory.MFADevice, other bool) {
	s := a.Setup()
	for _, d := range a.MFADevicesOf(s.Administrator) {
		if d.Enabled.Before(s.Made.Truncate(1e9)) {
			other = true
		} else {
			device = d
		}
	}
	return device, other
}
