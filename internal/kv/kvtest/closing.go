package kvtest

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/warder-iam/warder/internal/kv"
)

func testClosed(t *testing.T, h Harness) {
	s, done := once(t, h)
	rev := put(t, s, "a", "k", "1")
	done()
	ctx := context.Background()
	if _, err := s.Update(ctx, "a", func(kv.Txn) error { t.Error("a function ran after Close"); return nil }); !errors.Is(err, kv.ErrClosed) {
		t.Errorf("Update: %v, want ErrClosed", err)
	}
	if err := s.View(ctx, func(kv.Reader) error { t.Error("a function ran after Close"); return nil }); !errors.Is(err, kv.ErrClosed) {
		t.Errorf("View: %v, want ErrClosed", err)
	}
	n := 0
	for _, err := range s.Watch(ctx, rev) {
		if n++; !errors.Is(err, kv.ErrClosed) {
			t.Errorf("Watch: %v, want ErrClosed", err)
		}
	}
	if n != 1 {
		t.Errorf("Watch yields %d times, want once", n)
	}
	if err := s.Close(); !errors.Is(err, kv.ErrClosed) {
		t.Errorf("Close again: %v, want ErrClosed", err)
	}
}

// testCloseWaits closes while a transaction and a view run. Both end well, and what was acknowledged is there afterwards.
func testCloseWaits(t *testing.T, h Harness) {
	open := h.New(t)
	s := open()
	put(t, s, "a", "k", "1")
	running, release := make(chan struct{}, 2), make(chan struct{})
	updated, viewed, closed := make(chan error, 1), make(chan error, 1), make(chan error, 1)
	var finished atomic.Int32
	go func() {
		var told bool
		_, err := s.Update(context.Background(), "a", func(tx kv.Txn) error {
			if !told {
				told = true
				running <- struct{}{}
			}
			<-release
			finished.Add(1)
			return tx.Put("k", []byte("2"))
		})
		updated <- err
	}()
	go func() {
		viewed <- s.View(context.Background(), func(r kv.Reader) error {
			running <- struct{}{}
			<-release
			finished.Add(1)
			_, err := r.Get("k")
			return err
		})
	}()
	<-running
	<-running
	go func() {
		err := s.Close()
		if finished.Load() < 2 {
			t.Error("Close returned while a transaction or a view ran")
		}
		closed <- err
	}()
	close(release)
	for name, c := range map[string]chan error{"Update": updated, "View": viewed, "Close": closed} {
		if err := <-c; err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	s = open()
	defer func() { _ = s.Close() }()
	view(t, s, func(r kv.Reader) { wantValue(t, r, "k", "2") })
}
