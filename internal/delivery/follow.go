package delivery

import (
	"context"
	"reflect"
	"slices"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/trail"
)

// mostSpans bounds the times that a trail was started and stopped again within a day; beyond it the oldest two become one,
// so that more is delivered and not less.
const mostSpans = 100

// follow takes over what the trail became. Only between objects: one that is planned is delivered as it was planned.
func (w *worker) follow(ctx context.Context, now time.Time) error {
	w.mu.Lock()
	t, gone, past := w.trail, w.gone, slices.Clone(w.past)
	w.mu.Unlock()
	d := w.change()
	d.Past = past
	d.Spans = slices.Clone(d.Spans)
	first := len(d.Spans) == 0 && d.Read == 0
	validated := w.d.Trail.Validation && !first
	if first {
		followLogging(d, d.Trail, now)
	}
	if t == nil {
		d.Gone = true
		closeSpan(d, gone.UTC().Truncate(time.Second))
	} else {
		d.Trail = t.Clone()
		followLogging(d, t, now)
	}
	if err := w.begin(ctx, d, first); err != nil {
		return ofState(err)
	}
	if d.Trail.Validation && !validated && d.Files == d.Digested && d.DigestEnd.Before(now) && !first {
		d.DigestEnd = now
	}
	w.forget(d, now)
	if reflect.DeepEqual(d, w.d) {
		return nil
	}
	return ofState(w.save(ctx, d, nil))
}

// forget drops the ends of what the trail was, when no event of before them can come any more.
func (w *worker) forget(d *store.Delivery, now time.Time) {
	if d.Read < w.job.o.Log.Head().Sequence {
		return
	}
	patience := late
	if d.Gone {
		patience = lateGone
	}
	over := func(until time.Time) bool { return !until.IsZero() && now.Sub(until) > patience }
	d.Spans = slices.DeleteFunc(d.Spans, func(s store.Span) bool { return over(s.Until) })
	d.Past = slices.DeleteFunc(d.Past, func(c store.Choice) bool { return over(c.Until) })
	w.mu.Lock()
	defer w.mu.Unlock()
	w.past = slices.DeleteFunc(w.past, func(c store.Choice) bool { return over(c.Until) })
}

// followLogging opens and closes spans as the trail was started and stopped, also where both came since the last look.
func followLogging(d *store.Delivery, t *directory.Trail, now time.Time) {
	open := openSpan(d)
	if open != nil && t.Started.After(open.From) {
		stopped := t.Stopped
		if stopped.Before(open.From) || stopped.After(t.Started) {
			stopped = t.Started
		}
		open.Until = stopped
		open = nil
	}
	switch {
	case !t.Logging:
		stopped := t.Stopped
		if stopped.IsZero() {
			stopped = now
		}
		closeSpan(d, stopped)
	case open != nil:
	case startedAt(d, t.Started): // stopped and started again within that second
		d.Spans[len(d.Spans)-1].Until = time.Time{}
	default:
		d.Spans = append(d.Spans, store.Span{From: t.Started.UTC().Truncate(time.Second)})
		if d.Files == d.Digested && d.DigestEnd.Before(t.Started) { // nothing is left of before: the next digest begins here
			d.DigestEnd = t.Started.UTC().Truncate(time.Second)
		}
		if len(d.Spans) > mostSpans {
			d.Spans[1].From = d.Spans[0].From
			d.Spans = d.Spans[1:]
		}
	}
}

// openSpan is the span that has no end yet, or nil.
func openSpan(d *store.Delivery) *store.Span {
	if n := len(d.Spans); n > 0 && d.Spans[n-1].Until.IsZero() {
		return &d.Spans[n-1]
	}
	return nil
}

func closeSpan(d *store.Delivery, at time.Time) {
	if open := openSpan(d); open != nil {
		open.Until = at
		if at.Before(open.From) {
			open.Until = open.From
		}
	}
}

// startedAt: the newest span begins then.
func startedAt(d *store.Delivery, started time.Time) bool {
	n := len(d.Spans)
	return n > 0 && d.Spans[n-1].From.Equal(started)
}

// begin finds where a trail that is new begins. One with the name of a trail that was deleted goes on with its digests, so
// that nobody can cut them off by making the trail anew.
func (w *worker) begin(ctx context.Context, d *store.Delivery, first bool) error {
	if !first || len(d.Spans) == 0 {
		return nil
	}
	c, err := w.job.o.State.Checkpoint(ctx, d.Account, d.Trail.Name)
	if err != nil || c == nil {
		return err
	}
	d.Previous, d.Chain, d.Delivered, d.DigestEnd = &c.Digest, c.Chain, c.Chain, latest(d.DigestEnd, c.Time)
	return nil
}

// wants tells whether an event is this trail's.
func wants(d *store.Delivery, e *trail.Event) bool {
	return e.RecipientAccountID == d.Account && chose(d, e) &&
		slices.ContainsFunc(d.Spans, func(s store.Span) bool {
			return !e.EventTime.Before(s.From) && (s.Until.IsZero() || !e.EventTime.After(s.Until))
		})
}

// end forgets a trail that was deleted when nothing can be left of it.
func (w *worker) end(ctx context.Context, now time.Time) error {
	if !w.d.Gone || len(w.d.Spans) > 0 || w.d.Files > w.d.Digested {
		return nil
	}
	if err := w.job.o.State.ForgetDelivery(ctx, w.d); err != nil {
		return ofState(err)
	}
	w.mu.Lock()
	w.done = true
	w.mu.Unlock()
	return nil
}
