package store

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/kv"
)

// load reads all records, of which there may be hundreds of thousands, and publishes the first snapshot.
func (s *Store) load(ctx context.Context) error {
	s.head.versions = make(map[string]version)
	return s.engine.View(ctx, func(r kv.Reader) error {
		accounts, err := s.loadEntities(r)
		if err != nil {
			return err
		}
		if err := s.loadVersions(r, accounts); err != nil {
			return err
		}
		s.head.snapshot.Store(directory.Load(s.head.library, uint64(r.Revision()), accounts))
		if err := s.loadUses(r); err != nil {
			return err
		}
		if err := s.loadAccesses(r); err != nil {
			return err
		}
		if err := s.loadAnswers(r); err != nil {
			return err
		}
		if _, err := ReadTrailState(r, s.codec.keyring); err != nil {
			return fmt.Errorf("store: read what is known of the trail: %w", err)
		}
		return s.checkOutbox(r)
	})
}

// batch is how many records one worker opens at a time.
const batch = 256

// loadEntities opens the entities on all processors: opening and decoding take longer than reading.
func (s *Store) loadEntities(r kv.Reader) (map[string][]directory.Entity, error) {
	l := loader{codec: s.codec, accounts: make(map[string][]directory.Entity)}
	work := make(chan []kv.Pair, runtime.GOMAXPROCS(0))
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for pairs := range work {
				l.open(pairs)
			}
		})
	}
	readErr := batches(r, entityPrefix, work)
	close(work)
	workers.Wait()
	if readErr != nil {
		return nil, fmt.Errorf("store: read records: %w", readErr)
	}
	return l.accounts, l.err
}

func batches(r kv.Reader, prefix string, to chan<- []kv.Pair) error {
	var pairs []kv.Pair
	for pair, err := range r.Range(prefix, end(prefix)) {
		if err != nil {
			return err
		}
		if pairs = append(pairs, pair); len(pairs) == batch {
			to <- pairs
			pairs = nil
		}
	}
	to <- pairs
	return nil
}

// loader collects entities by account.
type loader struct {
	codec    codec
	mu       sync.Mutex
	accounts map[string][]directory.Entity
	err      error // the first
}

func (l *loader) open(pairs []kv.Pair) {
	entities := make([]directory.Entity, len(pairs))
	for i, pair := range pairs {
		_, own := splitAccount(pair.Key, entityPrefix)
		e, err := l.codec.entity(pair.Key, own, pair.Value)
		if err != nil {
			l.fail(err)
			return
		}
		entities[i] = e
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, pair := range pairs {
		account, _ := splitAccount(pair.Key, entityPrefix)
		l.accounts[account] = append(l.accounts[account], entities[i])
	}
}

func (l *loader) fail(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err == nil {
		l.err = err
	}
}

// loadVersions checks that every account is whole.
func (s *Store) loadVersions(r kv.Reader, accounts map[string][]directory.Entity) error {
	for pair, err := range r.Range(versionPrefix, end(versionPrefix)) {
		if err != nil {
			return fmt.Errorf("store: read versions: %w", err)
		}
		var v version
		if err := s.codec.decode(pair.Key, pair.Value, &v); err != nil {
			return err
		}
		s.head.versions[strings.TrimPrefix(pair.Key, versionPrefix)] = v
	}
	for account, v := range s.head.versions {
		if err := v.check(account, len(accounts[account])); err != nil {
			return err
		}
	}
	for account, entities := range accounts {
		if err := s.head.versions[account].check(account, len(entities)); err != nil {
			return err
		}
	}
	return nil
}

// loadAccount reads one account anew inside a transaction.
func (s *Store) loadAccount(r kv.Reader, account string, v version) (*directory.Account, error) {
	prefix := entityKey(account, "")
	var entities []directory.Entity
	for pair, err := range r.Range(prefix, end(prefix)) {
		if err != nil {
			return nil, err
		}
		e, err := s.codec.entity(pair.Key, strings.TrimPrefix(pair.Key, prefix), pair.Value)
		if err != nil {
			return nil, err
		}
		entities = append(entities, e)
	}
	if err := v.check(account, len(entities)); err != nil {
		return nil, err
	}
	all := directory.Load(s.head.library, uint64(r.Revision()), map[string][]directory.Entity{account: entities})
	return all.Account(account), nil
}
