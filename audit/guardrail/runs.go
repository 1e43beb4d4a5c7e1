package guardrail

import (
	"fmt"
	"time"
)

// Runs is when guardrails ran, so that time in which none did does not count. A clock that jumps, a server that was off,
// data that were restored: nothing looks older because of them than what runs have seen.
type Runs struct {
	// Last is when the last run was; zero before the first one.
	Last time.Time `json:"last,omitzero"`
	// Gaps are the times that do not count, oldest first.
	Gaps []Gap `json:"gaps,omitempty"`
}

// Gap is a time that does not count.
type Gap struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

const (
	// maxGaps are kept. The oldest two become one beyond that, with all between them.
	maxGaps = 64
	// behind is how far the clock may be behind the last run: clocks are corrected by a little all the time.
	behind = time.Minute
)

// Begin is what is to be remembered of a run at now, where one is due every so often. An error means that this run must
// change nothing: the clock is behind that of the last one. The next run then counts from this one.
func (r *Runs) Begin(now time.Time, every time.Duration) (Runs, error) {
	next := Runs{Last: now}
	for _, g := range r.Gaps {
		if g.To.After(now) {
			g.To = now
		}
		if g.From.Before(g.To) {
			next.Gaps = append(next.Gaps, g)
		}
	}
	switch {
	case r.Last.IsZero():
	case now.Before(r.Last.Add(-behind)):
		return next, fmt.Errorf("the clock says %s, but the last run was on %s", now.Format(time.RFC3339), r.Last.Format(time.RFC3339))
	case now.Sub(r.Last) > 2*every:
		next.Gaps = append(next.Gaps, Gap{r.Last.Add(every), now})
	}
	for len(next.Gaps) > maxGaps {
		next.Gaps[1].From = next.Gaps[0].From
		next.Gaps = next.Gaps[1:]
	}
	return next, nil
}

// Counted is how much of the time from since to now counts; never below zero.
func (r *Runs) Counted(since, now time.Time) time.Duration {
	d := now.Sub(since)
	for _, g := range r.Gaps {
		from, to := latest(g.From, since), g.To
		if to.After(now) {
			to = now
		}
		if to.After(from) {
			d -= to.Sub(from)
		}
	}
	return max(0, d)
}

func latest(times ...time.Time) (last time.Time) {
	for _, t := range times {
		if t.After(last) {
			last = t
		}
	}
	return last
}
