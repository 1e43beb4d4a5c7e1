package accessmap

import (
	"context"
	"errors"
	"iter"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/warder"
	"github.com/warder-iam/warder/internal/rewind"
	"github.com/warder-iam/warder/internal/turns"
	"github.com/warder-iam/warder/trail"
)

// counted is an empty trail that counts how often it is read, and holds every reader until gate is closed.
type counted struct {
	reads atomic.Int32
	gate  chan struct{}
	ended atomic.Int32
}

func (c *counted) of(ctx context.Context, _ string) rewind.History { return held{ctx, c} }

type held struct {
	ctx context.Context
	of  *counted
}

func (h held) Since(time.Time) iter.Seq2[*trail.Event, error] {
	return func(yield func(*trail.Event, error) bool) {
		h.of.reads.Add(1)
		select {
		case <-h.of.gate:
		case <-h.ctx.Done():
			h.of.ended.Add(1)
			yield(nil, h.ctx.Err())
		}
	}
}

func (h held) Before(string, time.Time) iter.Seq2[*trail.Event, error] {
	return func(func(*trail.Event, error) bool) {}
}

func heldMaps(t *testing.T, all int) (*Maps, *counted) {
	t.Helper()
	snap := directory.Load(directory.NewLibrary(catalog.Load()), 7, map[string][]directory.Entity{own: readCase(t).Account.entities(own)})
	c := &counted{gate: make(chan struct{})}
	return New(Options{Snapshot: func() *directory.Snapshot { return snap }, Now: func() time.Time { return now }, History: c.of, Turns: turns.New(turns.Options{All: all})}), c
}

// TestPastOnce: many who ask for the same time at once have the trail read once, and who leaves leaves the others their
// answer; when all have left, nobody reads any more.
func TestPastOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, c := heldMaps(t, 1)
		at := now.Add(-time.Hour)
		ctx, leave := context.WithCancel(t.Context())
		var all sync.WaitGroup
		for i := range 10 {
			all.Go(func() {
				if i%2 == 0 {
					if _, err := m.past(ctx, own, at); !errors.Is(err, context.Canceled) {
						t.Errorf("who left: %v", err)
					}
					return
				}
				if s, err := m.past(t.Context(), own, at); err != nil || s == nil {
					t.Errorf("who stayed: %v", err)
				}
			})
		}
		synctest.Wait()
		leave()
		synctest.Wait()
		close(c.gate)
		all.Wait()
		if n := c.reads.Load(); n != 1 {
			t.Errorf("the trail was read %d times", n)
		}

		c.gate = make(chan struct{})
		ctx, leave = context.WithCancel(t.Context())
		all.Go(func() { _, _ = m.past(ctx, own, at.Add(-time.Minute)) })
		synctest.Wait()
		leave()
		all.Wait()
		synctest.Wait()
		if c.ended.Load() != 1 || len(m.pasts.all) != 0 {
			t.Errorf("%d readings ended, %d go on", c.ended.Load(), len(m.pasts.all))
		}
	})
}

// TestPastsAreForgotten: a slider that is pulled over many times leaves no more states, graphs and goroutines than there is room for.
func TestPastsAreForgotten(t *testing.T) {
	m, c := heldMaps(t, 1)
	close(c.gate)
	var states []weak.Pointer[directory.Snapshot]
	for i := range 50 {
		at := now.Add(-time.Duration(i) * time.Minute)
		s, err := m.past(t.Context(), own, at)
		if err != nil {
			t.Fatal(err)
		}
		states = append(states, weak.Make(s.snap))
		ctx, cancel := context.WithCancel(t.Context())
		cancel() // does not wait for the analysis
		if _, err := m.graph(t.Context(), s, s.snap.Account(own), s.analysis(ctx, 0)); err != nil {
			t.Fatal(err)
		}
	}
	m.mu.Lock()
	kept, graphs, size := len(m.known), len(m.drawn.all), m.drawn.size
	m.mu.Unlock()
	if kept > keptAlike || graphs > 2*keptAlike || size <= 0 {
		t.Errorf("%d states and %d graphs of %d bytes are kept", kept, graphs, size)
	}
	for _, s := range m.known { // those that are left are analysed; the goroutine that does ends
		<-s.done
	}
	live := len(states)
	for deadline := time.Now().Add(5 * time.Minute); live > keptAlike+1 && time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		runtime.GC()
		gone := func(s weak.Pointer[directory.Snapshot]) bool { return s.Value() == nil }
		states = slices.DeleteFunc(states, gone) // those of goroutines that are about to end go a moment later
		live = len(states)
	}
	if live > keptAlike+1 { // one that was being analysed
		t.Errorf("%d states are in memory", live)
	}
}

// TestDrawings: graphs are kept as long as there is room, and the largest one alone.
func TestDrawings(t *testing.T) {
	var d drawings
	big := &Graph{Nodes: make([]Node, mostDrawn/80/3)} // a third, and a little more with names
	for i := range big.Nodes {
		big.Nodes[i].Name = "n"
	}
	keys := []drawingKey{{account: "a"}, {account: "b"}, {account: "c"}}
	for _, k := range keys {
		d.put(k, big)
	}
	if d.get(keys[0]) != nil || d.get(keys[1]) == nil || d.get(keys[2]) == nil || d.size > mostDrawn {
		t.Errorf("%d graphs, %d bytes", len(d.all), d.size)
	}
	d.drop(nil)
	if len(d.all) != 0 || d.size != 0 {
		t.Errorf("left: %d graphs, %d bytes", len(d.all), d.size)
	}
}

// TestAccountsDoNotWait: while one account's map is drawn, another one's is answered from what is kept.
func TestAccountsDoNotWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := readCase(t)
		m := c.maps()
		if _, err := m.Graph(t.Context(), other, &api.GetAccessMapInput{}); err != nil {
			t.Fatal(err)
		}
		s := m.present()
		<-s.done
		if _, err := m.graph(t.Context(), s, s.snap.Account(other), s.result); err != nil {
			t.Fatal(err)
		}
		_, done, err := m.options.Turns.Take(t.Context(), own) // one's own is being drawn
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		if out, err := m.Graph(t.Context(), other, &api.GetAccessMapInput{}); err != nil || !out.Analysed || time.Since(began) > 0 {
			t.Errorf("after %v: %v", time.Since(began), err)
		}
		if _, err := m.Graph(t.Context(), own, &api.GetAccessMapInput{}); !errors.Is(err, turns.ErrBusy) {
			t.Errorf("without a turn: %v", err)
		}
		done()
	})
}
