package trailstore

import (
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/warder-iam/warder/internal/seal"
	"github.com/warder-iam/warder/internal/wholefile"
	"github.com/warder-iam/warder/trail"
)

// writer owns the newest segment. Only the store's goroutine uses it.
type writer struct {
	dir     string
	disk    disk
	keyring *seal.Keyring
	limit   int64 // bytes after which a segment is closed
	file    file
	first   uint64 // sequence that file begins with
	size    int64  // bytes of file that are acknowledged or were found at Open
	next    uint64 // sequence of the next record
	chain   *chain // of file
	newest  trail.Head
	renew   bool  // file was cut: go on in a new segment
	failed  error // wraps ErrFailed once set
	seen    recent
	scratch []byte
}

// write records a batch with one write and one sync. It returns nil, ErrFull or ErrFailed.
func (w *writer) write(batch []*request) error {
	if w.failed != nil {
		return w.failed
	}
	buf, fresh, at := w.collect(batch)
	if len(fresh) == 0 {
		return nil
	}
	if err := w.chain.flush(); err != nil { // what was left for want of space
		return w.chainFailed(err)
	}
	if w.renew || w.size >= w.limit {
		if err := w.rotate(); err != nil {
			return err
		}
	}
	if n, err := w.file.WriteAt(buf, w.size); err != nil {
		return w.undo(n, err)
	}
	if err := w.file.Sync(); err != nil {
		return w.fail("sync", err)
	}
	w.size += int64(len(buf))
	w.next += uint64(len(fresh))
	w.seen.add(fresh)
	w.extend(buf, at)
	return nil
}

// extend adds a batch that is on disk to the chain. The batch is acknowledged whatever comes of it: for want of space the
// values wait, and after any other error nothing more is written.
func (w *writer) extend(buf []byte, at time.Time) {
	w.chain.add(buf)
	w.newest = trail.Head{Sequence: w.chain.link.sequence, Hash: w.chain.link.value, Time: at}
	if err := w.chain.flush(); err != nil && !wholefile.Full(err) {
		_ = w.fail("write the chain", err)
	}
}

// chainFailed is the error of what could not be done to the chain.
func (w *writer) chainFailed(err error) error {
	var failed *syncError
	if wholefile.Full(err) && !errors.As(err, &failed) {
		return fmt.Errorf("%w: %w", ErrFull, err)
	}
	return w.fail("write the chain", err)
}

// syncChain makes the chain as durable as the records and gives the newest of both.
func (w *writer) syncChain() (trail.Head, error) {
	if w.failed != nil {
		return trail.Head{}, w.failed
	}
	if err := w.chain.sync(); err != nil {
		return trail.Head{}, w.chainFailed(err)
	}
	return w.newest, nil
}

// collect joins the batch's lines into one buffer, without those that AppendOnce passes over. at is the time of the last
// event.
func (w *writer) collect(batch []*request) (buf []byte, fresh []eventKey, at time.Time) {
	buf = w.scratch[:0]
	inBatch := map[eventKey]bool{}
	for _, r := range batch {
		for i, line := range r.lines {
			id := r.ids[i]
			if r.once && (inBatch[id] || w.seen.has(id)) {
				continue
			}
			inBatch[id] = true
			buf = append(buf, line...)
			fresh = append(fresh, id)
			at = r.at
		}
	}
	w.scratch = buf
	return buf, fresh, at
}

// undo takes back a write that did not wholly succeed. For want of space that is all; after any other error the disk
// is not trusted again.
func (w *writer) undo(written int, err error) error {
	if !wholefile.Full(err) {
		return w.fail("write", err)
	}
	if written > 0 {
		if terr := w.file.Truncate(w.size); terr != nil {
			return w.fail("write", errors.Join(err, terr))
		}
		w.renew = true
	}
	return fmt.Errorf("%w: %w", ErrFull, err)
}

// rotate begins the next segment. The old one is synced already, but for a cut and for its chain.
func (w *writer) rotate() error {
	if w.renew {
		if err := w.file.Sync(); err != nil {
			return w.fail("sync", err)
		}
	}
	if w.size > 0 {
		if err := w.rotateChain(); err != nil {
			return err
		}
	}
	next, err := w.newSegment()
	if err != nil {
		if wholefile.Full(err) {
			return fmt.Errorf("%w: %w", ErrFull, err)
		}
		return w.fail("create segment", err)
	}
	if err := w.disk.SyncDir(w.dir); err != nil {
		return w.fail("sync folder", errors.Join(err, next.Close()))
	}
	if w.size > 0 {
		w.seen.rotate()
	}
	old := w.file
	w.file, w.first, w.size, w.renew = next, w.next, 0, false
	if err := old.Close(); err != nil {
		return w.fail("close segment", err)
	}
	return nil
}

// rotateChain begins the chain of the next segment before the segment, so that none is ever without. Where that is as far
// as it came, for want of space, the next call finds it begun.
func (w *writer) rotateChain() error {
	if w.chain.first == w.next {
		return nil
	}
	if err := w.chain.sync(); err != nil {
		return w.chainFailed(err)
	}
	next, err := newChain(w.disk, w.dir, w.keyring, w.next, w.chain.link.value)
	if err != nil {
		return w.chainFailed(err)
	}
	old := w.chain
	w.chain = next
	if err := old.file.Close(); err != nil {
		return w.fail("close chain", err)
	}
	return nil
}

// newSegment makes the file for the records from w.next on. A segment from which everything was cut has that name
// itself: it is replaced, so that a reader which saw what was cut can tell. Its chain is as it was: it has no value yet.
func (w *writer) newSegment() (file, error) {
	name := filepath.Join(w.dir, segmentName(w.next))
	if w.size == 0 {
		return w.disk.Replace(name)
	}
	return w.disk.Create(name)
}

func (w *writer) fail(step string, err error) error {
	w.failed = fmt.Errorf("%w: %s: %w", ErrFailed, step, err)
	return w.failed
}

func (w *writer) end() logEnd { return logEnd{w.first, w.size} }

// close syncs the chain, unless the disk has failed.
func (w *writer) close() error {
	var err error
	if w.failed == nil {
		err = w.chain.sync()
	}
	return errors.Join(err, w.release())
}

// release closes the files that are open.
func (w *writer) release() error {
	var err error
	if w.chain != nil {
		err = w.chain.file.Close()
	}
	return errors.Join(err, closeFile(w.file))
}
