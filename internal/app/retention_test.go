package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/internal/trailstore"
	"github.com/warder-iam/warder/trail"
)

// What retention removes is first told by the trail, then known to the state, then gone; and the log is verified as whole.
func TestRetention(t *testing.T) {
	a := newPlace(t).start(t)
	defer stop(t, a)
	for i := range 5 {
		if err := a.recorder.Append(t.Context(), &trail.Event{EventID: fmt.Sprint("own-", i), EventName: "X", EventTime: time.Now()}); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.recorder.head.note(t.Context()); err != nil {
		t.Fatal(err)
	}
	// The server's own log has segments too large for a test: this one is another, of the same state's accounts.
	small := t.TempDir()
	opened, err := trailstore.Open(small, trailstore.Options{Keyring: a.keyring, SegmentBytes: 1})
	if err != nil {
		t.Fatal(err)
	}
	r := &recorder{trail: opened, head: &headKeeper{begun: true}}
	for i := range 5 {
		if err := r.Append(t.Context(), &trail.Event{EventID: fmt.Sprint(i), EventName: "X", EventTime: time.Now()}); err != nil {
			t.Fatal(err)
		}
	}
	delivered := uint64(0)
	old := &retention{
		Retention: trailstore.Retention{Age: time.Hour}, recorder: r, state: a.store,
		delivered: func() uint64 { return delivered }, log: slog.New(slog.DiscardHandler),
	}
	const ran = 2 * time.Hour
	later := time.Now().Add(ran)
	count := func() (n, told int) {
		for record, err := range trailstore.Read(context.Background(), small, trailstore.All()) {
			if err != nil {
				t.Fatal(err)
			}
			n++
			if record.Event.EventName == removeEvent {
				told++
			}
		}
		return n, told
	}
	steps := []struct {
		delivered uint64
		now       time.Time
		ran       time.Duration
		n, told   int
	}{
		{5, time.Now(), 0, 5, 0},      // nothing is old
		{5, later, retainEvery, 5, 0}, // the clock was set ahead
		{0, later, ran, 5, 0},         // nothing is delivered
		{2, later, ran, 5 - 2 + 1, 1}, // two are old and delivered
		{2, later, ran, 5 - 2 + 1, 1}, // nothing more
	}
	for i, step := range steps {
		delivered = step.delivered
		if err := old.once(t.Context(), step.now, step.ran); err != nil {
			t.Fatal(err)
		}
		if n, told := count(); n != step.n || told != step.told {
			t.Errorf("step %d: %d records, %d tell of a removal", i, n, told)
		}
	}
	if known, err := a.store.TrailHead(t.Context()); err != nil || known.Removed != 2 {
		t.Errorf("the state knows of %d, %v", known.Removed, err)
	}
	if err := opened.Close(); err != nil {
		t.Error(err)
	}
}

// However far the clock is set ahead, before a start or after it, the log ages by the time in which the server runs; what
// was missed while it was stopped is caught up with, and the log tells.
func TestRetentionCountsTimeThatPasses(t *testing.T) {
	a := newPlace(t).start(t)
	defer stop(t, a)
	var log strings.Builder
	start := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	var r *retention
	for i, step := range []struct {
		restarted bool
		clock     time.Duration // since the start
		ran       time.Duration
		want      time.Duration
		logged    int
	}{
		{true, 0, 0, 0, 0},
		{false, 10 * time.Minute, 10 * time.Minute, 10 * time.Minute, 0},
		{false, 9000 * time.Hour, 10 * time.Minute, 30 * time.Minute, 1}, // set ahead
		{false, 9001 * time.Hour, 10 * time.Minute, 50 * time.Minute, 1},
		{true, 9001 * time.Hour, 0, 50 * time.Minute, 2},                 // a restart counts nothing
		{false, 55 * time.Minute, 10 * time.Minute, 55 * time.Minute, 3}, // set right
		{false, -5 * time.Hour, 10 * time.Minute, -5 * time.Hour, 3},     // set back
		{false, 65 * time.Minute, 10 * time.Minute, 65 * time.Minute, 3},
		{true, 12 * time.Hour, 0, 65 * time.Minute, 3}, // stopped for some hours
		{false, 13 * time.Hour, 6 * time.Hour, 13 * time.Hour, 3},
	} {
		if step.restarted {
			r = &retention{state: a.store, log: slog.New(slog.NewTextHandler(&log, nil))}
		}
		got, err := r.counted(t.Context(), start.Add(step.clock), step.ran)
		if err != nil || got.Sub(start) != step.want || strings.Count(log.String(), "\n") != step.logged {
			t.Errorf("step %d: %v, want %v; %v; log %s", i, got.Sub(start), step.want, err, log.String())
		}
	}
}

func TestRetentionSettings(t *testing.T) {
	for _, r := range []trailstore.Retention{{Age: time.Hour}, {Age: -1}, {Bytes: 1}, {Bytes: -1}} {
		var wrong *ConfigError
		if err := checkRetention(r); !errors.As(err, &wrong) {
			t.Errorf("%+v: %v", r, err)
		}
	}
	for _, r := range []trailstore.Retention{{}, {Age: 24 * time.Hour, Bytes: 256 << 20}} {
		if err := checkRetention(r); err != nil {
			t.Errorf("%+v: %v", r, err)
		}
	}
}
