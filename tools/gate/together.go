package main

import (
	"context"
	"io"
	"runtime"
	"strings"
	"sync"
)

// together does pieces of work that keep no more than one processor busy, as many at once as there are processors, and gives
// the sum of what became of them. Each is given a gate of its own, whose output is shown whole once the work is done.
func (g *gate) together(ctx context.Context, works []func(context.Context, *gate) count) (total count) {
	var mu sync.Mutex
	var all sync.WaitGroup
	free := make(chan struct{}, runtime.GOMAXPROCS(0))
	for _, work := range works {
		free <- struct{}{}
		all.Go(func() {
			defer func() { <-free }()
			var out safeBuffer
			own := &gate{root: g.root, out: &out, fuzzTime: g.fuzzTime, require: g.require}
			c := work(ctx, own)
			mu.Lock()
			defer mu.Unlock()
			_, _ = io.WriteString(g.out, out.String()) // there is nobody to tell when that fails
			g.notices = append(g.notices, own.notices...)
			total.add(c)
		})
	}
	all.Wait()
	return total
}

// safeBuffer takes what gate and the commands that it runs write at the same time.
type safeBuffer struct {
	mu   sync.Mutex
	text strings.Builder
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}
