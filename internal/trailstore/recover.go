package trailstore

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"

	"github.com/warder-iam/warder/trail"
)

// Recovery is what Open had to cut off the newest segment's end. The zero value: nothing.
type Recovery struct {
	Segment string // file name
	Offset  int64  // bytes that were kept
	Cut     []byte // what was cut off, its first trail.MaxParse bytes at most; for the log, since it is gone from the disk
	Reason  string
}

// recoverWriter finds the trail's end and makes it sound.
func recoverWriter(dir string, o Options) (*writer, Recovery, error) {
	w := &writer{dir: dir, disk: o.disk, limit: o.SegmentBytes, first: 1, next: 1}
	firsts, err := segments(dir)
	if err != nil {
		return nil, Recovery{}, fmt.Errorf("trailstore: %w", err)
	}
	if len(firsts) == 0 {
		return w, Recovery{}, w.begin()
	}
	newest := firsts[len(firsts)-1]
	if len(firsts) > 1 {
		if err := w.readOlder(firsts[len(firsts)-2], newest); err != nil {
			return nil, Recovery{}, err
		}
	}
	recovery, err := w.readNewest(newest)
	if err != nil && w.file != nil {
		err = errors.Join(err, w.file.Close())
	}
	return w, recovery, err
}

// begin makes the very first segment.
func (w *writer) begin() (err error) {
	if w.file, err = w.disk.Create(filepath.Join(w.dir, segmentName(1))); err != nil {
		return fmt.Errorf("trailstore: %w", err)
	}
	if err := w.disk.SyncDir(w.dir); err != nil {
		return errors.Join(fmt.Errorf("trailstore: %w", err), w.file.Close())
	}
	return nil
}

// readOlder learns the event ids of the segment before the newest and checks that nothing is missing between the two.
func (w *writer) readOlder(first, newest uint64) error {
	name := segmentName(first)
	f, err := w.disk.Open(filepath.Join(w.dir, name))
	if err != nil {
		return fmt.Errorf("trailstore: %w", err)
	}
	found, err := scan(f)
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("trailstore: %s: %w", name, err)
	}
	if found.problem != "" {
		return fmt.Errorf("%w: %s, line %d: %s", ErrDamaged, name, len(found.ids)+1, found.problem)
	}
	if next := first + uint64(len(found.ids)); next != newest {
		return fmt.Errorf("%w: %s ends before record %d, the next segment begins with %d", ErrDamaged, name, next, newest)
	}
	w.seen.add(found.ids)
	w.seen.rotate()
	return nil
}

// readNewest opens the newest segment for writing, cuts off a torn last line, and syncs, so that what it counts as
// recorded is on disk even if the process that wrote it never got that far.
func (w *writer) readNewest(first uint64) (Recovery, error) {
	var recovery Recovery
	name := segmentName(first)
	f, err := w.disk.Open(filepath.Join(w.dir, name))
	if err != nil {
		return recovery, fmt.Errorf("trailstore: %w", err)
	}
	w.file = f
	found, err := scan(f)
	if err != nil {
		return recovery, fmt.Errorf("trailstore: %s: %w", name, err)
	}
	if found.problem != "" {
		if !found.last {
			return recovery, fmt.Errorf("%w: %s, line %d: %s", ErrDamaged, name, len(found.ids)+1, found.problem)
		}
		recovery = Recovery{Segment: name, Offset: found.size, Cut: found.rest, Reason: found.problem}
		if err := f.Truncate(found.size); err != nil {
			return recovery, fmt.Errorf("trailstore: %s: %w", name, err)
		}
		w.renew = true
	}
	if err := f.Sync(); err != nil {
		return recovery, fmt.Errorf("trailstore: %s: %w", name, err)
	}
	w.first, w.size, w.next = first, found.size, first+uint64(len(found.ids))
	w.seen.add(found.ids)
	return recovery, nil
}

// found is what scan saw of a segment, up to its end or its first bad line.
type found struct {
	ids     []eventKey // of the good lines
	size    int64      // bytes of the good lines
	problem string     // why the line after them is bad; "" where there is none
	last    bool       // the bad line is the last one
	rest    []byte     // the bad line
}

// scan reads a segment.
func scan(f io.ReaderAt) (found, error) {
	var s found
	r := bufio.NewReaderSize(io.NewSectionReader(f, 0, math.MaxInt64), trail.MaxParse+1)
	for {
		line, err := r.ReadSlice('\n')
		if err == io.EOF && len(line) == 0 {
			return s, nil
		}
		if err != nil && err != io.EOF && err != bufio.ErrBufferFull {
			return s, err
		}
		id, perr := trail.ParseID(line)
		if err == nil && perr == nil {
			s.ids = append(s.ids, keyOf(id))
			s.size += int64(len(line))
			continue
		}
		s.rest = append([]byte(nil), line...)
		s.problem = "the line has no end"
		if err == nil {
			s.problem = perr.Error()
		}
		s.last, err = endsHere(r, err == nil)
		return s, err
	}
}

// endsHere tells whether nothing follows the line that r is in, or after (ended).
func endsHere(r *bufio.Reader, ended bool) (bool, error) {
	for !ended {
		switch _, err := r.ReadSlice('\n'); err {
		case nil:
			ended = true
		case bufio.ErrBufferFull:
		case io.EOF:
			return true, nil
		default:
			return false, err
		}
	}
	_, err := r.ReadByte()
	if err == io.EOF {
		return true, nil
	}
	return false, err
}
