package kvtest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/warder-iam/warder/internal/kv"
)

// testLimits goes to each limit and one beyond.
func testLimits(t *testing.T, h Harness) {
	put := func(tx kv.Txn, key string, size int) error { return tx.Put(key, make([]byte, size)) }
	keys := func(n int, del bool) func(kv.Txn) error {
		return func(tx kv.Txn) error {
			for i := range n {
				key := fmt.Sprintf("k%d", i)
				if del {
					if err := tx.Delete(key); err != nil {
						return err
					}
				} else if err := put(tx, key, 1); err != nil {
					return err
				}
			}
			return nil
		}
	}
	// fill writes exactly size bytes of keys and values.
	fill := func(tx kv.Txn, size int) error {
		for i := 0; size > 0; i++ {
			n := min(size, 200<<10)
			key := fmt.Sprintf("fill%02d", i)
			if err := put(tx, key, n-len(key)); err != nil {
				return err
			}
			size -= n
		}
		return nil
	}
	for _, c := range []struct {
		name string
		fn   func(kv.Txn) error
		over bool
	}{
		{"value at the limit", func(tx kv.Txn) error { return put(tx, "k", kv.MaxValue) }, false},
		{"value over", func(tx kv.Txn) error { return put(tx, "k", kv.MaxValue+1) }, true},
		{"key at the limit", func(tx kv.Txn) error { return put(tx, strings.Repeat("k", kv.MaxKey), 1) }, false},
		{"key over", func(tx kv.Txn) error { return put(tx, strings.Repeat("k", kv.MaxKey+1), 1) }, true},
		{"empty key", func(tx kv.Txn) error { return put(tx, "", 1) }, true},
		{"delete key over", func(tx kv.Txn) error { return tx.Delete(strings.Repeat("k", kv.MaxKey+1)) }, true},
		{"delete empty key", func(tx kv.Txn) error { return tx.Delete("") }, true},
		{"keys at the limit", keys(kv.MaxTxnKeys, false), false},
		{"keys over", keys(kv.MaxTxnKeys+1, false), true},
		{"deleted keys over", keys(kv.MaxTxnKeys+1, true), true},
		{"put and deleted keys over", func(tx kv.Txn) error {
			return errors.Join(keys(kv.MaxTxnKeys, false)(tx), tx.Delete("one more"))
		}, true},
		{"the same keys again", func(tx kv.Txn) error {
			return errors.Join(keys(kv.MaxTxnKeys, false)(tx), keys(kv.MaxTxnKeys, true)(tx), keys(kv.MaxTxnKeys, false)(tx))
		}, false},
		{"bytes at the limit", func(tx kv.Txn) error { return fill(tx, kv.MaxTxnBytes) }, false},
		{"bytes over", func(tx kv.Txn) error { return fill(tx, kv.MaxTxnBytes+1) }, true},
		{"bytes over by a deleted key", func(tx kv.Txn) error { return errors.Join(fill(tx, kv.MaxTxnBytes), tx.Delete("k")) }, true},
		{"bytes that were replaced", func(tx kv.Txn) error {
			return errors.Join(fill(tx, kv.MaxTxnBytes), fill(tx, kv.MaxTxnBytes), put(tx, "fill00", 1), put(tx, "k", 100<<10))
		}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, done := once(t, h)
			defer done()
			_, err := s.Update(context.Background(), "a", c.fn)
			if c.over != errors.Is(err, kv.ErrLimit) || !c.over && err != nil {
				t.Fatalf("Update: %v, want ErrLimit: %v", err, c.over)
			}
			view(t, s, func(r kv.Reader) {
				if wrote := len(pairs(t, r, "", "")) > 0; wrote == c.over {
					t.Errorf("written: %v, over the limit: %v", wrote, c.over)
				}
			})
		})
	}
}

// testHiddenLimit: a function that goes on after ErrLimit as if nothing were does not commit half of its change.
func testHiddenLimit(t *testing.T, h Harness) {
	s, done := once(t, h)
	defer done()
	_, err := s.Update(context.Background(), "a", func(tx kv.Txn) error {
		if err := tx.Put("big", make([]byte, kv.MaxValue+1)); !errors.Is(err, kv.ErrLimit) {
			t.Errorf("Put: %v", err)
		}
		return tx.Put("small", nil)
	})
	if !errors.Is(err, kv.ErrLimit) {
		t.Errorf("Update: %v, want ErrLimit", err)
	}
	view(t, s, func(r kv.Reader) { wantPairs(t, r, "", "") })
}
