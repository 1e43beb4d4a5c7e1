package trailstore

import (
	"errors"
	"fmt"
	"path/filepath"
	"syscall"
)

// writer owns the newest segment. Only the store's goroutine uses it.
type writer struct {
	dir     string
	disk    disk
	limit   int64 // bytes after which a segment is closed
	file    file
	first   uint64 // sequence that file begins with
	size    int64  // bytes of file that are acknowledged or were found at Open
	next    uint64 // sequence of the next record
	renew   bool   // file was cut: go on in a new segment
	failed  error  // wraps ErrFailed once set
	seen    recent
	scratch []byte
}

// write records a batch with one write and one sync. It returns nil, ErrFull or ErrFailed.
func (w *writer) write(batch []*request) error {
	if w.failed != nil {
		return w.failed
	}
	buf, fresh := w.collect(batch)
	if len(fresh) == 0 {
		return nil
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
	return nil
}

// collect joins the batch's lines into one buffer, without those that AppendOnce passes over.
func (w *writer) collect(batch []*request) (buf []byte, fresh []eventKey) {
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
		}
	}
	w.scratch = buf
	return buf, fresh
}

// undo takes back a write that did not wholly succeed. For want of space that is all; after any other error the disk
// is not trusted again.
func (w *writer) undo(written int, err error) error {
	if !isFull(err) {
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

// rotate begins the next segment. The old one is synced already, but for a cut.
func (w *writer) rotate() error {
	if w.renew {
		if err := w.file.Sync(); err != nil {
			return w.fail("sync", err)
		}
	}
	next, err := w.newSegment()
	if err != nil {
		if isFull(err) {
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

// newSegment makes the file for the records from w.next on. A segment from which everything was cut has that name
// itself: it is replaced, so that a reader which saw what was cut can tell.
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

func (w *writer) close() error { return w.file.Close() }

// isFull: the disk, the quota or the largest file size is used up.
func isFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG)
}
