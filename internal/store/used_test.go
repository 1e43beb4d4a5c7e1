package store

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/kv"
)

func countUses(engine *memKV) (n int) {
	for _, key := range engine.keys() {
		if strings.HasPrefix(key, usedPrefix) {
			n++
		}
	}
	return n
}

func TestLastUsed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine, keyring := newMemKV(t), testKeyring(t)
		s := testOpen(t, engine, keyring)
		mustPut(t, s, here, everything(here)...)
		mustPut(t, s, elsewhere, everything(elsewhere)...)
		const key = "AKIA" + here
		use := func(service string) Use {
			return Use{At: time.Now().UTC().Truncate(time.Second), Service: service, Region: "us-east-1"}
		}
		want := func(s *Store, id string, want Use) {
			t.Helper()
			if got, ok := s.LastUsed(id); got != want || ok != (want != Use{}) {
				t.Errorf("%s: %+v, want %+v", id, got, want)
			}
		}
		want(s, key, Use{})
		first := use("iam")
		s.Touch(here, key, first)
		s.Touch(elsewhere, "AROA1", first)
		s.Touch(here, "AIDA1", first)    // a password
		s.Touch(here, "AKIAGONE", first) // of a key that was deleted meanwhile: not written
		want(s, key, first)
		other := use("sts") // in the same second
		s.Touch(here, key, other)
		want(s, key, other)
		s.Touch(here, key, first)
		want(s, key, first)
		if n := countUses(engine); n != 0 {
			t.Errorf("%d uses written at once", n)
		}
		revision, syncs := s.Snapshot().Revision(), engine.syncs
		for range 1000 {
			s.Touch(here, key, use("iam"))
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if n := countUses(engine); n != 3 || engine.syncs > syncs+2 || s.Snapshot().Revision() != revision {
			t.Errorf("%d uses written in %d syncs, revision %d after %d", n, engine.syncs-syncs, s.Snapshot().Revision(), revision)
		}
		s.Touch(here, key, Use{At: first.At.Add(-time.Hour), Service: "older"})
		want(s, key, first)

		// Close writes what is left; what could not be written is tried again.
		second := use("sts")
		s.Touch(here, key, second)
		engine.onSync(func(int) error { return kv.ErrFull })
		time.Sleep(2 * time.Second)
		synctest.Wait()
		engine.onSync(nil)
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		s = testOpen(t, engine, keyring)
		want(s, key, second)
		want(s, "AROA1", first)
		want(s, "AIDA1", first)

		// A use goes with its key or password.
		if _, err := s.Update(t.Context(), &Change{Account: here}, func(tx *Tx) ([]byte, error) {
			tx.Delete(&directory.AccessKey{ID: key})
			tx.Delete(&directory.LoginProfile{User: "AIDA1"})
			return nil, nil
		}); err != nil {
			t.Fatal(err)
		}
		want(s, key, Use{})
		want(s, "AIDA1", Use{})
		if n := countUses(engine); n != 1 {
			t.Errorf("%d uses are left", n)
		}
	})
}
