package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/kv"
	"github.com/warder-iam/warder/trail"
)

// Change describes one change to one account. All its functions may run more than once, on another goroutine but never
// after Update has returned, and must not call the Store.
type Change struct {
	// Account is the 12-digit id of the account that is changed; it need not exist yet.
	Account string
	// Judged is the revision of the Snapshot on which the caller was authenticated and authorized.
	Judged uint64
	// Rejudge runs first when the state that the change meets is another than the judged one. Its error is returned as it is and
	// nothing is written. Nil for changes that nobody asked for (background jobs).
	Rejudge func(*directory.Snapshot) error
	// Event makes the change's trail record, from the answer and the time of the change (UTC, whole seconds). It goes into
	// the outbox with the change. Nil, or a nil event, for none.
	Event func(answer []byte, at time.Time) *trail.Event
	// Shared makes, from the change's record, the one that another account gets of the same call; it may add to the first. It
	// goes into the outbox with it. Nil, or a nil event, for none.
	Shared func(event *trail.Event) *trail.Event
	// Retry is nil, or a 32-byte hash of all that makes this request the same as an earlier one: caller, invocation id,
	// operation and body. A change that is remembered does not run again.
	Retry []byte

	// Replayed is set by Update: the answer is that of an earlier run, and nothing was done.
	Replayed bool
	// Revision is set by Update: the state that Snapshot gives from now on is at least this one.
	Revision uint64
}

// Update runs fn in a transaction of the change's account, and returns once it is durable and Snapshot shows it. The
// answer is what fn returned, or for a remembered retry what it returned then. fn may run more than once: it has no
// effect but through its Tx. A transaction takes about 55 entities; more is kv.ErrLimit.
//
// An error of Rejudge or fn comes back as it is, and nothing is written. So do *QuotaError and *ConflictError from Tx.
// Where the engine fails, errors.Is finds kv.ErrFull, kv.ErrReadOnly, kv.ErrUnknown (then the change may yet come to
// be), kv.ErrLimit or kv.ErrClosed; where a record is not what was stored, errors.As finds a *DamagedError.
func (s *Store) Update(ctx context.Context, change *Change, fn func(*Tx) (answer []byte, err error)) (answer []byte, err error) {
	if err := change.check(); err != nil {
		return nil, err
	}
	if s.closing.Err() != nil {
		return nil, fmt.Errorf("store: %w", kv.ErrClosed)
	}
	u := &update{store: s, change: change, fn: fn}
	revision, err := s.engine.Update(ctx, change.Account, u.transact)
	if err != nil {
		return nil, s.failed(u, err)
	}
	return s.succeeded(ctx, u, revision)
}

func (c *Change) check() error {
	if !arn.IsAccountID(c.Account) {
		return fmt.Errorf("store: change of account %q, which is not 12 digits", c.Account)
	}
	if n := len(c.Retry); n != 0 && n != retryHash {
		return fmt.Errorf("store: retry hash of %d bytes, %d are needed", n, retryHash)
	}
	return nil
}

// succeeded waits until the state is published: the caller's next decision must see it.
func (s *Store) succeeded(ctx context.Context, u *update, revision kv.Revision) ([]byte, error) {
	s.head.commit(&u.run, uint64(revision))
	select {
	case <-u.run.published:
	case <-ctx.Done():
		return nil, fmt.Errorf("store: the change is durable, but not visible yet: %w: %w", kv.ErrUnknown, ctx.Err())
	}
	s.memory.add(u.remembered)
	s.used.forget(u.forgotten)
	s.accesses.forget(u.gone)
	if u.event {
		s.signalOutbox()
	}
	u.change.Replayed = u.replayed
	u.change.Revision = s.Snapshot().Revision()
	return u.answer, nil
}

// failed ends a change whose transaction gave an error.
func (s *Store) failed(u *update, err error) error {
	unknown := errors.Is(err, kv.ErrUnknown) && u.run.published != nil
	if !unknown || !s.spawn(func() { s.settle(u) }) {
		s.head.fail(&u.run)
	}
	var own *ownError
	if errors.As(err, &own) {
		return own.err
	}
	var damaged *DamagedError
	if errors.As(err, &damaged) {
		return damaged
	}
	return fmt.Errorf("store: change of account %s: %w", u.change.Account, err)
}

// ownError carries an error of the caller's functions through the engine, apart from the engine's own errors.
type ownError struct{ err error }

func (e *ownError) Error() string { return e.err.Error() }

func (e *ownError) Unwrap() error { return e.err }

// settle finds out what became of a change whose outcome the engine did not know. An empty transaction of the same
// account comes after it, and what that one meets is published.
func (s *Store) settle(u *update) {
	defer s.head.fail(&u.run)
	for s.closing.Err() == nil {
		look := &update{store: s, change: &Change{Account: u.change.Account}, fn: func(*Tx) ([]byte, error) { return nil, nil }}
		revision, err := s.engine.Update(s.closing, u.change.Account, look.transact)
		if err == nil {
			s.head.fail(&u.run) // whatever waits for it goes on
			s.head.commit(&look.run, uint64(revision))
			s.memory.add(u.remembered)
			s.signalOutbox()
			return
		}
		s.head.fail(&look.run)
		if errors.Is(err, kv.ErrClosed) || errors.Is(err, kv.ErrReadOnly) {
			return
		}
		sleep(s.closing, settlePause)
	}
}

// settlePause is how long settle waits before it asks an engine again that cannot answer.
const settlePause = 200 * time.Millisecond

func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// update is one Update on its way. The fields below the line are set anew by every run of transact.
type update struct {
	store  *Store
	change *Change
	fn     func(*Tx) ([]byte, error)
	run    run

	answer     []byte
	replayed   bool
	event      bool
	remembered *remembered
	forgotten  []string   // ids whose last use goes with their entity
	gone       []accessor // principals whose attempts go with them
}

// transact is the life of a change inside its transaction: judge, recall, act, record, write. A remembered answer too is
// given only to a caller that may still have it.
func (u *update) transact(txn kv.Txn) error {
	u.answer, u.replayed, u.event, u.remembered, u.forgotten = nil, false, false, nil, nil
	u.gone = nil
	now := time.Now().UTC().Truncate(time.Second)
	if err := u.meet(txn); err != nil {
		return err
	}
	if u.change.Rejudge != nil && (!u.run.durable || u.run.from.Revision() != u.change.Judged) {
		if err := u.change.Rejudge(u.run.from); err != nil {
			return &ownError{err}
		}
	}
	if done, err := u.recall(txn, now); done || err != nil {
		return err
	}
	tx := &Tx{store: u.store, account: u.change.Account, now: now, state: u.run.from, next: u.run.base + 1}
	answer, err := u.fn(tx)
	if err != nil {
		return &ownError{err}
	}
	u.answer = answer
	if err := u.record(txn, now); err != nil {
		return err
	}
	if err := u.remember(txn, now); err != nil {
		return err
	}
	return u.write(txn, tx)
}

// meet enters the run and finds the state that the transaction meets.
func (u *update) meet(txn kv.Txn) (err error) {
	r, s := &u.run, u.store
	r.account = u.change.Account
	s.head.begin(r, uint64(txn.Revision()))
	if r.before, err = s.readVersion(txn, r.account); err != nil {
		return err
	}
	r.after = r.before
	if !s.head.meet(r) {
		s.reloads.Add(1)
		account, err := s.loadAccount(txn, r.account, r.before)
		if err != nil {
			return err
		}
		r.from, r.durable = replace(r.from, r.base, r.account, account), false
	}
	r.state = r.from
	return nil
}

// record puts the change's events into the outbox.
func (u *update) record(txn kv.Txn, now time.Time) error {
	if u.change.Event == nil {
		return nil
	}
	event := u.change.Event(u.answer, now)
	if event == nil {
		return nil
	}
	u.event = true
	sequence := newSequence(u.run.base+1, u.change.Account)
	if u.change.Shared != nil {
		if shared := u.change.Shared(event); shared != nil {
			if err := u.store.writeEvent(txn, sequence+sharedSuffix, shared); err != nil {
				return err
			}
		}
	}
	return u.store.writeEvent(txn, sequence, event)
}

// write writes the entities that the transaction changed, and makes its state the one that the next transaction meets.
func (u *update) write(txn kv.Txn, tx *Tx) error {
	r, s := &u.run, u.store
	r.puts, r.deletes = tx.changes(tx.order)
	if len(tx.order) == 0 {
		return nil
	}
	for _, e := range r.puts {
		if err := s.write(txn, entityKey(r.account, e.Key()), e); err != nil {
			return err
		}
	}
	for _, e := range r.deletes {
		if err := u.erase(txn, e); err != nil {
			return err
		}
	}
	r.state = tx.Directory()
	r.after = newVersion(records(r.state, r.account))
	if err := s.write(txn, versionKey(r.account), r.after); err != nil {
		return err
	}
	s.head.extend(r)
	return nil
}

// erase deletes an entity's record and those of its last use and of what it tried.
func (u *update) erase(txn kv.Txn, e directory.Entity) error {
	if err := txn.Delete(entityKey(u.run.account, e.Key())); err != nil {
		return err
	}
	if id := accessorID(e); id != "" {
		u.gone = append(u.gone, accessor{u.run.account, id})
		if err := eraseIfThere(txn, accessKey(u.run.account, id)); err != nil {
			return err
		}
	}
	id := usedID(e)
	if id == "" {
		return nil
	}
	u.forgotten = append(u.forgotten, id)
	return eraseIfThere(txn, usedKey(u.run.account, id))
}

// eraseIfThere does not count among the keys of the transaction where there is nothing.
func eraseIfThere(txn kv.Txn, key string) error {
	if _, err := txn.Get(key); errors.Is(err, kv.ErrNotFound) {
		return nil
	} else if err != nil {
		return err
	}
	return txn.Delete(key)
}
