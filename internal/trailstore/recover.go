package trailstore

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/warder-iam/warder/internal/wholefile"
	"github.com/warder-iam/warder/trail"
)

// Recovery is what Open had to cut off the newest segment's end and to add to the chain. The zero value: nothing.
type Recovery struct {
	Segment string // file name
	Offset  int64  // bytes that were kept
	Cut     []byte // what was cut off, its first trail.MaxParse bytes at most; for the log, since it is gone from the disk
	Reason  string
	// Chained is how many records had no value in the chain and got one: those that a crash kept from it, or all of a log
	// that is older than its chain.
	Chained int
	// Unknown is how many records the state did not know of, and Span the time from the first of them to the last. A crash
	// leaves those of a second; more is an older state that was put back.
	Unknown uint64
	Span    time.Duration
}

// recoverWriter finds the trail's end and makes it sound.
func recoverWriter(dir string, o Options) (*writer, Recovery, error) {
	w := &writer{dir: dir, disk: o.disk, keyring: o.Keyring, limit: o.SegmentBytes, next: 1}
	firsts, err := segments(dir)
	if err != nil {
		return nil, Recovery{}, fmt.Errorf("trailstore: %w", err)
	}
	r := recoverer{writer: w, known: o.Known}
	if len(firsts) == 0 {
		return w, Recovery{}, r.begin()
	}
	err = r.read(firsts)
	if err != nil {
		err = errors.Join(err, w.release())
	}
	return w, r.recovery, err
}

// recoverer is what recoverWriter knows on its way.
type recoverer struct {
	*writer
	known    Known
	before   trail.Hash // the chain's value before the segment that is read next
	anchored bool       // before is known
	// firstUnknown is the line of the first record after the head.
	firstUnknown []byte
	recovery     Recovery
}

// begin makes the first segment: the very first, or the first after all were removed.
func (r *recoverer) begin() error {
	if r.known.Removed < r.known.Head.Sequence {
		return fmt.Errorf("%w: there is no segment, and the state knows of records up to %d", ErrDamaged, r.known.Head.Sequence)
	}
	w := r.writer
	w.next, w.newest = r.known.Head.Sequence+1, r.known.Head
	w.first = w.next
	var err error
	if w.chain, err = newChain(w.disk, w.dir, w.keyring, w.next, r.known.Head.Hash); err != nil {
		return fmt.Errorf("trailstore: %w", err)
	}
	if w.file, err = w.disk.Create(filepath.Join(w.dir, segmentName(w.next))); err != nil {
		return errors.Join(fmt.Errorf("trailstore: %w", err), w.release())
	}
	if err := w.disk.SyncDir(w.dir); err != nil {
		return errors.Join(fmt.Errorf("trailstore: %w", err), w.release())
	}
	return nil
}

// read goes through the newest two segments. Older ones are read only where they have no chain yet.
func (r *recoverer) read(firsts []uint64) error {
	if err := r.known.checkFirst(firsts[0]); err != nil {
		return err
	}
	newest := len(firsts) - 1
	if r.known.none() {
		if err := r.buildChains(firsts[:max(newest-1, 0)], firsts); err != nil {
			return err
		}
	} else if err := r.checkOldHead(firsts); err != nil {
		return err
	}
	if newest > 0 {
		if err := r.readOlder(firsts[newest-1], firsts[newest]); err != nil {
			return err
		}
	}
	if err := r.readNewest(firsts[newest]); err != nil {
		return err
	}
	// The name of a chain that was made is on disk before the state notes a record in it.
	if err := r.disk.SyncDir(r.dir); err != nil {
		return fmt.Errorf("trailstore: %w", err)
	}
	return nil
}

// buildChains makes the chains of a log that is older than they are, or whose making was interrupted.
func (r *recoverer) buildChains(old, firsts []uint64) error {
	for i, first := range old {
		whole, err := r.hasChain(first, firsts[i+1])
		if err != nil {
			return err
		}
		if !whole {
			if _, err := r.readWhole(first, firsts[i+1]); err != nil {
				return err
			}
		}
	}
	return nil
}

// hasChain tells whether a segment's chain has all its values, and takes the last.
func (r *recoverer) hasChain(first, next uint64) (bool, error) {
	value, err := storedValue(r.disk.Open, r.dir, first, next-1)
	if errors.Is(err, errNoChain) {
		return false, nil
	}
	r.before, r.anchored = value, true
	return err == nil, err
}

// checkOldHead looks at the head where it lies before the segments that are read: then an older copy of the state was
// put back.
func (r *recoverer) checkOldHead(firsts []uint64) error {
	sequence := r.known.Head.Sequence
	if read := firsts[max(len(firsts)-2, 0)]; sequence+1 >= read {
		return nil
	}
	i, there := slices.BinarySearch(firsts, sequence)
	if !there {
		i--
	}
	if i < 0 {
		return nil // retention removed it
	}
	value, err := storedValue(r.disk.Open, r.dir, firsts[i], sequence)
	if err != nil {
		return err
	}
	return r.known.checkValue(sequence, value)
}

// readOlder learns the event ids of the segment before the newest and checks that nothing is missing between the two.
func (r *recoverer) readOlder(first, newest uint64) error {
	ids, err := r.readWhole(first, newest)
	if err != nil {
		return err
	}
	r.seen.add(ids)
	r.seen.rotate()
	return nil
}

// readWhole reads a segment that ends where next begins, and gives its event ids.
func (r *recoverer) readWhole(first, next uint64) ([]eventKey, error) {
	need := next - 1
	if r.known.none() {
		need = 0
	}
	s, err := r.open(first, need)
	if err != nil {
		return nil, err
	}
	defer s.close()
	name, found := segmentName(first), s.found
	if found.problem != "" {
		return nil, fmt.Errorf("%w: %s, line %d: %s", ErrDamaged, name, len(found.ids)+1, found.problem)
	}
	if end := first + uint64(len(found.ids)); end != next {
		return nil, fmt.Errorf("%w: %s ends before record %d, the next segment begins with %d", ErrDamaged, name, end, next)
	}
	if err := s.check.end(); err != nil {
		return nil, err
	}
	r.before, r.anchored = s.check.link.value, true
	return found.ids, r.restore(s)
}

// restore writes what is missing of a chain that is not the newest's.
func (r *recoverer) restore(s *scanned) error {
	if s.check.made() == 0 && s.check.file != nil {
		return nil
	}
	c, err := s.check.repair(r.disk, r.dir, s.chain)
	if err != nil {
		return fmt.Errorf("trailstore: %s: %w", chainName(s.check.first), err)
	}
	s.chain = c.file
	r.recovery.Chained += s.check.made()
	if err := c.sync(); err != nil {
		return fmt.Errorf("trailstore: %s: %w", chainName(s.check.first), err)
	}
	return nil
}

// readNewest opens the newest segment for writing, cuts off a torn last line, and syncs, so that what it counts as
// recorded is on disk even if the process that wrote it never got that far.
func (r *recoverer) readNewest(first uint64) error {
	s, err := r.open(first, r.known.Head.Sequence)
	if err != nil {
		return err
	}
	w := r.writer
	w.file, w.first, w.next = s.segment, first, first+uint64(len(s.found.ids))
	if w.newest, err = r.checkNewest(s); err != nil {
		return errors.Join(err, closeFile(s.chain))
	}
	r.noteUnknown()
	if w.chain, err = s.check.repair(w.disk, w.dir, s.chain); err != nil {
		return fmt.Errorf("trailstore: %s: %w", chainName(first), err)
	}
	r.recovery.Chained += s.check.made()
	if err := w.chain.flush(); err != nil && !wholefile.Full(err) {
		return fmt.Errorf("trailstore: %s: %w", chainName(first), err)
	}
	return r.cut(segmentName(first), s.found)
}

// checkNewest looks for damage before anything is changed, and gives the head.
func (r *recoverer) checkNewest(s *scanned) (trail.Head, error) {
	name, found, end := segmentName(s.check.first), s.found, s.check.link.sequence
	if found.problem != "" && !found.last && !found.holes {
		return trail.Head{}, fmt.Errorf("%w: %s, line %d: %s", ErrDamaged, name, len(found.ids)+1, found.problem)
	}
	if err := errors.Join(s.check.end(), r.known.checkEnd(end)); err != nil {
		return trail.Head{}, err
	}
	if found.problem != "" && r.known.Closed {
		return trail.Head{}, fmt.Errorf("%w: %s goes on after record %d, with which it was closed", ErrDamaged, name, end)
	}
	return r.headOf(s)
}

// noteUnknown tells how far the log is ahead of the state.
func (r *recoverer) noteUnknown() {
	if r.known.none() || r.newest.Sequence == r.known.Head.Sequence {
		return
	}
	r.recovery.Unknown = r.newest.Sequence - r.known.Head.Sequence
	if first, err := trail.Parse(r.firstUnknown); err == nil { // else it lies in a segment that was not read
		r.recovery.Span = r.newest.Time.Sub(first.EventTime)
	} else {
		r.recovery.Span = r.newest.Time.Sub(r.known.Head.Time)
	}
}

// headOf is the head after a segment. Its time is that of the last line.
func (r *recoverer) headOf(s *scanned) (trail.Head, error) {
	head := trail.Head{Sequence: s.check.link.sequence, Hash: s.check.link.value}
	if head.Sequence == r.known.Head.Sequence {
		return r.known.Head, nil
	}
	if s.lastLine != nil {
		e, err := trail.Parse(s.lastLine)
		if err != nil {
			return head, fmt.Errorf("%w: %s, record %d: %w", ErrDamaged, segmentName(s.check.first), head.Sequence, err)
		}
		head.Time = e.EventTime
	}
	return head, nil
}

// cut takes a torn end off and syncs. That may be several lines: of a batch whose sync a cut of power prevented, any sectors
// may be missing, and the lines after them are no more acknowledged than those that have gone.
func (r *recoverer) cut(name string, found found) error {
	w := r.writer
	if found.problem != "" {
		rest := make([]byte, trail.MaxParse)
		n, err := w.file.ReadAt(rest, found.size)
		if err != nil && err != io.EOF {
			return fmt.Errorf("trailstore: %s: %w", name, err)
		}
		r.recovery.Segment, r.recovery.Offset, r.recovery.Cut, r.recovery.Reason = name, found.size, rest[:n:n], found.problem
		if err := w.file.Truncate(found.size); err != nil {
			return fmt.Errorf("trailstore: %s: %w", name, err)
		}
		w.renew = true
	}
	if err := w.file.Sync(); err != nil {
		return fmt.Errorf("trailstore: %s: %w", name, err)
	}
	w.size = found.size
	w.seen.add(found.ids)
	return nil
}

// scanned is a segment that was read, with its chain.
type scanned struct {
	segment, chain file // chain is nil where there is none
	found          found
	check          *chainCheck
	lastLine       []byte
}

func (s *scanned) close() { // they were only read, or synced
	_ = closeFile(s.segment)
	_ = closeFile(s.chain)
}

func closeFile(f file) error {
	if f == nil {
		return nil
	}
	return f.Close()
}

// open reads a segment and compares it with its chain. Values up to need must be there.
func (r *recoverer) open(first, need uint64) (_ *scanned, err error) {
	path := filepath.Join(r.dir, segmentName(first))
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("trailstore: %w", err)
	}
	s := new(scanned)
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	var stored *chainFile
	s.chain, stored, err = loadChain(r.disk.Open, r.dir, first, info.Size())
	if errors.Is(err, errNoChain) {
		if need >= first {
			return s, fmt.Errorf("%w: %s is missing", ErrDamaged, chainName(first))
		}
	} else if err != nil {
		return s, err
	}
	if err := r.checkBefore(first, stored); err != nil {
		return s, err
	}
	if s.check, err = newChainCheck(r.keyring, stored, first, r.before, r.known, need); err != nil {
		return s, err
	}
	if s.segment, err = r.disk.Open(path); err != nil {
		return s, fmt.Errorf("trailstore: %w", err)
	}
	s.found, err = scanEach(s.segment, func(line []byte) {
		s.check.line(line)
		s.lastLine = append(s.lastLine[:0], line...)
		if s.check.link.sequence == r.known.Head.Sequence+1 {
			r.firstUnknown = bytes.Clone(line)
		}
	})
	if err != nil {
		return s, fmt.Errorf("trailstore: %s: %w", segmentName(first), err)
	}
	return s, s.check.err
}

// checkBefore makes sure that a chain goes on where the one before it ended. Where that one is not read, the chain's own
// values tell, and where it has none the head.
func (r *recoverer) checkBefore(first uint64, stored *chainFile) error {
	switch {
	case r.anchored:
	case stored == nil && r.known.Head.Sequence == first-1:
		r.before = r.known.Head.Hash
	case stored != nil && first > 1:
		r.before = stored.before
	}
	if stored != nil && stored.before != r.before {
		return fmt.Errorf("%w: %s does not go on where the chain before it ended", ErrDamaged, chainName(first))
	}
	return nil
}

// found is what scan saw of a segment, up to its end or its first bad line.
type found struct {
	ids     []eventKey // of the good lines
	size    int64      // bytes of the good lines
	problem string     // why the line after them is bad; "" where there is none
	last    bool       // the bad line is the last one
	holes   bool       // the bad line has zeros, which no line has: sectors that a cut of power kept from the disk
}

// scan reads a segment.
func scan(f io.ReaderAt) (found, error) { return scanEach(f, func([]byte) {}) }

// scanEach also gives each good line to each, without its newline.
func scanEach(f io.ReaderAt, each func(line []byte)) (found, error) {
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
			each(line[:len(line)-1])
			continue
		}
		s.holes = bytes.IndexByte(line, 0) >= 0
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
