package trailstore

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"

	"github.com/warder-iam/warder/trail"
)

// segmentCheck goes through the lines of one segment.
type segmentCheck struct {
	*verifier
	first, next uint64
	settled     int64 // bytes that were there before the chain was read
	size        int64
	chain       *chainFile
	link        *link
	offset      int64
}

// begin readies the chain; false after it told a problem.
func (s *segmentCheck) begin() bool {
	c, name := s.chain, chainName(s.first)
	l, err := newLink(s.o.Keyring, c.number, s.first, c.before)
	switch {
	case err != nil:
		s.add(LogProblem{File: name, Kind: "chain", Text: "its key: " + err.Error()})
		return false
	case s.anchored && c.before != s.before, s.first == 1 && !c.before.IsZero():
		s.add(LogProblem{File: name, Record: s.first, Kind: "chain", Text: "it does not go on where the chain before it ended"})
		return false
	}
	if wrong := s.anchor(s.first-1, c.before); wrong != "" {
		s.add(LogProblem{File: name, Record: s.first, Kind: "chain", Text: wrong})
		return false
	}
	s.link = l
	return true
}

// run reads the lines up to the first problem.
func (s *segmentCheck) run(f io.ReaderAt) error {
	r := bufio.NewReaderSize(io.NewSectionReader(f, 0, s.size), int(min(s.size, trail.MaxParse))+1)
	for {
		line, err := r.ReadSlice('\n')
		if err != nil && err != io.EOF && err != bufio.ErrBufferFull {
			return fmt.Errorf("trailstore: %s: %w", segmentName(s.first), err)
		}
		written := s.offset >= s.settled && s.lines() >= s.chain.count() // since the chain was read
		if err == io.EOF && len(line) == 0 || written {
			s.finish()
			return s.advance(s.size - s.offset)
		}
		whole := err == nil
		if !whole || !s.line(line[:len(line)-1]) {
			last := err == io.EOF || whole && s.offset+int64(len(line)) == s.size
			s.wrong(f, last)
			return s.advance(s.size - s.offset)
		}
		s.offset += int64(len(line))
		if err := s.advance(int64(len(line))); err != nil {
			return err
		}
	}
}

// lines is how many matched.
func (s *segmentCheck) lines() int { return int(s.link.sequence + 1 - s.first) }

// stored is the value of a record of the segment, from 0; zero where there is none.
func (s *segmentCheck) stored(i int) (value trail.Hash) {
	if i < s.chain.count() {
		value = s.chain.value(i)
	}
	return value
}

// line takes the next one and is false for the first that does not match.
func (s *segmentCheck) line(line []byte) bool {
	stored, sequence := s.stored(s.lines()), s.link.sequence+1
	value := s.link.after(s.link.value, sequence, line)
	switch {
	case stored == value:
		s.found.Records++
		s.found.End = trail.Head{Sequence: sequence, Hash: value}
	case stored.IsZero() && s.mayLackValue(sequence):
		if _, err := trail.ParseID(line); err != nil {
			return false
		}
		s.found.Unchained++
	default:
		return false
	}
	s.link.value, s.link.sequence = value, sequence
	if wrong := s.anchor(sequence, value); wrong != "" {
		s.add(LogProblem{File: segmentName(s.first), Record: sequence, Offset: s.offset, Kind: "changed", Text: wrong})
	}
	return true
}

// mayLackValue: only records that came after the noted head, at the log's end, may have been kept from the chain.
func (s *segmentCheck) mayLackValue(sequence uint64) bool {
	return s.next == 0 && sequence > s.known.Head.Sequence
}

// finish is called after the last line, when all matched.
func (s *segmentCheck) finish() {
	s.before, s.anchored = s.link.value, true
	lines, name := s.lines(), segmentName(s.first)
	switch {
	case s.chain.count() > lines || s.chain.count() == lines && s.chain.rest > 0 && s.offset == s.size: // a part of a value has its line
		s.add(LogProblem{File: name, Record: s.link.sequence + 1, Offset: s.offset, Kind: "cut off",
			Text: fmt.Sprintf("it ends after record %d, and %s tells of records up to %d: they were cut off", s.link.sequence, chainName(s.first),
				max(s.first+uint64(s.chain.count())-1, s.link.sequence+1))})
	case s.next != 0 && s.link.sequence+1 != s.next:
		s.add(LogProblem{File: name, Record: s.link.sequence + 1, Offset: s.offset, Kind: "missing",
			Text: fmt.Sprintf("it ends after record %d, and the next segment begins with %d", s.link.sequence, s.next)})
	}
	s.anchored = s.next != 0 && s.link.sequence+1 == s.next
}

// wrong tells what is the matter with the line at the offset, which is the segment's last one or not.
func (s *segmentCheck) wrong(f io.ReaderAt, last bool) {
	s.anchored = false
	sequence := s.link.sequence + 1
	if last && s.chain.count() <= s.lines() && s.chain.rest == 0 && s.mayLackValue(sequence) {
		s.found.Unfinished = true
		return
	}
	p := LogProblem{File: segmentName(s.first), Record: sequence, Offset: s.offset, Kind: "changed"}
	if s.stored(s.lines()).IsZero() {
		p.Kind, p.Text = "added", fmt.Sprintf("the line is not that of a record: %s has no value for record %d", chainName(s.first), sequence)
		if s.next == 0 && sequence <= s.known.Head.Sequence {
			p.Kind, p.File, p.Text = "chain", chainName(s.first), fmt.Sprintf("it has no value for record %d, and the state knows of it", sequence)
		}
		s.add(p)
		return
	}
	s.explain(&p, s.records(f))
	s.add(p)
}

// records are the hashes of the lines from the offset on. Where a line has no end it is the last.
func (s *segmentCheck) records(f io.ReaderAt) (hashes [][sha256.Size]byte) {
	r := bufio.NewReader(io.NewSectionReader(f, s.offset, s.size-s.offset))
	for {
		sum := sha256.New()
		n := 0
		for {
			part, err := r.ReadSlice('\n')
			n += len(part)
			sum.Write(bytes.TrimSuffix(part, []byte{'\n'}))
			if err == bufio.ErrBufferFull {
				continue
			}
			if n > 0 {
				hashes = append(hashes, [sha256.Size]byte(sum.Sum(nil)))
			}
			if err != nil { // the end, or an error that shows as one line too few
				return hashes
			}
			break
		}
	}
}

// explain says how the lines from the first wrong one on differ from those that the chain tells of. Since nobody without
// the key makes a value, a value that fits some line tells what its record was.
func (s *segmentCheck) explain(p *LogProblem, lines [][sha256.Size]byte) {
	n, at := s.lines(), s.link.sequence+1
	// fits: the line, counted from the first wrong one, is that of the place, counted likewise.
	fits := func(line, place int) bool {
		if line >= len(lines) || n+place >= s.chain.count() {
			return false
		}
		before := s.link.value
		if place > 0 {
			before = s.stored(n + place - 1)
		}
		return s.link.afterRecord(before, at+uint64(place), lines[line]) == s.stored(n+place)
	}
	place, line := -1, -1
	for i := 1; i < max(len(lines), s.chain.count()-n) && (place < 0 || line < 0); i++ {
		if place < 0 && fits(0, i) {
			place = i
		}
		if line < 0 && fits(i, 0) {
			line = i
		}
	}
	switch {
	case line > 0 && place > 0:
		p.Kind, p.Text = "reordered", fmt.Sprintf("record %d stands here, and record %d stands %d lines on", at+uint64(place), at, line)
	case line > 0:
		p.Kind, p.Text = "added", fmt.Sprintf("%d lines were added before record %d", line, at)
	case place > 0:
		p.Kind, p.Text = "missing", fmt.Sprintf("records %d to %d are missing", at, at+uint64(place)-1)
	case fits(1, 1):
		p.Text = "the record was changed"
	case s.fitsWithoutStored(lines, n):
		p.Kind, p.File, p.Text = "chain", chainName(s.first), fmt.Sprintf("its value for record %d was changed; the record matches the value after it", at)
	default:
		p.Text = "the record does not match its value in " + chainName(s.first) + ": one of the two was changed"
	}
}

// fitsWithoutStored: the line, whatever its stored value, leads to the value after it.
func (s *segmentCheck) fitsWithoutStored(lines [][sha256.Size]byte, n int) bool {
	if len(lines) < 2 || n+1 >= s.chain.count() {
		return false
	}
	value := s.link.afterRecord(s.link.value, s.link.sequence+1, lines[0])
	return s.link.afterRecord(value, s.link.sequence+2, lines[1]) == s.stored(n+1)
}
