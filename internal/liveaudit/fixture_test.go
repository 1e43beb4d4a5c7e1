package liveaudit_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/liveaudit"
	"github.com/warder-iam/warder/internal/server/servertest"
	"github.com/warder-iam/warder/internal/service/account"
	"github.com/warder-iam/warder/internal/service/cloudtrail"
	"github.com/warder-iam/warder/internal/service/iam"
	"github.com/warder-iam/warder/internal/service/sts"
	"github.com/warder-iam/warder/internal/service/warder"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/internal/trailstore"
	"github.com/warder-iam/warder/internal/turns"
	"github.com/warder-iam/warder/policy"
	"github.com/warder-iam/warder/trail"
)

const accountID = "111122223333"

// fixture is a server with one account: an administrator, and a user who may do nothing.
type fixture struct {
	*servertest.Account
	admin, nobody *servertest.Credentials
	events        *memoryTrail
	channels      atomic.Pointer[[]string]
	skipped       atomic.Int64 // nanoseconds that the audit's clock is ahead
}

// skip lets the audit's time pass.
func (f *fixture) skip(d time.Duration) { f.skipped.Add(int64(d)) }

func newFixture(t testing.TB) *fixture {
	t.Helper()
	return newFixtureWith(t, nil)
}

func newFixtureWith(t testing.TB, quotas map[store.QuotaName]int) *fixture {
	t.Helper()
	f := &fixture{events: &memoryTrail{}}
	f.tell()
	world := servertest.WithQuotas(t, quotas, func(w *servertest.World) {
		iam.Register(w.Server, w.Store, w.Keys, "https://warder.example.org")
		sts.Register(w.Server, w.Keys, sts.Options{})
		account.Register(w.Server)
		warder.RegisterAudit(w.Server, liveaudit.New(liveaudit.Options{
			Store: w.Store, Events: f.events, Log: slog.New(slog.DiscardHandler), Channels: func() []string { return *f.channels.Load() },
			Status: f.events, Turns: turns.New(turns.Options{All: 1, Longest: time.Hour}), Now: func() time.Time { return time.Now().Add(time.Duration(f.skipped.Load())) },
		}))
	})
	f.Account = world.Account(t, accountID)
	f.admin, f.nobody = f.Admin(t, "admin"), f.User(t, "nobody")
	return f
}

// tell is by which channels people are told of alarms from now on.
func (f *fixture) tell(channels ...string) { f.channels.Store(&channels) }

// get asks an operation with that path, and reads its answer.
func get[Out any](t testing.TB, as *servertest.Credentials, target string) Out {
	t.Helper()
	return read[Out](t, as.REST(t, "warder", http.MethodGet, target, "", nil))
}

func read[Out any](t testing.TB, a servertest.Answer) (out Out) {
	t.Helper()
	if a.Status != http.StatusOK {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	servertest.Check(t, json.Unmarshal([]byte(a.Body), &out))
	return out
}

// memoryTrail has the events of a test, and tells how its trails deliver.
type memoryTrail struct {
	mu       sync.Mutex
	records  []trailstore.Record // the newest first
	delivery cloudtrail.Delivery
}

func (m *memoryTrail) Lookup(_ context.Context, q trailstore.Query) (page trailstore.Page, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	at := 0
	if q.Cursor != "" {
		at = len(q.Cursor)
	}
	for ; at < len(m.records); at++ {
		e := m.records[at].Event
		if e.EventTime.Before(q.Start) || e.EventTime.After(q.End) || q.Attribute == trail.ByEventName && e.EventName != q.Value {
			continue
		}
		if len(page.Records) == trailstore.MaxPage {
			page.Next = strings.Repeat("x", at)
			return page, nil
		}
		page.Records = append(page.Records, m.records[at])
	}
	return page, nil
}

func (m *memoryTrail) Delivery(context.Context, string, *directory.Trail) (cloudtrail.Delivery, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.delivery, nil
}

// set is when something was delivered last, and fail why nothing is.
func (m *memoryTrail) set(delivered time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.delivery = cloudtrail.Delivery{Delivered: delivered}
}

func (m *memoryTrail) fail(code string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.delivery = cloudtrail.Delivery{Error: code}
}

// touch changes the account in nothing that an audit looks at, so that it looks again.
func touch(t testing.TB, f *fixture) {
	t.Helper()
	f.Put(t, f.Now().Info().Clone())
}

// deleting is the change that deletes an entity.
func deleting(e directory.Entity) func(tx *store.Tx) error {
	return func(tx *store.Tx) error {
		tx.Delete(e)
		return nil
	}
}

// withMFA denies everything to who has no second factor.
func withMFA(t testing.TB) directory.Document {
	t.Helper()
	return servertest.Document(t, policy.Identity,
		`{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}}}`)
}
