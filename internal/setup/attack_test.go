package setup_test

import (
	"encoding/base32"
	"errors"
	"testing"

	"github.com/warder-iam/warder/internal/server/servertest"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/internal/setup"
	"github.com/warder-iam/warder/internal/signin"
	"github.com/warder-iam/warder/internal/store"
)

// Whoever may make virtual devices, as users may who manage their own, makes one under the name that set-up gives to the root user's or
// the administrator's, and so knows its seed: set-up shows none but what it made itself, and enables no other.
func TestDeviceOfAStranger(t *testing.T) {
	f := newFirst(t)
	_, run := f.open(t)
	f.steps(t, run)
	const known = "01234567890123456789"
	for _, p := range []setup.Person{run.RootFactor(), run.AdministratorFactor()} {
		servertest.Check(t, run.NewDevice(t.Context(), f.visitor(), p))
		own := run.Device(p)
		if own == nil {
			t.Fatalf("%s: the device does not wait", p.Name)
		}
		planted := own.Clone()
		planted.ID = session.NewEntityID("")
		var err error
		planted.Sealed, err = f.Keys.SealSeed(planted.ID, secret(known))
		servertest.Check(t, err)
		f.Change(t, func(tx *store.Tx) error {
			tx.Delete(own)
			return tx.Put(planted)
		})
		first, second := codesOf(t, base32.StdEncoding.EncodeToString([]byte(known)), f.now)
		if err := run.EnableDevice(t.Context(), f.visitor(), p, first, second); !errors.Is(err, signin.ErrWrongCode) {
			t.Errorf("%s: enabled, by a run that has seen its own: %v", p.Name, err)
		}
		servertest.Check(t, run.Later(t.Context(), f.visitor(), p)) // with another look at the account
		if d := run.Device(p); d != nil {
			t.Errorf("%s: set-up shows %s", p.Name, d.ID)
		}
		if err := run.EnableDevice(t.Context(), f.visitor(), p, first, second); !errors.Is(err, signin.ErrWrongCode) {
			t.Errorf("%s: enabled: %v", p.Name, err)
		}
		servertest.Check(t, run.NewDevice(t.Context(), f.visitor(), p)) // takes its place
		if d := run.Device(p); d == nil || d.ID == planted.ID {
			t.Errorf("%s: then it shows %+v", p.Name, d)
		}
	}
}

// Whoever has an administrator's key takes the password away that set-up has given, while set-up goes on: the step is to be done
// again, and the store goes on working.
func TestAdministratorPasswordGone(t *testing.T) {
	f := newFirst(t)
	browser, run := f.open(t)
	f.steps(t, run)
	admin := f.Now().User(setup.AdminUser)
	f.Change(t, func(tx *store.Tx) error { tx.Delete(tx.Account().LoginProfile(admin.ID)); return nil })
	for _, run := range []*setup.Run{run, f.resume(t, browser)} { // one that has not seen it, one that has
		if err := run.Finish(t.Context(), f.visitor(), nothing); !errors.Is(err, setup.ErrNotYet) {
			t.Errorf("finish: %v", err)
		}
	}
	run = f.resume(t, browser)
	if next := setup.Next(run.Account); next != setup.StepAdministrator {
		t.Errorf("next is %s", next)
	}
	servertest.Check(t, run.SetAdministrator(t.Context(), f.visitor(), setup.AdminUser, secret(adminPassword)))
	servertest.Check(t, run.Finish(t.Context(), f.visitor(), nothing))
}
