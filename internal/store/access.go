package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/kv"
)

// Attempt is one use of an action that was decided, whichever way. The zero value is none.
type Attempt struct {
	At     int64  `json:"at,omitzero"` // Unix time in seconds
	Region string `json:"region,omitempty"`
}

// Time of the attempt, UTC.
func (a Attempt) Time() time.Time { return time.Unix(a.At, 0).UTC() }

// Access are the last attempts of one principal at one action.
type Access struct {
	Allowed Attempt `json:"allowed,omitzero"`
	Denied  Attempt `json:"denied,omitzero"`
}

// Last is the later attempt of the two.
func (a Access) Last() Attempt {
	if a.Denied.At > a.Allowed.At {
		return a.Denied
	}
	return a.Allowed
}

// of is the attempt that a verdict makes.
func (a *Access) of(allowed bool) *Attempt {
	if allowed {
		return &a.Allowed
	}
	return &a.Denied
}

// MaxActions is how many actions are remembered of one principal; a further one takes the place of the one that was tried
// the longest time ago. With it a principal costs at most some 50 KB of memory, whatever is asked about it.
const MaxActions = 500

const (
	// accessFlushEvery is how often attempts are written: a process that is killed forgets those of the last minute.
	accessFlushEvery = time.Minute
	// accessFlushBytes is about how much one transaction writes; see kv.MaxTxnBytes.
	accessFlushBytes = 512 << 10
)

// Attempted notes that the user or role with that unique id, or the root user under the account's own id, tried an action,
// "service:Name" in any case. It never waits: the attempt is remembered at once, written within about a minute, and on
// Close. An action that the catalogue does not have is not noted: no report could tell what it is. Attempts are not part
// of Snapshots and change no revision that a Change compares.
func (s *Store) Attempted(account, principal, action string, allowed bool, a Attempt) {
	if s.accesses.known(account, principal, action, allowed, a.At) {
		return // most attempts: the same second
	}
	service, name, _ := strings.Cut(action, ":")
	catalogue := s.head.library.Catalog()
	if catalogue == nil || !arn.IsAccountID(account) {
		return
	}
	known, ok := catalogue.Action(service, name)
	if !ok {
		return
	}
	s.accesses.add(account, principal, known.String(), allowed, a)
	select {
	case s.accesses.touched <- struct{}{}:
	default:
	}
}

// AccessBy is what was tried by the principal with that id, by action: "s3:GetObject". The caller owns the map.
func (s *Store) AccessBy(account, principal string) map[string]Access {
	return s.accesses.by(accessor{account, principal})
}

// accessor is a principal: its account, and its unique id or the account's.
type accessor struct{ account, id string }

// accesses hold the attempts of all principals, and whose are not written yet.
type accesses struct {
	touched chan struct{}

	mu    sync.RWMutex
	all   map[accessor]map[string]*Access
	dirty map[accessor]bool
}

func newAccesses() accesses {
	return accesses{touched: make(chan struct{}, 1), all: make(map[accessor]map[string]*Access), dirty: make(map[accessor]bool)}
}

// known reports whether an attempt at that time or a later one is noted already.
func (x *accesses) known(account, principal, action string, allowed bool, at int64) bool {
	x.mu.RLock()
	defer x.mu.RUnlock()
	a := x.all[accessor{account, principal}][action]
	return a != nil && a.of(allowed).At >= at
}

func (x *accesses) add(account, principal, action string, allowed bool, a Attempt) {
	who := accessor{account, principal}
	x.mu.Lock()
	defer x.mu.Unlock()
	actions := x.all[who]
	if actions == nil {
		actions = make(map[string]*Access)
		x.all[who] = actions
	}
	access := actions[action]
	if access == nil {
		if len(actions) >= MaxActions {
			delete(actions, oldest(actions))
		}
		access = new(Access)
		actions[action] = access
	}
	if last := access.of(allowed); a.At > last.At {
		*last = a
		x.dirty[who] = true
	}
}

// oldest is the action that was tried the longest time ago.
func oldest(actions map[string]*Access) (action string) {
	for name, a := range actions {
		if action == "" || a.Last().At < actions[action].Last().At {
			action = name
		}
	}
	return action
}

func (x *accesses) by(who accessor) map[string]Access {
	x.mu.RLock()
	defer x.mu.RUnlock()
	actions := make(map[string]Access, len(x.all[who]))
	for name, a := range x.all[who] {
		actions[name] = *a
	}
	return actions
}

func (x *accesses) forget(all []accessor) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, who := range all {
		delete(x.all, who)
		delete(x.dirty, who)
	}
}

// take takes out those whose attempts are to be written, by account.
func (x *accesses) take() map[string][]accessor {
	x.mu.Lock()
	defer x.mu.Unlock()
	taken := make(map[string][]accessor)
	for who := range x.dirty {
		taken[who.account] = append(taken[who.account], who)
	}
	clear(x.dirty)
	return taken
}

// putBack notes that attempts are still to be written.
func (x *accesses) putBack(all []accessor) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, who := range all {
		if _, ok := x.all[who]; ok {
			x.dirty[who] = true
		}
	}
}

// flushAccesses writes attempts, at most once in accessFlushEvery, until the store is closed.
func (s *Store) flushAccesses() {
	for {
		select {
		case <-s.closing.Done():
			return
		case <-s.accesses.touched:
		}
		sleep(s.closing, accessFlushEvery)
		if s.closing.Err() != nil {
			return
		}
		_ = s.writeAccesses(s.closing) // what could not be written is still to be written: with the next attempt, or on Close
	}
}

func (s *Store) writeAccesses(ctx context.Context) error {
	var failed []error
	for account, all := range s.accesses.take() {
		for len(all) > 0 {
			values, err := s.encodeAccesses(all)
			if err == nil {
				err = s.writeAccessesOf(ctx, account, values)
			}
			if err != nil {
				s.accesses.putBack(all)
				failed = append(failed, fmt.Errorf("store: write last accesses: %w", err))
				break
			}
			all = all[len(values):]
		}
	}
	return errors.Join(failed...)
}

// encodeAccesses makes the records of the first of these principals, as many as fit into one transaction, in their order.
func (s *Store) encodeAccesses(all []accessor) ([]accessRecord, error) {
	var records []accessRecord
	size := 0
	for _, who := range all {
		key := accessKey(who.account, who.id)
		value, err := s.codec.encode(key, s.accesses.by(who))
		if err != nil {
			return nil, err
		}
		if size += len(key) + len(value); len(records) == flushAtATime || size > accessFlushBytes && len(records) > 0 {
			break
		}
		records = append(records, accessRecord{who, key, value})
	}
	return records, nil
}

// accessRecord is the record of one principal's attempts.
type accessRecord struct {
	accessor
	key   string
	value []byte
}

// writeAccessesOf writes in a transaction of the account, so that no attempts outlive who made them.
func (s *Store) writeAccessesOf(ctx context.Context, account string, records []accessRecord) error {
	var gone []accessor
	_, err := s.engine.Update(ctx, account, func(txn kv.Txn) error {
		gone = nil
		for _, r := range records {
			if !holdsPrincipal(txn, r.accessor) {
				gone = append(gone, r.accessor)
				continue
			}
			if err := txn.Put(r.key, r.value); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		s.accesses.forget(gone)
	}
	return err
}

// holdsPrincipal reports whether the account has a user or role of that id, or that id itself.
func holdsPrincipal(r kv.Reader, who accessor) bool {
	own := []string{(&directory.User{ID: who.id}).Key(), (&directory.Role{ID: who.id}).Key()}
	if who.id == who.account {
		own = []string{(&directory.AccountInfo{}).Key()}
	}
	for _, key := range own {
		if _, err := r.Get(entityKey(who.account, key)); err == nil {
			return true
		}
	}
	return false
}

// accessorID is the id under which an entity's attempts are noted, "" for kinds that make none.
func accessorID(e directory.Entity) string {
	switch e := e.(type) {
	case *directory.User:
		return e.ID
	case *directory.Role:
		return e.ID
	}
	return ""
}

func (s *Store) loadAccesses(r kv.Reader) error {
	s.accesses = newAccesses()
	for pair, err := range r.Range(accessPrefix, end(accessPrefix)) {
		if err != nil {
			return fmt.Errorf("store: read last accesses: %w", err)
		}
		var stored map[string]Access
		if err := s.codec.decode(pair.Key, pair.Value, &stored); err != nil {
			return err
		}
		account, id := splitAccount(pair.Key, accessPrefix)
		actions := make(map[string]*Access, len(stored))
		for name := range stored {
			actions[name] = new(stored[name])
		}
		s.accesses.all[accessor{account, id}] = actions
	}
	return nil
}
