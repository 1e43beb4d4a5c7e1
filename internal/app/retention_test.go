package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
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
	later := time.Now().Add(2 * time.Hour)
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
		n, told   int
	}{
		{0, later, 5, 0},         // nothing is delivered
		{5, time.Now(), 5, 0},    // nothing is old
		{2, later, 5 - 2 + 1, 1}, // two are old and delivered
		{2, later, 5 - 2 + 1, 1}, // nothing more
	}
	for i, step := range steps {
		delivered = step.delivered
		if err := old.once(t.Context(), step.now); err != nil {
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
