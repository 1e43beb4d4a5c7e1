package delivery

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/objectstore"
	"github.com/warder-iam/warder/internal/store"
)

const (
	// retryFirst and retryMost bound the growing pause after a failure.
	retryFirst, retryMost = time.Second, time.Minute
	// settle is how long after a trail was stopped its last digest waits: events of before then are still on their way from
	// the outbox to the log.
	settle = 10 * time.Second
	// late is how long a stopped trail still takes events of before then, should the log have been full; lateGone, a deleted
	// one, for which another of its name may wait.
	late, lateGone = 24 * time.Hour, time.Minute
)

// worker delivers one trail.
type worker struct {
	job         *Job
	account, id string
	name        string
	wake        chan struct{} // holds one token when the trail changed

	mu    sync.Mutex
	trail *directory.Trail // as it is now; nil when it was deleted
	gone  time.Time        // when that was noticed
	past  []store.Choice   // what it chose before
	shown store.Delivery   // what the state holds, for those who ask
	since time.Time        // of the first failure of those that last
	code  string           // S3's code of the newest one
	done  bool             // nothing is left to deliver, ever

	d *store.Delivery // only the one goroutine that delivers uses it
}

func newWorker(j *Job, d *store.Delivery) *worker {
	return &worker{job: j, account: d.Account, id: d.Trail.ID, name: d.Trail.Name, wake: make(chan struct{}, 1), trail: d.Trail, past: slices.Clone(d.Past), shown: *d, d: d}
}

// notice takes the trail as it is now, nil for a deleted one, and wakes the worker where there may be something to do.
func (w *worker) notice(t *directory.Trail, now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	old := w.trail
	if t == nil && w.gone.IsZero() {
		w.gone = now
	}
	if until, ok := chosenUntil(old, t, now); ok && !w.shown.Gone {
		w.past = addChoice(w.past, until, old)
	}
	w.trail = t
	if old != t && (old == nil || t == nil || old.Logging != t.Logging || old.Validation != t.Validation || !old.Started.Equal(t.Started) || !old.Chosen.Equal(t.Chosen)) {
		select {
		case w.wake <- struct{}{}:
		default:
		}
	}
}

func (w *worker) isDone() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.done
}

func (w *worker) delivered() uint64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.done {
		return ^uint64(0)
	}
	return w.shown.Read
}

func (w *worker) status() store.DeliveryStatus {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.shown.Status
}

func (w *worker) problem() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.code == "" {
		return ""
	}
	return fmt.Sprintf("trail %s of account %s is not delivered since %s: %s", w.name, w.account, w.since.Format(time.RFC3339), w.code)
}

// run delivers until ctx ends, or nothing is left.
func (w *worker) run(ctx context.Context) {
	retry := retryFirst
	for ctx.Err() == nil && !w.isDone() {
		pause, err := w.deliver(ctx, time.Now())
		if err != nil {
			pause, retry = retry, min(2*retry, retryMost, max(w.job.o.Every, retryFirst))
		} else {
			retry = retryFirst
		}
		w.wait(ctx, pause)
	}
}

func (w *worker) wait(ctx context.Context, pause time.Duration) {
	t := time.NewTimer(pause)
	defer t.Stop()
	select {
	case <-t.C:
	case <-w.wake:
	case <-ctx.Done():
	}
}

// deliver delivers all that the log holds, and a digest where it is time for one. It says when the next is due.
func (w *worker) deliver(ctx context.Context, now time.Time) (next time.Duration, err error) {
	select {
	case w.job.building <- struct{}{}:
		defer func() { <-w.job.building }()
	case <-ctx.Done():
		return 0, context.Cause(ctx)
	}
	now = now.UTC().Truncate(time.Second)
	next, err = w.steps(ctx, now)
	if ctx.Err() != nil {
		return 0, context.Cause(ctx)
	}
	return next, w.outcome(ctx, now, err)
}

// steps is the life of a delivery: finish what was planned, follow the trail's changes, deliver files, deliver a digest.
func (w *worker) steps(ctx context.Context, now time.Time) (time.Duration, error) {
	if w.d.Plan != nil {
		err := w.carryOut(ctx)
		if errors.Is(err, objectstore.ErrName) {
			err = w.drop(ctx)
		}
		if err != nil {
			return 0, err
		}
	}
	if err := w.follow(ctx, now); err != nil {
		return 0, err
	}
	for more := true; more; {
		if w.full() {
			if !now.After(w.d.DigestEnd) { // of digests that end in one second there is one
				return time.Second, nil
			}
			if err := w.digest(ctx, now); err != nil {
				return 0, err
			}
		}
		var err error
		if more, err = w.file(ctx, now); err != nil {
			return 0, err
		}
	}
	if w.digestDue(now) {
		if err := w.digest(ctx, now); err != nil {
			return 0, err
		}
	}
	if err := w.end(ctx, now); err != nil {
		return 0, err
	}
	return w.pause(now), nil
}

// drop forgets the plan of an object whose name the storage does not take, and never took: it would stand before all that
// follows for good. What it was to hold is planned anew under the next name, by the trail as it is now.
func (w *worker) drop(ctx context.Context) error {
	d := w.change()
	d.Plan = nil
	return ofState(w.save(ctx, d, nil))
}

// pause is until the next file or digest is due.
func (w *worker) pause(now time.Time) time.Duration {
	pause := w.job.o.Every
	if at := w.digestAt(); !at.IsZero() {
		pause = min(pause, at.Sub(now))
	}
	return max(pause, time.Second)
}

// save keeps d and shows it.
func (w *worker) save(ctx context.Context, d *store.Delivery, file *store.DeliveredFile) error {
	if err := w.job.o.State.SaveDelivery(ctx, d, file); err != nil {
		return err
	}
	w.d = d
	w.mu.Lock()
	w.shown = *d
	w.mu.Unlock()
	return nil
}

// change is a copy of what is known, to be changed and saved.
func (w *worker) change() *store.Delivery {
	d := *w.d
	return &d
}

// outcome keeps what became of an attempt: it is logged when it begins to fail and when it succeeds again.
func (w *worker) outcome(ctx context.Context, now time.Time, err error) error {
	code := objectstore.ErrorCode(err)
	var state *stateError
	if errors.As(err, &state) {
		code = "InternalError"
	}
	w.mu.Lock()
	old := w.code
	if w.code = code; old == "" {
		w.since = now
	}
	since := w.since
	w.mu.Unlock()
	log := w.job.o.Logger.With("trail", w.name, "account", w.account)
	switch {
	case code == old:
		return err
	case code == "":
		log.Info("the trail is delivered again", "failed_since", since)
	case errors.Is(err, ErrConflict):
		log.Error("ALARM: the storage holds another object in the place of one of this trail's; it was not overwritten, and the trail waits", "error", err.Error())
	default:
		log.Warn("the trail is not delivered for now; nothing is lost, and it is tried again", "error", err.Error())
	}
	return errors.Join(err, w.fail(ctx, now, code))
}

// fail keeps an error's code for GetTrailStatus, also over a restart.
func (w *worker) fail(ctx context.Context, now time.Time, code string) error {
	d := w.change()
	switch digest := d.Plan != nil && d.Plan.Digest != nil; {
	case code == "":
		d.Status.LatestDeliveryError, d.Status.LatestDigestError = "", ""
	case digest:
		d.Status.LatestDigestError = code
	default:
		d.Status.LatestDeliveryError, d.Status.LatestDeliveryAttempt = code, now
	}
	return w.save(ctx, d, nil)
}

// stateError: the state, or the log, and not the storage did not do its part.
type stateError struct{ err error }

func (e *stateError) Error() string { return e.err.Error() }
func (e *stateError) Unwrap() error { return e.err }

func ofState(err error) error {
	if err == nil {
		return nil
	}
	return &stateError{err}
}
