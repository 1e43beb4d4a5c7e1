package sqlitekv

import (
	"sync"
	"sync/atomic"
	"time"
)

// A checkpoint copies the newest pages from the WAL to the file and syncs it; when all are copied, the next commit begins
// the WAL anew. SQLite's own trigger would do that inside a commit. Here a goroutine does the bulk beside the writer, on
// its own connection: when the WAL has grown to fullPages, or when it holds idlePages and nobody has written for a
// while. A writer that never rests adds pages meanwhile, and the WAL would never be copied whole; so after the bulk the
// writer copies the small rest itself, between two batches. A writer that adds another fullPages during the bulk waits
// for it: it is faster than the disk.
//
// A View that stays open keeps the WAL from beginning anew; it grows until the View ends.
const (
	fullPages = 4000 // 16 MiB
	restPages = 500  // few enough for the writer to copy in a few milliseconds
	idlePages = 256
	idleAfter = time.Second
)

type checkpoints struct {
	store *Store
	conn  *conn

	pages atomic.Int64 // in the WAL and not known to be copied
	next  atomic.Int64 // the number of pages at which to copy again
	rest  atomic.Bool  // the writer is to copy what came during the bulk
	bulk  sync.Mutex   // held by who copies

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
	case pages >= k.next.Load()+fullPages:
		k.copyWhole(writing)
	case k.rest.Load() && k.bulk.TryLock():
		k.copy(writing)
		k.rest.Store(false)
		k.bulk.Unlock()
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
			k.copyMost()
		case <-k.idle.C:
			if k.pages.Load() >= idlePages {
				k.copyWhole(k.conn)
			}
		case <-k.stop:
			return
		}
	}
}

// copyWhole waits for a copy that runs, and copies.
func (k *checkpoints) copyWhole(c *conn) {
	k.bulk.Lock()
	defer k.bulk.Unlock()
	k.copy(c)
}

// copyMost copies until only a small rest is left, or the writer adds as fast as this copies. The rest is the writer's, be it
// none by the count: the pages of a batch that is being written are not counted yet, and they keep the WAL from beginning anew.
func (k *checkpoints) copyMost() {
	k.bulk.Lock()
	defer k.bulk.Unlock()
	if k.pages.Load() < k.next.Load() {
		return // the token is from before the last copy
	}
	for range 3 {
		if !k.copy(k.conn) {
			return
		}
		if k.pages.Load() <= restPages {
			break
		}
	}
	k.rest.Store(true)
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
