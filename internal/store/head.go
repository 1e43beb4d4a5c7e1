package store

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/warder-iam/warder/directory"
)

// run is one transaction from the start of its function until its fate is known. Its fields are set while its function
// runs, and after that only under head.mu.
type run struct {
	account string
	base    uint64              // revision that it read
	before  version             // of the account, as it was met
	after   version             // of the account, as it is left; the same when no entity changed
	from    *directory.Snapshot // the state that it met
	basis   *directory.Snapshot // what was published then
	durable bool                // from is basis
	state   *directory.Snapshot // the state that it leaves
	puts    []directory.Entity
	deletes []directory.Entity

	prev      *run // the run whose state it met, nil for a published one
	committed bool
	revision  uint64        // of the commit
	published chan struct{} // closed when the published snapshot holds it
	done      bool          // published is closed
	chained   bool          // head.tip is it, or was built on it
}

func (r *run) changed() bool { return r.before != r.after }

// head knows the states that transactions meet and publishes those that are durable.
//
// Several transactions of a group commit see each other before any of them is durable. Each one's state hangs as a run in
// a chain behind the published snapshot, and its successor builds on it. When a commit fails its chain is dropped, and
// states are found again by their version: the published one, or what the records themselves say.
type head struct {
	library  *directory.Library
	snapshot atomic.Pointer[directory.Snapshot]

	mu       sync.Mutex
	next     chan struct{}      // closed when another snapshot is published; nil where nobody waits for it
	versions map[string]version // of the accounts in snapshot
	tip      *run               // the newest state that is not published, or nil
	flight   []*run             // those whose fate is not known, and those that wait for them
}

// begin enters a run whose function is about to read the engine's state at a revision.
func (h *head) begin(r *run, base uint64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if r.chained { // the engine runs it again
		h.unchain()
	}
	r.base = base
	if r.published == nil {
		r.published = make(chan struct{})
		h.flight = append(h.flight, r)
	}
}

// meet gives the run the state of all accounts as it is in this process. It is true when the run's account has in it the
// version that the run met.
func (h *head) meet(r *run) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	known := h.versions[r.account]
	for t := h.tip; t != nil && !t.done; t = t.prev {
		if t.account == r.account {
			known = t.after
			break
		}
	}
	if known != r.before {
		h.unchain() // it holds changes that did not come to be, or lacks some that did
		known = h.versions[r.account]
	}
	r.basis, r.from, r.prev, r.durable = h.snapshot.Load(), h.snapshot.Load(), nil, true
	if h.tip != nil {
		r.from, r.prev, r.durable = h.tip.state, h.tip, false
	}
	return known == r.before && records(r.from, r.account) == r.before.Records
}

// extend makes the run's state the one that the next transaction meets, unless something was published meanwhile that it
// lacks: then the next one finds its state in another way.
func (h *head) extend(r *run) {
	h.mu.Lock()
	defer h.mu.Unlock()
	published := h.snapshot.Load()
	fits := r.prev == h.tip
	if h.tip == nil { // what the run met is published by now, or always was, and nothing else
		fits = published == r.from || r.prev == nil && published == r.basis
	}
	if !fits {
		h.unchain()
		return
	}
	r.chained = true
	h.tip = r
}

// unchain drops all states that are not published.
func (h *head) unchain() {
	for t := h.tip; t != nil && !t.done; t = t.prev {
		t.chained = false
	}
	h.tip = nil
}

// fail takes a run out that did not come to be, with every state that was built on it. To take one out that did is
// safe too: its state is found again in the records.
func (h *head) fail(r *run) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if r.chained {
		h.unchain()
	}
	h.flight = slices.DeleteFunc(h.flight, func(f *run) bool { return f == r })
	h.advance()
}

// commit notes that a run is durable at a revision. Its channel is closed when it is published.
func (h *head) commit(r *run, revision uint64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	r.committed, r.revision = true, revision
	h.advance()
}

// advance publishes what can be published: a committed run waits for those that may yet turn out to have been committed
// before it, so that a snapshot of some revision holds every change up to it.
func (h *head) advance() {
	first := ^uint64(0) // the lowest revision that a run whose fate is not known has read
	for _, r := range h.flight {
		if !r.committed {
			first = min(first, r.base)
		}
	}
	ready := func(r *run) bool { return r.committed && r.revision <= first }
	var publish []*run
	for _, r := range h.flight {
		if ready(r) {
			publish = append(publish, r)
		}
	}
	slices.SortStableFunc(publish, func(a, b *run) int { return cmp.Compare(a.revision, b.revision) })
	for _, r := range publish {
		h.publish(r)
		r.done, r.prev, r.from, r.basis, r.puts, r.deletes = true, nil, nil, nil, nil, nil
		close(r.published)
	}
	h.flight = slices.DeleteFunc(h.flight, ready)
	if h.tip != nil && h.tip.done {
		h.tip = nil // all is published
	}
}

func (h *head) publish(r *run) {
	old, known := h.snapshot.Load(), h.versions[r.account]
	if known == r.after || !r.changed() && r.revision < old.Revision() {
		return
	}
	if !r.chained {
		h.unchain() // those states lack this change
	}
	revision := max(r.revision, old.Revision())
	switch {
	case old == r.from && r.state.Revision() == revision:
		h.snapshot.Store(r.state)
	case known == r.before:
		h.snapshot.Store(old.With(revision, r.account, r.puts, r.deletes))
	default: // changes that did not pass through this process came between
		h.snapshot.Store(replace(old, revision, r.account, r.state.Account(r.account)))
	}
	h.versions[r.account] = r.after
	if h.next != nil {
		close(h.next)
		h.next = nil
	}
}

// changed gives a channel that is closed when another snapshot is published.
func (h *head) changed() <-chan struct{} {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.next == nil {
		h.next = make(chan struct{})
	}
	return h.next
}

// replace gives the snapshot in which one account is as in now, which may be nil.
func replace(old *directory.Snapshot, revision uint64, account string, now *directory.Account) *directory.Snapshot {
	gone := make(map[string]directory.Entity)
	if a := old.Account(account); a != nil {
		for e := range a.Entities() {
			gone[e.Key()] = e
		}
	}
	var puts []directory.Entity
	if now != nil {
		for e := range now.Entities() {
			puts = append(puts, e)
			delete(gone, e.Key())
		}
	}
	return old.With(revision, account, puts, slices.Collect(maps.Values(gone)))
}
