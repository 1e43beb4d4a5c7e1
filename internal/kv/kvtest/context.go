package kvtest

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/warder-iam/warder/internal/kv"
)

func testContextEndedBefore(t *testing.T, h Harness) {
	s, done := once(t, h)
	defer done()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := s.Update(ctx, "a", func(tx kv.Txn) error {
		t.Error("the function of an ended context ran")
		return nil
	})
	if err != context.Canceled {
		t.Errorf("Update: %v, want the context's error", err)
	}
	if err := s.View(ctx, func(kv.Reader) error { return nil }); err != context.Canceled {
		t.Errorf("View: %v, want the context's error", err)
	}
	for commit, err := range s.Watch(ctx, 0) {
		t.Errorf("Watch of an ended context yields %v, %v", commit, err)
	}
}

// testContextEndsWhileWaiting cancels transactions that wait behind another one of their scope. They return at once, and
// what they return is true.
func testContextEndsWhileWaiting(t *testing.T, h Harness) {
	s, done := once(t, h)
	defer done()
	running, release := make(chan struct{}), make(chan struct{})
	first := make(chan error, 1)
	var entered atomic.Bool
	go func() {
		_, err := s.Update(context.Background(), "a", func(tx kv.Txn) error {
			if entered.CompareAndSwap(false, true) {
				close(running)
			}
			<-release
			return tx.Put("first", nil)
		})
		first <- err
	}()
	<-running
	var returned [8]atomic.Bool
	var errs [8]error
	for i := range errs {
		ctx, cancel := context.WithCancel(context.Background())
		answer := make(chan error, 1)
		go func() {
			_, err := s.Update(ctx, "a", func(tx kv.Txn) error {
				if returned[i].Load() {
					t.Error("a function ran after its Update had returned")
				}
				return tx.Put(fmt.Sprint("waiting", i), nil)
			})
			returned[i].Store(true)
			answer <- err
		}()
		cancel()
		errs[i] = <-answer // while the first transaction still runs
	}
	close(release)
	if err := <-first; err != nil {
		t.Errorf("the first transaction: %v", err)
	}
	put(t, s, "a", "last", "")
	view(t, s, func(r kv.Reader) {
		for i, err := range errs {
			_, there := get(t, r, fmt.Sprint("waiting", i))
			switch {
			case errors.Is(err, kv.ErrUnknown):
			case err == context.Canceled && !there:
			default:
				t.Errorf("cancelled while waiting: %v, written: %v", err, there)
			}
		}
		wantValue(t, r, "first", "")
	})
}

// testContextEndsInside cancels a transaction from its own function, the last moment before it may be handed over.
func testContextEndsInside(t *testing.T, h Harness) {
	s, done := once(t, h)
	defer done()
	for i := range 50 {
		key := fmt.Sprint("k", i)
		ctx, cancel := context.WithCancel(context.Background())
		var returned atomic.Bool
		_, err := s.Update(ctx, "a", func(tx kv.Txn) error {
			cancel()
			err := tx.Put(key, nil)
			if returned.Load() {
				t.Error("a function ran after its Update had returned")
			}
			return err
		})
		returned.Store(true)
		put(t, s, "a", "after", "") // behind whatever is still on its way in this scope
		view(t, s, func(r kv.Reader) {
			_, there := get(t, r, key)
			switch {
			case err == nil && there, err == context.Canceled && !there:
			case errors.Is(err, kv.ErrUnknown) && errors.Is(err, context.Canceled):
			default:
				t.Errorf("cancelled inside: %v, written: %v", err, there)
			}
		})
	}
}

func testContextEndsView(t *testing.T, h Harness) {
	s, done := once(t, h)
	defer done()
	put(t, s, "a", "a", "", "b", "", "c", "")
	ctx, cancel := context.WithCancel(context.Background())
	err := s.View(ctx, func(r kv.Reader) error {
		cancel()
		_, err := r.Get("a")
		return err
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("View: %v, want the context's error", err)
	}
}
