package accessmap

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/rewind"
)

// Options of Maps.
type Options struct {
	// Snapshot gives the state as it is.
	Snapshot func() *directory.Snapshot
	// History gives the trail of an account.
	History func(ctx context.Context, account string) rewind.History
	// Now is the clock.
	Now func() time.Time
}

// Maps makes the maps of all accounts, and keeps the newest ones. All methods may be called at the same time.
type Maps struct {
	options Options
	working chan struct{} // holds one: analyses are made one after the other

	mu    sync.Mutex
	known []*made // the last used first
}

// made is a state of which a map was asked for.
type made struct {
	key
	snap    *directory.Snapshot
	unknown []string
	done    chan struct{}
	result  *analysis         // once done is closed
	bare    map[string]*Graph // by account, without the analysis
	whole   map[string]*Graph
}

// key tells states apart: those of now by revision, those of before by account and second as well.
type key struct {
	revision uint64
	account  string // "" of now
	at       int64
}

const (
	// keptStates is how many states are kept: the present, and some that a slider was on.
	keptStates = 6
	// patience is how long a map waits for its analysis. After that it is given without, and asked for again.
	patience = 1500 * time.Millisecond
)

// New makes Maps.
func New(options Options) *Maps {
	return &Maps{options: options, working: make(chan struct{}, 1)}
}

// present is the state as it is.
func (m *Maps) present() *made {
	snap := m.options.Snapshot()
	return m.state(key{revision: snap.Revision()}, func() *made { return &made{snap: snap} })
}

// state gives the state of a key, and starts its analysis where it is new.
func (m *Maps) state(k key, fresh func() *made) *made {
	m.mu.Lock()
	defer m.mu.Unlock()
	at := slices.IndexFunc(m.known, func(known *made) bool { return known.key == k })
	if at < 0 {
		s := fresh()
		s.key, s.done, s.bare, s.whole = k, make(chan struct{}), map[string]*Graph{}, map[string]*Graph{}
		m.known = slices.Insert(m.known, 0, s)
		if len(m.known) > keptStates {
			m.known = m.known[:keptStates]
		}
		go m.analyse(s)
		return s
	}
	s := m.known[at]
	m.known = slices.Insert(slices.Delete(m.known, at, at+1), 0, s)
	return s
}

// has tells whether a state is known, and gives it.
func (m *Maps) has(k key) *made {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range m.known {
		if s.key == k {
			return s
		}
	}
	return nil
}

// analyse works on one state at a time. One that nobody asks for any more when its turn comes is left.
func (m *Maps) analyse(s *made) {
	m.working <- struct{}{}
	defer func() { <-m.working }()
	if m.has(s.key) == s {
		s.result = analyse(s.snap, m.options.Now())
	}
	close(s.done)
}

// analysis waits for that of a state; nil where it is not there in time, or ctx ends.
func (s *made) analysis(ctx context.Context, patience time.Duration) *analysis {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-s.done:
		return s.result
	case <-timer.C:
	case <-ctx.Done():
	}
	return nil
}

// graph is that of one account.
func (m *Maps) graph(s *made, account *directory.Account, a *analysis) *Graph {
	m.mu.Lock()
	defer m.mu.Unlock()
	kept := s.bare
	if a != nil {
		kept = s.whole
	}
	g, ok := kept[account.ID()]
	if !ok {
		g = build(account, a)
		kept[account.ID()] = g
	}
	return g
}
