package setup_test

import (
	"errors"
	"testing"

	"github.com/warder-iam/warder/internal/server/servertest"
	"github.com/warder-iam/warder/internal/setup"
	"github.com/warder-iam/warder/internal/store"
)

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
