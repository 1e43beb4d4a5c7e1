package servertest

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/api/accessanalyzer"
	"github.com/warder-iam/warder/internal/api/account"
	"github.com/warder-iam/warder/internal/api/cloudtrail"
	"github.com/warder-iam/warder/internal/api/iam"
	"github.com/warder-iam/warder/internal/api/sts"
	"github.com/warder-iam/warder/internal/api/warder"
	"github.com/warder-iam/warder/internal/authn"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/kv/sqlitekv"
	"github.com/warder-iam/warder/internal/seal"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/internal/sigv4"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/trail"
)

// World is a server over a real store, without accounts at first. Its fields are for looking at, and may be set before
// the first request.
type World struct {
	*server.Server
	Store    *store.Store
	Keys     *session.Keys
	Recorder *Recorder
	Log      *Log
	URL      string // without a path
	Client   *http.Client
}

// Region is the one that requests name.
const Region = "us-east-1"

// New makes a world of all services that ends with the test. register is given the world before it serves, for the
// operations that it is to have.
func New(t testing.TB, register ...func(*World)) *World {
	t.Helper()
	return WithQuotas(t, nil, register...)
}

// WithQuotas is New with quotas that differ from AWS's defaults.
func WithQuotas(t testing.TB, quotas map[store.QuotaName]int, register ...func(*World)) *World {
	t.Helper()
	engine, err := sqlitekv.Open(t.TempDir(), sqlitekv.Options{})
	Check(t, err)
	t.Cleanup(func() { Check(t, engine.Close()) })
	ring, _, err := seal.NewKeyring(seal.NewMaster())
	Check(t, err)
	const patience = time.Hour // what a test shows does not depend on the machine's speed
	st, err := store.Open(t.Context(), engine, ring, store.Options{
		Library: directory.NewLibrary(catalog.Load()), Quotas: quotas, CloseTimeout: patience,
	})
	Check(t, err)
	t.Cleanup(func() { Check(t, st.Close()) })

	w := &World{Store: st, Keys: session.NewKeys(ring), Recorder: &Recorder{}, Log: &Log{}}
	authenticator := &authn.Authenticator{Keys: w.Keys, Cache: sigv4.NewKeyCache(64)}
	w.Server = server.New(server.Options{
		Store: st, Recorder: w.Recorder, Log: slog.New(slog.NewTextHandler(w.Log, nil)),
		Authn: authenticator, Bearer: authenticator.Bearer,
		Deadline: patience,
	}, services...)
	for _, f := range register {
		f(w)
	}
	h := httptest.NewServer(w.Server)
	t.Cleanup(h.Close)
	w.URL, w.Client = h.URL, h.Client()
	return w
}

var services = []*awsapi.Service{iam.Service, sts.Service, accessanalyzer.Service, account.Service, cloudtrail.Service, warder.Service}

// Outbox is what changes have put on record, oldest first.
func (w *World) Outbox(t testing.TB) []*trail.Event {
	t.Helper()
	var events []*trail.Event
	for o, err := range w.Store.Outbox(t.Context(), "") {
		Check(t, err)
		events = append(events, o.Event)
	}
	return events
}

// Check ends the test at an error.
func Check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Log holds what the server logged.
type Log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer.
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}
