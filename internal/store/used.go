package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/kv"
)

// Use is the last use of an access key, role, password or web session.
type Use struct {
	At      time.Time `json:"at"` // UTC, whole seconds
	Service string    `json:"service"`
	Region  string    `json:"region"`
}

// after reports whether u is the later one. Within a second the one that is noted later counts, if it says anything else.
func (u Use) after(old Use) bool {
	return u.At.After(old.At) || u.At.Equal(old.At) && (u.Service != old.Service || u.Region != old.Region)
}

// Touch notes that an access key, role or web session, by its id, or the password of a user, by the user's id, was used. It never
// waits: the use is remembered at once, written
// within about a second, and on Close. Uses are not part of Snapshots and change no revision that a Change compares.
func (s *Store) Touch(account, id string, use Use) {
	if s.used.touch(account, id, use) {
		select {
		case s.used.touched <- struct{}{}:
		default:
		}
	}
}

// LastUsed is the last noted use of the access key, role or web session with that id, or of the password of that user; false where there is none.
func (s *Store) LastUsed(id string) (Use, bool) { return s.used.last(id) }

const (
	flushEvery   = time.Second
	flushAtATime = 60
)

// used holds last uses, and which of them are not written yet.
type used struct {
	touched chan struct{}

	mu    sync.RWMutex
	uses  map[string]Use
	dirty map[string]string // id -> account
}

func newUsed() used {
	return used{touched: make(chan struct{}, 1), uses: make(map[string]Use), dirty: make(map[string]string)}
}

// touch reports whether there is something to write.
func (u *used) touch(account, id string, use Use) bool {
	if old, ok := u.last(id); ok && !use.after(old) {
		return false // most uses: the same service in the same second
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if old, ok := u.uses[id]; ok && !use.after(old) {
		return false
	}
	u.uses[id] = use
	u.dirty[id] = account
	return true
}

func (u *used) last(id string) (Use, bool) {
	u.mu.RLock()
	defer u.mu.RUnlock()
	use, ok := u.uses[id]
	return use, ok
}

func (u *used) forget(ids []string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, id := range ids {
		delete(u.uses, id)
		delete(u.dirty, id)
	}
}

// take takes out all that is to be written, by account.
func (u *used) take() map[string][]string {
	u.mu.Lock()
	defer u.mu.Unlock()
	taken := make(map[string][]string)
	for id, account := range u.dirty {
		taken[account] = append(taken[account], id)
	}
	clear(u.dirty)
	return taken
}

// putBack notes that uses are still to be written.
func (u *used) putBack(account string, ids []string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, id := range ids {
		if _, ok := u.uses[id]; ok {
			u.dirty[id] = account
		}
	}
}

// flushUses writes uses, at most once a second, until the store is closed.
func (s *Store) flushUses() {
	for {
		select {
		case <-s.closing.Done():
			return
		case <-s.used.touched:
		}
		sleep(s.closing, flushEvery)
		if s.closing.Err() != nil {
			return
		}
		_ = s.writeUses(s.closing) // what could not be written is still to be written: with the next use, or on Close
	}
}

func (s *Store) writeUses(ctx context.Context) error {
	var failed []error
	taken := s.used.take()
	for _, account := range slices.Sorted(maps.Keys(taken)) {
		for ids := range slices.Chunk(taken[account], flushAtATime) {
			if err := s.writeUsesOf(ctx, account, ids); err != nil {
				s.used.putBack(account, ids)
				failed = append(failed, fmt.Errorf("store: write last uses: %w", err))
			}
		}
	}
	return errors.Join(failed...)
}

// writeUsesOf writes in a transaction of the account, so that no use outlives its key.
func (s *Store) writeUsesOf(ctx context.Context, account string, ids []string) error {
	_, err := s.engine.Update(ctx, account, func(txn kv.Txn) error {
		for _, id := range ids {
			use, ok := s.used.last(id)
			if !ok || !holds(txn, account, id) {
				continue
			}
			if err := s.write(txn, usedKey(account, id), use); err != nil {
				return err
			}
		}
		return nil
	})
	return err
}

// holds reports whether the account has an access key, role or web session of that id, or a password of that user.
func holds(r kv.Reader, account, id string) bool {
	for _, own := range []directory.Entity{&directory.AccessKey{ID: id}, &directory.Role{ID: id}, &directory.LoginProfile{User: id}, &directory.WebSession{ID: id}} {
		if _, err := r.Get(entityKey(account, own.Key())); err == nil {
			return true
		}
	}
	return false
}

// usedID is the id under which an entity's last use is noted, "" for kinds that have none.
func usedID(e directory.Entity) string {
	switch e := e.(type) {
	case *directory.AccessKey:
		return e.ID
	case *directory.Role:
		return e.ID
	case *directory.LoginProfile:
		return e.User
	case *directory.WebSession:
		return e.ID
	}
	return ""
}

func (s *Store) loadUses(r kv.Reader) error {
	s.used = newUsed()
	for pair, err := range r.Range(usedPrefix, end(usedPrefix)) {
		if err != nil {
			return fmt.Errorf("store: read last uses: %w", err)
		}
		var use Use
		if err := s.codec.decode(pair.Key, pair.Value, &use); err != nil {
			return err
		}
		_, id := splitAccount(pair.Key, usedPrefix)
		s.used.uses[id] = use
	}
	return nil
}
