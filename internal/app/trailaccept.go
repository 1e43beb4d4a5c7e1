package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/warder-iam/warder/internal/setup"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/internal/trailstore"
)

// acceptEvent is the name of the event of a trail that was accepted.
const acceptEvent = "AcceptTrail"

// AcceptedTrail is what AcceptTrail did.
type AcceptedTrail struct {
	// Known is the newest record that the state knew of, Log the newest of the log that matches its chain.
	Known uint64 `json:"knownRecords"`
	Log   uint64 `json:"logRecords"`
	// SetAside is where the old log lies now; "" where it goes on.
	SetAside string `json:"setAside,omitempty"`
	Reason   string `json:"reason"`
}

// AcceptTrail goes on with a trail that does not fit the state, for want of a backup that does. A log that is whole and not
// shorter than the state says goes on: the state is the older one. Any other is set aside, beside it, and a new log begins
// behind every number that was given. Nothing is deleted, and the new log's first record says what was done and why. nil:
// the trail fits, and nothing was done.
//
// It works on the data of a server that does not run, as the root user.
func AcceptTrail(ctx context.Context, config Config, reason string, out Output) (_ *AcceptedTrail, err error) {
	a, err := openStateOffline(ctx, config, out)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, a.release()) }()
	account, err := a.theAccount()
	if err != nil {
		return nil, err
	}
	if err := a.openLog(ctx); !errors.Is(err, trailstore.ErrDamaged) {
		return nil, err
	}
	accepted, err := a.acceptTrail(ctx, reason)
	if err != nil {
		return nil, err
	}
	if err := a.openLog(ctx); err != nil {
		return nil, err
	}
	details, err := json.Marshal(accepted)
	if err != nil {
		return nil, err
	}
	return accepted, a.recorder.Append(ctx, setup.RootEvent(account.ID(), Region, acceptEvent, details, time.Now()))
}

func (a *App) acceptTrail(ctx context.Context, reason string) (*AcceptedTrail, error) {
	known, err := a.store.TrailHead(ctx)
	if err != nil {
		return nil, err
	}
	dir := TrailDir(a.config.Data)
	found, err := trailstore.VerifyLog(ctx, dir, trailstore.VerifyOptions{
		Keyring: a.keyring, Known: func() (trailstore.Known, error) { return trailstore.Known{}, nil },
	})
	if errors.Is(err, fs.ErrNotExist) {
		found, err = new(trailstore.LogVerification), nil
	}
	if err != nil {
		return nil, err
	}
	accepted := &AcceptedTrail{Known: known.Head.Sequence, Log: found.End.Sequence, Reason: reason}
	next := store.TrailHead{Head: found.End, Removed: max(known.Removed, found.First-min(found.First, 1))}
	if len(found.Problems) > 0 || found.End.Sequence < known.Head.Sequence || found.Records == 0 {
		if accepted.SetAside, err = setAside(dir); err != nil {
			return nil, err
		}
		next = store.TrailHead{Head: known.Head, Closed: true}
		next.Head.Sequence = max(known.Head.Sequence, found.End.Sequence)
		next.Removed = next.Head.Sequence
	}
	return accepted, a.store.AcceptTrail(ctx, next)
}

// setAside gives the log's folder another name. Where it is gone already there is none.
func setAside(dir string) (string, error) {
	to := dir + "-set-aside-" + time.Now().UTC().Format("20060102T150405Z")
	switch err := os.Rename(dir, to); {
	case errors.Is(err, fs.ErrNotExist):
		return "", nil
	case err != nil:
		return "", fmt.Errorf("set the trail aside: %w", err)
	}
	return to, syncDir(filepath.Dir(dir))
}
