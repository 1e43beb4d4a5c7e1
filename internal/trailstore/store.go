package trailstore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/warder-iam/warder/internal/seal"
	"github.com/warder-iam/warder/trail"
)

var (
	// ErrFull: the disk has no room. Nothing of this call is kept; the store goes on as soon as there is room again.
	ErrFull = errors.New("trailstore: no space left for the trail")
	// ErrFailed: a write or sync failed, so what the disk holds is not known. Every later Append fails with it until
	// the process is restarted: a sync is never tried twice on one file, since the second may succeed and have lost
	// what the first could not write.
	ErrFailed = errors.New("trailstore: the trail cannot be written since an earlier error; restart when the disk is well")
	// ErrUnknown: the context ended while the events were being written. They may be on the trail.
	ErrUnknown = errors.New("trailstore: not known whether the event was recorded")
	// ErrClosed: the store was closed.
	ErrClosed = errors.New("trailstore: store is closed")
	// ErrLocked: another process has the folder open for writing.
	ErrLocked = errors.New("trailstore: the trail is in use by another process")
	// ErrDamaged: a segment holds something that this package did not write. No record is dropped by itself: restore
	// the segment, or move it away and keep it.
	ErrDamaged = errors.New("trailstore: damaged trail")
)

// DefaultSegmentBytes is the size after which a segment is closed and the next begun.
const DefaultSegmentBytes = 64 << 20

// maxBatchBytes bounds one write, so that a burst neither holds much memory nor delays its first caller much.
const maxBatchBytes = 4 << 20

// Options of a Store.
type Options struct {
	// Keyring has the keys of the chain; needed.
	Keyring *seal.Keyring
	// Known is what the state knows of the log.
	Known Known

	// SegmentBytes replaces DefaultSegmentBytes when it is more than 0. A segment passes it by one batch at most.
	SegmentBytes int64

	disk disk // tests put faults here
}

// Store appends events to the trail in one folder. All methods may be called at the same time.
//
// A record has no number inside, so that lines are what CloudTrail's tools read. Its sequence, from 1, is its place: a
// segment's name says the sequence of its first line, and lines follow one another. The bytes at one offset of a
// segment are written once; after anything was cut off, writing goes on in a new segment. Readers rely on that.
type Store struct {
	dir      string
	disk     disk
	recovery Recovery
	lock     *os.File
	writer   *writer
	done     chan struct{} // closed when the writer has ended

	room sync.Mutex // held while Room writes

	mu     sync.Mutex
	queue  []*request
	wake   chan struct{} // holds one token when queue may hold something
	closed bool
	err    error // outcome of the newest batch
	newest trail.Head
	end    logEnd
	grown  chan struct{} // holds one token when end has moved
}

// logEnd is how far the trail is acknowledged.
type logEnd struct {
	first uint64 // of the newest segment
	size  int64  // bytes of it
}

// request is one call of Append on its way through the writer.
type request struct {
	lines [][]byte // each with its newline
	ids   []eventKey
	at    time.Time // of the last event
	once  bool
	chain bool       // no lines: the chain is to be synced
	head  trail.Head // then set before done
	state requestState
	done  chan error // buffered: the writer never waits for a caller
}

// requestState is guarded by Store.mu: either the writer takes a request or its caller withdraws it.
type requestState uint8

const (
	queued requestState = iota
	taken
	withdrawn
)

// Open opens the trail in dir for writing, making the folder where it is missing. It holds the folder's lock until Close.
//
// A last line that was cut short or garbled by a crash is cut off and told by Recovered; it was never acknowledged.
// Records that a crash kept from the chain get their values, unless the state knows of them. Any other damage in the
// newest two segments and their chains, and a log that is not the one that the state knows, is ErrDamaged. Older segments
// are not read here, but for those of a log that is older than its chain.
func Open(dir string, o Options) (*Store, error) {
	if o.Keyring == nil {
		return nil, errors.New("trailstore: no keyring given")
	}
	if o.SegmentBytes <= 0 {
		o.SegmentBytes = DefaultSegmentBytes
	}
	if o.disk == nil {
		o.disk = osDisk{}
	}
	if err := makeDir(dir); err != nil {
		return nil, fmt.Errorf("trailstore: %w", err)
	}
	lock, err := lockDir(dir)
	if err != nil {
		return nil, err
	}
	w, recovery, err := recoverWriter(dir, o)
	if err != nil {
		return nil, errors.Join(err, unlock(lock))
	}
	s := &Store{
		dir: dir, disk: o.disk, recovery: recovery, lock: lock, writer: w, newest: w.newest,
		done: make(chan struct{}), wake: make(chan struct{}, 1), grown: make(chan struct{}, 1), end: w.end(),
	}
	go s.run()
	return s, nil
}

// Recovered tells what Open had to cut off and to add.
func (s *Store) Recovered() Recovery { return s.recovery }

// Head is the newest record that was acknowledged. Its place in the chain may not be durable yet.
func (s *Store) Head() trail.Head {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.newest
}

// SyncChain makes the chain as durable as the records and gives the head of both, which the state may note. It waits
// for its turn among the calls of Append.
func (s *Store) SyncChain(ctx context.Context) (trail.Head, error) {
	r := &request{chain: true, done: make(chan error, 1)}
	if err := s.wait(ctx, r); err != nil {
		return trail.Head{}, err
	}
	return r.head, nil
}

// Append puts events at the trail's end, in order and without others between them, and returns when they are synced.
// Calls at the same time share one sync. An error says that they were not recorded, ErrUnknown aside: whatever the
// events tell of must then not happen.
func (s *Store) Append(ctx context.Context, events ...*trail.Event) error {
	return s.append(ctx, false, events)
}

// AppendOnce is Append for deliveries that may come twice: an event whose id is among those of the newest two segments
// is passed over. A delivery that is repeated after a crash follows the first one closely, so that is far enough back.
func (s *Store) AppendOnce(ctx context.Context, events ...*trail.Event) error {
	return s.append(ctx, true, events)
}

func (s *Store) append(ctx context.Context, once bool, events []*trail.Event) error {
	r, err := newRequest(once, events)
	if err != nil || len(events) == 0 {
		return err
	}
	return s.wait(ctx, r)
}

// wait hands a request to the writer and waits for its outcome.
func (s *Store) wait(ctx context.Context, r *request) error {
	if err := s.enqueue(r); err != nil {
		return err
	}
	select {
	case err := <-r.done:
		return err
	case <-ctx.Done():
	}
	s.mu.Lock()
	state := r.state
	if state == queued {
		r.state = withdrawn
	}
	s.mu.Unlock()
	if state == queued {
		return fmt.Errorf("trailstore: event not recorded: %w", context.Cause(ctx))
	}
	select {
	case err := <-r.done:
		return err
	default:
		return fmt.Errorf("%w: %w", ErrUnknown, context.Cause(ctx))
	}
}

func newRequest(once bool, events []*trail.Event) (*request, error) {
	r := &request{once: once, done: make(chan error, 1)}
	for _, e := range events {
		if e == nil || e.EventID == "" {
			return nil, errors.New("trailstore: event without an id")
		}
		text, err := e.MarshalJSON()
		if err != nil {
			return nil, err
		}
		r.lines = append(r.lines, append(text, '\n'))
		r.ids = append(r.ids, keyOf(e.EventID))
		r.at = e.EventTime.UTC().Truncate(time.Second)
	}
	return r, nil
}

func (s *Store) enqueue(r *request) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return ErrClosed
	}
	s.queue = append(s.queue, r)
	s.signal()
	return nil
}

// signal is called under mu.
func (s *Store) signal() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Err is nil while the trail can record, as far as the newest attempt knows: otherwise ErrFull, which passes (Room tells
// when), or ErrFailed, which does not.
func (s *Store) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// Close records what is waiting, releases the folder and ends. Later calls give ErrClosed.
func (s *Store) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		<-s.done
		return ErrClosed
	}
	s.closed = true
	s.signal()
	s.mu.Unlock()
	<-s.done
	return errors.Join(s.writer.close(), unlock(s.lock))
}

// run is the one goroutine that writes.
func (s *Store) run() {
	defer close(s.done)
	for range s.wake {
		for batch := s.take(); len(batch) > 0; batch = s.take() {
			s.do(batch)
		}
		s.mu.Lock()
		closed := s.closed && len(s.queue) == 0
		s.mu.Unlock()
		if closed {
			return
		}
	}
}

// grow tells how far the trail has come to whoever follows it.
func (s *Store) grow() {
	s.mu.Lock()
	s.end = s.writer.end()
	s.mu.Unlock()
	select {
	case s.grown <- struct{}{}:
	default:
	}
}

// do writes a batch and tells its callers: first those of Append, then those of SyncChain.
func (s *Store) do(batch []*request) {
	var lines, chains []*request
	for _, r := range batch {
		if r.chain {
			chains = append(chains, r)
		} else {
			lines = append(lines, r)
		}
	}
	if len(lines) > 0 {
		err := s.writer.write(lines)
		s.note(err)
		s.grow()
		for _, r := range lines {
			r.done <- err
		}
	}
	if len(chains) > 0 {
		head, err := s.writer.syncChain()
		s.note(cmp.Or(err, s.Err())) // a disk that was full is not known to have room again
		for _, r := range chains {
			r.head = head
			r.done <- err
		}
	}
}

// note keeps the outcome of the newest batch.
func (s *Store) note(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err, s.newest, s.end = cmp.Or(err, s.writer.failed), s.writer.newest, s.writer.end()
	select {
	case s.grown <- struct{}{}:
	default:
	}
}

// take gives everything that waits, up to maxBatchBytes.
func (s *Store) take() []*request {
	s.mu.Lock()
	defer s.mu.Unlock()
	var batch []*request
	size, n := 0, 0
	for _, r := range s.queue {
		if size >= maxBatchBytes {
			break
		}
		n++
		if r.state == withdrawn {
			continue
		}
		r.state = taken
		batch = append(batch, r)
		for _, line := range r.lines {
			size += len(line)
		}
	}
	rest := copy(s.queue, s.queue[n:])
	clear(s.queue[rest:])
	s.queue = s.queue[:rest]
	return batch
}
