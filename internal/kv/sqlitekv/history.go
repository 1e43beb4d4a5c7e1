package sqlitekv

import (
	"context"
	"iter"
	"sync"

	"github.com/warder-iam/warder/internal/kv"
)

// history holds the latest commits for Watch, in memory: who watches the embedded store lives in its process and begins
// with a View. It is bounded by number and by bytes.
type history struct {
	maxCommits, maxBytes int

	mu      sync.Mutex
	before  kv.Revision // commits holds all after this one
	commits []kv.Commit // of before+1, before+2, …
	bytes   int
	grown   chan struct{} // closed and replaced when commits are added
	closed  bool
}

func newHistory(at kv.Revision, o Options) *history {
	return &history{maxCommits: o.HistoryCommits, maxBytes: o.HistoryBytes, before: at, grown: make(chan struct{})}
}

// add publishes the commits of one batch; they are durable.
func (h *history) add(commits []kv.Commit) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, c := range commits {
		h.commits = append(h.commits, c)
		h.bytes += commitSize(c)
	}
	for len(h.commits) > h.maxCommits || h.bytes > h.maxBytes {
		h.bytes -= commitSize(h.commits[0])
		h.commits[0] = kv.Commit{} // the array behind the slice lives on for a while
		h.commits = h.commits[1:]
		h.before++
	}
	h.wake()
}

func commitSize(c kv.Commit) int {
	const fixed = 64 // a commit and each of its writes take about that beside their bytes
	size := fixed + len(c.Scope)
	for _, w := range c.Writes {
		size += fixed + len(w.Key) + len(w.Value)
	}
	return size
}

func (h *history) wake() {
	close(h.grown)
	h.grown = make(chan struct{})
}

// close ends every watch with ErrClosed.
func (h *history) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	h.wake()
}

// after returns some commits after the revision, or, when there are none yet, a channel that closes when to ask again.
func (h *history) after(rev kv.Revision) (some []kv.Commit, wait <-chan struct{}, err error) {
	const atOnce = 64
	h.mu.Lock()
	defer h.mu.Unlock()
	last := h.before + kv.Revision(len(h.commits))
	switch {
	case h.closed:
		return nil, nil, kv.ErrClosed
	case rev < h.before || rev > last:
		return nil, nil, kv.ErrCompacted
	case rev == last:
		return nil, h.grown, nil
	}
	some = h.commits[rev-h.before:]
	return append([]kv.Commit(nil), some[:min(len(some), atOnce)]...), nil, nil
}

// reached waits until the revision, which a reader saw in the file, is published here too: the moment between the
// writer's commit and its add.
func (h *history) reached(ctx context.Context, rev kv.Revision) error {
	for {
		h.mu.Lock()
		last, grown, closed := h.before+kv.Revision(len(h.commits)), h.grown, h.closed
		h.mu.Unlock()
		if last >= rev || closed {
			return nil
		}
		select {
		case <-grown:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (h *history) watch(ctx context.Context, rev kv.Revision) iter.Seq2[kv.Commit, error] {
	return func(yield func(kv.Commit, error) bool) {
		for at := rev; ctx.Err() == nil; {
			some, wait, err := h.after(at)
			if err != nil {
				yield(kv.Commit{}, err)
				return
			}
			for _, c := range some {
				if ctx.Err() != nil || !yield(c, nil) {
					return
				}
				at = c.Revision
			}
			if wait != nil {
				select {
				case <-wait:
				case <-ctx.Done():
				}
			}
		}
	}
}
