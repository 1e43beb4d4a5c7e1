package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/warder-iam/warder/internal/seal"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/internal/trailstore"
	"github.com/warder-iam/warder/trail"
)

// recorder is the trail with its index, and knows the time of its newest event.
type recorder struct {
	trail  *trailstore.Store
	head   *headKeeper
	index  *trailstore.Index
	newest atomic.Int64                // Unix seconds; 0 without events
	told   func(events []*trail.Event) // of what is on the trail; nil for nobody
}

// Append puts events on the trail; it implements server.Recorder.
func (r *recorder) Append(ctx context.Context, events ...*trail.Event) error {
	if err := r.head.begin(ctx); err != nil {
		return err
	}
	if err := r.trail.Append(ctx, events...); err != nil {
		return err
	}
	r.note(events)
	return nil
}

func (r *recorder) appendOnce(ctx context.Context, events ...*trail.Event) error {
	if err := r.head.begin(ctx); err != nil {
		return err
	}
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
	if r.told != nil {
		r.told(events)
	}
}

// newestEvent is the time of the newest event; zero without events.
func (r *recorder) newestEvent() time.Time {
	if at := r.newest.Load(); at != 0 {
		return time.Unix(at, 0).UTC()
	}
	return time.Time{}
}

// openTrail opens the trail in dir, which must be the one that the state knows, and reads its newest event.
func openTrail(ctx context.Context, dir string, keyring *seal.Keyring, state *store.Store, log *slog.Logger) (*recorder, error) {
	known, err := state.TrailHead(ctx)
	if err != nil {
		return nil, err
	}
	opened, err := trailstore.Open(dir, trailstore.Options{Keyring: keyring, Known: trailstore.Known(known)})
	if errors.Is(err, trailstore.ErrDamaged) {
		err = fmt.Errorf("%w. Nothing was changed. warder trail verify says what else is wrong. Put the files back from a backup; "+
			"where there is none, warder trail accept goes on without them, on record", err)
	}
	if err != nil {
		return nil, err
	}
	r := &recorder{trail: opened, head: newHeadKeeper(opened, state, known, log)}
	for record, err := range trailstore.Read(ctx, dir, trailstore.Last(1)) {
		if err != nil {
			_ = opened.Close()
			return nil, err
		}
		r.note([]*trail.Event{record.Event})
	}
	r.index = trailstore.NewIndex(opened)
	return r, nil
}

// close records what is waiting, closes the trail and notes that this is its end.
func (r *recorder) close() error {
	if err := errors.Join(ignoreClosed(r.index.Close()), r.trail.Close()); err != nil {
		return ignoreClosed(err)
	}
	r.head.end()
	return nil
}
