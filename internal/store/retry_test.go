package store

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/warder-iam/warder/internal/kv"
	"github.com/warder-iam/warder/trail"
)

func remembering(hash byte, account string) *Change {
	return &Change{Account: account, Retry: bytes.Repeat([]byte{hash}, 32)}
}

func countRetries(engine *memKV) (n int) {
	for _, key := range engine.keys() {
		if strings.HasPrefix(key, retryPrefix) {
			n++
		}
	}
	return n
}

func TestRetryHappensOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine, keyring := newMemKV(t), testKeyring(t)
		s := testOpen(t, engine, keyring)
		runs, events := 0, 0
		do := func(s *Store) (string, bool) {
			c := remembering(1, here)
			c.Event = func([]byte, time.Time) *trail.Event { events++; return &trail.Event{EventName: "x"} }
			c.Rejudge = nil
			answer, err := s.Update(t.Context(), c, func(tx *Tx) ([]byte, error) {
				runs++
				return fmt.Appendf(nil, "answer %d", runs), tx.Put(user(fmt.Sprint("u", runs)))
			})
			if err != nil {
				t.Fatal(err)
			}
			return string(answer), c.Replayed
		}
		want := func(s *Store, answer string, replayed bool, doing string) {
			t.Helper()
			if got, again := do(s); got != answer || again != replayed {
				t.Errorf("%s: %q, replayed %t; want %q, %t", doing, got, again, answer, replayed)
			}
		}
		want(s, "answer 1", false, "first")
		want(s, "answer 1", true, "again")
		time.Sleep(14 * time.Minute)
		s = testOpen(t, engine, keyring)
		want(s, "answer 1", true, "after a restart")
		time.Sleep(59 * time.Second)
		want(s, "answer 1", true, "just before it is forgotten")
		time.Sleep(time.Second)
		want(s, "answer 2", false, "after it is forgotten")
		if runs != 2 || events != 2 {
			t.Errorf("%d runs and %d events, want 2 and 2", runs, events)
		}
		wantUsers(t, s, here, "u1", "u2")
	})
}

func TestConcurrentRetriesRunOnce(t *testing.T) {
	s := testOpen(t, newMemKV(t), testKeyring(t))
	var running sync.WaitGroup
	answers := make([]string, 20)
	runs := 0
	for i := range answers {
		running.Go(func() {
			answer, err := s.Update(t.Context(), remembering(1, here), func(tx *Tx) ([]byte, error) {
				runs++ // on the engine's one writer
				return fmt.Append(nil, "run ", runs), tx.Put(user(fmt.Sprint("u", runs)))
			})
			if err != nil {
				t.Error(err)
			}
			if got := userNames(s.Snapshot(), here); len(got) != 1 {
				t.Errorf("answered, and the users are %v", got)
			}
			answers[i] = string(answer)
		})
	}
	running.Wait()
	for _, answer := range answers {
		if answer != "run 1" {
			t.Errorf("answers %q", answers)
			break
		}
	}
	wantUsers(t, s, here, "u1")
}

// What failed, and what its batch lost, is not remembered.
func TestFailuresAreNotRemembered(t *testing.T) {
	engine := newMemKV(t)
	s := testOpen(t, engine, testKeyring(t))
	refused := errors.New("refused")
	if _, err := s.Update(t.Context(), remembering(1, here), func(*Tx) ([]byte, error) { return nil, refused }); err != refused {
		t.Error(err)
	}
	engine.onSync(func(int) error { return kv.ErrFull })
	if _, err := s.Update(t.Context(), remembering(1, here), func(*Tx) ([]byte, error) { return nil, nil }); !errors.Is(err, kv.ErrFull) {
		t.Error(err)
	}
	engine.onSync(nil)
	c := remembering(1, here)
	answer, err := s.Update(t.Context(), c, func(*Tx) ([]byte, error) { return []byte("now"), nil })
	if err != nil || string(answer) != "now" || c.Replayed {
		t.Errorf("answer %q, replayed %t, error %v", answer, c.Replayed, err)
	}
	// The hash of one account's request is nobody else's.
	var damage *DamagedError
	if _, err := s.Update(t.Context(), remembering(1, elsewhere), func(*Tx) ([]byte, error) { return nil, nil }); !errors.As(err, &damage) {
		t.Errorf("another account's answer was given: %v", err)
	}
}

func TestAnswersAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine, keyring := newMemKV(t), testKeyring(t)
		s := testOpen(t, engine, keyring)
		for n := range 200 {
			c := remembering(byte(n), []string{here, elsewhere}[n%2])
			if _, err := s.Update(t.Context(), c, func(*Tx) ([]byte, error) { return nil, nil }); err != nil {
				t.Fatal(err)
			}
		}
		if n := countRetries(engine); n != 200 {
			t.Fatalf("%d answers are stored, want 200", n)
		}
		time.Sleep(10 * time.Minute)
		for n := range 10 { // these are stored anew after they have expired and before they are deleted
			engine.edit(func(data map[string][]byte) {
				old := answer{Account: here, At: time.Now().Add(-time.Hour)}
				key := retryKey(remembering(byte(2*n), here).Retry)
				data[key], _ = s.codec.encode(key, &old)
			})
			if _, err := s.Update(t.Context(), remembering(byte(2*n), here), func(*Tx) ([]byte, error) { return nil, nil }); err != nil {
				t.Fatal(err)
			}
		}
		fails := 1
		engine.onSync(func(int) error {
			if fails--; fails >= 0 {
				return kv.ErrFull
			}
			return nil
		})
		time.Sleep(8 * time.Minute)
		synctest.Wait()
		if n := countRetries(engine); n != 10 {
			t.Errorf("%d answers are stored after 18 minutes, want 10", n)
		}
		s = testOpen(t, engine, keyring) // the list is made anew
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if n := countRetries(engine); n != 0 {
			t.Errorf("%d answers are stored after 28 minutes", n)
		}
	})
}
