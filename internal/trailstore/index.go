package trailstore

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// Index finds events of the trail by attribute and time. It is made from the trail and can be made anew at any time: nothing
// that it says is believed before the record itself says so.
//
// Closed segments have an index file each, the newest one is indexed in memory; of the files nothing is kept there but the
// time that each spans. docs/decisions/0021 tells why. All methods may be called at the same time.
type Index struct {
	store  *Store
	cancel context.CancelFunc
	done   chan struct{} // closed when the work in the background has ended

	mu     sync.Mutex
	closed bool
	old    []*oldSegment // oldest first
	newest *memoryIndex  // nil before the first look
	reach  reach         // of newest
}

// oldSegment is a closed segment and what is known of its index.
type oldSegment struct {
	closedSegment
	mu sync.Mutex // one makes the file, others wait for it
	// span is the time of its events, nil while that is not known. It is set once, under Index.mu.
	span *span
}

// span is the time of the oldest and the newest of some entries; empty where there is none.
type span struct {
	oldest, newest int64
	empty          bool
}

// indexPause lets records gather, so that the index looks at them together.
const indexPause = 50 * time.Millisecond

// NewIndex begins to index the trail of s, of which it must be the only index. Close it before s.
//
// What has no index file yet, or no good one, gets it in the background, the newest first. Queries may come at once: one
// that needs a file makes it.
func NewIndex(s *Store) *Index {
	ctx, cancel := context.WithCancel(context.Background())
	x := &Index{store: s, cancel: cancel, done: make(chan struct{})}
	go x.run(ctx)
	return x
}

// Close ends the work in the background. Later calls give ErrClosed.
func (x *Index) Close() error {
	x.mu.Lock()
	closed := x.closed
	x.closed = true
	x.mu.Unlock()
	x.cancel()
	<-x.done
	if closed {
		return ErrClosed
	}
	return nil
}

// run follows the trail. What fails here is tried again when more comes, and each query meets it itself and says so.
func (x *Index) run(ctx context.Context) {
	defer close(x.done)
	x.buildMissing(ctx)
	for ctx.Err() == nil {
		x.mu.Lock()
		_ = x.catchUp(ctx)
		x.mu.Unlock()
		pause(ctx, indexPause)
		select {
		case <-ctx.Done():
		case <-x.store.grown:
		}
	}
}

// buildMissing makes the files that are not there.
func (x *Index) buildMissing(ctx context.Context) {
	x.mu.Lock()
	_ = x.catchUp(ctx)
	old := slices.Clone(x.old)
	x.mu.Unlock()
	for _, s := range slices.Backward(old) {
		if x.spanOf(s) != nil || ctx.Err() != nil {
			continue
		}
		if i, err := x.open(ctx, s); err == nil {
			i.close()
		}
	}
}

// catchUp indexes what was acknowledged since. It is called under mu.
func (x *Index) catchUp(ctx context.Context) error {
	x.store.mu.Lock()
	end := x.store.end
	x.store.mu.Unlock()
	if x.newest == nil {
		if err := x.begin(end); err != nil {
			return err
		}
	}
	for x.reach.first < end.first {
		err := x.next(ctx)
		if errors.Is(err, fs.ErrNotExist) { // retention was faster
			err = x.begin(end)
		}
		if err != nil {
			return err
		}
	}
	return x.extend(ctx, end.size)
}

func (x *Index) extend(ctx context.Context, size int64) (err error) {
	x.reach, err = x.newest.extend(ctx, x.store.dir, x.reach, size)
	return err
}

// begin takes stock of the folder.
func (x *Index) begin(end logEnd) error {
	firsts, err := segments(x.store.dir)
	if err != nil {
		return fmt.Errorf("trailstore: %w", err)
	}
	x.old = nil
	for _, first := range firsts {
		if first >= end.first {
			break
		}
		s, err := x.closedSegment(first)
		if err != nil {
			return err
		}
		if f, err := openIndex(x.store.dir, s.first, s.size); err == nil {
			s.span = &span{f.oldest, f.newest, f.entries == 0}
			f.close()
		}
		x.old = append(x.old, s)
	}
	x.newest, x.reach = newMemoryIndex(), reach{end.first, end.first, 0}
	return nil
}

func (x *Index) closedSegment(first uint64) (*oldSegment, error) {
	info, err := os.Stat(filepath.Join(x.store.dir, segmentName(first)))
	if err != nil {
		return nil, fmt.Errorf("trailstore: %w", err)
	}
	return &oldSegment{closedSegment: closedSegment{first, info.Size()}}, nil
}

// next finishes the segment that is indexed in memory, because another has begun, and goes on to its successor.
func (x *Index) next(ctx context.Context) error {
	s, err := x.closedSegment(x.reach.first)
	if err != nil {
		return err
	}
	if err := x.extend(ctx, s.size); err != nil {
		return err
	}
	if err := writeIndex(x.store.dir, s.first, x.newest.encode(s.first, s.size)); err == nil {
		s.span = x.newest.span()
	} // else the first query that needs it makes it again
	x.old = append(x.old, s)
	x.newest, x.reach = newMemoryIndex(), reach{x.reach.next, x.reach.next, 0}
	return nil
}

func (x *Index) spanOf(s *oldSegment) *span {
	x.mu.Lock()
	defer x.mu.Unlock()
	return s.span
}

// open opens the index of a segment, and makes it where there is no good one. It is nil where the segment was removed
// meanwhile.
func (x *Index) open(ctx context.Context, s *oldSegment) (segmentIndex, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, span, err := x.openOrBuild(ctx, s)
	if errors.Is(err, fs.ErrNotExist) {
		x.forget(s.first)
		return newMemoryIndex(), nil
	} else if err != nil {
		return nil, err
	}
	x.mu.Lock()
	s.span = span
	x.mu.Unlock()
	return i, nil
}

func (x *Index) openOrBuild(ctx context.Context, s *oldSegment) (segmentIndex, *span, error) {
	f, err := openIndex(x.store.dir, s.first, s.size)
	if err == nil {
		return f, &span{f.oldest, f.newest, f.entries == 0}, nil
	} else if !errors.Is(err, errIndex) {
		return nil, nil, err
	}
	m, err := s.build(ctx, x.store.dir)
	if err != nil {
		return nil, nil, err
	}
	return m, m.span(), nil
}

// forget leaves out a segment that was removed.
func (x *Index) forget(first uint64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.old = slices.DeleteFunc(x.old, func(s *oldSegment) bool { return s.first == first })
}
