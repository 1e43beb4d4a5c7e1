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

// outbox carries the events of changes from the outbox, where they became durable with the change, to the trail.
type outbox struct {
	store    *store.Store
	recorder *recorder
	log      *slog.Logger
}

// run delivers until ctx ends. What is left then is delivered by the next start, or by flush.
func (o *outbox) run(ctx context.Context) {
	pause := deliverRetry
	for {
		err := o.flush(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			if pause == deliverRetry { // once for a failure, however long it lasts
				o.log.Error("events wait to be moved to the trail", "error", err.Error())
			}
			sleep(ctx, pause)
			pause = min(2*pause, deliverRetryMost)
			continue
		case pause > deliverRetry:
			o.log.Info("events are moved to the trail again")
			pause = deliverRetry
		}
		sleep(ctx, deliverPause)
		select {
		case <-ctx.Done():
			return
		case <-o.store.OutboxSignal():
		}
	}
}

// flush delivers all that waits. An event that was delivered before but not taken out of the outbox, because of a
// crash between the two, is not recorded twice.
func (o *outbox) flush(ctx context.Context) error {
	for {
		events, sequences, err := o.batch(ctx)
		if err != nil || len(events) == 0 {
			return err
		}
		if err := o.recorder.appendOnce(ctx, events...); err != nil {
			return err
		}
		if err := o.store.Acknowledge(ctx, sequences...); err != nil {
			return err
		}
	}
}

func (o *outbox) batch(ctx context.Context) (events []*trail.Event, sequences []store.Sequence, err error) {
	for out, err := range o.store.Outbox(ctx, "") {
		if err != nil {
			return nil, nil, err
		}
		events, sequences = append(events, out.Event), append(sequences, out.Sequence)
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
