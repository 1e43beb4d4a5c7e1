package signin

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// TestDelaysGrow: in a day of guessing without pause, few guesses are looked at.
func TestDelaysGrow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		th := newThrottle(freeFailures)
		looked, start := 0, time.Now()
		var longest time.Duration
		for time.Since(start) < 24*time.Hour {
			err := th.take("key", "", time.Now())
			var wait *WaitError
			switch {
			case err == nil:
				looked++
			case errors.As(err, &wait):
				longest = max(longest, wait.Wait)
				time.Sleep(wait.Wait)
			default:
				t.Fatal(err)
			}
		}
		if looked < 50 || looked > 120 || longest != longestDelay {
			t.Errorf("%d guesses were looked at, the longest wait was %v", looked, longest)
		}
		time.Sleep(forgetAfter + time.Second)
		for range freeFailures {
			if err := th.take("key", "", time.Now()); err != nil {
				t.Errorf("a day later: %v", err)
			}
		}
		th.forgive("key")
		if err := th.take("key", "", time.Now()); err != nil {
			t.Error(err)
		}
	})
}

// TestOneTryCountsOnce: by the same id, and not at all once it was given back.
func TestOneTryCountsOnce(t *testing.T) {
	th := newThrottle(1)
	now := time.Unix(1e9, 0)
	for range 5 {
		if err := th.take("key", "a", now); err != nil {
			t.Fatal(err)
		}
	}
	th.giveBack("key")
	if err := th.take("key", "b", now); err != nil {
		t.Error(err)
	}
	if err := th.take("key", "c", now); err == nil {
		t.Error("a second failure is free")
	}
	th.giveBack("key")
	for n := range 10 {
		if err := th.take("key", fmt.Sprint(n), now); err != nil {
			t.Error(err)
		}
		th.giveBack("key")
	}
	th.giveBack("none")
}

// TestManyAtOnce: tries at the same time do not go by the count.
func TestManyAtOnce(t *testing.T) {
	th := newThrottle(freeFailures)
	var looked atomic.Int64
	var all sync.WaitGroup
	now := time.Now()
	for n := range 100 {
		all.Go(func() {
			if th.take("key", fmt.Sprint(n), now) == nil {
				looked.Add(1)
			}
		})
	}
	all.Wait()
	if looked.Load() != freeFailures {
		t.Errorf("%d tries were looked at", looked.Load())
	}
}

// TestThrottleIsBounded: any number of keys takes a bounded room, and keys that are active are kept.
func TestThrottleIsBounded(t *testing.T) {
	th := newThrottle(freeFailures)
	const most = 1000
	th.most = most
	now := time.Unix(1e9, 0)
	for n := range 3 * most {
		now = now.Add(10 * time.Millisecond)
		_ = th.take(fmt.Sprint(n), "", now) // the first of each key is free
	}
	if len(th.tries) > most {
		t.Errorf("%d keys", len(th.tries))
	}
	if th.tries[fmt.Sprint(3*most-1)] == nil {
		t.Error("the newest key was forgotten")
	}
	for n := range 2 * most {
		_ = th.take(fmt.Sprint("b", n), "", now) // all in one moment
	}
	if len(th.tries) > most {
		t.Errorf("%d keys", len(th.tries))
	}
}
