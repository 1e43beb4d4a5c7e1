package kv

import (
	"context"
	"errors"
	"iter"
)

// Revision counts commits of a store. It starts at 0 for an empty store, grows by at least one with every commit that
// wrote something, and never goes back for as long as the data lives.
type Revision uint64

// Limits every engine keeps, so that what works on one works on all. A key that a transaction writes twice counts once,
// with its last value.
const (
	MaxTxnKeys  = 64        // different keys written (put or deleted) by one transaction
	MaxTxnBytes = 1 << 20   // bytes of these keys plus their values
	MaxValue    = 256 << 10 // bytes of one value
	MaxKey      = 1 << 10   // bytes of one key; a key is not empty
)

var (
	// ErrNotFound: the key holds no value.
	ErrNotFound = errors.New("kv: no such key")
	// ErrLimit: the transaction passed one of the limits above. Nothing was written. Split the change. A transaction in
	// which a Put or Delete has failed with it cannot commit, even if its function hides the error.
	ErrLimit = errors.New("kv: transaction over its limits")
	// ErrFull: the engine has no room. Nothing was written; the store goes on and may be tried again later.
	ErrFull = errors.New("kv: no space left")
	// ErrReadOnly: a write or a sync failed, so the engine no longer knows what its disk holds. Every later Update fails
	// with this error until the process is restarted; reads go on, without this transaction. Nothing of it was
	// acknowledged, yet after the restart it may be there.
	ErrReadOnly = errors.New("kv: store is read-only after a failed write")
	// ErrUnknown: the outcome cannot be known (the context ended, or the connection broke, after the transaction was
	// handed over). Treat it as probably applied. It wraps the context's error where that was the reason.
	ErrUnknown = errors.New("kv: outcome of the transaction is unknown")
	// ErrClosed: the store was closed.
	ErrClosed = errors.New("kv: store is closed")
)

// Store is an ordered map from keys to bytes with serializable transactions. An engine knows nothing of what it
// holds and is not trusted: values come to it sealed. internal/kv/kvtest is this contract as tests.
//
// All methods may be called at the same time.
type Store interface {
	// View runs fn over one consistent, durable state, which holds every Update of this Store that returned before View
	// was called. It sees no uncommitted and no unsynced write. It returns fn's error as it is. fn should be short: an
	// engine may have to keep old states for as long as it runs.
	View(ctx context.Context, fn func(Reader) error) error

	// Update runs fn in a transaction and returns the revision at which it became durable. Transactions of one scope
	// are serial: fn sees every earlier transaction of its scope, those included that are still waiting for the same
	// sync. Transactions of different scopes do not conflict. When fn returns an error nothing is written and Update
	// returns that error as it is; a panic in fn becomes an error. When Update returns nil the writes are on disk (or on
	// a quorum).
	//
	// What fn read may not be durable yet, so its verdict waits for that too, also where it wrote nothing or failed. If
	// what it read is lost instead (ErrFull, ErrReadOnly), Update returns that and not fn's error.
	//
	// An engine may run fn more than once; only the last run counts, so fn has no effect but through its Txn and
	// variables that it sets anew on each run. It may run on another goroutine, but never after Update has returned. A
	// transaction that writes nothing commits nothing and returns the revision that it read; to delete only absent keys
	// may or may not count as writing. fn must not call the store again.
	//
	// When ctx ends before the transaction is handed over, Update returns ctx.Err() and nothing is written. Afterwards it
	// returns ErrUnknown, or the outcome if that is known by then.
	Update(ctx context.Context, scope string, fn func(Txn) error) (Revision, error)

	// Watch yields every commit after the given revision, in order and without gaps, and goes on with new ones as
	// they become durable until ctx ends; then the sequence ends, without an error. A commit shows there no later than
	// the Update that made it returns, and no slow consumer holds up a writer.
	//
	// Where the engine does not hold the history back to that revision it yields one ErrCompacted and ends: read all
	// anew with View, then watch from the revision that View showed. A consumer that falls too far behind gets it too.
	// When the store is closed it yields ErrClosed and ends.
	Watch(ctx context.Context, after Revision) iter.Seq2[Commit, error]

	// Close finishes the transactions that were handed over, waits for the views that run and releases the engine. Later
	// calls, another Close too, give ErrClosed.
	Close() error
}

// ErrCompacted: Watch was asked for history that the engine does not hold: it was dropped, or the revision is one that
// the store never reached (an older state was put back).
var ErrCompacted = errors.New("kv: history after this revision is not held")

// Reader reads one consistent state. It is valid only inside the function it was given to and on one goroutine at a time;
// afterwards its methods give errors. Get and Range of a key that cannot exist (empty, too long) find nothing.
type Reader interface {
	// Revision of the state that is read. In a transaction it counts the transactions that ran before it in the same
	// batch and are not durable yet.
	Revision() Revision
	// Get returns the value of key, or ErrNotFound. The caller owns the slice.
	Get(key string) ([]byte, error)
	// Range yields the pairs with from <= key < to in the order of the keys' bytes; to == "" means to the end. The caller
	// owns the values. In a transaction it sees that transaction's own writes, those made before it began. An error
	// ends it.
	Range(from, to string) iter.Seq2[Pair, error]
}

// Txn also writes. Its reads see its own writes.
type Txn interface {
	Reader
	// Put sets key to a copy of value. An empty value, nil too, is a value: Get returns it.
	Put(key string, value []byte) error
	// Delete removes key; removing an absent key is no error.
	Delete(key string) error
}

// Pair is a key and its value.
type Pair struct {
	Key   string
	Value []byte
}

// Commit is one durable transaction as Watch shows it. Watchers share it: treat it as read-only. Writes holds each key
// once, in key order.
type Commit struct {
	Revision Revision
	Scope    string
	Writes   []Write
}

// Write is one key of a commit; Value is nil when the key was deleted, and never otherwise.
type Write struct {
	Key   string
	Value []byte
}
