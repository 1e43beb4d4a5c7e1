package changes

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/warder"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/server/servertest"
	"github.com/warder-iam/warder/internal/service/warder"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/trail"
)

const own, other = "111122223333", "444455556666"

// world is the state of two accounts, with audits that end when the test says so.
type world struct {
	mu       sync.Mutex
	snap     *directory.Snapshot
	next     chan struct{}
	revision string
	running  chan struct{}
	watched  int
}

func newWorld() *world {
	snap := directory.Load(directory.NewLibrary(catalog.Load()), 1, map[string][]directory.Entity{
		own: {&directory.AccountInfo{ID: own}}, other: {&directory.AccountInfo{ID: other}},
	})
	return &world{snap: snap, next: make(chan struct{})}
}

func (w *world) Snapshot() *directory.Snapshot {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.snap
}

func (w *world) Changed() <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.next
}

func (w *world) put(account string, e directory.Entity) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.snap = w.snap.With(w.snap.Revision()+1, account, []directory.Entity{e}, nil)
	close(w.next)
	w.next = make(chan struct{})
}

func (w *world) Watch(string) (revision string, ended <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.watched++
	if w.running == nil {
		w.running = make(chan struct{})
	}
	return w.revision, w.running
}

func (w *world) audited(revision string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.revision = revision
	close(w.running)
	w.running = nil
}

// TestWait: what ends a wait for some parts, and after how long.
func TestWait(t *testing.T) {
	user := &directory.User{ID: "AIDA1", Name: "u", Path: "/"}
	raised := &directory.Alarm{ID: "a"}
	event := &trail.Event{RecipientAccountID: own}
	for _, c := range []struct {
		name    string
		parts   string // s(tate), a(larms), t(rail), f(indings)
		happens func(w *world, c *Changes, stop func())
		changed string // the parts that are other than before
		after   time.Duration
	}{
		{"nothing", "satf", nil, "", Longest},
		{"a change", "satf", func(w *world, _ *Changes, _ func()) { w.put(own, user) }, "s", pause},
		{"a change of what is not asked for", "af", func(w *world, _ *Changes, _ func()) { w.put(own, user) }, "", Longest},
		{"a change of another account", "satf", func(w *world, _ *Changes, _ func()) { w.put(other, user) }, "", Longest},
		{"an alarm", "satf", func(w *world, _ *Changes, _ func()) { w.put(own, raised) }, "a", pause},
		{"an alarm, for who looks at the state", "s", func(w *world, _ *Changes, _ func()) { w.put(own, raised) }, "", Longest},
		{"an event", "satf", func(_ *world, c *Changes, _ func()) { c.Note([]*trail.Event{event}) }, "t", 0},
		{"an event of a read", "satf", func(_ *world, c *Changes, _ func()) {
			c.Note([]*trail.Event{{RecipientAccountID: own, ReadOnly: true}, {RecipientAccountID: other}, {}})
		}, "", Longest},
		{"another report", "satf", func(w *world, _ *Changes, _ func()) { w.audited("2") }, "f", 0},
		{"the same report", "satf", func(w *world, _ *Changes, _ func()) { w.audited("1") }, "", Longest},
		{"the end of the server", "satf", func(_ *world, _ *Changes, stop func()) { stop() }, "", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld()
				w.revision = "1"
				stopping := make(chan struct{})
				changes := New(Options{State: w, Audits: w, Stopping: stopping})
				before, err := changes.wait(t.Context(), waiter{own, "AIDA", func() error { return nil }}, &api.GetChangesInput{})
				servertest.Check(t, err)
				before.Findings = new("1")
				began := time.Now()
				if c.happens != nil {
					go func() {
						synctest.Wait() // until it waits
						c.happens(w, changes, func() { close(stopping) })
					}()
				}
				now, err := changes.wait(t.Context(), waiter{own, "AIDA", func() error { return nil }}, chosen(before, c.parts))
				servertest.Check(t, err)
				if got := differing(before, now, c.parts); got != c.changed || time.Since(began) != c.after {
					t.Errorf("%q changed after %v, want %q after %v", got, time.Since(began), c.changed, c.after)
				}
				if len(changes.waiting) != 0 {
					t.Errorf("still waiting: %v", changes.waiting)
				}
			})
		})
	}
}

// chosen names some parts as they were.
func chosen(before *api.GetChangesOutput, parts string) *api.GetChangesInput {
	in := &api.GetChangesInput{}
	for _, p := range parts {
		switch p {
		case 's':
			in.State = before.State
		case 'a':
			in.Alarms = before.Alarms
		case 't':
			in.Trail = before.Trail
		case 'f':
			in.Findings = before.Findings
		}
	}
	return in
}

// differing are the parts among those that are other now.
func differing(before, now *api.GetChangesOutput, parts string) (all string) {
	for _, p := range parts {
		pairs := map[rune][2]*string{'s': {before.State, now.State}, 'a': {before.Alarms, now.Alarms}, 't': {before.Trail, now.Trail}, 'f': {before.Findings, now.Findings}}
		if pair := pairs[p]; *pair[0] != *pair[1] {
			all += string(p)
		}
	}
	return all
}

// TestEnds: who leaves waits no more, and who may not any more is told so at the next change of anything.
func TestEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		changes := New(Options{State: w, Audits: w})
		before, err := changes.wait(t.Context(), waiter{own, "AIDA", nil}, &api.GetChangesInput{})
		servertest.Check(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		revoked := errors.New("revoked")
		var all sync.WaitGroup
		all.Go(func() {
			if _, err := changes.wait(ctx, waiter{own, "AIDA", nil}, chosen(before, "t")); err != nil {
				t.Errorf("who left: %v", err)
			}
		})
		all.Go(func() {
			if _, err := changes.wait(t.Context(), waiter{own, "AIDB", func() error { return revoked }}, chosen(before, "t")); !errors.Is(err, revoked) {
				t.Errorf("who is revoked: %v", err)
			}
		})
		synctest.Wait()
		cancel()
		synctest.Wait()
		w.put(other, &directory.User{ID: "AIDA1", Name: "u", Path: "/"})
		all.Wait()
		if len(changes.waiting) != 0 {
			t.Errorf("still waiting: %v", changes.waiting)
		}
	})
}

// TestMany: so many wait of one principal, of one account and of all, and one more is told to come again.
func TestMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		changes := New(Options{State: w, Audits: w})
		before, err := changes.wait(t.Context(), waiter{own, "AIDA", nil}, &api.GetChangesInput{})
		servertest.Check(t, err)
		var all sync.WaitGroup
		wait := func(account, principal string) {
			all.Go(func() { _, _ = changes.wait(t.Context(), waiter{account, principal, nil}, chosen(before, "a")) })
			synctest.Wait()
		}
		busy := func(account, principal string) bool {
			_, err := changes.enter(waiter{account, principal, nil})
			var e *awsapi.Error
			return errors.As(err, &e) && e.Kind == awsapi.Throttling && e.RetryAfter == Longest
		}
		for range mostOfPrincipal {
			wait(own, "AIDA")
		}
		if !busy(own, "AIDA") || busy(own, "AIDB") || busy(other, "AIDA") {
			t.Error("of one principal")
		}
		all.Wait()
		changes.waiting = map[[2]string]int{{own, ""}: mostOfAccount}
		if !busy(own, "AIDB") || busy(other, "AIDA") {
			t.Error("of one account")
		}
		changes.waiting = map[[2]string]int{{}: mostOfAll}
		if !busy(other, "AIDA") {
			t.Error("of all")
		}
	})
}

// TestAuditsOnce: an audit that ends as it began is not begun again until something changes, or it may be old.
func TestAuditsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.revision = "1"
		changes := New(Options{State: w, Audits: w})
		go func() {
			synctest.Wait()
			w.audited("1")
		}()
		_, err := changes.wait(t.Context(), waiter{own, "AIDA", nil}, &api.GetChangesInput{Findings: new("1")})
		servertest.Check(t, err)
		// As it came, and what became of it, and whenever it is looked at again.
		if most := 2 + int(Longest/lookAgain); w.watched < 3 || w.watched > most {
			t.Errorf("asked %d times", w.watched)
		}
	})
}

// announced tells when somebody waits for findings.
type announced struct{ waits chan struct{} }

func (a announced) Watch(string) (string, <-chan struct{}) {
	select {
	case a.waits <- struct{}{}:
	default:
	}
	return "1", nil
}

// TestRevoked: over the wire, the wait of a session that somebody ends is over at once, and says why.
func TestRevoked(t *testing.T) {
	audits := announced{make(chan struct{}, 1)}
	w := servertest.New(t, func(w *servertest.World) {
		warder.RegisterChanges(w.Server, New(Options{State: w.Store, Audits: audits}))
	})
	a := w.Account(t, own)
	a.Admin(t, "alice")
	session := a.Console(t, "alice")
	answers := make(chan servertest.Answer, 1)
	go func() { answers <- session.REST(t, "warder", http.MethodGet, "/changes/v1?findings=1", "", nil) }()
	<-audits.waits
	a.Change(t, func(tx *store.Tx) error {
		tx.EndWebSession(session.SessionID)
		return nil
	})
	if got := <-answers; got.Status != http.StatusUnauthorized || got.Code != "ExpiredTokenException" {
		t.Errorf("%d %s %s", got.Status, got.Code, got.Body)
	}
}
