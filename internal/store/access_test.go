package store

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/kv"
)

// openWithCatalog is testOpen with the actions of AWS.
func openWithCatalog(t *testing.T, engine kv.Store, s *Store) *Store {
	t.Helper()
	opened, err := Open(t.Context(), engine, s.codec.keyring, Options{Library: directory.NewLibrary(catalog.Load())})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = opened.Close() })
	return opened
}

func countKeys(engine *memKV, prefix string) (n int) {
	for _, key := range engine.keys() {
		if strings.HasPrefix(key, prefix) {
			n++
		}
	}
	return n
}

// TestAccess: attempts show at once, reach the disk in the background and on Close, survive a restart, and go with who
// made them; allowed and denied ones are kept apart, and what the catalogue does not know is not kept.
func TestAccess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine, keyring := newMemKV(t), testKeyring(t)
		first := testOpen(t, engine, keyring)
		mustPut(t, first, here, everything(here)...)
		if err := first.Close(); err != nil {
			t.Fatal(err)
		}
		s := openWithCatalog(t, engine, first)
		at := time.Now().Unix()
		try := func(principal, action string, allowed bool, at int64) {
			s.Attempted(here, principal, action, allowed, Attempt{At: at, Region: "eu-west-1"})
		}
		want := func(s *Store, principal, action string, allowed, denied int64) {
			t.Helper()
			got := s.AccessBy(here, principal)[action]
			if got.Allowed.At != allowed || got.Denied.At != denied || got.Last().Time().Unix() != max(allowed, denied) {
				t.Errorf("%s %s: %+v, want %d and %d", principal, action, got, allowed, denied)
			}
		}
		revision, syncs := s.Snapshot().Revision(), engine.syncs
		for range 1000 {
			try("AROA1", "s3:getobject", true, at)
		}
		try("AROA1", "s3:GetObject", false, at+1)
		try("AROA1", "s3:GetObject", false, at-5)
		try("AROA1", "nosuchservice:Do", true, at)
		try("AROA1", "s3:NoSuchAction", true, at)
		try("AROA1", "nocolon", true, at)
		try(here, "iam:CreateUser", true, at) // root
		try("AIDAGONE", "s3:GetObject", true, at)
		want(s, "AROA1", "s3:GetObject", at, at+1)
		want(s, here, "iam:CreateUser", at, 0)
		if n := len(s.AccessBy(here, "AROA1")); n != 1 {
			t.Errorf("%d actions are noted, want 1", n)
		}
		if n := countKeys(engine, accessPrefix); n != 0 {
			t.Errorf("%d records at once", n)
		}
		time.Sleep(2 * accessFlushEvery)
		synctest.Wait()
		if n := countKeys(engine, accessPrefix); n != 2 || engine.syncs > syncs+1 || s.Snapshot().Revision() != revision {
			t.Errorf("%d records in %d syncs, revision %d after %d", n, engine.syncs-syncs, s.Snapshot().Revision(), revision)
		}
		if n := len(s.AccessBy(here, "AIDAGONE")); n != 0 {
			t.Errorf("%d attempts of nobody are still in memory", n)
		}

		engine.onSync(func(int) error { return kv.ErrFull }) // tried again on Close
		try("AROA1", "sts:AssumeRole", true, at+2)
		time.Sleep(2 * accessFlushEvery)
		synctest.Wait()
		engine.onSync(nil)
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		s = openWithCatalog(t, engine, first)
		want(s, "AROA1", "s3:GetObject", at, at+1)
		want(s, "AROA1", "sts:AssumeRole", at+2, 0)

		if _, err := s.Update(t.Context(), &Change{Account: here}, func(tx *Tx) ([]byte, error) {
			tx.Delete(&directory.Role{ID: "AROA1"})
			return nil, nil
		}); err != nil {
			t.Fatal(err)
		}
		want(s, "AROA1", "s3:GetObject", 0, 0)
		if n := countKeys(engine, accessPrefix); n != 1 {
			t.Errorf("%d records are left, want root's", n)
		}
	})
}

// TestAccessIsBounded: whoever tries many actions is remembered with the latest.
func TestAccessIsBounded(t *testing.T) {
	engine, keyring := newMemKV(t), testKeyring(t)
	s := openWithCatalog(t, engine, testOpen(t, engine, keyring))
	n := 0
	for a := range catalog.Load().Matching("*") {
		n++
		s.Attempted(here, "AIDA1", a.String(), true, Attempt{At: int64(n)})
	}
	got := s.AccessBy(here, "AIDA1")
	if len(got) != MaxActions || n <= MaxActions {
		t.Fatalf("%d of %d actions are noted, want %d", len(got), n, MaxActions)
	}
	for name, a := range got {
		if a.Allowed.At <= int64(n-MaxActions) {
			t.Errorf("%s, tried at %d of %d, is still noted", name, a.Allowed.At, n)
		}
	}
}

// TestReports: a report is being made until it is finished, holds any number of bytes, and gives way to newer ones.
func TestReports(t *testing.T) {
	engine, keyring := newMemKV(t), testKeyring(t)
	s := testOpen(t, engine, keyring)
	ctx, now := t.Context(), time.Now().UTC().Truncate(time.Second)
	step := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for i, size := range []int{0, 1, reportPart, reportPart + 1, 70 * reportPart} {
		id, at := fmt.Sprintf("id%d", i), now.Add(time.Duration(i)*time.Minute)
		step(s.BeginReport(ctx, here, CredentialReport, id, "AIDA1", at))
		r, text, ok, err := s.ReadReport(ctx, here, CredentialReport, id)
		if err != nil || !ok || !r.Completed.IsZero() || len(text) != 0 {
			t.Fatalf("%d bytes, begun: %+v %v %v", size, r, ok, err)
		}
		content := strings.Repeat("x", max(0, size-1)) + strings.Repeat("y", min(1, size))
		step(s.FinishReport(ctx, here, CredentialReport, id, []byte(content), at.Add(time.Second)))
		latest, ok, err := s.LatestReport(ctx, here, CredentialReport)
		if err != nil || !ok || latest.ID != id || !latest.Completed.Equal(at.Add(time.Second)) {
			t.Fatalf("%d bytes, latest: %+v %v %v", size, latest, ok, err)
		}
		s = testOpen(t, engine, keyring)
		if _, text, ok, err = s.ReadReport(ctx, here, CredentialReport, id); err != nil || !ok || string(text) != content {
			t.Fatalf("%d bytes, read: %d %v %v", size, len(text), ok, err)
		}
	}
	step(s.BeginReport(ctx, here, CredentialReport, "last", "AIDA1", now.Add(time.Hour)))
	if n := countKeys(engine, reportPrefix); n != 2 {
		t.Errorf("%d reports are kept, want the newest and the one that is being made", n)
	}
	step(s.DropReport(ctx, here, CredentialReport, "id4"))
	if n := countKeys(engine, partPrefix); n != 0 {
		t.Errorf("%d parts are left", n)
	}
	if _, _, ok, err := s.ReadReport(ctx, elsewhere, CredentialReport, "last"); ok || err != nil {
		t.Errorf("another account reads it: %v %v", ok, err)
	}
	if err := s.FinishReport(ctx, here, CredentialReport, "nobody", nil, now); err == nil {
		t.Error("finished a report that was never begun")
	}
	step(s.BeginReport(ctx, here, CredentialReport, "new", "AIDA1", now.Add(2*time.Hour)))
	if _, _, ok, _ := s.ReadReport(ctx, here, CredentialReport, "last"); ok {
		t.Error("a report that was never finished is still there")
	}
}
