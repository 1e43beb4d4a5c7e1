package trailstore

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"path/filepath"

	"github.com/warder-iam/warder/internal/seal"
	"github.com/warder-iam/warder/trail"
)

// Beside each segment lies its chain: a header, then one value of 32 bytes for each record.
//
//	 0  8  magic
//	 8  4  number of the data key that the chain's key is derived from
//	12  8  sequence of the segment's first record
//	20 12  zero
//	32 32  the chain's value before that record; zero before record 1
//
// A value is the HMAC-SHA256 of the value before it, the record's sequence and the SHA-256 of the record's line, so nobody
// without the keyring can make one. Numbers are big-endian.
const (
	chainSuffix = ".chain"
	chainMagic  = "WRDRCHN\x01"
	chainHeader = 64
	valueSize   = sha256.Size
	// minLine is less than any record has, in bytes.
	minLine = 16
	// chainPurpose derives the chain's key.
	chainPurpose = "trail chain"
)

func chainName(first uint64) string {
	return segmentName(first)[:len(segmentName(first))-len(segmentSuffix)] + chainSuffix
}

// link goes through a chain, record by record.
type link struct {
	number uint32 // of the data key
	mac    hash.Hash
	value  trail.Hash // after record sequence
	// sequence of the newest record in it.
	sequence uint64
}

// newLink begins before the record first, where the chain has the value before.
func newLink(keyring *seal.Keyring, number uint32, first uint64, before trail.Hash) (*link, error) {
	key, err := keyring.Derive(number, chainPurpose)
	if err != nil {
		return nil, err
	}
	return &link{number: number, mac: hmac.New(sha256.New, key), value: before, sequence: first - 1}, nil
}

// next goes on by one record, whose line is given without its newline.
func (l *link) next(line []byte) trail.Hash {
	l.value = l.after(l.value, l.sequence+1, line)
	l.sequence++
	return l.value
}

// after is the value that follows before when the record of that sequence has that line.
func (l *link) after(before trail.Hash, sequence uint64, line []byte) trail.Hash {
	return l.afterRecord(before, sequence, sha256.Sum256(line))
}

// afterRecord is after for the SHA-256 of the line.
func (l *link) afterRecord(before trail.Hash, sequence uint64, record [sha256.Size]byte) (value trail.Hash) {
	var text [valueSize + 8 + sha256.Size]byte
	copy(text[:], before[:])
	binary.BigEndian.PutUint64(text[valueSize:], sequence)
	copy(text[valueSize+8:], record[:])
	l.mac.Reset()
	l.mac.Write(text[:])
	l.mac.Sum(value[:0])
	return value
}

// chainFile is a chain as it was read.
type chainFile struct {
	number uint32
	before trail.Hash
	values []byte // whole ones
	rest   int    // bytes after them
}

func (c *chainFile) count() int { return len(c.values) / valueSize }

// value is that of the segment's record i, from 0.
func (c *chainFile) value(i int) trail.Hash { return trail.Hash(c.values[i*valueSize:][:valueSize]) }

// errNoChain: the file is not there, or a crash left nothing of it.
var errNoChain = errors.New("the chain is missing")

// readChain reads a chain that has values for at most that many records. A longer one is read so far that it shows.
func readChain(f io.ReaderAt, first uint64, most int) (*chainFile, error) {
	text, err := io.ReadAll(io.NewSectionReader(f, 0, chainHeader+int64(most+1)*valueSize))
	if err != nil {
		return nil, err
	}
	if len(text) < chainHeader || len(bytes.Trim(text[:chainHeader], "\x00")) == 0 {
		if len(bytes.Trim(text, "\x00")) == 0 {
			return nil, errNoChain
		}
		return nil, errors.New("it has no whole header")
	}
	header, rest := text[:chainHeader], text[chainHeader:]
	switch {
	case string(header[:8]) != chainMagic:
		return nil, errors.New("it does not begin as a chain")
	case binary.BigEndian.Uint64(header[12:]) != first:
		return nil, fmt.Errorf("it is that of another segment, which begins with record %d", binary.BigEndian.Uint64(header[12:]))
	case len(bytes.Trim(header[20:32], "\x00")) > 0:
		return nil, errors.New("its header holds what nobody wrote there")
	}
	whole := len(rest) / valueSize * valueSize
	return &chainFile{
		number: binary.BigEndian.Uint32(header[8:]), before: trail.Hash(header[32:chainHeader]),
		values: rest[:whole], rest: len(rest) - whole,
	}, nil
}

func (l *link) header(first uint64) []byte {
	header := make([]byte, chainHeader)
	copy(header, chainMagic)
	binary.BigEndian.PutUint32(header[8:], l.number)
	binary.BigEndian.PutUint64(header[12:], first)
	copy(header[32:], l.value[:])
	return header
}

// chain is the newest segment's, open for writing. The writer owns it.
type chain struct {
	file    file
	first   uint64
	link    *link
	written int64  // bytes of file that are good
	pending []byte // values of acknowledged records that are still to be written, for want of space
}

// newChain makes the chain of a segment that is about to be made, in the place of one that a crash left without its
// segment. Its header is on disk when it returns.
func newChain(d disk, dir string, keyring *seal.Keyring, first uint64, before trail.Hash) (*chain, error) {
	l, err := newLink(keyring, keyring.Newest(), first, before)
	if err != nil {
		return nil, err
	}
	f, err := d.Replace(filepath.Join(dir, chainName(first)))
	if err != nil {
		return nil, err
	}
	c := &chain{file: f, first: first, link: l, written: chainHeader}
	if _, err := f.WriteAt(l.header(first), 0); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if err := f.Sync(); err != nil {
		return nil, errors.Join(&syncError{err}, f.Close())
	}
	return c, nil
}

// syncError is a sync that failed, after which what is on disk is not known, whatever the reason.
type syncError struct{ err error }

func (e *syncError) Error() string { return "sync: " + e.err.Error() }
func (e *syncError) Unwrap() error { return e.err }

// add goes on by the lines of a batch, each with its newline. They are written by flush.
func (c *chain) add(lines []byte) {
	for line := range bytes.Lines(lines) {
		value := c.link.next(bytes.TrimSuffix(line, []byte{'\n'}))
		c.pending = append(c.pending, value[:]...)
	}
}

// flush writes what is pending. It may be called again after an error that isFull.
func (c *chain) flush() error {
	if len(c.pending) == 0 {
		return nil
	}
	if _, err := c.file.WriteAt(c.pending, c.written); err != nil {
		return err
	}
	c.written += int64(len(c.pending))
	c.pending = c.pending[:0]
	return nil
}

// sync makes the chain as durable as its records.
func (c *chain) sync() error {
	if err := c.flush(); err != nil {
		return err
	}
	if err := c.file.Sync(); err != nil {
		return &syncError{err}
	}
	return nil
}

// loadChain reads the chain of a segment with that many bytes.
func loadChain(open func(name string) (file, error), dir string, first uint64, segmentBytes int64) (file, *chainFile, error) {
	name := chainName(first)
	f, err := open(filepath.Join(dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, errNoChain
	} else if err != nil {
		return nil, nil, fmt.Errorf("trailstore: %w", err)
	}
	c, err := readChain(f, first, int(segmentBytes/minLine))
	switch {
	case err == nil:
		return f, c, nil
	case errors.Is(err, errNoChain):
		return f, nil, err
	}
	return nil, nil, errors.Join(fmt.Errorf("%w: %s: %w", ErrDamaged, name, err), f.Close())
}

// storedValue reads the chain's value at a record of the segment; errNoChain where it is not there.
func storedValue(open func(name string) (file, error), dir string, first, sequence uint64) (value trail.Hash, err error) {
	f, c, err := loadChain(open, dir, first, int64(sequence+2-first)*minLine)
	if err != nil {
		return value, errors.Join(err, closeFile(f))
	}
	index := int(sequence - first)
	if index >= 0 && index < c.count() {
		value = c.value(index)
	}
	if value.IsZero() {
		err = fmt.Errorf("%w: %s has no value for record %d", errNoChain, chainName(first), sequence)
	}
	return value, errors.Join(err, f.Close())
}
