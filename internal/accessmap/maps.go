package accessmap

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/rewind"
	"github.com/warder-iam/warder/internal/turns"
)

// Options of Maps.
type Options struct {
	// Snapshot gives the state as it is.
	Snapshot func() *directory.Snapshot
	// History gives the trail of an account.
	History func(ctx context.Context, account string) rewind.History
	// Now is the clock.
	Now func() time.Time
	// PasskeySignIn is whether a passkey alone signs a user in.
	PasskeySignIn bool
	// Turns bound what is worked on at the same time.
	Turns *turns.Turns
}

// Maps makes the maps of all accounts, and keeps the newest ones. All methods may be called at the same time.
type Maps struct {
	options Options
	pasts   flights[key, *made]
	drawing flights[drawingKey, *Graph]

	mu        sync.Mutex
	known     []*made // the last used first
	analysing bool    // a goroutine does
	drawn     drawings
}

// made is a state of which a map was asked for.
type made struct {
	key
	snap    *directory.Snapshot
	unknown []string
	begun   bool          // its analysis; guarded by mu of the Maps
	done    chan struct{} // closed after it, and when nobody will make it
	result  *analysis     // once done is closed; nil where there is none
}

// key tells states apart: those of now by revision, those of before by account and second as well.
type key struct {
	revision uint64
	account  string // "" of now
	at       int64
}

const (
	// keptStates is how many states are kept, and keptAlike how many of now, and of what one account was: a slider has each
	// reader look at many.
	keptStates, keptAlike = 6, 3
	// patience is how long a map waits for its analysis. After that it is given without, and asked for again.
	patience = 1500 * time.Millisecond
)

// New makes Maps.
func New(options Options) *Maps { return &Maps{options: options} }

// present is the state as it is.
func (m *Maps) present() *made {
	snap := m.options.Snapshot()
	return m.state(key{revision: snap.Revision()}, snap, nil)
}

// state gives the state of a key, and has it analysed where it is new.
func (m *Maps) state(k key, snap *directory.Snapshot, unknown []string) *made {
	m.mu.Lock()
	defer m.mu.Unlock()
	if s := m.used(k); s != nil {
		return s
	}
	s := &made{key: k, snap: snap, unknown: unknown, done: make(chan struct{})}
	m.known = slices.Insert(m.known, 0, s)
	m.forget()
	if !m.analysing {
		m.analysing = true
		go m.analyse()
	}
	return s
}

// has gives a state that is known, or nil.
func (m *Maps) has(k key) *made {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.used(k)
}

// used is has, under mu.
func (m *Maps) used(k key) *made {
	at := slices.IndexFunc(m.known, func(s *made) bool { return s.key == k })
	if at < 0 {
		return nil
	}
	s := m.known[at]
	m.known = slices.Insert(slices.Delete(m.known, at, at+1), 0, s)
	return s
}

// forget drops the states that nobody used for the longest time. It is called under mu.
func (m *Maps) forget() {
	alike := map[string]int{}
	kept := 0
	m.known = slices.DeleteFunc(m.known, func(s *made) bool {
		alike[s.account]++
		if kept < keptStates && alike[s.account] <= keptAlike {
			kept++
			return false
		}
		if !s.begun {
			close(s.done)
		}
		m.drawn.drop(s)
		return true
	})
}

// analyse works on one state after the other, the last used first, until there is none.
func (m *Maps) analyse() {
	for s := m.unanalysed(); s != nil; s = m.unanalysed() {
		func() {
			defer close(s.done)
			defer func() { _ = recover() }() // a state without an analysis is shown without; it does not take the server down
			s.result = analyse(s.snap, m.options.Now(), m.options.PasskeySignIn)
		}()
	}
}

// unanalysed is the next state to analyse; nil where there is none, and nobody analyses any more.
func (m *Maps) unanalysed() *made {
	m.mu.Lock()
	defer m.mu.Unlock()
	at := slices.IndexFunc(m.known, func(s *made) bool { return !s.begun })
	if m.analysing = at >= 0; !m.analysing {
		return nil
	}
	m.known[at].begun = true
	return m.known[at]
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
