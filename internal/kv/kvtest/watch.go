package kvtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/warder-iam/warder/internal/kv"
)

// describe is a commit as text.
func describe(c kv.Commit) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d %s:", c.Revision, c.Scope)
	for _, w := range c.Writes {
		if w.Value == nil {
			fmt.Fprintf(&b, " -%s", w.Key)
		} else {
			fmt.Fprintf(&b, " %s=%s", w.Key, w.Value)
		}
	}
	return b.String()
}

// collect watches until it has seen a commit of the last revision.
func collect(ctx context.Context, s kv.Store, after, last kv.Revision) (out []string, err error) {
	if after == last {
		return nil, nil
	}
	for c, err := range s.Watch(ctx, after) {
		if err != nil {
			return out, err
		}
		out = append(out, describe(c))
		if c.Revision >= last {
			break
		}
	}
	return out, nil
}

func testWatchOrder(t *testing.T, h Harness) {
	s, done := once(t, h)
	defer done()
	var (
		want []string
		revs = []kv.Revision{0}
	)
	step := func(scope, text string, fn func(kv.Txn) error) {
		t.Helper()
		rev, err := s.Update(context.Background(), scope, fn)
		if err != nil {
			if err != errRefused {
				t.Error(err)
			}
			return
		}
		if text != "" {
			want = append(want, fmt.Sprintf("%d %s: %s", rev, scope, text))
			revs = append(revs, rev)
		}
	}
	step("a", "c=1 k=1", func(tx kv.Txn) error { return errors.Join(tx.Put("k", []byte("1")), tx.Put("c", []byte("1"))) })
	step("b", "-c k=2", func(tx kv.Txn) error {
		return errors.Join(tx.Put("k", []byte("x")), tx.Delete("c"), tx.Put("k", []byte("2")))
	})
	step("a", "", func(tx kv.Txn) error { _ = tx.Put("k", []byte("no")); return errRefused })
	step("a", "", func(tx kv.Txn) error { _, err := tx.Get("k"); return err })
	step("", "empty=", func(tx kv.Txn) error { return tx.Put("empty", nil) })
	step("a", "k=2", func(tx kv.Txn) error { return tx.Put("k", []byte("2")) })
	step("a", "-k", func(tx kv.Txn) error { return tx.Delete("k") })
	last := revs[len(revs)-1]
	for i, after := range revs {
		got, err := collect(context.Background(), s, after, last)
		if err != nil || !slices.Equal(got, want[i:]) {
			t.Errorf("after %d: %q, %v, want %q", after, got, err, want[i:])
		}
	}
}

// testWatchLive: many watchers begin at different revisions while clients write; all see the same sequence, without a gap,
// and a commit is there when its Update has returned.
func testWatchLive(t *testing.T, h Harness) {
	s, done := once(t, h)
	defer done()
	const clients, each = 4, 20
	if clients*each >= h.History {
		t.Fatalf("Harness.History must be above %d", clients*each)
	}
	var watchers, writers sync.WaitGroup
	var mu sync.Mutex
	seen := map[int][]string{}
	watch := func(id int, after kv.Revision) {
		watchers.Go(func() {
			last := after
			for c, err := range s.Watch(context.Background(), after) {
				if err != nil || c.Revision <= last {
					t.Errorf("watcher %d: revision %d after %d, %v", id, c.Revision, last, err)
					return
				}
				last = c.Revision
				mu.Lock()
				seen[id] = append(seen[id], describe(c))
				mu.Unlock()
				if c.Scope == "last" {
					return
				}
			}
		})
	}
	watch(0, 0)
	for c := range clients {
		writers.Go(func() {
			for i := range each {
				key := fmt.Sprintf("%d/%d", c, i)
				rev := put(t, s, "a", key, "")
				if i%8 == 0 {
					watch(1+c*each+i, rev)
				}
				got, err := collect(context.Background(), s, rev-1, rev)
				if err != nil || len(got) == 0 || got[len(got)-1] != fmt.Sprintf("%d a: %s=", rev, key) {
					t.Errorf("Update returned %d, but Watch shows %q, %v", rev, got, err)
				}
			}
		})
	}
	writers.Wait()
	last := put(t, s, "last", "last", "")
	watchers.Wait()
	want, err := collect(context.Background(), s, 0, last)
	if err != nil || len(want) != clients*each+1 {
		t.Errorf("%d commits, %v, want %d", len(want), err, clients*each+1)
	}
	for id, got := range seen {
		if !slices.Equal(got, want[len(want)-len(got):]) {
			t.Errorf("watcher %d saw %q, want the end of %q", id, got, want)
		}
	}
}

// testWatchContext ends the context of a watcher that waits.
func testWatchContext(t *testing.T, h Harness) {
	s, done := once(t, h)
	defer done()
	rev := put(t, s, "a", "k", "1")
	ctx, cancel := context.WithCancel(context.Background())
	caughtUp, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for c, err := range s.Watch(ctx, rev-1) {
			if err != nil {
				t.Errorf("the end of the context is no error: %v", err)
			} else if c.Revision == rev {
				close(caughtUp)
			}
		}
	}()
	<-caughtUp
	cancel()
	<-ended
}

// testWatchSlow: a consumer that stops reading holds up nobody, and is told when it has lost the thread.
func testWatchSlow(t *testing.T, h Harness) {
	s, done := once(t, h)
	defer done()
	put(t, s, "a", "k", "first")
	var (
		seen    int
		failure error
	)
	for _, err := range s.Watch(context.Background(), 0) {
		if err != nil {
			failure = err
			continue // it ends by itself
		}
		if seen++; seen == 1 {
			for i := range h.History * 2 {
				put(t, s, "a", "k", fmt.Sprint(i)) // from inside the consumer: nobody waits for it
			}
		}
	}
	if !errors.Is(failure, kv.ErrCompacted) || seen > h.History+100 {
		t.Errorf("after %d commits: %v, want ErrCompacted", seen, failure)
	}
}

func testWatchCompacted(t *testing.T, h Harness) {
	open := h.New(t)
	s := open()
	for i := range h.History {
		put(t, s, "a", "k", fmt.Sprint(i))
	}
	last := put(t, s, "a", "k", "last")
	ends := func(s kv.Store) {
		t.Helper()
		var got []error
		for _, err := range s.Watch(context.Background(), 0) {
			got = append(got, err)
		}
		if len(got) != 1 || !errors.Is(got[0], kv.ErrCompacted) {
			t.Errorf("Watch from the beginning yields %v, want one ErrCompacted", got)
		}
	}
	ends(s)
	if got, err := collect(context.Background(), s, last-1, last); err != nil || len(got) != 1 {
		t.Errorf("the last commit: %q, %v", got, err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	// After opening again as well; and the way that ErrCompacted names works.
	s = open()
	defer func() { _ = s.Close() }()
	ends(s)
	var at kv.Revision
	view(t, s, func(r kv.Reader) { at = r.Revision() })
	next := put(t, s, "a", "k", "next")
	if got, err := collect(context.Background(), s, at, next); err != nil || !slices.Equal(got, []string{fmt.Sprintf("%d a: k=next", next)}) {
		t.Errorf("from the revision of a view: %q, %v", got, err)
	}
}

// testWatchAhead: a revision that the store never had was of another store, or of a later state of this one.
func testWatchAhead(t *testing.T, h Harness) {
	s, done := once(t, h)
	defer done()
	rev := put(t, s, "a", "k", "1")
	n := 0
	for _, err := range s.Watch(context.Background(), rev+1000) {
		if n++; !errors.Is(err, kv.ErrCompacted) {
			t.Errorf("Watch ahead of the store: %v, want ErrCompacted", err)
		}
	}
	if n != 1 {
		t.Errorf("Watch ahead of the store yields %d times, want once", n)
	}
}

func testWatchClosed(t *testing.T, h Harness) {
	s, done := once(t, h)
	defer done()
	last := put(t, s, "a", "k", "1")
	caughtUp, result := make(chan struct{}), make(chan []error, 1)
	go func() {
		var errs []error
		for c, err := range s.Watch(context.Background(), 0) {
			if err != nil {
				errs = append(errs, err)
			} else if c.Revision == last {
				close(caughtUp)
			}
		}
		result <- errs
	}()
	<-caughtUp
	done()
	if errs := <-result; len(errs) != 1 || !errors.Is(errs[0], kv.ErrClosed) {
		t.Errorf("Close ended the watch with %v, want one ErrClosed", errs)
	}
}
