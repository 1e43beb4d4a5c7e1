package trailstore

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/warder-iam/warder/internal/seal"
	"github.com/warder-iam/warder/trail"
)

// Known is what the state knows of the log, which lies where whoever can write the log's files cannot write. The zero
// Known: nothing; the log is new, or older than its chain.
type Known struct {
	// Head is a record that is there, with its value in the chain, and all before it.
	Head trail.Head
	// Closed: Head is the log's end.
	Closed bool
	// Removed is the newest record that retention may have taken away.
	Removed uint64
}

// none: the state knows nothing.
func (k Known) none() bool { return k.Head.Sequence == 0 }

// checkFirst makes sure that the log begins where retention left off or before.
func (k Known) checkFirst(first uint64) error {
	if !k.none() && first > k.Removed+1 {
		return fmt.Errorf("%w: records %d to %d are missing at its beginning, and retention did not remove them", ErrDamaged, k.Removed+1, first-1)
	}
	return nil
}

// checkEnd makes sure that the log ends with the head, or after it where it was not closed.
func (k Known) checkEnd(end uint64) error {
	switch {
	case end < k.Head.Sequence:
		return fmt.Errorf("%w: it ends with record %d, and the state knows of records up to %d: the newest were cut off, or an older copy of the "+
			"log was put back", ErrDamaged, end, k.Head.Sequence)
	case k.Closed && end > k.Head.Sequence:
		return fmt.Errorf("%w: it has records up to %d, and it was closed with record %d: records were added to it, or an older copy of the "+
			"state was put back", ErrDamaged, end, k.Head.Sequence)
	}
	return nil
}

// checkValue makes sure that the chain has the head's value at the head's place.
func (k Known) checkValue(sequence uint64, value trail.Hash) error {
	if !k.none() && sequence == k.Head.Sequence && value != k.Head.Hash {
		return fmt.Errorf("%w: the chain's value at record %d is not the one that the state knows: the log is another one", ErrDamaged, sequence)
	}
	return nil
}

// chainCheck compares a segment's lines, as they are scanned, with its chain.
type chainCheck struct {
	link     *link
	file     *chainFile // nil where there is none
	known    Known
	need     uint64 // records up to this sequence must have their values
	first    uint64
	before   trail.Hash // first
	computed []byte     // values from the first one that is not there
	absent   int        // index of that one; -1 while there is none
	err      error
}

func newChainCheck(keyring *seal.Keyring, file *chainFile, first uint64, before trail.Hash, known Known, need uint64) (*chainCheck, error) {
	number := keyring.Newest()
	if file != nil {
		number, before = file.number, file.before
	}
	l, err := newLink(keyring, number, first, before)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: its key: %w", ErrDamaged, chainName(first), err)
	}
	return &chainCheck{link: l, file: file, known: known, need: need, first: first, before: before, absent: -1, err: known.checkValue(first-1, before)}, nil
}

// line takes the next line, without its newline.
func (c *chainCheck) line(line []byte) {
	if c.err != nil {
		return
	}
	index := int(c.link.sequence + 1 - c.first)
	value := c.link.next(line)
	if c.err = c.compare(index, value); c.err == nil {
		c.err = c.known.checkValue(c.link.sequence, value)
	}
	if c.absent >= 0 {
		c.computed = append(c.computed, value[:]...)
	}
}

// compare looks at the stored value of a record. One that a crash may have lost is absent or zero, never another.
func (c *chainCheck) compare(index int, value trail.Hash) error {
	var stored trail.Hash
	if c.file != nil && index < c.file.count() {
		stored = c.file.value(index)
	}
	switch {
	case stored == value:
		return nil
	case !stored.IsZero():
		return fmt.Errorf("%w: %s, record %d does not match its value in %s: one of the two was changed", ErrDamaged,
			segmentName(c.first), c.link.sequence, chainName(c.first))
	case c.link.sequence <= c.need:
		return fmt.Errorf("%w: %s has no value for record %d", ErrDamaged, chainName(c.first), c.link.sequence)
	}
	if c.absent < 0 {
		c.absent = index
	}
	return nil
}

// end is called after the last good line; records without their lines are damage, whatever follows.
func (c *chainCheck) end() error {
	if c.err != nil {
		return c.err
	}
	lines := int(c.link.sequence + 1 - c.first)
	if c.file != nil && (c.file.count() > lines || c.file.count() == lines && c.file.rest > 0) {
		return fmt.Errorf("%w: %s tells of %d records or more, %s has %d: records were cut off", ErrDamaged,
			chainName(c.first), c.file.count(), segmentName(c.first), lines)
	}
	return nil
}

// repair gives the chain, open for writing, with the values that a crash kept from it pending. f is its file, or nil where
// there is none.
func (c *chainCheck) repair(d disk, dir string, f file) (*chain, error) {
	if f == nil {
		var err error
		if f, err = d.Create(filepath.Join(dir, chainName(c.first))); err != nil {
			return nil, err
		}
	}
	whole := &chain{file: f, first: c.first, link: c.link, pending: c.computed}
	switch {
	case c.file == nil:
		begin := link{number: c.link.number, value: c.before}
		if _, err := f.WriteAt(begin.header(c.first), 0); err != nil {
			return nil, errors.Join(err, f.Close())
		}
		whole.written = chainHeader
	case c.absent >= 0:
		whole.written = chainHeader + int64(c.absent)*valueSize
	default:
		whole.written = chainHeader + int64(c.link.sequence+1-c.first)*valueSize
	}
	return whole, nil
}

// made is how many values repair adds.
func (c *chainCheck) made() int { return len(c.computed) / valueSize }
