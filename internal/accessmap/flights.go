package accessmap

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
)

// flights makes each thing once for all who want it at the same time. The zero flights is ready.
type flights[K comparable, V any] struct {
	mu  sync.Mutex
	all map[K]*flight[V]
}

// flight is a thing that is being made.
type flight[V any] struct {
	wanted int // by how many; guarded by mu of the flights
	cancel context.CancelFunc
	done   chan struct{}
	value  V // once done is closed
	err    error
}

// do gives what make makes, or what it is making for another caller. Who does not want to wait any longer ends its ctx; that
// of make ends when nobody waits.
func (f *flights[K, V]) do(ctx context.Context, k K, make func(ctx context.Context) (V, error)) (V, error) {
	made := f.board(ctx, k, make)
	defer f.leave(k, made)
	select {
	case <-made.done:
		return made.value, made.err
	case <-ctx.Done():
		var none V
		return none, ctx.Err()
	}
}

func (f *flights[K, V]) board(ctx context.Context, k K, work func(ctx context.Context) (V, error)) *flight[V] {
	f.mu.Lock()
	defer f.mu.Unlock()
	made := f.all[k]
	if made == nil {
		if f.all == nil {
			f.all = map[K]*flight[V]{}
		}
		made = &flight[V]{done: make(chan struct{})}
		ctx, made.cancel = context.WithCancel(context.WithoutCancel(ctx))
		f.all[k] = made
		go made.run(ctx, work)
	}
	made.wanted++
	return made
}

// run makes it. A panic does not take the server down.
func (made *flight[V]) run(ctx context.Context, work func(ctx context.Context) (V, error)) {
	defer close(made.done)
	defer func() {
		if p := recover(); p != nil {
			made.err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	made.value, made.err = work(ctx)
}

// leave is for everybody who waited. The last one takes the flight away: what is to be kept, make has kept.
func (f *flights[K, V]) leave(k K, made *flight[V]) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if made.wanted--; made.wanted > 0 {
		return
	}
	made.cancel()
	if f.all[k] == made {
		delete(f.all, k)
	}
}
