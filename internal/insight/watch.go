package insight

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/trailstore"
	"github.com/warder-iam/warder/trail"
)

// Times of a Watch.
const (
	// lookEvery is how soon a change of trails is followed.
	lookEvery = time.Second
	// judgeEvery is how often minutes are judged that have ended.
	judgeEvery = 5 * time.Second
	// grace is how long after its end a minute's events may still come.
	grace = 10 * time.Second
	// again is how far back minutes are judged anew after a restart: what they had was told, or still is to be.
	again = 3 * time.Minute
	// appendTimeout bounds putting an insight on the trail.
	appendTimeout = 10 * time.Second
)

// Options of a Watch.
type Options struct {
	// Accounts are those that there are now.
	Accounts func() *directory.Snapshot
	// Trail is the folder of the local log, Head its newest durable record.
	Trail string
	Head  func() trail.Head
	// AppendOnce puts events on the trail; one whose id is there already is passed over.
	AppendOnce func(ctx context.Context, events ...*trail.Event) error
	// Region stands in the events.
	Region string
	Log    *slog.Logger
}

// Watch puts Insights on the trail, of the accounts that have a trail which is logging and has Insights.
type Watch struct {
	options  Options
	wanted   map[string]Account
	engine   *Engine
	at       uint64    // sequence of the newest record that was read
	newest   time.Time // of the events that were read
	judged   time.Time // minutes that ended before are judged; zero where that is not known
	untold   []Change
	refusing bool // the trail did not take the last one
}

// NewWatch makes one. It does nothing before Run.
func NewWatch(o Options) *Watch { return &Watch{options: o} }

// Run watches until ctx ends. Nothing is read and kept while no account wants Insights.
func (w *Watch) Run(ctx context.Context) {
	for ctx.Err() == nil {
		if w.wanted = w.wants(); len(w.wanted) > 0 {
			w.follow(ctx)
		} else {
			w.judged, w.untold = time.Time{}, nil // what is unusual meanwhile is not told later
		}
		sleep(ctx, lookEvery)
	}
}

// wants are the accounts that want Insights, and which.
func (w *Watch) wants() map[string]Account {
	wanted := map[string]Account{}
	for a := range w.options.Accounts().Accounts() {
		about := Account{Created: a.Info().Created}
		for t := range a.Trails() {
			for _, i := range t.Insights {
				if t.Logging && !slices.Contains(about.Types, i) {
					about.Types = append(about.Types, i)
				}
			}
		}
		if len(about.Types) > 0 {
			slices.Sort(about.Types)
			wanted[a.ID()] = about
		}
	}
	return wanted
}

// follow reads what the trail has of the baseline, and then watches what comes, until ctx ends, another account wants Insights,
// or none does.
func (w *Watch) follow(ctx context.Context) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	w.engine = NewEngine(func(id string) (Account, bool) { a, ok := w.wanted[id]; return a, ok })
	w.at, w.newest = 0, time.Time{}
	if err := w.learn(ctx); err != nil {
		if ctx.Err() == nil {
			w.options.Log.Error("the trail cannot be read for Insights; it is tried again", "error", err.Error())
			sleep(ctx, time.Minute)
		}
		return
	}
	records := trailstore.Follow(ctx, w.options.Trail, w.at, func(after uint64, err error) {
		w.options.Log.Error("the trail cannot be read for Insights; it is tried again", "after", after, "error", err.Error())
	})
	judge, look := time.NewTicker(judgeEvery), time.NewTicker(lookEvery)
	defer judge.Stop()
	defer look.Stop()
	for {
		select {
		case record, open := <-records:
			if !open {
				return
			}
			w.take(&record)
		case <-judge.C:
			w.judge(ctx, time.Now())
		case <-look.C:
			if !w.same() {
				return
			}
		}
	}
}

// same takes over what is wanted now; it is false where an account wants Insights that did not, of which the past must be read, and
// where none does. One that wants none any more goes on being counted, so that whoever turns them on and off again and again has
// nothing read.
func (w *Watch) same() bool {
	now := w.wants()
	if len(now) == 0 {
		return false
	}
	for id, about := range w.wanted {
		if _, still := now[id]; !still {
			now[id] = Account{Created: about.Created}
		}
	}
	if len(now) > len(w.wanted) {
		return false
	}
	w.wanted = now
	return true
}

// learn reads the baseline, and what was told before. Minutes that come to an end while it reads are judged after it.
func (w *Watch) learn(ctx context.Context) error {
	known := w.judged
	if known.IsZero() {
		last, err := w.last(ctx)
		if err != nil {
			return err
		}
		known = last.Add(-again)
	}
	for record, err := range trailstore.Read(ctx, w.options.Trail, trailstore.Since(time.Now().Add(-Baseline))) {
		if err != nil {
			return err
		}
		if until := w.newest.Add(-again); until.Before(known) {
			w.engine.Skip(until)
		}
		w.take(&record)
	}
	w.engine.Skip(known)
	return nil
}

// last is the time of the trail's last record; zero where there is none.
func (w *Watch) last(ctx context.Context) (at time.Time, err error) {
	for record, err := range trailstore.Read(ctx, w.options.Trail, trailstore.Last(1)) {
		if err != nil {
			return at, err
		}
		at = record.Event.EventTime
	}
	return at, nil
}

func (w *Watch) take(record *trailstore.Record) {
	w.engine.Feed(record.Event)
	w.at = record.Sequence
	if at := record.Event.EventTime; at.After(w.newest) {
		w.newest = at
	}
}

// judge looks at the minutes that have ended and of which everything was read, and puts on the trail what it finds. What the
// trail does not take is tried again.
func (w *Watch) judge(ctx context.Context, now time.Time) {
	until := now
	if w.at < w.options.Head().Sequence && w.newest.Before(now) { // more is recorded than was read yet
		until = w.newest
	}
	if until = until.Add(-grace); until.After(w.judged) {
		w.judged = until
	}
	w.untold = append(w.untold, w.engine.Judge(w.judged)...)
	for len(w.untold) > 0 && w.tell(ctx, &w.untold[0], now) {
		w.untold = w.untold[1:]
	}
}

// tell puts a change on the trail; it lets one that was begun come to its end, also where the server stops.
func (w *Watch) tell(ctx context.Context, c *Change, now time.Time) bool {
	event, err := trail.InsightEvent(c.id(), c.Shared, c.Account, w.options.Region, now, c.Insight)
	if err == nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), appendTimeout)
		defer cancel()
		err = w.options.AppendOnce(ctx, event)
	}
	if err != nil && !w.refusing {
		w.options.Log.Error("an insight cannot be recorded; it is tried again", "error", err.Error())
	}
	w.refusing = err != nil
	return err == nil
}

func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
