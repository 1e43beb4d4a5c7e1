package turns

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// want is one call: when it comes, whose it is, and how long it works, in seconds; it leaves after so many, 0 for never.
type want struct {
	at            int
	account       string
	works, leaves int
}

// TestTurns: who is worked on and when, as "account at second", in order; and what becomes of the others.
func TestTurns(t *testing.T) {
	for _, c := range []struct {
		name  string
		all   int
		calls []want
		began []string
		ends  []string // of calls without a turn
	}{
		{"one after the other", 1, []want{{0, "a", 3, 0}, {1, "a", 3, 0}, {2, "a", 1, 0}}, []string{"a at 0", "a at 3", "a at 6"}, nil},
		{"accounts in turn", 1, []want{{0, "a", 3, 0}, {0, "a", 3, 0}, {0, "a", 3, 0}, {1, "b", 3, 0}, {1, "a", 1, 0}},
			[]string{"a at 0", "a at 3", "b at 6", "a at 9"}, []string{"a at 11: busy"}},
		{"half of them for one account", 4, []want{{0, "a", 5, 0}, {0, "a", 5, 0}, {0, "a", 5, 0}, {1, "b", 5, 0}, {1, "c", 5, 0}, {1, "d", 1, 0}},
			[]string{"a at 0", "a at 0", "b at 1", "c at 1", "a at 5", "d at 5"}, nil},
		{"patience ends", 1, []want{{0, "a", 8, 0}, {0, "a", 8, 0}, {1, "a", 8, 0}}, []string{"a at 0", "a at 8"}, []string{"a at 11: busy"}},
		{"who leaves takes no turn", 1, []want{{0, "a", 6, 0}, {1, "a", 3, 2}, {2, "a", 1, 0}}, []string{"a at 0", "a at 6"}, []string{"a at 3: left"}},
		{"a turn ends by itself", 1, []want{{0, "a", 60, 0}, {1, "b", 1, 0}}, []string{"a at 0", "b at 8"}, nil},
		{"and with its caller", 1, []want{{0, "a", 60, 2}, {1, "b", 1, 0}}, []string{"a at 0", "b at 2"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { run(t, New(Options{All: c.all}), c.calls, c.began, c.ends) })
		})
	}
}

func run(t *testing.T, turns *Turns, calls []want, began, ends []string) {
	t.Helper()
	start := time.Now()
	var mu sync.Mutex
	var gotBegan, gotEnds []string
	note := func(list *[]string, format string, account string) {
		mu.Lock()
		defer mu.Unlock()
		*list = append(*list, fmt.Sprintf(format, account, int(time.Since(start).Seconds())))
	}
	var all sync.WaitGroup
	for i, w := range calls {
		all.Go(func() {
			time.Sleep(time.Duration(w.at)*time.Second + time.Duration(i)) // in the order of the table
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if w.leaves > 0 {
				ctx, cancel = context.WithTimeout(ctx, time.Duration(w.leaves)*time.Second)
				defer cancel()
			}
			work, done, err := turns.Take(ctx, w.account)
			switch {
			case errors.Is(err, ErrBusy):
				note(&gotEnds, "%s at %d: busy", w.account)
				return
			case err != nil:
				note(&gotEnds, "%s at %d: left", w.account)
				return
			}
			note(&gotBegan, "%s at %d", w.account)
			select {
			case <-time.After(time.Duration(w.works) * time.Second):
			case <-work.Done():
			}
			done()
			done() // once more does nothing
		})
	}
	all.Wait()
	slices.Sort(gotEnds)
	if !slices.Equal(gotBegan, began) || !slices.Equal(gotEnds, ends) {
		t.Errorf("began %q, want %q; ended %q, want %q", gotBegan, began, gotEnds, ends)
	}
	if turns.taken != 0 || len(turns.lines) != 0 || len(turns.waiting) != 0 {
		t.Errorf("left behind: %+v", turns)
	}
}

// TestFull: so many of one account wait and no more, whatever others do.
func TestFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turns := New(Options{All: 1})
		_, done, err := turns.Take(t.Context(), "a")
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		var waiting sync.WaitGroup
		for range MostWaiting {
			waiting.Go(func() {
				if _, _, err := turns.Take(ctx, "a"); !errors.Is(err, context.Canceled) {
					t.Errorf("waits: %v", err)
				}
			})
		}
		synctest.Wait()
		if _, _, err := turns.Take(t.Context(), "a"); !errors.Is(err, ErrBusy) {
			t.Errorf("one more: %v", err)
		}
		cancel()
		waiting.Wait()
		done()
		_, done, err = turns.Take(t.Context(), "b")
		if err != nil {
			t.Fatal(err)
		}
		done()
		if New(Options{}).all < 1 {
			t.Error("no turn at all")
		}
	})
}
