package alarm

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/kv/sqlitekv"
	"github.com/warder-iam/warder/internal/seal"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/internal/trailstore"
	"github.com/warder-iam/warder/trail"
)

const home = "111122223333"

// world is a state and a trail, without a server.
type world struct {
	*testing.T
	store *store.Store
	dir   string
	trail *trailstore.Store
	ring  *seal.Keyring
	log   strings.Builder
	n     int
}

func newWorld(t *testing.T, accounts ...string) *world {
	t.Helper()
	w := &world{T: t, dir: t.TempDir()}
	engine, err := sqlitekv.Open(t.TempDir(), sqlitekv.Options{})
	w.check(err)
	t.Cleanup(func() { w.check(engine.Close()) })
	w.ring, _, err = seal.NewKeyring(seal.NewMaster())
	w.check(err)
	w.store, err = store.Open(t.Context(), engine, w.ring, store.Options{Library: directory.NewLibrary(catalog.Load())})
	w.check(err)
	t.Cleanup(func() { w.check(w.store.Close()) })
	if accounts == nil {
		accounts = []string{home}
	}
	for _, a := range accounts {
		w.put(a, &directory.AccountInfo{ID: a})
	}
	w.trail, err = trailstore.Open(w.dir, trailstore.Options{Keyring: w.ring})
	w.check(err)
	t.Cleanup(func() { w.check(w.trail.Close()) })
	return w
}

func (w *world) check(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) put(account string, e directory.Entity) {
	w.Helper()
	_, err := w.store.Update(w.Context(), &store.Change{Account: account}, func(tx *store.Tx) ([]byte, error) { return nil, tx.Put(e) })
	w.check(err)
}

// happens puts an event on the trail: so many seconds after the start, by a user.
func (w *world) happens(second int, name, user, code string) {
	w.Helper()
	w.n++
	w.check(w.trail.Append(w.Context(), &trail.Event{
		EventVersion: trail.EventVersion, EventID: fmt.Sprint("event-", w.n), EventName: name, EventSource: "iam.amazonaws.com", EventType: "AwsApiCall",
		EventTime: time.Date(2026, 3, 1, 12, 0, second, 0, time.UTC), RecipientAccountID: home, ErrorCode: code,
		UserIdentity: trail.UserIdentity{Type: "IAMUser", ARN: "arn:aws:iam::" + home + ":user/" + user},
	}))
}

func (w *world) watch(channels ...string) *Watch {
	w.Helper()
	watch, err := OpenWatch(w.Context(), WatchOptions{
		Options: Options{Rules: Builtin()}, Store: w.store, Trail: w.dir, Region: "us-east-1", Channels: channels,
		Log: slog.New(slog.NewTextHandler(&w.log, nil)),
	})
	w.check(err)
	return watch
}

// read lets a watch look at records after its own place: n of them, or all below 0.
func (w *world) read(watch *Watch, n int) {
	w.Helper()
	for record, err := range trailstore.Read(w.Context(), w.dir, trailstore.After(watch.at.Sequence)) {
		w.check(err)
		if n == 0 {
			return
		}
		n--
		watch.look(w.Context(), &record)
	}
}

// alarms are those of the home account in short, and raised how often RaiseAlarm was put on record of each.
func (w *world) alarms() (lines []string) {
	raised := map[string]int{}
	for o, err := range w.store.Outbox(w.Context(), "") {
		w.check(err)
		if o.Event.EventName == raisedEvent {
			raised[o.Event.Resources[0].ARN]++
		}
	}
	for _, a := range w.store.Snapshot().Account(home).Alarms() {
		_, user, _ := strings.Cut(a.Subject, "/")
		lines = append(lines, fmt.Sprintf("%s %s %s: %d since %d, raised %d, on record %d", a.Rule, user, a.State, a.Count, a.Raised.Second(),
			a.Raises, raised[ARN("us-east-1", home, a.ID)]))
	}
	slices.Sort(lines)
	return lines
}

func (w *world) want(want ...string) {
	w.Helper()
	if got := w.alarms(); !slices.Equal(got, want) {
		w.Errorf("alarms\n%s\nwant\n%s\nlog %s", strings.Join(got, "\n"), strings.Join(want, "\n"), w.log.String())
	}
}

// Wherever a watch is cut off, with or without its last counts kept, the next one ends with the same alarms: each raised
// once, each event counted once.
func TestRestart(t *testing.T) {
	story := func(w *world) {
		for i := range 12 {
			w.happens(i, "PutObject", "ann", "AccessDenied")
		}
		w.happens(20, "CreateAccessKey", "bob", "")
		w.happens(21, "PutUserPolicy", "bob", "")
		w.happens(22, "CreateAccessKey", "bob", "")
	}
	want := []string{
		"access-key bob RAISED: 2 since 20, raised 1, on record 1",
		"policy-change bob RAISED: 1 since 21, raised 1, on record 1",
		"unauthorized-calls ann RAISED: 3 since 9, raised 1, on record 1",
	}
	for cut := 0; cut <= 15; cut++ {
		for _, kept := range []bool{false, true} {
			t.Run(fmt.Sprintf("after %d, kept %t", cut, kept), func(t *testing.T) {
				w := newWorld(t)
				first := w.watch()
				story(w)
				w.read(first, cut)
				if kept {
					w.check(first.flush(t.Context()))
				}
				next := w.watch()
				w.read(next, -1)
				w.check(next.flush(t.Context()))
				last := w.watch() // that has nothing to do
				w.read(last, -1)
				w.check(last.flush(t.Context()))
				w.want(want...)
			})
		}
	}
}

// The past raises no alarm where there was no watch before.
func TestBeginsAtTheEnd(t *testing.T) {
	w := newWorld(t)
	w.happens(1, "CreateAccessKey", "ann", "")
	watch := w.watch()
	w.happens(2, "CreateAccessKey", "bob", "")
	w.read(watch, -1)
	w.want("access-key bob RAISED: 1 since 2, raised 1, on record 1")
}

// A trail that is shorter than it was is another one: what comes next raises alarms all the same.
func TestShorterTrail(t *testing.T) {
	w := newWorld(t)
	watch := w.watch()
	for range 3 {
		w.happens(1, "CreateAccessKey", "ann", "")
	}
	w.read(watch, -1)
	w.check(watch.flush(t.Context()))
	w.check(w.trail.Close())
	w.dir = t.TempDir()
	var err error
	w.trail, err = trailstore.Open(w.dir, trailstore.Options{Keyring: w.ring})
	w.check(err)
	next := w.watch()
	if !strings.Contains(w.log.String(), "the trail is shorter") {
		t.Errorf("log %s", w.log.String())
	}
	w.happens(5, "CreateAccessKey", "ann", "")
	w.read(next, -1)
	w.check(next.flush(t.Context()))
	w.want("access-key ann RAISED: 4 since 1, raised 1, on record 1")
}

// An alarm that nothing has met for a day is over, on record; the next event raises it again.
func TestResolve(t *testing.T) {
	w := newWorld(t)
	watch := w.watch("webhook")
	w.happens(1, "CreateAccessKey", "ann", "")
	w.read(watch, -1)
	at := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	w.check(watch.book.resolve(t.Context(), home, at, DefaultQuiet))
	w.want("access-key ann RAISED: 1 since 1, raised 1, on record 1")
	w.check(watch.book.resolve(t.Context(), home, at.Add(time.Second), DefaultQuiet))
	w.check(watch.book.resolve(t.Context(), home, at.Add(time.Hour), DefaultQuiet))
	w.want("access-key ann RESOLVED: 1 since 1, raised 1, on record 1")
	resolved := 0
	for o, err := range w.store.Outbox(t.Context(), "") {
		w.check(err)
		if o.Event.EventName == resolveEvent {
			resolved++
		}
	}
	if resolved != 1 {
		t.Errorf("%d times on record that it is over", resolved)
	}
	w.happens(2, "CreateAccessKey", "ann", "")
	w.read(watch, -1)
	w.want("access-key ann RAISED: 1 since 2, raised 2, on record 2")
	if a := w.store.Snapshot().Account(home).Alarms()[0]; len(a.Notices) != 1 || a.Resolved != nil {
		t.Errorf("%+v", a)
	}
}

// Whoever muted an alarm hears nothing when it is raised again before the time is over.
func TestMuted(t *testing.T) {
	w := newWorld(t)
	watch := w.watch("webhook", "mail")
	w.happens(1, "CreateAccessKey", "ann", "")
	w.read(watch, -1)
	a := w.store.Snapshot().Account(home).Alarms()[0].Clone()
	if len(a.Notices) != 2 {
		t.Fatalf("%+v", a)
	}
	for _, muted := range []struct {
		until   time.Duration
		notices int
	}{{time.Hour, 0}, {-time.Hour, 2}} {
		a.State, a.Muted = directory.AlarmResolved, &directory.AlarmMute{Until: time.Now().Add(muted.until)}
		a.Sequence = watch.at.Sequence
		w.put(home, a)
		w.happens(2, "CreateAccessKey", "ann", "")
		w.read(watch, -1)
		if now := w.store.Snapshot().Account(home).Alarm(a.ID); len(now.Notices) != muted.notices || now.State != directory.AlarmRaised || now.Muted == nil {
			t.Errorf("muted for %v: %+v", muted.until, now)
		}
	}
}

// Who wants to hear of grave alarms only is told of no others, which are raised all the same.
func TestTell(t *testing.T) {
	w := newWorld(t)
	watch := w.watch("webhook")
	watch.book.tell = Medium
	w.happens(1, "CreateAccessKey", "ann", "")
	w.happens(2, "DeleteTrail", "ann", "")
	w.read(watch, -1)
	for _, a := range w.store.Snapshot().Account(home).Alarms() {
		if want := a.Severity != string(Low); (len(a.Notices) == 1) != want {
			t.Errorf("%s %s: %d notices", a.Rule, a.Severity, len(a.Notices))
		}
	}
}

// The number of alarms is bounded: those that are over and told go first, then those that are less grave, those that were told,
// the oldest; and what goes is on record.
func TestRoom(t *testing.T) {
	w := newWorld(t)
	b := book{store: w.store, region: "us-east-1", tell: Low}
	waiting := []directory.AlarmNotice{{Channel: "mail", Next: time.Unix(1, 0)}}
	others := map[int]directory.Alarm{ // than MEDIUM ones that were told
		0:   {Severity: "CRITICAL", State: directory.AlarmRaised, Notices: waiting},
		1:   {Severity: "HIGH", State: directory.AlarmRaised},
		2:   {Severity: "MEDIUM", State: directory.AlarmRaised, Notices: waiting},
		3:   {Severity: "LOW", State: directory.AlarmRaised, Notices: waiting},
		4:   {Severity: "LOW", State: directory.AlarmAcknowledged},
		500: {Severity: "CRITICAL", State: directory.AlarmResolved},
		501: {Severity: "LOW", State: directory.AlarmResolved, Notices: waiting},
	}
	id := func(i int) string { return fmt.Sprintf("%016x", i) }
	for first := 0; first < MaxAlarms; first += 50 {
		_, err := w.store.Update(t.Context(), &store.Change{Account: home}, func(tx *store.Tx) ([]byte, error) {
			for i := first; i < first+50; i++ {
				a, ok := others[i]
				if !ok {
					a = directory.Alarm{Severity: "MEDIUM", State: directory.AlarmRaised}
				}
				a.ID, a.Last = id(i), time.Unix(int64(i), 0)
				if err := tx.Put(&a); err != nil {
					return nil, err
				}
			}
			return nil, nil
		})
		w.check(err)
	}
	for i, gone := range []int{500, 4, 3, 501, 5, 6} {
		m := Match{Rule: Builtin()[0], Account: home, Subject: fmt.Sprint("new ", i), Event: &trail.Event{EventTime: time.Unix(1e9, 0)}}
		f := &found{match: m}
		f.add(m)
		f.sequence = 1
		w.check(b.enter(t.Context(), f))
		a := w.store.Snapshot().Account(home)
		if a.AlarmCount() != MaxAlarms || a.Alarm(id(gone)) != nil || a.Alarm(m.id()) == nil {
			t.Errorf("%d alarms; %d is there: %t", a.AlarmCount(), gone, a.Alarm(id(gone)) != nil)
		}
		if got := w.dropped(m.id()); got != id(gone) {
			t.Errorf("on record is that %q was dropped, want %s", got, id(gone))
		}
	}
}

// dropped is the alarm that had to go for another one, by the record of the latter.
func (w *world) dropped(id string) string {
	w.Helper()
	for o, err := range w.store.Outbox(w.Context(), "") {
		w.check(err)
		var details struct {
			AlarmID string `json:"alarmId"`
			Dropped struct {
				AlarmID string `json:"alarmId"`
			} `json:"dropped"`
		}
		w.check(json.Unmarshal(o.Event.ServiceEventDetails, &details))
		if details.AlarmID == id {
			return details.Dropped.AlarmID
		}
	}
	return ""
}

// What names no account is the only account's business, and nobody's where there are several.
func TestStrangers(t *testing.T) {
	for _, accounts := range [][]string{{home}, {home, "444455556666"}} {
		w := newWorld(t, accounts...)
		watch := w.watch()
		if got := watch.account(""); (got == home) != (len(accounts) == 1) || watch.account("444455556666") != "444455556666" {
			t.Errorf("of %v: %q", accounts, got)
		}
	}
}

// Run follows the log, and keeps how far it is when it ends.
func TestRun(t *testing.T) {
	w := newWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	watch := w.watch()
	done := make(chan struct{})
	go func() { defer close(done); watch.Run(ctx) }()
	w.happens(1, "CreateAccessKey", "ann", "")
	w.happens(2, "CreateAccessKey", "ann", "")
	for len(w.store.Snapshot().Account(home).Alarms()) == 0 || watch.options.Store.Snapshot().Account(home).Alarms()[0].Sequence < 1 {
		time.Sleep(time.Millisecond)
	}
	cancel()
	<-done
	w.read(w.watch(), -1) // what Run had no time for
	next := w.watch()
	w.read(next, -1)
	w.check(next.flush(t.Context()))
	w.want("access-key ann RAISED: 2 since 1, raised 1, on record 1")
}
