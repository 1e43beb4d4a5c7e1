package kvtest

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/warder-iam/warder/internal/kv"
)

// increment adds one to the number at key and returns what it was.
func increment(tx kv.Txn, key string) (int, error) {
	n, err := number(tx, key)
	if err != nil {
		return 0, err
	}
	return n, tx.Put(key, []byte(strconv.Itoa(n+1)))
}

func number(r kv.Reader, key string) (int, error) {
	v, err := r.Get(key)
	if errors.Is(err, kv.ErrNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(string(v))
}

// testSerialScopes counts from many goroutines: a lost update shows as a number that is too small, and functions that
// fail in between leave nothing.
func testSerialScopes(t *testing.T, h Harness) {
	s, done := once(t, h)
	defer done()
	const clients, each, scopes = 12, 40, 3
	var wg sync.WaitGroup
	for c := range clients {
		scope := fmt.Sprintf("scope%d", c%scopes)
		wg.Go(func() {
			last := kv.Revision(0)
			for i := range each {
				rev, err := s.Update(context.Background(), scope, func(tx kv.Txn) error {
					_, err := increment(tx, scope+"/n")
					return err
				})
				if err != nil || rev <= last {
					t.Errorf("revision %d after %d, %v", rev, last, err)
				}
				last = rev
				if i%4 == 0 {
					_, err := s.Update(context.Background(), scope, func(tx kv.Txn) error {
						if _, err := increment(tx, scope+"/n"); err != nil {
							return err
						}
						return errRefused
					})
					if err != errRefused {
						t.Error(err)
					}
				}
			}
		})
	}
	wg.Wait()
	view(t, s, func(r kv.Reader) {
		for i := range scopes {
			wantValue(t, r, fmt.Sprintf("scope%d/n", i), strconv.Itoa(clients/scopes*each))
		}
	})
}

// testViewIsOneState moves units between keys; every view and every transaction sees the whole sum.
func testViewIsOneState(t *testing.T, h Harness) {
	s, done := once(t, h)
	defer done()
	const accounts, total = 8, 8000
	name := func(i int) string { return fmt.Sprintf("n/%d", i) }
	var initial []string
	for i := range accounts {
		initial = append(initial, name(i), strconv.Itoa(total/accounts))
	}
	put(t, s, "a", initial...)
	sum := func(r kv.Reader) {
		got := 0
		for p, err := range r.Range("n/", "n0") {
			n, e := strconv.Atoi(string(p.Value))
			if err != nil || e != nil {
				t.Error(err, e)
			}
			got += n
		}
		if got != total {
			t.Errorf("at revision %d the sum is %d, want %d", r.Revision(), got, total)
		}
	}
	var writers, readers sync.WaitGroup
	stop := make(chan struct{})
	for c := range 4 {
		writers.Go(func() {
			for i := range 50 {
				from, to := name((c+i)%accounts), name((c*3+i*5+1)%accounts)
				update(t, s, "a", func(tx kv.Txn) {
					sum(tx)
					if from == to {
						return
					}
					x, err1 := number(tx, from)
					y, err2 := number(tx, to)
					if err := errors.Join(err1, err2, tx.Put(from, []byte(strconv.Itoa(x-1))), tx.Put(to, []byte(strconv.Itoa(y+1)))); err != nil {
						t.Error(err)
					}
				})
			}
		})
	}
	for range 2 {
		readers.Go(func() {
			for last := kv.Revision(0); ; {
				view(t, s, func(r kv.Reader) {
					sum(r)
					if r.Revision() < last {
						t.Errorf("revision %d after %d", r.Revision(), last)
					}
					last = r.Revision()
				})
				select {
				case <-stop:
					return
				default:
				}
			}
		})
	}
	writers.Wait()
	close(stop)
	readers.Wait()
}

// testViewStays changes the store while a view is open.
func testViewStays(t *testing.T, h Harness) {
	s, done := once(t, h)
	defer done()
	rev := put(t, s, "a", "k", "1", "l", "1")
	view(t, s, func(r kv.Reader) {
		wantValue(t, r, "k", "1")
		for i := range 20 {
			put(t, s, "a", "k", "2", fmt.Sprintf("new%d", i), "2")
		}
		update(t, s, "a", func(tx kv.Txn) {
			if err := tx.Delete("l"); err != nil {
				t.Error(err)
			}
		})
		wantPairs(t, r, "", "", "k", "1", "l", "1")
		if r.Revision() != rev {
			t.Errorf("the view's revision moved from %d to %d", rev, r.Revision())
		}
	})
	view(t, s, func(r kv.Reader) { wantValue(t, r, "k", "2"); wantAbsent(t, r, "l") })
}

// testUncommittedIsInvisible looks from outside while a transaction runs.
func testUncommittedIsInvisible(t *testing.T, h Harness) {
	s, done := once(t, h)
	defer done()
	put(t, s, "a", "k", "1")
	var wg sync.WaitGroup
	defer wg.Wait()
	update(t, s, "a", func(tx kv.Txn) {
		if err := errors.Join(tx.Put("k", []byte("2")), tx.Put("new", nil)); err != nil {
			t.Error(err)
		}
		looked := make(chan struct{})
		wg.Go(func() {
			defer close(looked)
			if err := s.View(context.Background(), func(r kv.Reader) error { wantPairs(t, r, "", "", "k", "1"); return nil }); err != nil {
				t.Error(err)
			}
		})
		<-looked // a view never waits for a transaction
	})
	view(t, s, func(r kv.Reader) { wantPairs(t, r, "", "", "k", "2", "new", "") })
}

func testReadYourWrites(t *testing.T, h Harness) {
	s, done := once(t, h)
	defer done()
	var wg sync.WaitGroup
	for c := range 6 {
		wg.Go(func() {
			key := fmt.Sprintf("k%d", c)
			for i := range 40 {
				rev := put(t, s, key, key, strconv.Itoa(i))
				view(t, s, func(r kv.Reader) {
					wantValue(t, r, key, strconv.Itoa(i))
					if r.Revision() < rev {
						t.Errorf("a view shows revision %d after Update returned %d", r.Revision(), rev)
					}
				})
			}
		})
	}
	wg.Wait()
}

// Clients increment one of three counters, reading all, or view all. The history has to be linearizable: there is an
// order of the calls, true to the times of their begin and end, in which each sees what those before it left.

const counters = 3

type countCall struct {
	counter int // -1 to view
	fails   bool
}

type countState [counters]int

func countModel() porcupine.Model {
	return porcupine.Model{
		Init: func() any { return countState{} },
		Step: func(state, input, output any) (bool, any) {
			s, in := state.(countState), input.(countCall)
			ok := s == output.(countState)
			if in.counter >= 0 && !in.fails {
				s[in.counter]++
			}
			return ok, s
		},
		DescribeOperation: func(in, out any) string { return fmt.Sprintf("%+v saw %v", in, out) },
	}
}

func testLinearizable(t *testing.T, h Harness) {
	s, done := once(t, h)
	defer done()
	const clients, each = 6, 60
	var (
		mu  sync.Mutex
		ops []porcupine.Operation
		wg  sync.WaitGroup
	)
	begin := time.Now()
	for c := range clients {
		wg.Go(func() {
			for i := range each {
				in := countCall{counter: (c+i*7)%(counters+1) - 1, fails: i%5 == 4}
				call := time.Since(begin).Nanoseconds()
				out, err := count(s, in)
				end := time.Since(begin).Nanoseconds()
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				ops = append(ops, porcupine.Operation{ClientId: c, Input: in, Call: call, Output: out, Return: end})
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if len(ops) != clients*each {
		t.Fatalf("%d operations were recorded, want %d", len(ops), clients*each)
	}
	if result := porcupine.CheckOperationsTimeout(countModel(), ops, 10*time.Minute); result != porcupine.Ok {
		t.Errorf("the history is not linearizable: %v", result)
	}
}

func count(s kv.Store, in countCall) (seen countState, err error) {
	read := func(r kv.Reader) error {
		for i := range seen {
			n, err := number(r, strconv.Itoa(i))
			if err != nil {
				return err
			}
			seen[i] = n
		}
		return nil
	}
	if in.counter < 0 {
		return seen, s.View(context.Background(), read)
	}
	_, err = s.Update(context.Background(), "a", func(tx kv.Txn) error {
		if err := read(tx); err != nil {
			return err
		}
		if _, err := increment(tx, strconv.Itoa(in.counter)); err != nil {
			return err
		}
		if in.fails {
			return errRefused
		}
		return nil
	})
	if in.fails && errors.Is(err, errRefused) {
		err = nil
	}
	return seen, err
}
