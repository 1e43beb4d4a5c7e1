package app

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/warder-iam/warder/internal/trailstore"
	"github.com/warder-iam/warder/trail"
)

// recorder is the trail with its index, and knows the time of its newest event.
type recorder struct {
	trail  *trailstore.Store
	index  *trailstore.Index
	newest atomic.Int64 // Unix seconds; 0 without events
}

// Append puts events on the trail; it implements server.Recorder.
func (r *recorder) Append(ctx context.Context, events ...*trail.Event) error {
	if err := r.trail.Append(ctx, events...); err != nil {
		return err
	}
	r.note(events)
	return nil
}

func (r *recorder) appendOnce(ctx context.Context, events ...*trail.Event) error {
	if err := r.trail.AppendOnce(ctx, events...); err != nil {
		return err
	}
	r.note(events)
	return nil
}

func (r *recorder) note(events []*trail.Event) {
	for _, e := range events {
		at := e.EventTime.Unix()
		for old := r.newest.Load(); at > old && !r.newest.CompareAndSwap(old, at); old = r.newest.Load() {
		}
	}
}

// newestEvent is the time of the newest event; zero without events.
func (r *recorder) newestEvent() time.Time {
	if at := r.newest.Load(); at != 0 {
		return time.Unix(at, 0).UTC()
	}
	return time.Time{}
}

// openTrail opens the trail in dir and reads its newest event.
func openTrail(ctx context.Context, dir string) (*recorder, error) {
	store, err := trailstore.Open(dir, trailstore.Options{})
	if err != nil {
		return nil, err
	}
	r := &recorder{trail: store}
	for record, err := range trailstore.Read(ctx, dir, trailstore.Last(1)) {
		if err != nil {
			_ = store.Close()
			return nil, err
		}
		r.note([]*trail.Event{record.Event})
	}
	r.index = trailstore.NewIndex(store)
	return r, nil
}

func (r *recorder) close() error {
	return errors.Join(ignoreClosed(r.index.Close()), ignoreClosed(r.trail.Close()))
}
