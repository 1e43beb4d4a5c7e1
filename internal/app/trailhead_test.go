package app

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/kv/sqlitekv"
	"github.com/warder-iam/warder/internal/seal"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/internal/trailstore"
	"github.com/warder-iam/warder/trail"
)

// headTest is a state and a trail without a server around them.
type headTest struct {
	t       *testing.T
	dir     string
	keyring *seal.Keyring
	log     bytes.Buffer
	engine  *sqlitekv.Store
	state   *store.Store
}

func newHeadTest(t *testing.T) *headTest {
	t.Helper()
	keyring, _, err := seal.NewKeyring(seal.NewMaster())
	if err != nil {
		t.Fatal(err)
	}
	h := &headTest{t: t, dir: t.TempDir(), keyring: keyring}
	if h.engine, err = sqlitekv.Open(h.dir, sqlitekv.Options{}); err != nil {
		t.Fatal(err)
	}
	if h.state, err = store.Open(t.Context(), h.engine, keyring, store.Options{Library: directory.NewLibrary(nil)}); err != nil {
		t.Fatal(err)
	}
	return h
}

func (h *headTest) close() {
	if err := errors.Join(h.state.Close(), h.engine.Close()); err != nil {
		h.t.Error(err)
	}
}

func (h *headTest) trail() string { return filepath.Join(h.dir, "trail") }

func (h *headTest) open() (*recorder, error) {
	return openTrail(h.t.Context(), h.trail(), h.keyring, h.state, slog.New(slog.NewTextHandler(&h.log, nil)))
}

func (h *headTest) mustOpen() *recorder {
	h.t.Helper()
	r, err := h.open()
	if err != nil {
		h.t.Fatal(err)
	}
	return r
}

func (h *headTest) append(r *recorder, id string) {
	h.t.Helper()
	if err := r.Append(h.t.Context(), &trail.Event{EventID: id, EventName: "ListUsers", EventTime: time.Now()}); err != nil {
		h.t.Fatal(err)
	}
}

func (h *headTest) known() store.TrailHead {
	h.t.Helper()
	known, err := h.state.TrailHead(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	return known
}

// The state knows of a record within a second, of the end when the trail is closed, and of the beginning before the first
// record after that.
func TestHeadIsNoted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHeadTest(t)
		defer h.close()
		r := h.mustOpen()
		done := make(chan struct{})
		ctx, cancel := context.WithCancel(t.Context())
		go func() { defer close(done); r.head.run(ctx) }()
		for i := range uint64(3) {
			h.append(r, time.Now().String())
			if i > 0 && h.known().Closed {
				t.Error("the state says that the trail is closed")
			}
			time.Sleep(headEvery + 10*time.Millisecond)
			if got := h.known(); got.Head.Sequence != i+1 || got.Closed || got.Head != r.trail.Head() {
				t.Errorf("after record %d the state knows %+v", i+1, got)
			}
		}
		cancel()
		<-done
		h.append(r, "last")
		if err := r.close(); err != nil {
			t.Fatal(err)
		}
		if got := h.known(); got.Head.Sequence != 4 || !got.Closed {
			t.Errorf("closed: %+v", got)
		}
		r = h.mustOpen()
		if !h.known().Closed {
			t.Error("a start that records nothing leaves the trail closed")
		}
		h.append(r, "again")
		if got := h.known(); got.Closed || got.Head.Sequence != 4 {
			t.Errorf("begun: %+v", got)
		}
		if err := r.close(); err != nil {
			t.Fatal(err)
		}
	})
}

// Crashes that follow each other, each before the second in which the state hears of the newest records, add up to no
// time that one crash does not explain.
func TestCrashesAddUpToNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHeadTest(t)
		defer h.close()
		for i := range uint64(5) {
			r := h.mustOpen()
			if got := r.trail.Recovered(); got.Span > 0 || got.Unknown > 2 {
				t.Errorf("after crash %d: %+v", i, got)
			}
			h.append(r, time.Now().String())
			if got := h.known(); got.Closed || got.Head.Sequence != 2*i {
				t.Errorf("after crash %d and a record the state knows %+v", i, got)
			}
			h.append(r, time.Now().String()+" again")
			if err := errors.Join(r.index.Close(), r.trail.Close()); err != nil { // and the state does not hear of it
				t.Fatal(err)
			}
			time.Sleep(oldState)
		}
	})
}

// What was done to the files while no server ran is found at the start, and said.
func TestStartFindsOtherTrails(t *testing.T) {
	h := newHeadTest(t)
	defer h.close()
	r := h.mustOpen()
	h.append(r, "one")
	h.append(r, "two")
	if err := r.close(); err != nil {
		t.Fatal(err)
	}
	segment := filepath.Join(h.trail(), "segment-0000000000000001.jsonl")
	chain := filepath.Join(h.trail(), "segment-0000000000000001.chain")
	whole, values := read(t, segment), read(t, chain)
	first := strings.SplitAfter(whole, "\n")[0]
	for name, change := range map[string]func(){
		"a line was added":   func() { write(t, segment, whole+strings.Replace(first, "one", "new", 1)) },
		"a line was changed": func() { write(t, segment, strings.Replace(whole, "ListUsers", "ListRoles", 1)) },
		"it was cut off":     func() { write(t, segment, first); write(t, chain, values[:len(values)-32]) },
		"it is gone":         func() { remove(t, segment); remove(t, chain) },
	} {
		change()
		if _, err := h.open(); !errors.Is(err, trailstore.ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
		write(t, segment, whole)
		write(t, chain, values)
	}
	if err := h.mustOpen().close(); err != nil {
		t.Error(err)
	}
}

// A trail and a state from before there were chains: the first start makes them and says so; the next has nothing to say.
func TestTrailWithoutChain(t *testing.T) {
	h := newHeadTest(t)
	defer h.close()
	if err := os.Mkdir(h.trail(), 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(h.trail(), "segment-0000000000000001.jsonl"), `{"eventID":"a","eventName":"x","eventTime":"2026-01-01T00:00:00Z"}`+"\n")
	r := h.mustOpen()
	if got := r.trail.Recovered().Chained; got != 1 {
		t.Errorf("%d records got a value", got)
	}
	a := &App{log: slog.New(slog.NewTextHandler(&h.log, nil))}
	a.tellRecovery(r.trail.Recovered())
	if !strings.Contains(h.log.String(), "older than its chain") {
		t.Errorf("log: %s", h.log.String())
	}
	if err := r.close(); err != nil {
		t.Fatal(err)
	}
	r = h.mustOpen()
	if got := r.trail.Recovered(); got.Chained != 0 || h.known().Head.Sequence != 1 {
		t.Errorf("the next start: %+v, %+v", got, h.known())
	}
	if err := r.close(); err != nil {
		t.Fatal(err)
	}
}

// A state from yesterday beside today's trail is told of.
func TestOlderStateIsTold(t *testing.T) {
	var log bytes.Buffer
	a := &App{log: slog.New(slog.NewTextHandler(&log, nil))}
	a.tellRecovery(trailstore.Recovery{Unknown: 3, Span: oldState})
	if log.Len() > 0 {
		t.Errorf("after a crash: %s", log.String())
	}
	a.tellRecovery(trailstore.Recovery{Unknown: 3, Span: oldState + time.Second})
	if !strings.Contains(log.String(), "an older state was put back") {
		t.Errorf("log: %s", log.String())
	}
}
