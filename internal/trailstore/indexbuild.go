package trailstore

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/warder-iam/warder/trail"
)

// cancelEvery is after how many records the work in the background looks whether it is to end.
const cancelEvery = 256

// reach is how far a segment is indexed.
type reach struct {
	first  uint64 // of the segment
	next   uint64 // sequence of the next record
	offset int64  // where it begins
}

// extend indexes the segment in dir from r on up to size, which is the end of a line.
func (m *memoryIndex) extend(ctx context.Context, dir string, r reach, size int64) (reach, error) {
	if r.offset == size {
		return r, nil
	}
	f, err := os.Open(filepath.Join(dir, segmentName(r.first)))
	if err != nil {
		return r, fmt.Errorf("trailstore: %w", err)
	}
	r, err = m.read(ctx, io.NewSectionReader(f, r.offset, size-r.offset), r)
	if err == nil && r.offset != size {
		err = fmt.Errorf("%w: %s has no whole line at offset %d", ErrDamaged, segmentName(r.first), r.offset)
	}
	return r, errors.Join(err, f.Close())
}

func (m *memoryIndex) read(ctx context.Context, from io.Reader, r reach) (reach, error) {
	lines := bufio.NewReaderSize(from, trail.MaxParse+1)
	for n := 0; ; n++ {
		if n%cancelEvery == 0 && ctx.Err() != nil {
			return r, context.Cause(ctx)
		}
		line, err := lines.ReadSlice('\n')
		switch {
		case errors.Is(err, io.EOF):
			return r, nil
		case errors.Is(err, bufio.ErrBufferFull):
			return r, fmt.Errorf("%w: %s, record %d: a line longer than any record", ErrDamaged, segmentName(r.first), r.next)
		case err != nil:
			return r, fmt.Errorf("trailstore: %w", err)
		}
		e, err := trail.Parse(line[:len(line)-1])
		if err != nil {
			return r, fmt.Errorf("%w: %s, record %d: %w", ErrDamaged, segmentName(r.first), r.next, err)
		}
		m.add(entry{position{e.EventTime.Unix(), r.next}, r.offset, uint32(len(line) - 1)}, keysOf(e))
		r.next++
		r.offset += int64(len(line))
	}
}

// closedSegment is a segment that is written no more.
type closedSegment struct {
	first uint64
	size  int64
}

// build makes the segment's index anew and writes its file. That it cannot be written is no error: whoever needs the index
// next makes it again.
func (s closedSegment) build(ctx context.Context, dir string) (*memoryIndex, error) {
	m := newMemoryIndex()
	if _, err := m.extend(ctx, dir, reach{s.first, s.first, 0}, s.size); err != nil {
		return nil, err
	}
	_ = writeIndex(dir, s.first, m.encode(s.first, s.size))
	return m, nil
}
