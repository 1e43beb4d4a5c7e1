package turns

import (
	"cmp"
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"time"
)

const (
	// Longest is how long one turn lasts where Options do not say: its context ends then, and the work with it.
	Longest = 8 * time.Second
	// Patience is how long a caller waits for a turn where Options do not say: longer than one lasts, so that an account's first
	// call is worked on however many another account makes; and both together less than a request's own time.
	Patience = 10 * time.Second
	// MostWaiting is how many calls of one account wait.
	MostWaiting = 16
)

// ErrBusy: there was no turn in time, or too many of the account wait for one already.
var ErrBusy = errors.New("turns: too many such calls are being worked on")

// Turns hands out turns: so many at the same time, of one account at most half of them. Accounts that wait are served one after the
// other, and each one's calls in their order. All methods may be called at the same time.
type Turns struct {
	all, each         int
	longest, patience time.Duration

	mu      sync.Mutex
	taken   int
	lines   map[string]*line // of accounts that have a turn or wait for one
	waiting []*line          // those that wait, who was not served for the longest time first
}

// line is one account's.
type line struct {
	account string
	taken   int
	waiters []*waiter
}

type waiter struct{ granted chan struct{} }

// Options of Turns.
type Options struct {
	// All is how many turns there are at the same time; 0 is half of the processors, and at least one.
	All int
	// Longest is how long one lasts; 0 is the constant of that name.
	Longest time.Duration
	// Patience is how long a caller waits for one; 0 is the constant of that name.
	Patience time.Duration
}

// New makes Turns.
func New(o Options) *Turns {
	if o.All == 0 {
		o.All = max(1, runtime.GOMAXPROCS(0)/2)
	}
	return &Turns{all: o.All, each: (o.All + 1) / 2, longest: cmp.Or(o.Longest, Longest), patience: cmp.Or(o.Patience, Patience), lines: map[string]*line{}}
}

// Take waits for a turn of an account. The work is done under the context that it returns, which ends with ctx and when the turn
// is over, and done gives the turn back. The error is ErrBusy, or that of ctx.
func (t *Turns) Take(ctx context.Context, account string) (_ context.Context, done func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	l, w := t.join(account)
	if w == nil {
		return nil, nil, ErrBusy
	}
	timer := time.NewTimer(t.patience)
	defer timer.Stop()
	select {
	case <-w.granted:
		work, cancel := context.WithTimeout(ctx, t.longest)
		return work, sync.OnceFunc(func() {
			cancel()
			t.release(l)
		}), nil
	case <-timer.C:
		err = ErrBusy
	case <-ctx.Done():
		err = ctx.Err()
	}
	t.leave(l, w)
	return nil, nil, err
}

// join puts a waiter at the end of the account's line; nil where that is full.
func (t *Turns) join(account string) (*line, *waiter) {
	t.mu.Lock()
	defer t.mu.Unlock()
	l := t.lines[account]
	if l == nil {
		l = &line{account: account}
		t.lines[account] = l
	}
	if len(l.waiters) >= MostWaiting {
		return l, nil
	}
	w := &waiter{granted: make(chan struct{})}
	if l.waiters = append(l.waiters, w); len(l.waiters) == 1 {
		t.waiting = append(t.waiting, l)
	}
	t.grant()
	return l, w
}

// leave takes a waiter out that does not wait any more, or gives back the turn that it was granted meanwhile.
func (t *Turns) leave(l *line, w *waiter) {
	t.mu.Lock()
	defer t.mu.Unlock()
	at := slices.Index(l.waiters, w)
	if at < 0 {
		t.giveBack(l)
		return
	}
	if l.waiters = slices.Delete(l.waiters, at, at+1); len(l.waiters) == 0 {
		t.waiting = slices.DeleteFunc(t.waiting, func(other *line) bool { return other == l })
	}
	t.forget(l)
}

func (t *Turns) release(l *line) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.giveBack(l)
}

// giveBack is called under mu.
func (t *Turns) giveBack(l *line) {
	t.taken--
	l.taken--
	t.grant()
	t.forget(l)
}

// grant hands out what turns there are. It is called under mu.
func (t *Turns) grant() {
	for t.taken < t.all {
		at := slices.IndexFunc(t.waiting, func(l *line) bool { return l.taken < t.each })
		if at < 0 {
			return
		}
		l := t.waiting[at]
		t.waiting = slices.Delete(t.waiting, at, at+1)
		next := l.waiters[0]
		if l.waiters = l.waiters[1:]; len(l.waiters) > 0 {
			t.waiting = append(t.waiting, l)
		}
		t.taken++
		l.taken++
		close(next.granted)
	}
}

// forget drops the line of an account that has no turn and wants none. It is called under mu.
func (t *Turns) forget(l *line) {
	if l.taken == 0 && len(l.waiters) == 0 {
		delete(t.lines, l.account)
	}
}
