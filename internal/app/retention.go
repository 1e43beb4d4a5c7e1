package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/internal/trailstore"
	"github.com/warder-iam/warder/trail"
)

const (
	// retainEvery is how often the log is looked at for what is too old or too much.
	retainEvery = 10 * time.Minute
	// leastRetained and leastRetainedBytes are the least that retention may be set to. Below that an attacker's tracks could be
	// gone before anybody looks, and the segments that are always kept are more than the bound.
	leastRetained      = 24 * time.Hour
	leastRetainedBytes = 256 << 20
	// removeEvent is the name of the event that tells of a removal.
	removeEvent = "RemoveTrailRecords"
)

// checkRetention checks how much of the log is to be kept.
func checkRetention(r trailstore.Retention) error {
	if r.Age != 0 && r.Age < leastRetained {
		return wrong("trail-retain", "%v is too short; at least %v", r.Age, leastRetained)
	}
	if r.Bytes != 0 && r.Bytes < leastRetainedBytes {
		return wrong("trail-retain-size", "%d bytes are too few; at least 256MiB", r.Bytes)
	}
	return nil
}

// retention removes from the log what is too old or too much, and was delivered to every trail.
type retention struct {
	trailstore.Retention
	recorder *recorder
	state    *store.Store
	// delivered is the sequence up to which all was delivered; the greatest there is where nothing is to be delivered.
	delivered func() uint64
	log       *slog.Logger
	lags      bool // the log knows that its time is behind the clock
}

// run removes until ctx ends.
func (r *retention) run(ctx context.Context) {
	if r.Retention == (trailstore.Retention{}) {
		return
	}
	for last := time.Now(); ctx.Err() == nil; {
		now := time.Now()
		ran := now.Sub(last) // by the monotonic clock, which nobody sets
		last = now
		if err := r.once(ctx, now, ran); err != nil && ctx.Err() == nil {
			r.log.Error("nothing of the trail was removed, though some is over what is to be kept", "error", err.Error())
		}
		sleep(ctx, retainEvery)
	}
}

// once removes what there is to remove, ran after the last call; 0 for the first of a server. In this order: the trail says what will be removed, the state knows it, it is removed.
// Wherever a crash comes between, no record is missing that the state does not know to be, and the next call goes on.
func (r *retention) once(ctx context.Context, now time.Time, ran time.Duration) error {
	counted, err := r.counted(ctx, now, ran)
	if err != nil {
		return err
	}
	last, err := r.recorder.trail.Expired(r.Retention, counted, r.delivered())
	if err != nil || last == 0 {
		return err
	}
	if err := r.announce(ctx, last, now); err != nil {
		return err
	}
	if err := r.state.SetTrailRemoved(ctx, last); err != nil {
		return err
	}
	segments, err := r.recorder.trail.Remove(last)
	if segments > 0 {
		r.log.Info("removed the oldest part of the trail", "to", last, "segments", segments)
	}
	return err
}

// announce puts the removal on the trail of every account: whose records they were is not looked at.
func (r *retention) announce(ctx context.Context, last uint64, now time.Time) error {
	details, err := json.Marshal(map[string]any{
		"lastSequence": last, "retainedAge": r.Age.String(), "retainedBytes": r.Bytes,
	})
	if err != nil {
		return fmt.Errorf("tell of a removal: %w", err)
	}
	var events []*trail.Event
	for a := range r.state.Snapshot().Accounts() {
		events = append(events, trail.ServiceEvent(uuid.NewString(), internalSource, a.ID(), Region, removeEvent, now, details))
	}
	if len(events) == 0 {
		return errors.New("there is no account whose trail could tell of a removal")
	}
	return r.recorder.Append(ctx, events...)
}
