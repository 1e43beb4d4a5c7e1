package trailstore

import (
	"context"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"time"

	"github.com/warder-iam/warder/trail"
)

// Record is one line of the trail.
type Record struct {
	// Sequence is the record's place in the trail, from 1. A record that a reader saw before it was synced may give its
	// place to another one, if its write then failed.
	Sequence uint64
	// Line is the record as it stands in the segment, without the newline.
	Line []byte
	// Event is what Line says.
	Event *trail.Event
}

// From says where reading begins.
type From struct {
	after uint64
	last  int
	since time.Time
}

// All begins with the oldest record.
func All() From { return From{last: -1} }

// Last begins n records before the end; Last(0) takes only what comes.
func Last(n int) From { return From{last: max(n, 0)} }

// After begins behind the record of that sequence.
func After(sequence uint64) From { return From{after: sequence, last: -1} }

// Since takes the records whose event time is t or later.
func Since(t time.Time) From { return From{last: -1, since: t.UTC().Truncate(time.Second)} }

// pollInterval is how soon a follower sees what was written.
const pollInterval = 100 * time.Millisecond

// clockSlack is how far the clock may have been set back between an event and the time of its file.
const clockSlack = 24 * time.Hour

// Read yields the records of the trail in dir, up to its present end. It needs no lock: another process may write at
// the same time. An error is yielded once and ends it; ErrDamaged names the place.
func Read(ctx context.Context, dir string, from From) iter.Seq2[Record, error] {
	return read(ctx, dir, from, false)
}

// Tail is Read that goes on with new records as they come, across segments and restarts of the server, until ctx
// ends, which is no error. Only whole lines are yielded; the newest may not be synced yet.
func Tail(ctx context.Context, dir string, from From) iter.Seq2[Record, error] {
	return read(ctx, dir, from, true)
}

func read(ctx context.Context, dir string, from From, follow bool) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		c := &cursor{dir: dir}
		defer c.close()
		err := c.start(from)
		for err == nil {
			if ctx.Err() != nil {
				err = context.Cause(ctx)
				break
			}
			var record Record
			var state progress
			record, state, err = c.step(from)
			switch {
			case err != nil:
			case state == yielded:
				if !yield(record, nil) {
					return
				}
			case state == atEnd && !follow:
				return
			case state == atEnd:
				pause(ctx, pollInterval)
			}
		}
		if follow && ctx.Err() != nil {
			return
		}
		yield(Record{}, err)
	}
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// start finds the segment and the sequence to begin with.
func (c *cursor) start(from From) error {
	firsts, err := segments(c.dir)
	if err != nil {
		return fmt.Errorf("trailstore: no trail to read: %w", err)
	}
	if len(firsts) == 0 {
		return nil
	}
	c.after = from.after
	if from.last >= 0 {
		if c.after, err = sequenceBefore(c.dir, firsts[len(firsts)-1], uint64(from.last)); err != nil {
			return err
		}
	}
	begin := firsts[0]
	for _, first := range firsts[1:] {
		old, err := c.endsBefore(begin, first, from)
		if err != nil {
			return err
		}
		if !old {
			break
		}
		begin = first
	}
	return c.open(begin)
}

// endsBefore tells whether nothing of the segment, which ends where next begins, is asked for.
func (c *cursor) endsBefore(first, next uint64, from From) (bool, error) {
	if !from.since.IsZero() {
		info, err := os.Stat(filepath.Join(c.dir, segmentName(first)))
		if err != nil {
			return false, fmt.Errorf("trailstore: %w", err)
		}
		return info.ModTime().Add(clockSlack).Before(from.since), nil
	}
	return next <= c.after+1, nil
}

// sequenceBefore is the sequence of the record before the last n.
func sequenceBefore(dir string, newest, n uint64) (uint64, error) {
	c := &cursor{dir: dir}
	defer c.close()
	if err := c.open(newest); err != nil {
		return 0, err
	}
	for {
		line, err := c.line()
		if err != nil {
			return 0, err
		}
		if line == nil {
			break
		}
	}
	end := c.next - 1
	return end - min(n, end), nil
}

// progress is what one step did.
type progress uint8

const (
	yielded progress = iota // a record
	moved                   // something, but no record: step again
	atEnd                   // nothing more for now
)

// step goes on by one record or one segment.
func (c *cursor) step(from From) (Record, progress, error) {
	if c.file == nil {
		return c.firstSegment()
	}
	line, err := c.line()
	if err != nil {
		return Record{}, 0, err
	}
	if line == nil {
		state, err := c.advance()
		return Record{}, state, err
	}
	sequence := c.next - 1
	if sequence <= c.after {
		return Record{}, moved, nil
	}
	e, err := trail.Parse(line)
	if err != nil {
		return Record{}, 0, fmt.Errorf("%w: %s, record %d: %w", ErrDamaged, segmentName(c.first), sequence, err)
	}
	if e.EventTime.Before(from.since) {
		return Record{}, moved, nil
	}
	return Record{Sequence: sequence, Line: append([]byte(nil), line...), Event: e}, yielded, nil
}

// firstSegment waits for a trail that has not begun.
func (c *cursor) firstSegment() (Record, progress, error) {
	firsts, err := segments(c.dir)
	if err != nil {
		return Record{}, 0, fmt.Errorf("trailstore: %w", err)
	}
	if len(firsts) == 0 {
		return Record{}, atEnd, nil
	}
	return Record{}, moved, c.open(firsts[0])
}

// advance is called at the end of a segment. What was written to it before its successor appeared is read first.
func (c *cursor) advance() (progress, error) {
	if c.successor > 0 {
		if err := c.checkEnd(); err != nil {
			return 0, err
		}
		return moved, c.open(c.successor)
	}
	firsts, err := segments(c.dir)
	if err != nil {
		return 0, fmt.Errorf("trailstore: %w", err)
	}
	for _, first := range firsts {
		if first > c.first {
			c.successor = first
			return moved, nil
		}
	}
	replaced, err := c.replaced()
	if err != nil || !replaced {
		return atEnd, err
	}
	return moved, c.open(c.first)
}

// checkEnd makes sure that the segment led up to its successor. A writer that ran out of space takes back what it wrote
// last: then the segment is shorter than what was read of it.
func (c *cursor) checkEnd() error {
	info, err := c.file.Stat()
	if err != nil {
		return fmt.Errorf("trailstore: %w", err)
	}
	switch name := segmentName(c.first); {
	case info.Size() < c.offset && c.successor < c.next:
		return nil
	case info.Size() > c.offset:
		return fmt.Errorf("%w: %s has no whole line at offset %d", ErrDamaged, name, c.offset)
	case c.successor != c.next:
		return fmt.Errorf("%w: %s ends before record %d, the next segment begins with %d", ErrDamaged, name, c.next, c.successor)
	}
	return nil
}

// replaced tells whether another file has the open segment's name by now.
func (c *cursor) replaced() (bool, error) {
	now, err := os.Stat(c.file.Name())
	if err != nil {
		return false, fmt.Errorf("trailstore: %w", err)
	}
	open, err := c.file.Stat()
	if err != nil {
		return false, fmt.Errorf("trailstore: %w", err)
	}
	return !os.SameFile(now, open), nil
}
