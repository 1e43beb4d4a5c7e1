package store

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/kv"
	"github.com/warder-iam/warder/internal/seal"
)

// Options of a Store.
type Options struct {
	// Library prepares the policies; needed.
	Library *directory.Library
	// Quotas that differ from AWS's defaults; nil for none.
	Quotas map[QuotaName]int
	// WebSessions are the limits of sessions at the console.
	WebSessions WebSessionLimits
	// CloseTimeout bounds the last write of Close; 0 is five seconds. What it cannot write is only when keys and actions were last
	// used.
	CloseTimeout time.Duration
}

// Store keeps the state of all accounts in a kv engine and publishes it as Snapshots. All methods may be called at the
// same time.
type Store struct {
	engine   kv.Store
	codec    codec
	quotas   *Quotas
	head     head
	used     used
	accesses accesses
	memory   memory
	outbox   chan struct{}
	// reloads counts how often an account's state was not known and its records were read anew: only after failures and
	// changes by other processes.
	reloads atomic.Int64

	webSessions WebSessionLimits

	closeTimeout time.Duration

	closing    context.Context // ends when Close is called
	mu         sync.Mutex      // guards cancel and what it stops from beginning
	cancel     context.CancelFunc
	background sync.WaitGroup
}

// Open loads every record and publishes the first Snapshot. A record that does not open or does not decode is a
// *DamagedError, which names its key: Warder does not start on it. The caller goes on owning engine and keyring, and
// closes the engine after the Store.
func Open(ctx context.Context, engine kv.Store, keyring *seal.Keyring, options Options) (*Store, error) {
	quotas, err := newQuotas(options.Quotas)
	if err != nil {
		return nil, err
	}
	if options.Library == nil {
		return nil, errors.New("store: no Library given")
	}
	s := &Store{
		engine: engine, codec: codec{keyring}, quotas: quotas, webSessions: options.WebSessions.orDefault(),
		head:         head{library: options.Library},
		outbox:       make(chan struct{}, 1),
		closeTimeout: cmp.Or(options.CloseTimeout, defaultCloseTimeout),
	}
	if err := s.load(ctx); err != nil {
		return nil, err
	}
	s.closing, s.cancel = context.WithCancel(context.WithoutCancel(ctx))
	s.spawn(s.flushUses)
	s.spawn(s.flushAccesses)
	s.spawn(s.forgetAnswers)
	s.spawn(s.sweepWebSessions)
	return s, nil
}

// Snapshot is the newest durable state.
func (s *Store) Snapshot() *directory.Snapshot { return s.head.snapshot.Load() }

// Changed gives a channel that is closed when a newer Snapshot than the present one is there: take it first, and then look at the
// Snapshot.
func (s *Store) Changed() <-chan struct{} { return s.head.changed() }

// Quotas are the limits in force.
func (s *Store) Quotas() *Quotas { return s.quotas }

// Empty is true as long as the store holds no account: Warder is being started for the first time.
func (s *Store) Empty() bool {
	for range s.Snapshot().Accounts() {
		return false
	}
	return true
}

// Close ends the background work and writes the last uses and attempts that are still to be written; its error is that
// of writing them. Changes that run are not waited for: the engine's Close does that. Later changes give kv.ErrClosed.
func (s *Store) Close() error {
	if !s.stop() {
		return kv.ErrClosed
	}
	s.background.Wait()
	ctx, cancel := context.WithTimeout(context.Background(), s.closeTimeout)
	defer cancel()
	return errors.Join(s.writeUses(ctx), s.writeAccesses(ctx))
}

// stop reports whether this call was the one that stopped the background work.
func (s *Store) stop() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	first := s.closing.Err() == nil
	s.cancel()
	return first
}

// spawn begins background work; it does not when the store is closed.
func (s *Store) spawn(work func()) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing.Err() != nil {
		return false
	}
	s.background.Go(work)
	return true
}

const defaultCloseTimeout = 5 * time.Second
