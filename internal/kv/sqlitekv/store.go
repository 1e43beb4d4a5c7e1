package sqlitekv

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"sync/atomic"

	"github.com/warder-iam/warder/internal/kv"
)

const (
	stateName = "state.db" // SQLite keeps state.db-wal and state.db-shm beside it
	lockName  = "lock"
	viewers   = 4 // connections for View
)

// ErrLocked: another process uses the data directory. The message names it.
var ErrLocked = errors.New("the data directory is in use")

// Options of a store. The zero value is good.
type Options struct {
	// HistoryCommits and HistoryBytes bound what Watch can reach back to: 16,384 commits and 32 MiB unless given. Watch
	// never reaches back to before Open.
	HistoryCommits, HistoryBytes int
}

func (o Options) withDefaults() Options {
	if o.HistoryCommits <= 0 {
		o.HistoryCommits = 16 << 10
	}
	if o.HistoryBytes <= 0 {
		o.HistoryBytes = 32 << 20
	}
	return o
}

// Store is kv.Store on one SQLite file.
type Store struct {
	path        string
	lock        *os.File
	writer      *writer
	checkpoints *checkpoints
	history     *history
	viewers     chan *conn            // those at rest; nil stands for one that is not dialled yet
	closed      chan struct{}         // closed when Close begins
	broken      atomic.Pointer[error] // why the store is read-only
}

var _ kv.Store = (*Store)(nil)

// Open opens the store in a directory and makes both where they are missing: the directory with mode 0700, the files
// with 0600. One process at a time may have it open: ErrLocked. It refuses a file of a newer schema, or one that is not
// Warder's, and changes nothing in it.
func Open(dir string, o Options) (*Store, error) {
	s, err := openStore(dir, o)
	if err != nil {
		return nil, fmt.Errorf("open the store in %s: %w", dir, err)
	}
	return s, nil
}

func openStore(dir string, o Options) (_ *Store, err error) {
	if dir, err = filepath.Abs(dir); err != nil {
		return nil, err
	}
	if err := makeDir(dir); err != nil {
		return nil, err
	}
	s := &Store{path: filepath.Join(dir, stateName), viewers: make(chan *conn, viewers), closed: make(chan struct{})}
	if s.lock, err = lock(dir); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			_ = s.release()
		}
	}()
	if err := makeFile(s.path); err != nil {
		return nil, err
	}
	if err := s.start(o.withDefaults()); err != nil {
		return nil, fmt.Errorf("%s: %w", s.path, err)
	}
	// The names of the new files must be as durable as what they hold.
	if err := syncDir(dir); err != nil {
		return nil, err
	}
	go s.writer.run()
	go s.checkpoints.run()
	return s, nil
}

// start opens the connections that are always there.
func (s *Store) start(o Options) error {
	writing, err := dial(s.path, "cache_size(-65536)") // KiB
	if err != nil {
		return err
	}
	s.writer = &writer{store: s, conn: writing, queue: queue{nonEmpty: make(chan struct{}, 1)}, ended: make(chan struct{})}
	if err := prepareSchema(writing); err != nil {
		return err
	}
	if err := writing.prepare(); err != nil {
		return err
	}
	if s.writer.rev, err = writing.readRevision(); err != nil {
		return err
	}
	copying, err := dial(s.path)
	if err != nil {
		return err
	}
	s.checkpoints = newCheckpoints(s, copying)
	if err := copying.prepare(); err != nil {
		return err
	}
	s.history = newHistory(s.writer.rev, o)
	for range viewers {
		s.viewers <- nil
	}
	return nil
}

// View implements kv.Store.
func (s *Store) View(ctx context.Context, fn func(kv.Reader) error) error {
	c, err := s.viewer(ctx)
	if err != nil {
		return err
	}
	defer func() {
		if err := execute(c.rollback); err != nil {
			_ = c.close()
			c = nil
		}
		s.viewers <- c
	}()
	if err := execute(c.begin); err != nil {
		return fmt.Errorf("sqlitekv: read: %w", err)
	}
	rev, err := c.readRevision() // this, not BEGIN, is where SQLite fixes the state that is read
	if err != nil {
		return fmt.Errorf("sqlitekv: read: %w", err)
	}
	if err := s.history.reached(ctx, rev); err != nil {
		return err
	}
	r := &reader{ctx: ctx, conn: c, rev: rev}
	ended := false
	defer func() {
		if !ended {
			r.err = errEnded // fn panics
		}
	}()
	err = fn(r)
	broken := r.err
	r.err, ended = errEnded, true
	if err == nil {
		err = broken // the function hid that it could not read
	}
	return err
}

// viewer takes a connection; it goes back into s.viewers.
func (s *Store) viewer(ctx context.Context) (*conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var c *conn
	select {
	case c = <-s.viewers:
	case <-s.closed:
		return nil, kv.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	select {
	case <-s.closed:
		s.viewers <- c
		return nil, kv.ErrClosed
	default:
	}
	if c != nil {
		return c, nil
	}
	c, err := dial(s.path, "query_only(1)")
	if err == nil {
		if err = c.prepare(); err != nil {
			_ = c.close()
		}
	}
	if err != nil {
		s.viewers <- nil
		return nil, fmt.Errorf("sqlitekv: read: %w", err)
	}
	return c, nil
}

// Update implements kv.Store.
func (s *Store) Update(ctx context.Context, scope string, fn func(kv.Txn) error) (kv.Revision, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	r := &request{ctx: ctx, scope: scope, fn: fn, ran: make(chan struct{}), done: make(chan struct{})}
	if err := s.writer.queue.add(r); err != nil {
		return 0, err
	}
	select {
	case <-r.done:
		return r.outcome()
	case <-ctx.Done():
	}
	if r.state.CompareAndSwap(stateQueued, stateLeft) {
		return 0, ctx.Err()
	}
	<-r.ran // from here on the variables that fn sets are the caller's again
	select {
	case <-r.done:
		return r.outcome()
	default:
		return 0, fmt.Errorf("%w: %w", kv.ErrUnknown, ctx.Err())
	}
}

func (r *request) outcome() (kv.Revision, error) {
	if r.err != nil {
		return 0, r.err
	}
	return r.rev, nil
}

// Watch implements kv.Store.
func (s *Store) Watch(ctx context.Context, after kv.Revision) iter.Seq2[kv.Commit, error] {
	return s.history.watch(ctx, after)
}

// Close implements kv.Store.
func (s *Store) Close() error {
	if !s.writer.queue.close() {
		return kv.ErrClosed
	}
	close(s.closed)
	<-s.writer.ended
	close(s.checkpoints.stop)
	<-s.checkpoints.ended
	s.history.close()
	if err := s.release(); err != nil {
		return fmt.Errorf("close the store %s: %w", s.path, err)
	}
	return nil
}

// release closes what openStore opened, as far as it came. The writer's connection is the last and copies the WAL back; a
// store whose disk has failed must not touch the file again, so there the connections are left to the end of the process.
func (s *Store) release() error {
	open := s.takeViewers()
	if s.checkpoints != nil {
		open = append(open, s.checkpoints.conn)
	}
	if s.writer != nil {
		open = append(open, s.writer.conn)
	}
	var errs []error
	if s.readOnly() == nil {
		if s.history != nil {
			errs = append(errs, s.writer.conn.keepFiles())
		}
		for _, c := range open {
			errs = append(errs, c.close())
		}
	}
	return errors.Join(append(errs, s.lock.Close())...)
}

// takeViewers waits for the views that run and returns their connections.
func (s *Store) takeViewers() (open []*conn) {
	if s.history == nil {
		return nil // start did not come so far
	}
	for range viewers {
		if c := <-s.viewers; c != nil {
			open = append(open, c)
		}
	}
	for range viewers {
		s.viewers <- nil // for who comes at the same moment, to see that it is closed
	}
	return open
}

// breakDown makes the store read-only for good and returns the error that every Update gives from now on.
func (s *Store) breakDown(cause error) error {
	err := fmt.Errorf("%w: %w", kv.ErrReadOnly, cause)
	s.broken.CompareAndSwap(nil, &err)
	return s.readOnly()
}

// readOnly returns why the store is read-only, or nil.
func (s *Store) readOnly() error {
	if err := s.broken.Load(); err != nil {
		return *err
	}
	return nil
}

func makeDir(dir string) error {
	if _, err := os.Stat(dir); err == nil {
		return nil // the owner's choice, modes too
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return syncDir(filepath.Dir(dir))
}

// makeFile creates the file, since SQLite would do so with a wider mode; its other files take their mode from this one.
func makeFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(f.Chmod(0o600), f.Close())
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
