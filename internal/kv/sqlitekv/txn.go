package sqlitekv

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sort"

	"github.com/warder-iam/warder/internal/kv"
)

// errEnded: a Reader or Txn was kept beyond its function.
var errEnded = errors.New("sqlitekv: the transaction has ended")

// reader reads what one connection sees.
type reader struct {
	ctx  context.Context
	conn *conn
	rev  kv.Revision
	err  error // the first error of the engine; errEnded once the function has returned
}

func (r *reader) Revision() kv.Revision { return r.rev }

func (r *reader) Get(key string) ([]byte, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	if key == "" || len(key) > kv.MaxKey {
		return nil, kv.ErrNotFound
	}
	v, ok, err := r.conn.value(key)
	if err != nil {
		return nil, r.fail(err)
	}
	if !ok {
		return nil, kv.ErrNotFound
	}
	return v, nil
}

func (r *reader) Range(from, to string) iter.Seq2[kv.Pair, error] {
	return func(yield func(kv.Pair, error) bool) {
		if to != "" && from >= to {
			return
		}
		limit := firstChunk
		for more := true; more; limit = nextChunk {
			var (
				pairs []kv.Pair
				err   = r.check()
			)
			if err == nil {
				if pairs, more, err = r.conn.chunk(from, to, limit); err != nil {
					err = r.fail(err)
				}
			}
			if err != nil {
				yield(kv.Pair{}, err)
				return
			}
			for _, p := range pairs {
				from = p.Key + "\x00" // the first key after it
				if !yield(p, nil) {
					return
				}
			}
		}
	}
}

// check tells whether reading may go on.
func (r *reader) check() error {
	if r.err != nil {
		return r.err
	}
	return r.ctx.Err()
}

func (r *reader) fail(err error) error {
	r.err = fmt.Errorf("sqlitekv: read: %w", err)
	return r.err
}

// txn keeps its writes to itself until its function has succeeded.
type txn struct {
	reader
	writes map[string][]byte // nil for a deletion
	size   int               // of keys and values in writes
	over   error             // the ErrLimit that a write has met
}

func (t *txn) Get(key string) ([]byte, error) {
	if v, ok := t.writes[key]; ok && t.err == nil {
		if v == nil {
			return nil, kv.ErrNotFound
		}
		return bytes.Clone(v), nil
	}
	return t.reader.Get(key)
}

func (t *txn) Put(key string, value []byte) error {
	if len(value) > kv.MaxValue {
		return t.limit("a value of %d bytes, %d are allowed", len(value), kv.MaxValue)
	}
	return t.set(key, append(make([]byte, 0, len(value)), value...))
}

func (t *txn) Delete(key string) error { return t.set(key, nil) }

func (t *txn) set(key string, value []byte) error {
	if t.err != nil {
		return t.err
	}
	if key == "" || len(key) > kv.MaxKey {
		return t.limit("a key of %d bytes, 1 to %d are allowed", len(key), kv.MaxKey)
	}
	old, again := t.writes[key]
	size, keys := t.size+len(value)-len(old), len(t.writes)
	if !again {
		size, keys = size+len(key), keys+1
	}
	if keys > kv.MaxTxnKeys {
		return t.limit("more than %d keys", kv.MaxTxnKeys)
	}
	if size > kv.MaxTxnBytes {
		return t.limit("%d bytes, %d are allowed", size, kv.MaxTxnBytes)
	}
	if t.writes == nil {
		t.writes = make(map[string][]byte, 8)
	}
	t.writes[key], t.size = value, size
	return nil
}

func (t *txn) limit(format string, args ...any) error {
	if t.err != nil {
		return t.err
	}
	t.over = fmt.Errorf("%w: "+format, append([]any{kv.ErrLimit}, args...)...)
	return t.over
}

// Range merges the stored pairs with this transaction's writes.
func (t *txn) Range(from, to string) iter.Seq2[kv.Pair, error] {
	return func(yield func(kv.Pair, error) bool) {
		own := t.sorted(from, to)
		for p, err := range t.reader.Range(from, to) {
			if err != nil {
				yield(kv.Pair{}, err)
				return
			}
			for ; len(own) > 0 && own[0].Key < p.Key; own = own[1:] {
				if !yieldOwn(own[0], yield) {
					return
				}
			}
			if len(own) > 0 && own[0].Key == p.Key {
				w := own[0]
				own = own[1:]
				if !yieldOwn(w, yield) {
					return
				}
				continue
			}
			if !yield(p, nil) {
				return
			}
		}
		for _, w := range own {
			if !yieldOwn(w, yield) {
				return
			}
		}
	}
}

func yieldOwn(w kv.Write, yield func(kv.Pair, error) bool) bool {
	return w.Value == nil || yield(kv.Pair{Key: w.Key, Value: bytes.Clone(w.Value)}, nil)
}

// sorted returns the writes with from <= key < to in key order.
func (t *txn) sorted(from, to string) []kv.Write {
	var out []kv.Write
	for key, value := range t.writes {
		if key >= from && (to == "" || key < to) {
			out = append(out, kv.Write{Key: key, Value: value})
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Key < out[j].Key })
	return out
}

// finish ends the transaction after its function returned err, and returns its writes or why there are none.
func (t *txn) finish(err error) ([]kv.Write, error) {
	broken := t.err
	t.err = errEnded
	if err == nil {
		err = t.over
	}
	if err == nil {
		err = broken // the function hid that it could not read
	}
	if err != nil {
		return nil, err
	}
	return slices.Clip(t.sorted("", "")), nil
}
