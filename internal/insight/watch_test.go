package insight

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/seal"
	"github.com/warder-iam/warder/internal/trailstore"
	"github.com/warder-iam/warder/trail"
)

// world is a trail and the account that it is of.
type world struct {
	*testing.T
	library *directory.Library
	now     atomic.Pointer[directory.Snapshot]
	dir     string
	ring    *seal.Keyring
	trail   *trailstore.Store
	full    atomic.Bool // the trail takes nothing
	busy    atomic.Bool // more is always recorded than was read
	log     safeText
	n       int
}

type safeText struct {
	mu   sync.Mutex
	text strings.Builder
}

func (s *safeText) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

// inWorld runs a test in one, whose account began two days ago; library is made outside, since it takes long.
func inWorld(t *testing.T, test func(w *world)) {
	library := directory.NewLibrary(catalog.Load())
	synctest.Test(t, func(t *testing.T) {
		w := &world{T: t, library: library, dir: t.TempDir()}
		var err error
		w.ring, _, err = seal.NewKeyring(seal.NewMaster())
		w.check(err)
		w.open()
		defer func() { w.check(w.trail.Close()) }()
		test(w)
	})
}

func (w *world) check(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) open() {
	w.Helper()
	var err error
	w.trail, err = trailstore.Open(w.dir, trailstore.Options{Keyring: w.ring})
	w.check(err)
}

// wants gives the account a trail with Insights of these types; none: no trail.
func (w *world) wants(types ...trail.InsightType) { w.wantsBeside(nil, types...) }

// wantsBeside is wants where another account wants Insights of some types too.
func (w *world) wantsBeside(other []trail.InsightType, types ...trail.InsightType) {
	now := directory.New(w.library)
	for id, types := range map[string][]trail.InsightType{home: types, "444455556666": other} {
		entities := []directory.Entity{&directory.AccountInfo{ID: id, Created: time.Date(1999, 12, 30, 0, 0, 0, 0, time.UTC)}}
		if len(types) > 0 {
			entities = append(entities, &directory.Trail{ID: "t" + id, Name: "main", Logging: true, GlobalEvents: true, Insights: types})
		}
		now = now.With(now.Revision()+1, id, entities, nil)
	}
	w.now.Store(now)
}

// run runs a watch; the function that it gives ends it.
func (w *world) run() (end func()) {
	ctx, stop := context.WithCancel(w.Context())
	watch := NewWatch(Options{
		Accounts: w.now.Load, Trail: w.dir, Head: w.head, Region: "us-east-1", Log: slog.New(slog.NewTextHandler(&w.log, nil)),
		AppendOnce: func(ctx context.Context, events ...*trail.Event) error {
			if w.full.Load() {
				return errors.New("no space")
			}
			return w.trail.AppendOnce(ctx, events...)
		},
	})
	done := make(chan struct{})
	go func() { defer close(done); watch.Run(ctx) }()
	return func() { stop(); <-done }
}

func (w *world) head() trail.Head {
	head := w.trail.Head()
	if w.busy.Load() {
		head.Sequence++
	}
	return head
}

// calls puts calls on the trail, now.
func (w *world) calls(n int, operation string) {
	w.Helper()
	var events []*trail.Event
	for range n {
		w.n++
		e := call(time.Now(), operation, "ann")
		e.EventID = fmt.Sprint("event-", w.n)
		events = append(events, e)
	}
	w.check(w.trail.Append(w.Context(), events...))
}

// want compares the insights on the trail with those that are expected.
func (w *world) want(want ...string) {
	w.Helper()
	var got []string
	for record, err := range trailstore.Read(w.Context(), w.dir, trailstore.All()) {
		w.check(err)
		if i := record.Event.Insight(); i != nil {
			got = append(got, fmt.Sprintf("%s %s %s %s", record.Event.EventTime.Format("15:04:05"), i.State, i.EventName, i.Type))
		}
	}
	if !slices.Equal(got, want) {
		w.Errorf("insights\n%s\nwant\n%s\nlog %s", strings.Join(got, "\n"), strings.Join(want, "\n"), w.log.text.String())
	}
}

// wantOpen counts the insights that have begun and not ended; ends are of those that have begun.
func (w *world) wantOpen(n int) {
	w.Helper()
	open := map[string]bool{}
	for record, err := range trailstore.Read(w.Context(), w.dir, trailstore.All()) {
		w.check(err)
		i := record.Event.Insight()
		switch {
		case i == nil:
		case i.State == trail.InsightStart && !open[record.Event.SharedEventID]:
			open[record.Event.SharedEventID] = true
		case i.State == trail.InsightEnd && open[record.Event.SharedEventID]:
			delete(open, record.Event.SharedEventID)
		default:
			w.Errorf("%s of an insight at a wrong place: %s", i.State, record.Line)
		}
	}
	if len(open) != n {
		w.Errorf("open are %v, want %d", open, n)
	}
}

// wantTold counts the records of Insights.
func (w *world) wantTold(n int) {
	w.Helper()
	for record, err := range trailstore.Read(w.Context(), w.dir, trailstore.All()) {
		w.check(err)
		if record.Event.IsInsight() {
			n--
		}
	}
	if n != 0 {
		w.Errorf("%d insights too few; log %s", n, w.log.text.String())
	}
}

// The bubble's clock begins at 2000-01-01T00:00:00Z, five seconds before a watch judges for the first time.
const (
	startCreate = "00:01:10 Start CreateUser ApiCallRateInsight"
	endCreate   = "00:06:10 End CreateUser ApiCallRateInsight"
)

func TestWatch(t *testing.T) {
	inWorld(t, func(w *world) {
		w.wants(trail.CallRate)
		defer w.run()()
		w.calls(20, "iam:CreateUser")
		w.calls(20, "read:iam:ListUsers")
		time.Sleep(69 * time.Second)
		w.want()
		time.Sleep(5 * time.Second)
		w.want(startCreate)
		time.Sleep(10 * time.Minute)
		w.want(startCreate, endCreate)
	})
}

// Nobody who wants none gets any; who wants them later gets them of what was before too.
func TestWatchWantedLater(t *testing.T) {
	inWorld(t, func(w *world) {
		w.wants()
		defer w.run()()
		time.Sleep(500 * time.Millisecond) // between the watch's own looks
		w.calls(20, "iam:CreateUser")
		time.Sleep(30 * time.Minute)
		w.calls(39, "iam:CreateUser")
		time.Sleep(30 * time.Minute)
		w.want()
		w.calls(40, "iam:CreateUser")
		w.wants(trail.ErrorRate)
		time.Sleep(30 * time.Second)
		w.wants(trail.ErrorRate, trail.CallRate)
		time.Sleep(time.Minute)
		w.want("01:01:11 Start CreateUser ApiCallRateInsight")
		w.wants(trail.ErrorRate)
		time.Sleep(30 * time.Minute)
		w.want("01:01:11 Start CreateUser ApiCallRateInsight")
		w.calls(80, "iam:CreateUser")
		time.Sleep(30 * time.Second)
		w.wants()
		time.Sleep(30 * time.Second)
		w.wants(trail.CallRate) // what began before is over
		time.Sleep(30 * time.Minute)
		w.wantOpen(0)
	})
}

// Wherever a server ends, the next one tells what was not told, and that once.
func TestWatchRestart(t *testing.T) {
	for _, end := range []time.Duration{0, 30 * time.Second, 65 * time.Second, 71 * time.Second, 3 * time.Minute, 6 * time.Minute, 20 * time.Minute} {
		t.Run(end.String(), func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.wants(trail.CallRate)
				stop := w.run()
				w.calls(20, "iam:CreateUser")
				time.Sleep(end)
				stop()
				w.check(w.trail.Close())
				time.Sleep(time.Hour)
				w.open()
				defer w.run()()
				time.Sleep(time.Hour)
				var got []string
				for record, err := range trailstore.Read(w.Context(), w.dir, trailstore.All()) {
					w.check(err)
					if i := record.Event.Insight(); i != nil {
						got = append(got, i.State+" "+record.Event.SharedEventID)
					}
				}
				if len(got) != 2 || !strings.HasPrefix(got[0], "Start ") || got[1] != "End "+got[0][len("Start "):] {
					t.Errorf("told %q\nlog %s", got, w.log.text.String())
				}
			})
		})
	}
}

// What the trail does not take is told when it does.
func TestWatchFullTrail(t *testing.T) {
	inWorld(t, func(w *world) {
		w.wants(trail.CallRate)
		defer w.run()()
		w.calls(20, "iam:CreateUser")
		w.full.Store(true)
		time.Sleep(30*time.Minute + time.Second)
		w.want()
		if n := strings.Count(w.log.text.String(), "cannot be recorded"); n != 1 {
			t.Errorf("logged %d times: %s", n, w.log.text.String())
		}
		w.full.Store(false)
		time.Sleep(time.Minute)
		w.want("00:30:05 Start CreateUser ApiCallRateInsight", "00:30:05 End CreateUser ApiCallRateInsight")
	})
}

// While more comes than is read, minutes are judged that were read to their end.
func TestWatchBehind(t *testing.T) {
	inWorld(t, func(w *world) {
		w.wants(trail.CallRate)
		w.busy.Store(true)
		defer w.run()()
		w.calls(20, "iam:CreateUser")
		time.Sleep(20*time.Minute + time.Second)
		w.want()
		w.calls(1, "read:iam:ListUsers")
		time.Sleep(10 * time.Second)
		w.want("00:20:05 Start CreateUser ApiCallRateInsight", "00:20:05 End CreateUser ApiCallRateInsight")
	})
}

// An account that turns its Insights on and off again and again keeps no other from having its own.
func TestWatchBesideARestlessAccount(t *testing.T) {
	inWorld(t, func(w *world) {
		w.wants(trail.CallRate)
		defer w.run()()
		time.Sleep(500 * time.Millisecond)
		w.calls(20, "iam:CreateUser")
		for i := range 300 {
			var other []trail.InsightType
			if i%2 == 0 {
				other = trail.InsightTypes()
			}
			w.wantsBeside(other, trail.CallRate)
			time.Sleep(2 * time.Second)
			w.calls(1, "read:iam:ListUsers")
		}
		time.Sleep(time.Minute)
		w.wantOpen(0)
		w.wantTold(2)
	})
}
