package alarm

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/internal/trailstore"
)

// readerName is the name of the watch among the readers of the trail.
const readerName = "alarm"

// Times of a Watch.
const (
	// saveEvery is how often counts and progress are kept; what is not kept yet is read again after a crash.
	saveEvery = 5 * time.Second
	// resolveEvery is how often alarms are looked through for those that are over.
	resolveEvery = time.Minute
	// retryFirst and retryMost bound the growing pause after a failure.
	retryFirst, retryMost = time.Second, time.Minute
	// DefaultQuiet is how long no event must have met an alarm for it to be over.
	DefaultQuiet = 24 * time.Hour
	// changeTimeout bounds one change of the state.
	changeTimeout = 10 * time.Second
	// maxPending is how many alarms may wait for their counts to be kept.
	maxPending = 1000
)

// progress is how far a watch has come.
type progress struct {
	Sequence uint64    `json:"sequence"` // of the newest record that was looked at
	Time     time.Time `json:"time"`     // of its event
}

// WatchOptions are what a Watch needs.
type WatchOptions struct {
	Options
	Store *store.Store
	// Trail is the folder of the local log.
	Trail string
	// Region stands in the alarms' own events.
	Region string
	// Channels are the names of those that are told.
	Channels []string
	// Tell is the least severity that somebody is told of; LOW where it is "".
	Tell Severity
	// Quiet is DefaultQuiet where it is 0.
	Quiet time.Duration
	Log   *slog.Logger
}

// Watch follows the local log and keeps alarms in the state.
type Watch struct {
	options WatchOptions
	engine  *Engine
	book    book
	at      progress
	kept    progress
	pending map[pendingKey]*found // what was added to alarms and not kept yet
	behind  bool                  // an alarm was not raised before the end: nothing more is kept, and the next start reads it again
}

type pendingKey struct{ account, id string }

// OpenWatch finds where the watch is to go on. On data that never had one it begins at the log's present end, and takes
// the accounts as they are for granted: nobody is alarmed about the past.
func OpenWatch(ctx context.Context, o WatchOptions) (*Watch, error) {
	if o.Tell == "" {
		o.Tell = Low
	}
	if o.Quiet == 0 {
		o.Quiet = DefaultQuiet
	}
	w := &Watch{
		options: o, pending: map[pendingKey]*found{},
		book: book{store: o.Store, region: o.Region, channels: o.Channels, tell: o.Tell},
	}
	memory := &Memory{}
	known, err := o.Store.Progress(ctx, readerName, &w.at, &memory.Seen, &memory.Facts)
	if err != nil {
		return nil, err
	}
	w.engine = NewEngine(o.Options, memory)
	newest, err := newest(ctx, o.Trail)
	if err != nil {
		return nil, err
	}
	if known && w.at.Sequence <= newest.Sequence {
		w.kept = w.at
		return w, w.warm(ctx)
	}
	if known {
		o.Log.Warn("the trail is shorter than alarms have seen it: they begin anew at its end", "record", w.at.Sequence, "end", newest.Sequence)
		if err := w.forgetSequences(ctx); err != nil {
			return nil, err
		}
	}
	w.at = newest
	w.engine.Learn()
	return w, w.save(ctx)
}

// newest is the log's present end.
func newest(ctx context.Context, dir string) (p progress, err error) {
	for record, err := range trailstore.Read(ctx, dir, trailstore.Last(1)) {
		if err != nil {
			return p, err
		}
		p = progress{record.Sequence, record.Event.EventTime}
	}
	return p, nil
}

// warm counts once more what the rules count over, up to where the watch was.
func (w *Watch) warm(ctx context.Context) error {
	since := w.at.Time.Add(-w.engine.Longest())
	for record, err := range trailstore.Read(ctx, w.options.Trail, trailstore.Since(since)) {
		if err != nil {
			return err
		}
		if record.Sequence > w.at.Sequence {
			return nil
		}
		w.engine.Warm(w.account(record.Event.RecipientAccountID), record.Sequence, record.Event)
	}
	return nil
}

// account is whose alarm an event raises. What no account is named in, such as a call with a key that nobody has, is the
// business of the one account, where there is one.
func (w *Watch) account(recipient string) string {
	if recipient != "" {
		return recipient
	}
	only := ""
	for a := range w.options.Store.Snapshot().Accounts() {
		if only != "" {
			return ""
		}
		only = a.ID()
	}
	return only
}

// forgetSequences lets alarms take records that count from another beginning.
func (w *Watch) forgetSequences(ctx context.Context) error {
	for a := range w.options.Store.Snapshot().Accounts() {
		for _, alarm := range a.Alarms() {
			_, err := w.options.Store.Update(ctx, &store.Change{Account: a.ID()}, func(tx *store.Tx) ([]byte, error) {
				now := tx.Account().Alarm(alarm.ID)
				if now == nil {
					return nil, nil
				}
				now = now.Clone()
				now.Sequence = 0
				return nil, tx.Put(now)
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// Run follows the log until ctx ends, and then keeps how far it came.
func (w *Watch) Run(ctx context.Context) {
	records := trailstore.Follow(ctx, w.options.Trail, w.at.Sequence, func(after uint64, err error) {
		w.options.Log.Error("alarms cannot read the trail", "after", after, "error", err.Error())
	})
	save, resolve := time.NewTicker(saveEvery), time.NewTicker(resolveEvery)
	defer save.Stop()
	defer resolve.Stop()
	for {
		select {
		case record, open := <-records:
			if !open {
				w.last(ctx)
				return
			}
			if !w.behind {
				w.look(ctx, &record)
			}
		case <-save.C:
			w.try(ctx, "keep the progress of alarms", w.flush)
		case <-resolve.C:
			w.try(ctx, "look for alarms that are over", w.resolve)
		}
	}
}

// last keeps the progress when the server stops.
func (w *Watch) last(ctx context.Context) {
	if err := w.once(ctx, w.flush); err != nil { // not lost: the next start reads it again
		w.options.Log.Warn("the progress of alarms was not kept", "error", err.Error())
	}
}

// look puts a record to the rules.
func (w *Watch) look(ctx context.Context, record *trailstore.Record) {
	for _, m := range w.engine.Feed(w.account(record.Event.RecipientAccountID), record.Sequence, record.Event) {
		if !w.take(ctx, m) {
			w.behind = true
			return
		}
	}
	w.at = progress{record.Sequence, record.Event.EventTime}
}

// take raises the alarm of a match at once; what adds to one that is raised waits for the next flush, so that a flood of
// events is no flood of changes. It is false where ctx ended before the alarm was raised.
func (w *Watch) take(ctx context.Context, m Match) bool {
	a := w.options.Store.Snapshot().Account(m.Account)
	if a == nil {
		return true
	}
	if alarm := a.Alarm(m.id()); alarm != nil && alarm.Sequence >= m.Sequence {
		return true // before a crash it was entered
	}
	key := pendingKey{m.Account, m.id()}
	f := w.pending[key]
	if f == nil {
		f = &found{match: m}
	}
	f.add(m)
	if w.book.goesOn(&m) && (w.pending[key] != nil || len(w.pending) < maxPending) {
		w.pending[key] = f
		return true
	}
	delete(w.pending, key)
	return w.must(ctx, "raise an alarm", func(ctx context.Context) error { return w.book.enter(ctx, f) })
}

// flush keeps counts, and how far the watch is.
func (w *Watch) flush(ctx context.Context) error {
	if w.behind {
		return nil
	}
	for key, f := range w.pending {
		if err := w.book.enter(ctx, f); err != nil {
			return err
		}
		delete(w.pending, key)
	}
	if w.at == w.kept {
		return nil
	}
	return w.save(ctx)
}

func (w *Watch) save(ctx context.Context) error {
	m := w.engine.Memory()
	if err := w.options.Store.SaveProgress(ctx, readerName, w.at, m.Seen, m.Facts); err != nil {
		return err
	}
	w.kept = w.at
	return nil
}

func (w *Watch) resolve(ctx context.Context) error {
	for a := range w.options.Store.Snapshot().Accounts() {
		if err := w.book.resolve(ctx, a.ID(), time.Now().UTC(), w.options.Quiet); err != nil {
			return err
		}
	}
	return nil
}

// try does what the next tick does again where it fails.
func (w *Watch) try(ctx context.Context, what string, do func(context.Context) error) {
	if err := do(ctx); err != nil && ctx.Err() == nil {
		w.options.Log.Error("alarms: cannot "+what, "error", err.Error())
	}
}

// must does what has to be done before the next record, again and again: the log waits, and is not lost. It is false
// where ctx ended first. What no further try can do is said and passed over.
func (w *Watch) must(ctx context.Context, what string, do func(context.Context) error) bool {
	for wait := retryFirst; ; wait = min(2*wait, retryMost) {
		err := w.once(ctx, do)
		var damaged *store.DamagedError
		switch {
		case err == nil:
			return true
		case errors.As(err, &damaged):
			w.options.Log.Error("alarms: cannot "+what, "error", err.Error())
			return true
		case ctx.Err() != nil:
			return false
		case wait == retryFirst:
			w.options.Log.Error(fmt.Sprintf("alarms: cannot %s; it is tried again", what), "error", err.Error())
		}
		pause(ctx, wait)
	}
}

// once lets a change that was begun come to its end, also where the server stops.
func (w *Watch) once(ctx context.Context, do func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), changeTimeout)
	defer cancel()
	return do(ctx)
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
