package trailstore

import (
	"context"
	"fmt"
	"slices"

	"github.com/warder-iam/warder/trail"
)

// ReadLast gives the last n records that match, the oldest first, and the sequence of the newest record, where a follower
// goes on. It reads backward, segment by segment, and no further than it must. A line for which may is false is passed over
// unread.
func ReadLast(ctx context.Context, dir string, n int, may func(line []byte) bool, match func(*trail.Event) bool) (found []Record, end uint64, err error) {
	firsts, err := segments(dir)
	if err != nil {
		return nil, 0, fmt.Errorf("trailstore: no trail to read: %w", err)
	}
	c := &cursor{dir: dir}
	defer c.close()
	for i, first := range slices.Backward(firsts) {
		if err := c.open(first); err != nil {
			return nil, 0, err
		}
		part, err := c.last(ctx, n-len(found), may, match)
		if err != nil {
			return nil, 0, err
		}
		found = append(part, found...)
		if i == len(firsts)-1 {
			end = c.next - 1
		}
		if len(found) >= n {
			break
		}
	}
	return found, end, nil
}

// last reads the open segment to its end and gives the last n records that match.
func (c *cursor) last(ctx context.Context, n int, may func([]byte) bool, match func(*trail.Event) bool) ([]Record, error) {
	var found []Record
	for {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		line, err := c.line()
		if err != nil {
			return nil, err
		}
		if line == nil {
			return found[max(len(found)-n, 0):], nil
		}
		if n == 0 || !may(line) {
			continue
		}
		e, err := trail.Parse(line)
		if err != nil {
			return nil, fmt.Errorf("%w: %s, record %d: %w", ErrDamaged, segmentName(c.first), c.next-1, err)
		}
		if match(e) {
			found = append(found, Record{Sequence: c.next - 1, Line: slices.Clone(line), Event: e})
			if len(found) >= 2*n+100 {
				found = slices.Clone(found[len(found)-n:])
			}
		}
	}
}
