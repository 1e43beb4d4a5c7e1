package sqlitekv

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"github.com/warder-iam/warder/internal/kv"
)

// A batch is bounded so that nobody waits long for those who came later.
const (
	batchTransactions = 512
	batchBytes        = 8 << 20
)

// request is one Update on its way through the writer.
type request struct {
	ctx   context.Context
	scope string
	fn    func(kv.Txn) error
	state atomic.Int32
	ran   chan struct{} // closed when fn has returned for good
	done  chan struct{} // closed when rev and err are the answer
	rev   kv.Revision
	err   error
}

const (
	stateQueued int32 = iota
	stateTaken        // by the writer
	stateLeft         // by the caller, whose context ended
)

// queue hands requests to the writer.
type queue struct {
	mu       sync.Mutex
	waiting  []*request
	closed   bool
	nonEmpty chan struct{} // holds one token when there is something to see
}

func (q *queue) add(r *request) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return kv.ErrClosed
	}
	q.waiting = append(q.waiting, r)
	q.signal()
	return nil
}

func (q *queue) signal() {
	select {
	case q.nonEmpty <- struct{}{}:
	default:
	}
}

func (q *queue) close() (first bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	first = !q.closed
	q.closed = true
	q.signal()
	return first
}

// take returns the next request whose caller still waits, or nil; closed is true when no further one will come.
func (q *queue) take() (r *request, closed bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.waiting) > 0 {
		r := q.waiting[0]
		q.waiting[0] = nil
		q.waiting = q.waiting[1:]
		if r.state.CompareAndSwap(stateQueued, stateTaken) {
			return r, false
		}
	}
	return nil, q.closed
}

// writer owns the one connection that writes. All its fields but those in the store belong to the goroutine of run.
type writer struct {
	store *Store
	conn  *conn
	queue queue
	ended chan struct{} // closed when run is over
	rev   kv.Revision   // durable

	batch
}

// batch is one SQLite transaction.
type batch struct {
	open    bool
	taken   []*request
	commits []kv.Commit
	bytes   int
	err     error // why nothing of it can be written
}

// run serves the queue until it is closed and empty.
func (w *writer) run() {
	ended := false
	defer func() {
		if !ended {
			// A transaction's function ended this goroutine (runtime.Goexit, as t.FailNow does). All state is in w: go on.
			go w.run()
		}
	}()
	for w.fill() {
		w.flush()
		w.store.checkpoints.afterBatch(w.conn)
	}
	ended = true
	close(w.ended)
}

// fill runs transactions into the batch until none waits; it returns false when none will come again.
func (w *writer) fill() bool {
	yielded := false
	for len(w.taken) < batchTransactions && w.bytes < batchBytes && w.err == nil {
		r, closed := w.queue.take()
		switch {
		case r != nil:
			yielded = false
			w.serve(r)
		case len(w.taken) > 0 && !yielded:
			// Those who were answered just now may be about to come again: one turn for them, then the sync.
			runtime.Gosched()
			yielded = true
		case len(w.taken) > 0:
			return true
		case closed:
			return false
		default:
			<-w.queue.nonEmpty
		}
	}
	return true
}

// serve runs one transaction and applies its writes to the batch.
func (w *writer) serve(r *request) {
	if err := r.ctx.Err(); err != nil {
		r.err = err
		close(r.ran)
		close(r.done)
		return
	}
	w.taken = append(w.taken, r)
	defer close(r.ran)
	if w.err = w.begin(); w.err != nil {
		return
	}
	// The caller's context does not reach into the transaction: once it was taken it is carried through.
	t := &txn{reader: reader{ctx: context.Background(), conn: w.conn, rev: w.rev + kv.Revision(len(w.commits))}}
	r.rev, r.err = t.rev, errGoexit // for the case that call does not return
	writes, err := t.finish(call(r.fn, t))
	r.err = err
	if err != nil || len(writes) == 0 {
		return
	}
	for _, write := range writes {
		if err := w.conn.write(write); err != nil {
			w.err = w.fault("write", err)
			return
		}
	}
	r.rev++
	w.bytes += t.size
	w.commits = append(w.commits, kv.Commit{Revision: r.rev, Scope: r.scope, Writes: writes})
}

var errGoexit = errors.New("sqlitekv: the transaction's function ended its goroutine")

// call runs fn and turns a panic into an error.
func call(fn func(kv.Txn) error, t *txn) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("sqlitekv: the transaction's function panicked: %v\n%s", p, debug.Stack())
		}
	}()
	return fn(t)
}

func (w *writer) begin() error {
	if err := w.store.readOnly(); err != nil || w.open {
		return err
	}
	if err := execute(w.conn.beginWrite); err != nil {
		return w.fault("begin", err)
	}
	w.open = true
	return nil
}

// flush makes the batch durable, or undoes it, and answers everybody in it.
func (w *writer) flush() {
	if w.open && w.err == nil {
		w.err = w.commitBatch()
	}
	if w.open && w.err != nil {
		w.undo()
	}
	if w.err == nil && len(w.commits) > 0 {
		w.rev += kv.Revision(len(w.commits))
		w.store.history.add(w.commits)
	}
	for _, r := range w.taken {
		if w.err != nil {
			r.err = w.err // also where fn failed: its reason may be a write that is lost now
		}
		close(r.done)
	}
	clear(w.taken)
	w.batch = batch{taken: w.taken[:0]}
}

func (w *writer) commitBatch() error {
	if len(w.commits) > 0 {
		if err := execute(w.conn.setRevision, integer(1, int64(w.rev)+int64(len(w.commits)))); err != nil {
			return w.fault("write", err)
		}
	}
	err := execute(w.conn.commit)
	if err == nil {
		return nil
	}
	err = fmt.Errorf("commit: %w", err)
	if classify(err) == faultFull {
		return fmt.Errorf("%w: %w", kv.ErrFull, err) // SQLite meets it while it writes, before the sync
	}
	// Whatever else it is, the commit may stand in the WAL already, and a restart would find it there.
	return w.store.breakDown(err)
}

// undo rolls the batch back. SQLite has done so itself after some errors, which is why the error is not looked at: what
// counts is whether a new transaction can begin, and that shows there.
func (w *writer) undo() { _ = execute(w.conn.rollback) }

// fault turns an error of a write into the contract's, and stops all writing unless the error is known to be harmless.
func (w *writer) fault(doing string, err error) error {
	switch classify(err) {
	case faultFull:
		return fmt.Errorf("%w: %s: %w", kv.ErrFull, doing, err)
	case faultRefused:
		return fmt.Errorf("sqlitekv: %s: %w", doing, err)
	}
	return w.store.breakDown(fmt.Errorf("%s: %w", doing, err))
}
