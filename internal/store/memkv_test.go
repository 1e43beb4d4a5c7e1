package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync"
	"testing"

	"github.com/warder-iam/warder/internal/kv"
)

// memKV is a kv.Store in memory, with group commit, whose sync can be held up and made to fail.
type memKV struct {
	mu    sync.Mutex
	data  map[string][]byte
	rev   kv.Revision
	syncs int
	runs  int // how often each function is run

	requests chan *memRequest
	quit     chan struct{}
	ended    sync.WaitGroup

	// sync is called before a batch becomes durable; its error fails the batch.
	sync func(batch int) error
}

// errApplied of sync: the outcome is told as unknown, and the batch is durable.
var errApplied = fmt.Errorf("applied after all: %w", kv.ErrUnknown)

type memRequest struct {
	fn   func(kv.Txn) error
	rev  kv.Revision
	err  error
	done chan struct{}
}

func newMemKV(t testing.TB) *memKV {
	m := &memKV{data: make(map[string][]byte), runs: 1, requests: make(chan *memRequest, 1024), quit: make(chan struct{})}
	m.ended.Go(m.write)
	t.Cleanup(func() {
		close(m.quit)
		m.ended.Wait()
	})
	return m
}

func (m *memKV) onSync(f func(batch int) error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sync = f
}

func (m *memKV) View(_ context.Context, fn func(kv.Reader) error) error {
	m.mu.Lock()
	r := &memTxn{data: maps.Clone(m.data), rev: m.rev}
	m.mu.Unlock()
	return fn(r)
}

func (m *memKV) Update(ctx context.Context, _ string, fn func(kv.Txn) error) (kv.Revision, error) {
	r := &memRequest{fn: fn, done: make(chan struct{})}
	select {
	case m.requests <- r:
	case <-ctx.Done():
		return 0, ctx.Err()
	case <-m.quit:
		return 0, kv.ErrClosed
	}
	<-r.done
	return r.rev, r.err
}

func (m *memKV) write() {
	for {
		var batch []*memRequest
		select {
		case <-m.quit:
			return
		case r := <-m.requests:
			batch = append(batch, r)
		}
		for more := true; more; {
			select {
			case r := <-m.requests:
				batch = append(batch, r)
			default:
				more = false
			}
		}
		m.commit(batch)
	}
}

// commit runs the functions one after the other, each on what the former left, and then makes all durable or nothing.
func (m *memKV) commit(batch []*memRequest) {
	m.mu.Lock()
	data, rev, hook := maps.Clone(m.data), m.rev, m.sync
	m.mu.Unlock()
	for _, r := range batch {
		var txn *memTxn
		for range m.runs {
			txn = &memTxn{data: maps.Clone(data), rev: rev, written: make(map[string]bool)}
			r.err = r.fn(txn)
		}
		if r.err == nil {
			r.err = txn.err
		}
		if r.err == nil && len(txn.written) > 0 {
			data, rev = txn.data, rev+1
		}
		r.rev = rev
	}
	var failed error
	if hook != nil {
		failed = hook(len(batch))
	}
	m.mu.Lock()
	m.syncs++
	if failed == nil || errors.Is(failed, errApplied) {
		m.data, m.rev = data, rev
	}
	m.mu.Unlock()
	for _, r := range batch {
		if failed != nil {
			r.rev, r.err = 0, failed
		}
		close(r.done)
	}
}

// edit changes the stored bytes behind the store's back.
func (m *memKV) edit(change func(data map[string][]byte)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	change(m.data)
	m.rev++
}

func (m *memKV) keys() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Sorted(maps.Keys(m.data))
}

func (m *memKV) Watch(context.Context, kv.Revision) iter.Seq2[kv.Commit, error] {
	panic("not used here")
}

func (m *memKV) Close() error { return nil }

type memTxn struct {
	data    map[string][]byte
	rev     kv.Revision
	written map[string]bool
	err     error
}

func (t *memTxn) Revision() kv.Revision { return t.rev }

func (t *memTxn) Get(key string) ([]byte, error) {
	v, ok := t.data[key]
	if !ok {
		return nil, kv.ErrNotFound
	}
	return bytes.Clone(v), nil
}

func (t *memTxn) Range(from, to string) iter.Seq2[kv.Pair, error] {
	return func(yield func(kv.Pair, error) bool) {
		for _, k := range slices.Sorted(maps.Keys(t.data)) {
			if k >= from && (to == "" || k < to) && !yield(kv.Pair{Key: k, Value: bytes.Clone(t.data[k])}, nil) {
				return
			}
		}
	}
}

func (t *memTxn) Put(key string, value []byte) error {
	if t.limit(key, value); t.err != nil {
		return t.err
	}
	t.data[key] = bytes.Clone(value)
	return nil
}

func (t *memTxn) Delete(key string) error {
	if t.limit(key, nil); t.err != nil {
		return t.err
	}
	delete(t.data, key)
	return nil
}

func (t *memTxn) limit(key string, value []byte) {
	t.written[key] = true
	if len(t.written) > kv.MaxTxnKeys || len(value) > kv.MaxValue {
		t.err = fmt.Errorf("%w: test", kv.ErrLimit)
	}
}
