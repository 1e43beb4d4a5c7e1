package setup

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/trail"
)

// clockSlip is how far in the future a link may be made, by the same machine's clock.
const clockSlip = time.Minute

// Renew puts a link in force now that was made at that time, in place of any before it; a browser that sets up is out. reset takes the root
// user's password, devices and so its sessions away first, and lets set-up that was done go on with them; without it, set-up must not be
// done. The same link twice is one. The error is ErrLink for one that cannot be in force.
func (s *Setup) Renew(ctx context.Context, account string, hash []byte, made, now time.Time, reset bool) error {
	a := s.Store.Snapshot().Account(account)
	switch {
	case a == nil:
		return fmt.Errorf("%w: there is no account %.12q", ErrLink, account)
	case made.After(now.Add(clockSlip)) || !now.Before(made.Add(LinkTime)):
		return fmt.Errorf("%w: it was made at %v", ErrLink, made.UTC())
	case len(hash) != len(NewLink().Hash):
		return fmt.Errorf("%w: its hash has %d bytes", ErrLink, len(hash))
	}
	if old := a.Setup(); old != nil && bytes.Equal(old.Token, hash) {
		return nil
	}
	details := map[string]string{"made": made.UTC().Format(time.RFC3339)}
	if reset {
		details["reset"] = "the root user's password and MFA devices"
	}
	event := func(at time.Time) *trail.Event { return RootEvent(account, s.Region, linkMade, encode(details), at) }
	return s.change(ctx, account, event, func(tx *store.Tx) error {
		next := new(directory.Setup)
		if old := tx.Account().Setup(); old != nil {
			next = old.Clone()
		}
		if !next.Done.IsZero() && !reset {
			return fmt.Errorf("%w: the console is set up", ErrLink)
		}
		if reset {
			forgetRoot(tx)
			next.RootFactor, next.Done, next.Again = false, time.Time{}, true
		}
		next.Token, next.Made, next.Browser, next.Until = hash, made.UTC().Truncate(time.Second), nil, time.Time{}
		return tx.Put(next)
	})
}

// forgetRoot takes the root user's password and devices away. Its sessions end by that.
func forgetRoot(tx *store.Tx) {
	a := tx.Account()
	if profile := a.LoginProfile(a.ID()); profile != nil {
		tx.Delete(profile)
	}
	for _, d := range a.MFADevicesOf(a.ID()) {
		tx.Delete(d)
	}
}
