package trailstore

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/warder-iam/warder/trail"
)

// gate is an Appender that waits until it is opened, and fails as long as it is told to.
type gate struct {
	mu     sync.Mutex
	open   chan struct{}
	fail   error
	events []*trail.Event
}

func (g *gate) Append(_ context.Context, events ...*trail.Event) error {
	<-g.open
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.fail != nil {
		return g.fail
	}
	g.events = append(g.events, events...)
	return nil
}

func (g *gate) set(err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.fail = err
}

// A full buffer drops, never waits, and tells on the trail how many it dropped.
func TestBufferDropsAndCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gate{open: make(chan struct{})}
		b := NewBuffer(g)
		b.Offer(&trail.Event{EventID: "first"})
		synctest.Wait() // the writer holds the first one
		for i := range bufferSize + 7 {
			b.Offer(&trail.Event{EventID: fmt.Sprint(i)})
		}
		if b.Dropped() != 7 {
			t.Errorf("%d dropped, want 7", b.Dropped())
		}
		close(g.open)
		b.Close()
		if n := len(g.events); n != bufferSize+1 {
			t.Errorf("%d events written, want %d", n, bufferSize+1)
		}
		if got := string(g.events[1].AdditionalEventData); got != `{"dataEventsNotRecorded":7}` {
			t.Errorf("the next event says %q", got)
		}
	})
}

// A trail that takes nothing costs events, which the first one after it counts.
func TestBufferCountsFailures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gate{open: make(chan struct{}), fail: errors.New("no space")}
		close(g.open)
		b := NewBuffer(g)
		b.Offer(&trail.Event{EventID: "a"})
		synctest.Wait()
		b.Offer(&trail.Event{EventID: "b"})
		synctest.Wait()
		g.set(nil)
		b.Offer(&trail.Event{EventID: "c"})
		b.Close()
		b.Offer(&trail.Event{EventID: "d"})
		if len(g.events) != 1 || string(g.events[0].AdditionalEventData) != `{"dataEventsNotRecorded":2}` || b.Dropped() != 3 {
			t.Errorf("%d written, %d dropped", len(g.events), b.Dropped())
		}
	})
}
