package kvtest

import (
	"context"
	"testing"

	"github.com/warder-iam/warder/internal/kv"
)

func testRevision(t *testing.T, h Harness) {
	s, done := once(t, h)
	defer done()
	head := func() (rev kv.Revision) {
		view(t, s, func(r kv.Reader) { rev = r.Revision() })
		return rev
	}
	last := kv.Revision(0)
	for i, scope := range []string{"a", "b", "a", "", "c"} {
		var inside kv.Revision
		rev := update(t, s, scope, func(tx kv.Txn) {
			inside = tx.Revision()
			if err := tx.Put("k", []byte{byte(i)}); err != nil {
				t.Error(err)
			}
			if tx.Revision() != inside {
				t.Errorf("a write moved its own transaction's revision")
			}
		})
		if rev <= last || inside < last || inside >= rev {
			t.Errorf("commit %d: revision %d after %d, %d inside", i, rev, last, inside)
		}
		if head() != rev {
			t.Errorf("View shows revision %d after Update returned %d", head(), rev)
		}
		last = rev
	}
	for name, fn := range map[string]func(kv.Txn) error{
		"a transaction that only reads":      func(tx kv.Txn) error { _, err := tx.Get("k"); return err },
		"a transaction that does nothing":    func(kv.Txn) error { return nil },
		"a transaction that fails":           func(tx kv.Txn) error { _ = tx.Put("k", nil); return errRefused },
		"a transaction that is over a limit": func(tx kv.Txn) error { return tx.Put("", nil) },
	} {
		rev, err := s.Update(context.Background(), "a", fn)
		if err == nil && rev != last {
			t.Errorf("%s returned revision %d, want %d, the one that it read", name, rev, last)
		}
		if head() != last {
			t.Errorf("%s moved the revision from %d to %d", name, last, head())
		}
	}
	// To set a key to what it holds is a commit.
	if rev := put(t, s, "a", "k", "\x04"); rev <= last {
		t.Errorf("a write of the same value returned revision %d after %d", rev, last)
	}
}

// testReopen closes and opens a store: what was acknowledged is there, and the revision goes on.
func testReopen(t *testing.T, h Harness) {
	open := h.New(t)
	all := keyValues()
	var last kv.Revision
	for round := range 3 {
		s := open()
		view(t, s, func(r kv.Reader) {
			if r.Revision() != last {
				t.Errorf("round %d: revision %d after opening, want %d", round, r.Revision(), last)
			}
			if round > 0 {
				wantPairs(t, r, "", "", all...)
			}
		})
		rev := put(t, s, "a", all...)
		if rev <= last {
			t.Errorf("round %d: revision %d after %d", round, rev, last)
		}
		last = rev
		if err := s.Close(); err != nil {
			t.Fatalf("Close: %v", err)
		}
	}
}
