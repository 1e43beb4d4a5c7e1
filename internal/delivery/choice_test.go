package delivery

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/trail"
)

// choosing is the trail after PutEventSelectors with management events of one kind.
func choosing(t *directory.Trail, readWrite string) *directory.Trail {
	c := t.Clone()
	c.Selectors = []directory.EventSelector{{ReadWrite: readWrite, Management: true}}
	c.Chosen = time.Now().UTC().Truncate(time.Second)
	return c
}

// An attacker writes, has the trail take what only reads, waits, and puts the settings back: what was written before, and
// the call that changed the settings, are delivered all the same; what came between follows the settings of then.
func TestChoiceOfTheTime(t *testing.T) {
	tests := []struct {
		name string
		// before and during are what else goes on before the attacker's settings, and while they last.
		before, during func(w *world, stop func())
		put            bool // back afterwards; else the trail is deleted
		want           []string
	}{
		{name: "delivered meanwhile", put: true, want: events(1, 2, 4)},
		{name: "deleted", want: events(1, 2)},
		{name: "storage away", before: func(w *world, _ func()) { w.storage.FailPuts(-1, 0, nil) }, put: true, want: events(1, 2, 4)},
		{name: "storage away, then deleted", before: func(w *world, _ func()) { w.storage.FailPuts(-1, 0, nil) }, want: events(1, 2)},
		// Settings that came and went while nothing looked count as never made.
		{name: "no job before", before: func(_ *world, stop func()) { stop() }, put: true, want: events(1, 2, 3, 4)},
		{name: "no job meanwhile", during: func(_ *world, stop func()) { stop() }, put: true, want: events(1, 2, 4)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				main := logging("t1", "main")
				w.set(account, "t1", main)
				attack := func(stop func()) {
					time.Sleep(10 * time.Second)
					if test.before != nil {
						test.before(w, stop)
					}
					w.log.add(t, account, time.Now()) // the harm
					time.Sleep(5 * time.Second)
					main = choosing(main, directory.ReadOnlyEvents)
					w.set(account, "t1", main)
					time.Sleep(2 * time.Second)
					w.log.add(t, account, main.Chosen) // PutEventSelectors, from the outbox
					w.log.add(t, account, time.Now())  // by the new settings not the trail's
					if test.during != nil {
						test.during(w, stop)
					}
					time.Sleep(7 * time.Minute)
					if !test.put {
						w.set(account, "t1", nil)
						time.Sleep(2 * time.Second)
						return
					}
					main = choosing(main, directory.AllEvents)
					w.set(account, "t1", main)
					time.Sleep(2 * time.Second)
					w.log.add(t, account, time.Now())
				}
				runUntilStopped(w, attack)
				w.storage.FailPuts(0, 0, nil)
				w.run(func(*Job) { time.Sleep(2 * time.Minute) })
				w.want("", test.want)
				w.digests("")
			})
		})
	}
}

// runUntilStopped runs a Job while something goes on, until that stops it or is over.
func runUntilStopped(w *world, during func(stop func())) {
	ctx, cancel := context.WithCancel(w.t.Context())
	j, over := w.job(), make(chan struct{})
	go func() {
		defer close(over)
		j.Run(ctx)
	}()
	stop := func() {
		cancel()
		<-over
	}
	during(stop)
	stop()
}

// However often the settings change, what is kept of them fits into the state, and what was to be delivered is.
func TestManyChoices(t *testing.T) {
	for _, values := range []int{1, 3000, 60_000} {
		t.Run(fmt.Sprint(values), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				main := logging("t1", "main")
				w.set(account, "t1", main)
				w.storage.FailPuts(-1, 0, nil)
				runUntilStopped(w, func(func()) {
					w.log.add(t, account, time.Now())
					time.Sleep(5 * time.Second)
					for range 3 * mostChoices {
						main = choosing(main, directory.ReadOnlyEvents)
						main.Selectors[0].Excluded = []string{strings.Repeat("x", values)}
						w.set(account, "t1", main)
						time.Sleep(3 * time.Second)
					}
				})
				w.storage.FailPuts(0, 0, nil)
				if err := w.job().Drain(t.Context()); err != nil {
					t.Fatal(err)
				}
				w.want("", events(1))
				d := &store.Delivery{}
				if err := json.Unmarshal(w.state.deliveries[trailID{account, "t1"}], d); err != nil {
					t.Fatal(err)
				}
				text, err := json.Marshal(d.Past)
				if err != nil || len(d.Past) == 0 || len(d.Past) > mostChoices || len(text) > mostChoiceText+1000 {
					t.Errorf("%d choices of %d bytes are kept, %v", len(d.Past), len(text), err)
				}
				time.Sleep(late + time.Hour)
				w.run(func(*Job) { time.Sleep(10 * time.Minute) })
				d = &store.Delivery{}
				if err := json.Unmarshal(w.state.deliveries[trailID{account, "t1"}], d); err != nil || len(d.Past) > 0 {
					t.Errorf("%d choices are kept for good, %v", len(d.Past), err)
				}
			})
		})
	}
}

// In the second of a change the settings before and after both count.
func TestChose(t *testing.T) {
	at := func(s int) time.Time { return time.Unix(int64(s), 0) }
	kind := func(k string) *directory.Trail {
		return &directory.Trail{Region: region, GlobalEvents: true, Selectors: []directory.EventSelector{{ReadWrite: k, Management: true}}}
	}
	d := &store.Delivery{Trail: kind(directory.WriteOnlyEvents), Past: []store.Choice{{Until: at(10)}, {Until: at(20), Trail: kind(directory.ReadOnlyEvents)}}}
	var writes, reads []int
	for s := range 30 {
		e := &trail.Event{EventTime: at(s), EventSource: "iam.amazonaws.com", EventCategory: "Management"}
		if chose(d, e) {
			writes = append(writes, s)
		}
		if e.ReadOnly = true; chose(d, e) {
			reads = append(reads, s)
		}
	}
	if want := slices.Concat(sequence(0, 10), sequence(20, 29)); !slices.Equal(writes, want) {
		t.Errorf("writes of %v, want %v", writes, want)
	}
	if want := sequence(0, 20); !slices.Equal(reads, want) {
		t.Errorf("reads of %v, want %v", reads, want)
	}
}
