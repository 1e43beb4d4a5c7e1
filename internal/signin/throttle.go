package signin

import (
	"fmt"
	"sync"
	"time"
)

// How failures are answered: some are free, then each doubles the time until the next try, up to a limit. Nobody is locked
// out for good, and a code of six digits would take years to guess.
const (
	freeFailures = 5
	// freeAtAddress is freeFailures of an address: many people may have one. They mistype every day, and none of them would ever
	// take the others' failures away: of an address, one is forgotten each drainAtAddress.
	freeAtAddress  = 50
	drainAtAddress = 5 * time.Minute
	firstDelay     = time.Second
	longestDelay   = 15 * time.Minute
	// forgetAfter is how long a key must be quiet to be forgotten.
	forgetAfter = 24 * time.Hour
	// maxKeys bounds the memory of a throttle. With more keys, those that have been quiet longest are forgotten.
	maxKeys = 100_000
)

// WaitError refuses a try that comes too early after too many failures. It says nothing about what was tried.
type WaitError struct {
	// Wait is how long until the next try counts.
	Wait time.Duration
}

func (e *WaitError) Error() string {
	return fmt.Sprintf("too many failed tries; try again in %v", e.Wait.Round(time.Second)+time.Second)
}

// throttle counts failures by key. A key names what is guarded and one factor: a user's password, a user's codes, an
// address.
type throttle struct {
	free  int           // failures without a delay
	drain time.Duration // in which one failure is forgotten; 0 for never
	most  int           // keys
	mu    sync.Mutex
	tries map[string]*tries
}

type tries struct {
	failures int
	last     time.Time // of the last that counted
	drained  time.Time // until when failures were forgotten
	until    time.Time // nothing is tried before
	before   time.Time // until, as it was before the last
	id       string    // of the last try that counted
}

func newThrottle(free int) *throttle {
	return &throttle{free: free, most: maxKeys, tries: make(map[string]*tries)}
}

// take begins a try. It counts as a failure until forgive, so that many at the same time do not all go by. The same id
// counts once: a request may be judged again.
func (t *throttle) take(key, id string, now time.Time) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	e := t.tries[key]
	switch {
	case e == nil || now.Sub(e.last) > forgetAfter:
		t.makeRoom(now)
		e = &tries{drained: now}
		t.tries[key] = e
	case id != "" && e.id == id:
		return nil
	case now.Before(e.until):
		return &WaitError{Wait: e.until.Sub(now)}
	}
	t.forget(e, now)
	e.failures++
	e.last, e.id, e.before = now, id, e.until
	e.until = now.Add(delay(e.failures - t.free))
	return nil
}

// forget takes away what failures time has made good.
func (t *throttle) forget(e *tries, now time.Time) {
	if passed := now.Sub(e.drained); t.drain > 0 && passed >= t.drain {
		e.failures = max(0, e.failures-int(passed/t.drain))
		e.drained = now.Add(-(passed % t.drain))
	}
}

// delay is how long to wait after so many failures beyond the free ones.
func delay(over int) time.Duration {
	switch {
	case over < 0:
		return 0
	case over > 20:
		return longestDelay
	}
	return min(firstDelay<<over, longestDelay)
}

// forgive ends a key's count after a success.
func (t *throttle) forgive(key string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.tries, key)
}

// makeRoom forgets, when the throttle is full, keys that have been quiet, and then the quieter half.
func (t *throttle) makeRoom(now time.Time) {
	if len(t.tries) < t.most {
		return
	}
	for quiet := forgetAfter; len(t.tries) > t.most/2 && quiet > time.Second; quiet /= 2 {
		for key, e := range t.tries {
			if now.Sub(e.last) > quiet {
				delete(t.tries, key)
			}
		}
	}
	if len(t.tries) >= t.most { // all within a second
		clear(t.tries)
	}
}

// giveBack takes the last try back: it did not fail.
func (t *throttle) giveBack(key string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	e := t.tries[key]
	if e == nil {
		return
	}
	if e.failures--; e.failures <= 0 {
		delete(t.tries, key)
		return
	}
	e.id, e.until = "", e.before
}
