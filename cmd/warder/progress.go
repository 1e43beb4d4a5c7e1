package main

import (
	"fmt"
	"sync/atomic"
	"time"
)

// showProgress tells on the terminal, if that is one, how far long work is, until stop is called.
func (p *program) showProgress(text func() string) (stop func()) {
	if !isTerminal(p.err) {
		return func() {}
	}
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(250 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-done:
				_, _ = fmt.Fprint(p.err, "\r\x1b[K") // nobody is there to tell
				return
			case <-tick.C:
				_, _ = fmt.Fprintf(p.err, "\r\x1b[K%s", text())
			}
		}
	}()
	return func() {
		close(done)
		<-ended
	}
}

// counting shows how many of a number of things are done, until stop is called.
func (p *program) counting(doing string) (report func(done, total int, what string), stop func()) {
	var text atomic.Value
	text.Store(doing)
	report = func(done, total int, what string) {
		text.Store(fmt.Sprintf("%s %d of %d %s", doing, done, total, clean(what)))
	}
	return report, p.showProgress(func() string { return text.Load().(string) })
}
