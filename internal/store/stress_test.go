package store

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/kv"
)

// client makes changes and notes what it knows about its own users.
type client struct {
	t       *testing.T
	s       *Store
	account string
	name    string
	random  *rand.Rand
	known   map[string]bool // user name -> is there; unknown ones are not in it
}

func (c *client) change(n int) {
	name := fmt.Sprintf("%s-%d", c.name, c.random.IntN(20))
	was, certain := c.known[name]
	now := c.random.IntN(3) > 0 || c.account == here // in this account nobody is deleted
	change := &Change{Account: c.account, Judged: c.s.Snapshot().Revision(), Rejudge: func(*directory.Snapshot) error { return nil }}
	if n%3 == 0 {
		change.Retry = fmt.Appendf(nil, "%-32s", fmt.Sprint(c.name, n))
	}
	refused := errors.New("refused")
	_, err := c.s.Update(c.t.Context(), change, func(tx *Tx) ([]byte, error) {
		if a := tx.Account(); certain && (a != nil && a.User(name) != nil) != was {
			return nil, fmt.Errorf("%s: met %t, knew %t", name, !was, was)
		}
		switch {
		case n%7 == 0:
			return nil, refused
		case now:
			return nil, tx.Put(user(name))
		default:
			tx.Delete(user(name))
			return nil, nil
		}
	})
	switch {
	case err == nil:
		c.known[name] = now
		if a := c.s.Snapshot().Account(c.account); (a != nil && a.User(name) != nil) != now {
			c.t.Errorf("%s: acknowledged as %t, but the snapshot does not show it", name, now)
		}
		if c.s.Snapshot().Revision() < change.Revision {
			c.t.Errorf("snapshot of revision %d after a change of %d", c.s.Snapshot().Revision(), change.Revision)
		}
	case errors.Is(err, kv.ErrUnknown):
		delete(c.known, name)
	case errors.Is(err, refused), errors.Is(err, kv.ErrFull):
	default:
		c.t.Errorf("%v", err)
	}
}

func TestConcurrentChanges(t *testing.T) {
	s := concurrently(t, nil)
	if n := s.reloads.Load(); n != 0 {
		t.Errorf("records were read anew %d times without need", n)
	}
}

func TestConcurrentChangesWithFaults(t *testing.T) {
	faults := rand.New(rand.NewPCG(1, 2)) // used by the engine's writer only
	concurrently(t, func(int) error {
		switch faults.IntN(8) {
		case 0:
			return kv.ErrFull
		case 1:
			return errApplied
		case 2:
			return fmt.Errorf("lost: %w", kv.ErrUnknown)
		}
		return nil
	})
}

// concurrently lets several clients change two accounts and compares what they know with what is there.
func concurrently(t *testing.T, onSync func(int) error) *Store {
	t.Helper()
	engine, keyring := newMemKV(t), testKeyring(t)
	s := testOpen(t, engine, keyring)
	engine.onSync(onSync)
	stop := watch(t, s, engine)
	clients := runClients(t, s)
	stop()
	engine.onSync(nil)
	mustPut(t, s, here, user("last"))
	mustPut(t, s, elsewhere, user("last"))
	sameAccounts(t, testOpen(t, engine, keyring).Snapshot(), s.Snapshot())
	for _, c := range clients {
		users := s.Snapshot().Account(c.account)
		for _, name := range slices.Sorted(maps.Keys(c.known)) {
			if there := users.User(name) != nil; there != c.known[name] {
				t.Errorf("%s: %t at the end, was acknowledged as %t", name, there, c.known[name])
			}
		}
	}
	s.head.mu.Lock()
	defer s.head.mu.Unlock()
	if len(s.head.flight) != 0 || s.head.tip != nil {
		t.Errorf("%d runs are still in flight, tip %v", len(s.head.flight), s.head.tip)
	}
	return s
}

func runClients(t *testing.T, s *Store) []*client {
	var running sync.WaitGroup
	all := make([]*client, 12)
	for i := range all {
		c := &client{
			t: t, s: s, account: []string{here, elsewhere}[i%2], name: fmt.Sprint("c", i),
			random: rand.New(rand.NewPCG(3, uint64(i))), known: make(map[string]bool),
		}
		all[i] = c
		running.Go(func() {
			for n := range 60 {
				c.change(n)
			}
		})
	}
	running.Wait()
	return all
}

// watch looks at snapshots until stop is called: they never go back, and show nothing that is not durable.
func watch(t *testing.T, s *Store, engine *memKV) (stop func()) {
	var watcher sync.WaitGroup
	quit := make(chan struct{})
	watcher.Go(func() {
		for last := s.Snapshot(); ; {
			now := s.Snapshot()
			if now.Revision() < last.Revision() {
				t.Errorf("revision %d after %d", now.Revision(), last.Revision())
			}
			last = now
			durable := engine.keys()
			for _, name := range userNames(now, here) {
				if _, ok := slices.BinarySearch(durable, entityKey(here, user(name).Key())); !ok {
					t.Errorf("%s shows and is not durable", name)
				}
			}
			select {
			case <-quit:
				return
			default:
			}
		}
	})
	return func() {
		close(quit)
		watcher.Wait()
	}
}
