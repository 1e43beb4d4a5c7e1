package sqlitekv

import (
	"sync/atomic"
	"time"
)

// A checkpoint copies the newest pages from the WAL to the file and syncs it; when all are copied, the next commit begins
// the WAL anew. SQLite's own trigger would do that inside a commit. Here a goroutine does the bulk beside the writer, on
// its own connection: when the WAL has grown to fullPages, or when it holds idlePages and nobody has written for a
// while. A writer that never rests adds pages meanwhile, and the WAL would never be copied whole; so after a bulk the
// writer copies that small rest itself, between two batches.
//
// A View that stays open keeps the WAL from beginning anew; it grows until the View ends.
const (
	fullPages = 4000 // 16 MiB
	idlePages = 256
	idleAfter = time.Second
)

type checkpoints struct {
	store *Store
	conn  *conn

	pages atomic.Int64 // in the WAL and not known to be copied
	next  atomic.Int64 // the number of pages at which to copy again
	rest  atomic.Bool  // the writer is to copy what came during the bulk

	full  chan struct{} // holds a token when pages has reached next
	idle  *time.Timer
	stop  chan struct{}
	ended chan struct{}
}

func newCheckpoints(s *Store, c *conn) *checkpoints {
	k := &checkpoints{store: s, conn: c, full: make(chan struct{}, 1), idle: time.NewTimer(idleAfter), stop: make(chan struct{}), ended: make(chan struct{})}
	k.next.Store(fullPages)
	return k
}

// afterBatch is the writer's part.
func (k *checkpoints) afterBatch(writing *conn) {
	pages := k.pages.Add(int64(writing.pagesWritten()))
	switch {
	case k.rest.CompareAndSwap(true, false):
		k.copy(writing)
	case pages >= k.next.Load():
		select {
		case k.full <- struct{}{}:
		default:
		}
	case pages >= idlePages:
		k.idle.Reset(idleAfter)
	}
}

func (k *checkpoints) run() {
	defer close(k.ended)
	defer k.idle.Stop()
	for {
		select {
		case <-k.full:
			// Left over from before the last copy, perhaps.
			if k.pages.Load() >= k.next.Load() && k.copy(k.conn) {
				k.rest.Store(k.pages.Load() > 0)
			}
		case <-k.idle.C:
			if k.pages.Load() >= idlePages {
				k.copy(k.conn)
			}
		case <-k.stop:
			return
		}
	}
}

// copy copies what it can and reports whether that was all that the WAL held when it began.
func (k *checkpoints) copy(c *conn) bool {
	if k.store.readOnly() != nil {
		return false // never again on this file
	}
	before := k.pages.Load()
	all, err := c.copyBack()
	if err != nil && classify(err) == faultFatal {
		_ = k.store.breakDown(err)
		return false
	}
	if err != nil || !all {
		// No room in the file, or a reader in the way: what is committed stays in the WAL. Again when it has grown.
		k.next.Store(k.pages.Load() + fullPages)
		return false
	}
	k.pages.Add(-before)
	k.next.Store(fullPages)
	return true
}
