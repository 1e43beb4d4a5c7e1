package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/warder-iam/warder/internal/kv"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/internal/trailstore"
	"github.com/warder-iam/warder/trail"
)

// headEvery is how long a record may be on the trail before the state knows of it.
const headEvery = time.Second

// oldState is the least time that the trail is ahead of a state that is not of the same moment.
const oldState = time.Minute

// headKeeper notes in the state how far the trail has come, so that records that are cut off its end are missed.
type headKeeper struct {
	trail *trailstore.Store
	state *store.Store
	log   *slog.Logger

	mu    sync.Mutex
	begun bool // the state knows that records come after the head, and no others before them
	noted trail.Head
}

func newHeadKeeper(opened *trailstore.Store, state *store.Store, known store.TrailHead, log *slog.Logger) *headKeeper {
	begun := !known.Closed && known.Head.Sequence > 0 && known.Head.Sequence == opened.Head().Sequence
	return &headKeeper{trail: opened, state: state, log: log, begun: begun, noted: known.Head}
}

// begin is called before each record. The first after a start has the state say that the trail goes on: a crash then
// leaves no trail that seems to have been added to after it was closed. After a crash the state also learns what came
// before, so that the time it does not know of is that of one crash, however many follow each other.
func (k *headKeeper) begin(ctx context.Context) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.begun {
		return nil
	}
	head, err := k.trail.SyncChain(ctx)
	if err == nil {
		err = k.state.SetTrailHead(ctx, head, false)
	}
	if errors.Is(err, kv.ErrFull) {
		err = fmt.Errorf("%w: %w", trailstore.ErrFull, err)
	}
	if err != nil {
		return err
	}
	k.begun, k.noted = true, head
	return nil
}

// run notes the head every second while records come, until ctx ends.
func (k *headKeeper) run(ctx context.Context) {
	failing := false
	for sleep(ctx, headEvery); ctx.Err() == nil; sleep(ctx, headEvery) {
		err := k.note(ctx)
		switch {
		case ctx.Err() != nil:
		case err != nil && !failing: // once for a failure, however long it lasts
			k.log.Error("the state does not take how far the trail has come; records since the last time could be cut off unnoticed", "error", err.Error())
		case err == nil && failing:
			k.log.Info("the state takes how far the trail has come again")
		}
		failing = err != nil
	}
}

// note has the state know of every record up to now.
func (k *headKeeper) note(ctx context.Context) error {
	k.mu.Lock()
	noted := k.noted
	k.mu.Unlock()
	if k.trail.Head().Sequence == noted.Sequence {
		return nil
	}
	head, err := k.trail.SyncChain(ctx)
	if err != nil {
		return err
	}
	if err := k.state.SetTrailHead(ctx, head, false); err != nil {
		return err
	}
	k.mu.Lock()
	k.noted = head
	k.mu.Unlock()
	return nil
}

// end is called after the trail was closed. What it cannot note is no failure of the server's: the next start finds the
// records of the last second all the same.
func (k *headKeeper) end() {
	if k.trail.Err() != nil {
		return // what is on disk is not known, or there is no room for this either
	}
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	if err := k.state.SetTrailHead(ctx, k.trail.Head(), true); err != nil {
		k.log.Warn("the state did not take that the trail is closed", "error", err.Error())
	}
}

// tellRecovery logs what opening the trail had to mend.
func (a *App) tellRecovery(r trailstore.Recovery) {
	if r.Segment != "" {
		a.log.Warn("cut an unfinished record off the trail's end", "segment", r.Segment, "offset", r.Offset, "bytes", len(r.Cut), "reason", r.Reason)
	}
	if r.Chained > 0 {
		a.log.Warn("records of the trail had no value in its chain and got one: the server was killed, or the trail is older than its chain",
			"records", r.Chained)
	}
	if r.Unknown > 0 && r.Span > oldState {
		a.log.Error("the trail has records that the state does not know of, from a longer time than a crash explains: an older state was put back, "+
			"and the changes of that time are on the trail and not in force", "records", r.Unknown, "time", r.Span.String())
	}
}
