package store

import (
	"testing"

	"github.com/warder-iam/warder/internal/kv/sqlitekv"
)

// The store on the engine that it has in earnest: group commit, no state read anew without need, all there after a restart.
func TestOnSQLite(t *testing.T) {
	dir, keyring := t.TempDir(), testKeyring(t)
	engine, err := sqlitekv.Open(dir, sqlitekv.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := testOpen(t, engine, keyring)
	mustPut(t, s, here, everything(here)...)
	runClients(t, s)
	if n := s.reloads.Load(); n != 0 {
		t.Errorf("records were read anew %d times without need", n)
	}
	s.Touch(here, "AROA1", Use{Service: "sts", At: s.Snapshot().Account(here).Info().Created})
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if err := engine.Close(); err != nil {
		t.Fatal(err)
	}
	if engine, err = sqlitekv.Open(dir, sqlitekv.Options{}); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = engine.Close() }()
	again := testOpen(t, engine, keyring)
	sameAccounts(t, again.Snapshot(), s.Snapshot())
	if use, ok := again.LastUsed("AROA1"); !ok || use.Service != "sts" {
		t.Errorf("last use %+v", use)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
}
