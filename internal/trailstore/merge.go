package trailstore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/warder-iam/warder/trail"
)

// Lookup gives a page of the events that match. An error is ErrQuery, ErrCursor, ErrClosed, that of ctx, or ErrDamaged,
// where the trail cannot be read: an answer that may lack events is none.
func (x *Index) Lookup(ctx context.Context, q Query) (Page, error) {
	b, err := q.bounds()
	if err != nil {
		return Page{}, err
	}
	for {
		page, err := x.lookup(ctx, &q, b)
		damaged, ok := errors.AsType[*damagedIndex](err)
		if !ok {
			return page, err
		}
		if err := x.discard(damaged.segment); err != nil {
			return Page{}, err
		}
	}
}

// damagedIndex is an index file that has to go.
type damagedIndex struct {
	segment *oldSegment
	err     error
}

func (e *damagedIndex) Error() string { return e.err.Error() }

// discard removes an index file, so that it is made anew.
func (x *Index) discard(s *oldSegment) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := removeIfThere(filepath.Join(x.store.dir, indexName(s.first))); err != nil {
		return fmt.Errorf("trailstore: %w", err)
	}
	return nil
}

func (x *Index) lookup(ctx context.Context, q *Query, b bounds) (Page, error) {
	m, err := x.merge(ctx, b)
	if err != nil {
		return Page{}, err
	}
	defer m.close()
	var page Page
	var last position
	for {
		hits, err := m.gather(ctx, b.limit+1-len(page.Records))
		if err != nil {
			return Page{}, err
		}
		if len(hits) == 0 {
			return page, nil
		}
		readHits(hits)
		for _, h := range hits {
			switch {
			case h.err != nil:
				return Page{}, h.err
			case !q.matches(h.record.Event): // another value has the same key
				continue
			case len(page.Records) == b.limit:
				page.Next = b.cursor(last)
				return page, nil
			}
			page.Records, last = append(page.Records, h.record), h.entry.position
		}
	}
}

// hit is an entry of a run, and then the record that it tells of.
type hit struct {
	run    *run
	entry  entry
	record Record
	err    error
}

// gather gives the next n entries, or fewer at the end.
func (m *merger) gather(ctx context.Context, n int) (hits []*hit, err error) {
	for len(hits) < n {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		r, err := m.next(ctx)
		if err != nil {
			return nil, err
		}
		if r == nil {
			return hits, nil
		}
		if err := r.open(); errors.Is(err, fs.ErrNotExist) { // the segment was removed meanwhile
			r.ended = true
			continue
		} else if err != nil {
			return nil, err
		}
		hits = append(hits, &hit{run: r, entry: r.head})
		if err := r.step(m.bounds.oldest); err != nil {
			return nil, err
		}
	}
	return hits, nil
}

// readAtOnce is how many records are read at the same time: they lie anywhere, and a disk is fastest when it is asked for several.
const readAtOnce = 16

func readHits(hits []*hit) {
	var next atomic.Int64
	var group sync.WaitGroup
	for range min(readAtOnce, len(hits)) {
		group.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(hits); i = int(next.Add(1)) - 1 {
				h := hits[i]
				h.record, h.err = h.run.record(h.entry)
			}
		})
	}
	group.Wait()
}

// matches looks at the event itself.
func (q *Query) matches(e *trail.Event) bool {
	return e.RecipientAccountID == q.Account && (q.Insights && e.IsInsight() || !q.Insights && e.IsManagement()) &&
		(q.Attribute == "" || slices.Contains(e.Values(q.Attribute), q.Value))
}

// merge begins to go through the segments, the newest entry first. A segment is not opened before its newest event is at
// hand.
func (x *Index) merge(ctx context.Context, b bounds) (*merger, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.closed {
		return nil, ErrClosed
	}
	if err := x.catchUp(ctx); err != nil {
		return nil, err
	}
	m := &merger{index: x, bounds: b}
	for _, s := range x.old {
		if sp := s.span; sp == nil || !sp.empty && sp.newest >= b.oldest && sp.oldest <= b.before.time {
			m.waiting = append(m.waiting, waiting{s, sp})
		}
	}
	slices.SortStableFunc(m.waiting, func(a, b waiting) int { return cmp.Compare(a.newest(), b.newest()) })
	err := m.take(x.newest.only(b.key), nil, x.reach.first)
	return m, err
}

// merger goes through the entries of all segments, the newest first.
type merger struct {
	index   *Index
	bounds  bounds
	waiting []waiting // by the time of their newest event
	runs    []*run    // whose heads are known
	opened  []*run    // to be closed
}

// waiting is a segment that was not opened yet.
type waiting struct {
	*oldSegment
	known *span
}

// newest is the time of the segment's newest event; where that is not known, it may be any.
func (w waiting) newest() int64 {
	if w.known == nil {
		return 1<<63 - 1
	}
	return w.known.newest
}

func (m *merger) close() {
	for _, r := range m.opened {
		r.close()
	}
}

// next gives the run with the newest entry, or nil at the end.
func (m *merger) next(ctx context.Context) (*run, error) {
	m.runs = slices.DeleteFunc(m.runs, func(r *run) bool { return r.ended })
	for len(m.waiting) > 0 {
		w := m.waiting[len(m.waiting)-1]
		if best := m.best(); best != nil && best.head.time > w.newest() {
			return best, nil
		}
		m.waiting = m.waiting[:len(m.waiting)-1]
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		i, err := m.index.open(ctx, w.oldSegment)
		if err != nil {
			return nil, err
		}
		if err := m.take(i, w.oldSegment, w.first); err != nil {
			return nil, err
		}
	}
	return m.best(), nil
}

func (m *merger) best() *run {
	var best *run
	for _, r := range m.runs {
		if best == nil || best.head.before(r.head.position) {
			best = r
		}
	}
	return best
}

// take adds a segment, if it has anything.
func (m *merger) take(i segmentIndex, s *oldSegment, first uint64) error {
	r := &run{segmentIndex: i, segment: s, name: filepath.Join(m.index.store.dir, segmentName(first))}
	if err := r.begin(m.bounds); err != nil || r.ended {
		r.close()
		return err
	}
	m.runs, m.opened = append(m.runs, r), append(m.opened, r)
	return nil
}

// run is what one segment has for a query, from the newest to the oldest.
type run struct {
	segmentIndex
	segment *oldSegment // nil for the newest
	name    string      // of the segment's file
	file    *os.File    // opened when a record is to be read
	list    postings
	left    int // of list, head among them
	head    entry
	ended   bool
}

// begin finds the newest entry that the query asks for.
func (r *run) begin(b bounds) (err error) {
	if r.list, err = r.find(b.key); err != nil {
		return r.blame(err)
	}
	low, high := 0, r.list.len()
	for low < high {
		middle := int(uint(low+high) / 2)
		e, err := r.get(middle)
		if err != nil {
			return err
		}
		if e.before(b.before) {
			low = middle + 1
		} else {
			high = middle
		}
	}
	r.left = low + 1
	return r.step(b.oldest)
}

// step goes on to the next entry.
func (r *run) step(oldest int64) (err error) {
	if r.left--; r.left <= 0 {
		r.ended = true
		return nil
	}
	r.head, err = r.get(r.left - 1)
	r.ended = err == nil && r.head.time < oldest
	return err
}

func (r *run) get(i int) (entry, error) {
	n, err := r.list.at(i)
	if err != nil {
		return entry{}, r.blame(err)
	}
	e, err := r.entry(n)
	return e, r.blame(err)
}

// blame names the segment whose index is damaged.
func (r *run) blame(err error) error {
	if errors.Is(err, errIndex) && r.segment != nil {
		return &damagedIndex{r.segment, err}
	}
	return err
}

// open opens the segment.
func (r *run) open() error {
	if r.file != nil {
		return nil
	}
	f, err := os.Open(r.name)
	if err != nil {
		return fmt.Errorf("trailstore: %w", err)
	}
	r.file = f
	return nil
}

// record reads what an entry tells of, once the segment is open. Where no record of that time stands there, the index is another
// segment's. It may be called many times at once.
func (r *run) record(e entry) (Record, error) {
	line := make([]byte, int(e.length)+1)
	if _, err := r.file.ReadAt(line, e.offset); err != nil && !errors.Is(err, io.EOF) {
		return Record{}, fmt.Errorf("trailstore: %w", err)
	}
	text, whole := line[:e.length], line[e.length] == '\n'
	event, err := trail.Parse(text)
	if err == nil && whole && event.EventTime.Unix() == e.time {
		return Record{Sequence: e.sequence, Line: text, Event: event}, nil
	}
	if _, fresh := r.segmentIndex.(*memoryIndex); fresh {
		return Record{}, fmt.Errorf("%w: %s, record %d is not what it was", ErrDamaged, filepath.Base(r.name), e.sequence)
	}
	return Record{}, r.blame(fmt.Errorf("%w: record %d is another one", errIndex, e.sequence))
}

func (r *run) close() {
	r.segmentIndex.close()
	if r.file != nil {
		_ = r.file.Close() // it was only read
	}
}
