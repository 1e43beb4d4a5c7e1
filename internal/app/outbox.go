package app

import (
	"context"
	"log/slog"
	"time"

	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/trail"
)

const (
	// deliverAtATime is how many events are handed to the trail in one piece.
	deliverAtATime = 256
	// deliverPause lets a burst of changes gather, so that its events take one sync and not one each.
	deliverPause = 20 * time.Millisecond
	// deliverRetry and deliverRetryMost bound the growing pause after a failure.
	deliverRetry, deliverRetryMost = 100 * time.Millisecond, 5 * time.Second
)

// delivery carries the events of changes from the outbox, where they became durable with the change, to the trail.
type delivery struct {
	store    *store.Store
	recorder *recorder
	log      *slog.Logger
}

// run delivers until ctx ends. What is left then is delivered by the next start, or by flush.
func (d *delivery) run(ctx context.Context) {
	pause := deliverRetry
	for {
		err := d.flush(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			if pause == deliverRetry { // once for a failure, however long it lasts
				d.log.Error("events wait to be moved to the trail", "error", err.Error())
			}
			sleep(ctx, pause)
			pause = min(2*pause, deliverRetryMost)
			continue
		case pause > deliverRetry:
			d.log.Info("events are moved to the trail again")
			pause = deliverRetry
		}
		sleep(ctx, deliverPause)
		select {
		case <-ctx.Done():
			return
		case <-d.store.OutboxSignal():
		}
	}
}

// flush delivers all that waits. An event that was delivered before but not taken out of the outbox, because of a
// crash between the two, is not recorded twice.
func (d *delivery) flush(ctx context.Context) error {
	for {
		events, sequences, err := d.batch(ctx)
		if err != nil || len(events) == 0 {
			return err
		}
		if err := d.recorder.appendOnce(ctx, events...); err != nil {
			return err
		}
		if err := d.store.Acknowledge(ctx, sequences...); err != nil {
			return err
		}
	}
}

func (d *delivery) batch(ctx context.Context) (events []*trail.Event, sequences []store.Sequence, err error) {
	for o, err := range d.store.Outbox(ctx, "") {
		if err != nil {
			return nil, nil, err
		}
		events, sequences = append(events, o.Event), append(sequences, o.Sequence)
		if len(events) == deliverAtATime {
			break
		}
	}
	return events, sequences, nil
}

func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
