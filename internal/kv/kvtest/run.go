package kvtest

import (
	"context"
	"errors"
	"testing"

	"github.com/warder-iam/warder/internal/kv"
	"go.uber.org/goleak"
)

// Harness says how the suite gets stores.
type Harness struct {
	// New makes a place for one store, empty, and returns the function that opens it. That function is called again
	// after Close and then finds what was written before. What the place takes is released by t.Cleanup.
	New func(t testing.TB) (open func() kv.Store)
	// History is a number of commits that is more than Watch reaches back to in stores of New. Keep it small.
	History int
}

// Run runs the whole contract.
func Run(t *testing.T, h Harness) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, Harness)
	}{
		{"Empty", testEmpty},
		{"Values", testValues},
		{"Copies", testCopies},
		{"OwnWrites", testOwnWrites},
		{"Range", testRange},
		{"RangeWhileWriting", testRangeWhileWriting},
		{"Failing", testFailing},
		{"Panic", testPanic},
		{"Ended", testEnded},
		{"Limits", testLimits},
		{"HiddenLimit", testHiddenLimit},
		{"Revision", testRevision},
		{"Reopen", testReopen},
		{"SerialScopes", testSerialScopes},
		{"ViewIsOneState", testViewIsOneState},
		{"ViewStays", testViewStays},
		{"UncommittedIsInvisible", testUncommittedIsInvisible},
		{"ReadYourWrites", testReadYourWrites},
		{"Linearizable", testLinearizable},
		{"ContextEndedBefore", testContextEndedBefore},
		{"ContextEndsWhileWaiting", testContextEndsWhileWaiting},
		{"ContextEndsInside", testContextEndsInside},
		{"ContextEndsView", testContextEndsView},
		{"WatchOrder", testWatchOrder},
		{"WatchLive", testWatchLive},
		{"WatchContext", testWatchContext},
		{"WatchSlow", testWatchSlow},
		{"WatchCompacted", testWatchCompacted},
		{"WatchAhead", testWatchAhead},
		{"WatchClosed", testWatchClosed},
		{"Closed", testClosed},
		{"CloseWaits", testCloseWaits},
		{"Model", testModel},
	} {
		t.Run(test.name, func(t *testing.T) {
			defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
			test.run(t, h)
		})
	}
}

// once opens a store that the test does not reopen. It is closed when the test's function returns, by the returned
// function, so that the check for leaked goroutines comes after.
func once(t testing.TB, h Harness) (s kv.Store, done func()) {
	t.Helper()
	s = h.New(t)()
	return s, func() {
		t.Helper()
		if err := s.Close(); err != nil && !errors.Is(err, kv.ErrClosed) {
			t.Errorf("Close: %v", err)
		}
	}
}

// reporter is what checks need of a test; rapid's has no more.
type reporter interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// put sets pairs (key, value, key, value, …) in one transaction.
func put(t reporter, s kv.Store, scope string, pairs ...string) kv.Revision {
	t.Helper()
	rev, err := s.Update(context.Background(), scope, func(tx kv.Txn) error {
		for i := 0; i < len(pairs); i += 2 {
			if err := tx.Put(pairs[i], []byte(pairs[i+1])); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatalf("Update: %v", err)
	}
	return rev
}

// view runs fn in a View that has to succeed.
func view(t reporter, s kv.Store, fn func(kv.Reader)) {
	t.Helper()
	if err := s.View(context.Background(), func(r kv.Reader) error { fn(r); return nil }); err != nil {
		t.Fatalf("View: %v", err)
	}
}

// update runs fn in an Update that has to succeed.
func update(t reporter, s kv.Store, scope string, fn func(kv.Txn)) kv.Revision {
	t.Helper()
	rev, err := s.Update(context.Background(), scope, func(tx kv.Txn) error { fn(tx); return nil })
	if err != nil {
		t.Fatalf("Update: %v", err)
	}
	return rev
}

// get returns the value of key as a string; ok is false when there is none.
func get(t reporter, r kv.Reader, key string) (value string, ok bool) {
	t.Helper()
	v, err := r.Get(key)
	if errors.Is(err, kv.ErrNotFound) {
		return "", false
	}
	if err != nil {
		t.Errorf("Get(%q): %v", key, err)
		return "", false
	}
	if v == nil {
		t.Errorf("Get(%q) gives a nil slice for a value", key)
	}
	return string(v), true
}

// wantValue checks one key.
func wantValue(t reporter, r kv.Reader, key, want string) {
	t.Helper()
	if got, ok := get(t, r, key); !ok || got != want {
		t.Errorf("Get(%q) = %.40q, %v, want %.40q", key, got, ok, want)
	}
}

// wantAbsent checks that key holds nothing.
func wantAbsent(t reporter, r kv.Reader, key string) {
	t.Helper()
	if v, err := r.Get(key); !errors.Is(err, kv.ErrNotFound) {
		t.Errorf("Get(%q) = %.40q, %v, want ErrNotFound", key, v, err)
	}
}

// pairs reads a range whole, as key, value, key, value, …
func pairs(t reporter, r kv.Reader, from, to string) (out []string) {
	t.Helper()
	for p, err := range r.Range(from, to) {
		if err != nil {
			t.Errorf("Range(%q, %q): %v", from, to, err)
			return out
		}
		if p.Value == nil {
			t.Errorf("Range(%q, %q) gives a nil slice for a value", from, to)
		}
		out = append(out, p.Key, string(p.Value))
	}
	return out
}

// wantPairs checks a range.
func wantPairs(t reporter, r kv.Reader, from, to string, want ...string) {
	t.Helper()
	got := pairs(t, r, from, to)
	if len(got) != len(want) {
		t.Errorf("Range(%q, %q) = %.200q, want %.200q", from, to, got, want)
		return
	}
	for i := range got {
		if got[i] != want[i] {
			t.Errorf("Range(%q, %q)[%d] = %.40q, want %.40q", from, to, i, got[i], want[i])
			return
		}
	}
}
