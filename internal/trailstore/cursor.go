package trailstore

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/warder-iam/warder/trail"
)

// cursor is a reader's place in the trail.
type cursor struct {
	dir       string
	after     uint64 // records up to this sequence are passed over
	file      *os.File
	first     uint64 // of the open segment
	next      uint64 // sequence of the next line
	successor uint64 // first of the segment that follows, once it is known
	offset    int64  // where the next line begins
	buf       []byte // what was read from offset on
	searched  int    // bytes of buf known to hold no newline
}

// readChunk is how much is read at once.
const readChunk = 64 << 10

// open goes to the start of a segment.
func (c *cursor) open(first uint64) error {
	f, err := os.Open(filepath.Join(c.dir, segmentName(first)))
	if err != nil {
		return fmt.Errorf("trailstore: %w", err)
	}
	c.close()
	c.file, c.first, c.next, c.successor = f, first, first, 0
	c.offset, c.buf, c.searched = 0, c.buf[:0], 0
	return nil
}

// close has nothing to report: the file was only read.
func (c *cursor) close() {
	if c.file != nil {
		_ = c.file.Close()
	}
}

// line gives the next whole line without its newline, valid until the next call, or nil where there is none yet.
func (c *cursor) line() ([]byte, error) {
	for {
		if i := bytes.IndexByte(c.buf[c.searched:], '\n'); i >= 0 {
			line := c.buf[:c.searched+i]
			c.buf = c.buf[len(line)+1:]
			c.offset += int64(len(line)) + 1
			c.searched = 0
			c.next++
			return line, nil
		}
		c.searched = len(c.buf)
		if len(c.buf) > trail.MaxParse {
			return nil, fmt.Errorf("%w: %s, record %d: a line longer than any record", ErrDamaged, segmentName(c.first), c.next)
		}
		n, err := c.fill()
		if err != nil || n == 0 {
			return nil, err
		}
	}
}

// fill reads on; 0 bytes are the end for now.
func (c *cursor) fill() (int, error) {
	if cap(c.buf)-len(c.buf) < readChunk {
		grown := make([]byte, len(c.buf), 2*len(c.buf)+2*readChunk)
		copy(grown, c.buf)
		c.buf = grown
	}
	have := len(c.buf)
	n, err := c.file.ReadAt(c.buf[have:have+readChunk], c.offset+int64(have))
	c.buf = c.buf[:have+n]
	if err != nil && err != io.EOF {
		return n, fmt.Errorf("trailstore: %w", err)
	}
	return n, nil
}
