package servertest

import (
	"context"
	"sync"
	"testing"

	"github.com/warder-iam/warder/trail"
)

// Recorder is a server.Recorder in memory.
type Recorder struct {
	mu     sync.Mutex
	events []*trail.Event
	fail   error
}

// Append implements server.Recorder.
func (r *Recorder) Append(_ context.Context, events ...*trail.Event) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fail != nil {
		return r.fail
	}
	r.events = append(r.events, events...)
	return nil
}

// Fail lets every further Append fail; nil ends that.
func (r *Recorder) Fail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fail = err
}

// Events are all that were recorded, oldest first.
func (r *Recorder) Events() []*trail.Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]*trail.Event(nil), r.events...)
}

// Last is the newest event; without one the test ends.
func (r *Recorder) Last(t testing.TB) *trail.Event {
	t.Helper()
	events := r.Events()
	if len(events) == 0 {
		t.Fatal("no event was recorded")
	}
	return events[len(events)-1]
}
