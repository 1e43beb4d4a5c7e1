package store

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/warder-iam/warder/internal/kv"
)

// Answers are remembered for rememberFor: as long as a signed request can be sent again.
const (
	rememberFor   = 15 * time.Minute
	retryHash     = 32
	forgetEvery   = time.Minute
	forgetAtATime = 60
)

// answer is the record of a remembered change. The key of the record is its hash, to which the sealing binds it.
type answer struct {
	Account string    `json:"account"`
	At      time.Time `json:"at"`
	Answer  []byte    `json:"answer"`
}

func (a *answer) expired(now time.Time) bool { return now.Sub(a.At) >= rememberFor }

// remembered is what memory keeps of an answer: enough to know when to delete it, and in whose transactions.
type remembered struct {
	account string
	hash    [retryHash]byte
	at      time.Time
}

// memory lists the answers that are stored. It is only for deleting them; whether one is remembered is asked of the
// engine, inside the transaction.
type memory struct {
	mu  sync.Mutex
	all []remembered // about in order of time
}

// add lists an answer; nil is none.
func (m *memory) add(r *remembered) {
	if r == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.all = append(m.all, *r)
}

// expired takes out some answers of one account that have expired.
func (m *memory) expired(now time.Time) (account string, some []remembered) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := 0
	for n < len(m.all) && n < forgetAtATime && now.Sub(m.all[n].at) >= rememberFor && m.all[n].account == m.all[0].account {
		n++
	}
	if n == 0 {
		return "", nil
	}
	some = m.all[:n:n]
	m.all = m.all[n:]
	return some[0].account, some
}

// recall looks whether the change ran before. If so it is done: its answer is given again.
func (u *update) recall(txn kv.Txn, now time.Time) (done bool, err error) {
	if u.change.Retry == nil {
		return false, nil
	}
	key := retryKey(u.change.Retry)
	var a answer
	found, err := u.store.read(txn, key, &a)
	if err != nil || !found || a.expired(now) {
		return false, err
	}
	if a.Account != u.change.Account {
		return false, &DamagedError{Key: key, Err: fmt.Errorf("it belongs to account %s", a.Account)}
	}
	u.answer, u.replayed = a.Answer, true
	return true, nil
}

// remember stores the answer.
func (u *update) remember(txn kv.Txn, now time.Time) error {
	if u.change.Retry == nil {
		return nil
	}
	u.remembered = &remembered{account: u.change.Account, hash: [retryHash]byte(u.change.Retry), at: now}
	return u.store.write(txn, retryKey(u.change.Retry), &answer{Account: u.change.Account, At: now, Answer: u.answer})
}

// loadAnswers lists the answers that an earlier process stored.
func (s *Store) loadAnswers(r kv.Reader) error {
	for pair, err := range r.Range(retryPrefix, end(retryPrefix)) {
		if err != nil {
			return fmt.Errorf("store: read remembered answers: %w", err)
		}
		var a answer
		if err := s.codec.decode(pair.Key, pair.Value, &a); err != nil {
			return err
		}
		hash, err := hex.DecodeString(strings.TrimPrefix(pair.Key, retryPrefix))
		if err != nil || len(hash) != retryHash {
			return &DamagedError{Key: pair.Key, Err: errors.New("its key holds no hash")}
		}
		s.memory.all = append(s.memory.all, remembered{account: a.Account, hash: [retryHash]byte(hash), at: a.At})
	}
	s.memory.sort()
	return nil
}

// forgetAnswers deletes expired answers until the store is closed.
func (s *Store) forgetAnswers() {
	ticker := time.NewTicker(forgetEvery)
	defer ticker.Stop()
	for {
		select {
		case <-s.closing.Done():
			return
		case <-ticker.C:
		}
		for {
			account, some := s.memory.expired(time.Now())
			if len(some) == 0 {
				break
			}
			if err := s.forget(s.closing, account, some); err != nil {
				s.memory.putBack(some)
				break
			}
		}
	}
}

// forget deletes answers in one transaction of their account, in which no change can store one of them anew.
func (s *Store) forget(ctx context.Context, account string, some []remembered) error {
	_, err := s.engine.Update(ctx, account, func(txn kv.Txn) error {
		for i := range some {
			key := retryKey(some[i].hash[:])
			var a answer
			found, err := s.read(txn, key, &a)
			if err != nil {
				return err
			}
			if !found || !a.expired(time.Now()) {
				continue // stored again since: it stands in the list once more
			}
			if err := txn.Delete(key); err != nil {
				return err
			}
		}
		return nil
	})
	return err
}

func (m *memory) sort() {
	slices.SortFunc(m.all, func(a, b remembered) int { return a.at.Compare(b.at) })
}

// putBack lists answers again that could not be deleted.
func (m *memory) putBack(some []remembered) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.all = append(some, m.all...)
}
