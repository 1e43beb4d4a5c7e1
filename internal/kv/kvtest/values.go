package kvtest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/warder-iam/warder/internal/kv"
)

var errRefused = errors.New("the function refuses")

func testEmpty(t *testing.T, h Harness) {
	s, done := once(t, h)
	defer done()
	view(t, s, func(r kv.Reader) {
		if r.Revision() != 0 {
			t.Errorf("an empty store has revision %d", r.Revision())
		}
		wantAbsent(t, r, "k")
		wantAbsent(t, r, "")
		wantAbsent(t, r, strings.Repeat("k", kv.MaxKey+1))
		wantPairs(t, r, "", "")
	})
}

// keyValues are an even number of keys and values that an encoding may get wrong, in key order.
func keyValues() []string {
	return []string{
		"\x00", "zero byte key", "\x00\x00", "two", "A", "upper", "a", "", "a\x00", "after a", "a/1/user/AIDA", "{}", "a/1/user/AIDB", "\x00\xff\xfe",
		strings.Repeat("k", kv.MaxKey), "longest key", "é", "not ASCII", "é\x00", "\n", "\xff", "not UTF-8", "\xff\xff", strings.Repeat("\x00", 5000),
	}
}

func testValues(t *testing.T, h Harness) {
	s, done := once(t, h)
	defer done()
	all := keyValues()
	put(t, s, "a", all...)
	check := func(r kv.Reader) {
		for i := 0; i < len(all); i += 2 {
			wantValue(t, r, all[i], all[i+1])
		}
		wantPairs(t, r, "", "", all...)
	}
	view(t, s, check)
	update(t, s, "a", func(tx kv.Txn) { check(tx) })
	update(t, s, "b", func(tx kv.Txn) { check(tx) }) // a scope serialises, it does not hide

	update(t, s, "a", func(tx kv.Txn) {
		for i := 0; i < len(all); i += 4 {
			if err := errors.Join(tx.Delete(all[i]), tx.Delete("absent")); err != nil {
				t.Error(err)
			}
			if err := tx.Put(all[i+2], nil); err != nil {
				t.Error(err)
			}
		}
	})
	view(t, s, func(r kv.Reader) {
		var want []string
		for i := 0; i < len(all); i += 4 {
			wantAbsent(t, r, all[i])
			want = append(want, all[i+2], "")
		}
		wantPairs(t, r, "", "", want...)
	})
}

// testCopies changes every slice that goes in or comes out.
func testCopies(t *testing.T, h Harness) {
	s, done := once(t, h)
	defer done()
	spoil := func(r kv.Reader) {
		v, err := r.Get("k")
		if err != nil {
			t.Error(err)
			return
		}
		clear(v)
		for p, err := range r.Range("", "") {
			if err != nil {
				t.Error(err)
			}
			clear(p.Value)
		}
		wantValue(t, r, "k", "value")
		wantPairs(t, r, "", "", "k", "value")
	}
	update(t, s, "a", func(tx kv.Txn) {
		v := []byte("value")
		if err := tx.Put("k", v); err != nil {
			t.Error(err)
		}
		clear(v)
		spoil(tx)
	})
	view(t, s, spoil)
	update(t, s, "a", func(tx kv.Txn) { spoil(tx) })
}

func testOwnWrites(t *testing.T, h Harness) {
	s, done := once(t, h)
	defer done()
	put(t, s, "a", "old", "1", "gone", "1", "back", "1")
	update(t, s, "a", func(tx kv.Txn) {
		for _, err := range []error{
			tx.Put("new", []byte("2")), tx.Put("old", []byte("2")), tx.Delete("gone"), tx.Delete("back"), tx.Put("back", []byte("3")), tx.Put("brief", nil), tx.Delete("brief"),
		} {
			if err != nil {
				t.Error(err)
			}
		}
		wantValue(t, tx, "new", "2")
		wantValue(t, tx, "old", "2")
		wantValue(t, tx, "back", "3")
		wantAbsent(t, tx, "gone")
		wantAbsent(t, tx, "brief")
		wantPairs(t, tx, "", "", "back", "3", "new", "2", "old", "2")
		wantPairs(t, tx, "c", "o", "new", "2")
	})
	view(t, s, func(r kv.Reader) { wantPairs(t, r, "", "", "back", "3", "new", "2", "old", "2") })
}

func testRange(t *testing.T, h Harness) {
	s, done := once(t, h)
	defer done()
	// Enough keys and bytes that an engine which reads by pages needs several.
	const n = 1200
	key := func(i int) string { return fmt.Sprintf("k/%04d", i) }
	value := func(i int) string { return strings.Repeat("v", i%7*500) }
	for at := 0; at < n; at += 60 {
		var batch []string
		for i := at; i < at+60; i++ {
			batch = append(batch, key(i), value(i))
		}
		put(t, s, "a", batch...)
	}
	between := func(from, to int) (out []string) {
		for i := from; i < to; i++ {
			out = append(out, key(i), value(i))
		}
		return out
	}
	check := func(r kv.Reader) {
		for _, c := range []struct {
			from, to string
			want     []string
		}{
			{"", "", between(0, n)},
			{"k/", "k0", between(0, n)},
			{key(0), key(0), nil},
			{key(5), key(4), nil},
			{key(3), key(4), between(3, 4)},
			{key(3) + "\x00", key(5), between(4, 5)},
			{key(100), key(1100), between(100, 1100)},
			{key(n - 2), "", between(n-2, n)},
			{"l", "", nil},
			{"", "k", nil},
			{"", "\x00", nil},
			{strings.Repeat("l", kv.MaxKey*2), "", nil},
			{"", strings.Repeat("\xff", kv.MaxKey*2), between(0, n)},
		} {
			wantPairs(t, r, c.from, c.to, c.want...)
		}
		// Leaving early, and ranges and gets inside a range.
		seen := 0
		for p, err := range r.Range("", "") {
			if err != nil {
				t.Error(err)
			}
			wantValue(t, r, p.Key, string(p.Value))
			wantPairs(t, r, p.Key, key(seen+2), between(seen, seen+2)...)
			if seen++; seen == 40 {
				break
			}
		}
		if seen != 40 {
			t.Errorf("the range ended after %d pairs", seen)
		}
	}
	view(t, s, check)
	update(t, s, "a", func(tx kv.Txn) { check(tx) })
}

// testRangeWhileWriting: a range shows the writes made before it began, and is not upset by later ones.
func testRangeWhileWriting(t *testing.T, h Harness) {
	s, done := once(t, h)
	defer done()
	put(t, s, "a", "b", "1", "d", "1", "f", "1")
	update(t, s, "a", func(tx kv.Txn) {
		if err := errors.Join(tx.Put("a", []byte("2")), tx.Put("e", []byte("2")), tx.Delete("f"), tx.Put("g", []byte("2"))); err != nil {
			t.Error(err)
		}
		var seen []string
		for p, err := range tx.Range("", "") {
			if err != nil {
				t.Error(err)
			}
			seen = append(seen, p.Key)
			if err := errors.Join(tx.Delete(p.Key), tx.Put("c", nil), tx.Put("h", nil)); err != nil {
				t.Error(err)
			}
		}
		if got := strings.Join(seen, ""); got != "abdeg" {
			t.Errorf("the range shows %s, want abdeg", got)
		}
		wantPairs(t, tx, "", "", "c", "", "h", "")
	})
	view(t, s, func(r kv.Reader) { wantPairs(t, r, "", "", "c", "", "h", "") })
}

func testFailing(t *testing.T, h Harness) {
	s, done := once(t, h)
	defer done()
	before := put(t, s, "a", "k", "1", "gone", "1")
	rev, err := s.Update(context.Background(), "a", func(tx kv.Txn) error {
		if err := errors.Join(tx.Put("k", []byte("2")), tx.Put("new", []byte("2")), tx.Delete("gone")); err != nil {
			t.Error(err)
		}
		return errRefused
	})
	if err != errRefused || rev != 0 {
		t.Errorf("Update = %d, %v, want the function's error as it is", rev, err)
	}
	if err := s.View(context.Background(), func(kv.Reader) error { return errRefused }); err != errRefused {
		t.Errorf("View: %v, want the function's error as it is", err)
	}
	view(t, s, func(r kv.Reader) {
		wantPairs(t, r, "", "", "gone", "1", "k", "1")
		if r.Revision() != before {
			t.Errorf("revision %d after a transaction that failed, want %d", r.Revision(), before)
		}
	})
}

func testPanic(t *testing.T, h Harness) {
	s, done := once(t, h)
	defer done()
	_, err := s.Update(context.Background(), "a", func(tx kv.Txn) error {
		if err := tx.Put("k", nil); err != nil {
			t.Error(err)
		}
		panic("a function panics")
	})
	if err == nil || !strings.Contains(err.Error(), "a function panics") {
		t.Errorf("Update: %v, want an error with what the function panicked with", err)
	}
	put(t, s, "a", "after", "1")
	view(t, s, func(r kv.Reader) { wantPairs(t, r, "", "", "after", "1") })
}

// testEnded keeps readers beyond their function.
func testEnded(t *testing.T, h Harness) {
	s, done := once(t, h)
	defer done()
	put(t, s, "a", "k", "1")
	var (
		reader kv.Reader
		failed kv.Txn
		txn    kv.Txn
	)
	view(t, s, func(r kv.Reader) { reader = r })
	update(t, s, "a", func(tx kv.Txn) { txn = tx })
	_, _ = s.Update(context.Background(), "a", func(tx kv.Txn) error { failed = tx; return errRefused })
	for _, r := range []kv.Reader{reader, txn, failed} {
		if _, err := r.Get("k"); err == nil || errors.Is(err, kv.ErrNotFound) {
			t.Errorf("Get of %T after its function returned: %v", r, err)
		}
		n, failure := 0, error(nil)
		for _, err := range r.Range("", "") {
			n, failure = n+1, err
		}
		if n != 1 || failure == nil {
			t.Errorf("Range of %T after its function returned: %d pairs, %v", r, n, failure)
		}
	}
	for _, tx := range []kv.Txn{txn, failed} {
		if tx.Put("k", nil) == nil || tx.Delete("k") == nil {
			t.Error("a transaction takes writes after its function returned")
		}
	}
	view(t, s, func(r kv.Reader) { wantPairs(t, r, "", "", "k", "1") })
}
