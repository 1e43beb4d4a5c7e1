package trailstore

import (
	"context"
	"os"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// seen collects what a follower yields.
type seen struct {
	mu  sync.Mutex
	ids []string
}

func (s *seen) list() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.ids)
}

// follow starts a follower of everything; stop ends it and waits for it.
func follow(t *testing.T, dir string) (stop func(), got *seen) {
	return followFrom(t, dir, All())
}

func followFrom(t *testing.T, dir string, from From) (stop func(), got *seen) {
	ctx, cancel := context.WithCancel(context.Background())
	got = &seen{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for r, err := range Tail(ctx, dir, from) {
			if err != nil {
				t.Errorf("follower: %v", err)
				return
			}
			got.mu.Lock()
			got.ids = append(got.ids, r.Event.EventID)
			got.mu.Unlock()
		}
	}()
	return func() { cancel(); <-done }, got
}

// wait lets the follower poll until it has n records; inside a synctest bubble that takes no time.
func wait(t *testing.T, got *seen, n int) {
	t.Helper()
	for range 50 {
		if len(got.list()) >= n {
			return
		}
		time.Sleep(pollInterval)
	}
	t.Errorf("the follower has %v, want %d", got.list(), n)
}

func TestTailFollows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		stop, all := follow(t, dir) // before there is a trail
		time.Sleep(time.Second)
		s := open(t, dir, Options{SegmentBytes: 600})
		for i := 1; i <= 10; i++ {
			appendEvents(t, s, i)
			if i%3 == 0 {
				start := time.Now()
				wait(t, all, i)
				if late := time.Since(start); late > 2*pollInterval {
					t.Errorf("event %d came after %v", i, late)
				}
			}
		}
		closeStore(t, s)
		stopNew, newOnes := followFrom(t, dir, Last(0))
		stopLast, last := followFrom(t, dir, Last(2))
		time.Sleep(pollInterval)
		s = open(t, dir, Options{SegmentBytes: 600}) // the server restarts
		for i := 11; i <= 20; i++ {
			appendEvents(t, s, i)
		}
		wait(t, all, 20)
		wait(t, newOnes, 10)
		wait(t, last, 12)
		closeStore(t, s)
		stop()
		stopNew()
		stopLast()
		wantIDs(t, all.list(), numbered(1, 20))
		wantIDs(t, newOnes.list(), numbered(11, 20))
		wantIDs(t, last.list(), numbered(9, 20))
	})
}

// A line shows only when it is whole; a torn one that a restart cut off never does.
func TestTailWholeLinesOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		name := write(t, dir, 1, "")
		stop, got := follow(t, dir)
		text := lines(t, 1, 2)
		for i := range text {
			f, err := os.OpenFile(name, os.O_WRONLY|os.O_APPEND, 0)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := f.WriteString(text[i : i+1]); err != nil {
				t.Fatal(err)
			}
			if err := f.Close(); err != nil {
				t.Fatal(err)
			}
			if i%40 == 0 {
				time.Sleep(pollInterval)
			}
			if i == len(text)-2 {
				time.Sleep(2 * pollInterval)
				wantIDs(t, got.list(), numbered(1, 1))
				break
			}
		}
		s := open(t, dir, Options{})
		appendEvents(t, s, 3)
		wait(t, got, 2)
		closeStore(t, s)
		stop()
		wantIDs(t, got.list(), []string{"event-1", "event-3"})
	})
}

func TestTailFromATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		s := open(t, dir, Options{SegmentBytes: 600})
		for i := 1; i <= 10; i++ {
			appendEvents(t, s, i)
		}
		stop, got := followFrom(t, dir, Since(event(8).EventTime))
		wait(t, got, 3)
		appendEvents(t, s, 11)
		wait(t, got, 4)
		closeStore(t, s)
		stop()
		wantIDs(t, got.list(), numbered(8, 11))
	})
}

// Segments whose files are a day older than asked for are not even read.
func TestSinceSkipsOldSegments(t *testing.T) {
	dir := t.TempDir()
	old := write(t, dir, 1, "not read\n")
	long := event(1).EventTime.Add(-48 * time.Hour)
	if err := os.Chtimes(old, long, long); err != nil {
		t.Fatal(err)
	}
	write(t, dir, 2, lines(t, 2, 3))
	wantIDs(t, ids(t, dir, Since(event(2).EventTime)), numbered(2, 3))
}
