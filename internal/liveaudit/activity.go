package liveaudit

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/warder-iam/warder/audit/usage"
	api "github.com/warder-iam/warder/internal/api/warder"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/trailstore"
	"github.com/warder-iam/warder/trail"
)

const (
	// mostEvents and mostReading bound what one question reads of the trail, the newest first.
	mostEvents  = 20_000
	mostReading = 5 * time.Second
	// mostBuckets bounds the points of a series.
	mostBuckets   = 500
	defaultSeries = 10
	defaultSpan   = 24 * time.Hour
	// leastPoints is how many buckets there are at least where the caller leaves their size open.
	leastPoints = 24
)

// bucketSizes are those that are chosen by themselves, in seconds.
var bucketSizes = [...]int64{60, 300, 900, 3600, 6 * 3600, 86400, 7 * 86400}

// GetActivity adds up the events of a time by buckets of it, and by who or what made them. It reads as many events as it may;
// where there are more, the oldest are left out, and it says from when on the numbers are complete.
func (l *Live) GetActivity(c *server.Call, in *api.GetActivityInput) (*api.GetActivityOutput, error) {
	g, err := newGathering(in, l.Now().UTC())
	if err != nil {
		return nil, err
	}
	q := trailstore.Query{Account: c.Caller.Account, Start: g.from, End: g.to}
	if in.AttributeKey != nil {
		q.Attribute, q.Value = trail.Attribute(*in.AttributeKey), *in.AttributeValue
	}
	ctx, cancel := context.WithTimeout(c.Context(), mostReading)
	defer cancel()
	for {
		page, err := l.Events.Lookup(ctx, q)
		switch {
		case errors.Is(err, trailstore.ErrQuery):
			return nil, invalid(err.Error())
		case err != nil && ctx.Err() != nil && c.Context().Err() == nil: // the time for reading is over
			g.truncated = true
			return g.show(in), nil
		case err != nil:
			return nil, err
		}
		for i := range page.Records {
			g.add(page.Records[i].Event)
		}
		if page.Next == "" {
			return g.show(in), nil
		}
		if q.Cursor = page.Next; g.all.events >= mostEvents {
			g.truncated = true
			return g.show(in), nil
		}
	}
}

// gathering adds up events.
type gathering struct {
	from, to  time.Time
	bucket    int64 // seconds
	by        string
	all       series
	parts     map[string]*series
	oldest    time.Time // that was read; zero before the first
	truncated bool
}

// series are the numbers of one name.
type series struct {
	tally
	name   string
	last   time.Time
	points map[int64]tally // by the bucket's begin, Unix seconds
}

type tally struct{ events, denied, failed int32 }

func (t *tally) add(o usage.Outcome) {
	t.events++
	switch o {
	case usage.Denied:
		t.denied++
	case usage.Failed:
		t.failed++
	}
}

func newGathering(in *api.GetActivityInput, now time.Time) (*gathering, error) {
	g := &gathering{to: now, by: "principal", parts: map[string]*series{}, all: series{points: map[int64]tally{}}}
	if in.To != nil {
		g.to = in.To.UTC()
	}
	g.from = g.to.Add(-defaultSpan)
	if in.From != nil {
		g.from = in.From.UTC()
	}
	if in.GroupBy != nil {
		g.by = *in.GroupBy
	}
	seconds := g.to.Unix() - g.from.Unix()
	switch {
	case (in.AttributeKey == nil) != (in.AttributeValue == nil):
		return nil, invalid("attributeKey and attributeValue go together")
	case seconds <= 0:
		return nil, invalid("from must be before to")
	case in.BucketSeconds != nil:
		g.bucket = int64(*in.BucketSeconds)
	default:
		g.bucket = bucketSizes[0]
		for _, size := range bucketSizes {
			if seconds >= leastPoints*size {
				g.bucket = size
			}
		}
	}
	if n := seconds / g.bucket; n >= mostBuckets {
		return nil, invalid("from, to and bucketSeconds give more than 500 buckets")
	}
	return g, nil
}

// begin of the bucket of a time, Unix seconds.
func (g *gathering) begin(t time.Time) int64 { return t.Unix() - t.Unix()%g.bucket }

func (g *gathering) add(e *trail.Event) {
	name := g.name(e)
	s := g.parts[name]
	if s == nil {
		s = &series{name: name, points: map[int64]tally{}}
		g.parts[name] = s
	}
	at, outcome := g.begin(e.EventTime), usage.OutcomeOf(e)
	for _, s := range []*series{&g.all, s} {
		s.tally.add(outcome)
		p := s.points[at]
		p.add(outcome)
		s.points[at] = p
		if e.EventTime.After(s.last) {
			s.last = e.EventTime
		}
	}
	if g.oldest.IsZero() || e.EventTime.Before(g.oldest) {
		g.oldest = e.EventTime
	}
}

// name is what an event counts for. What a session did, its role or user did.
func (g *gathering) name(e *trail.Event) string {
	switch g.by {
	case "action":
		return e.Service() + ":" + e.EventName
	case "service":
		return e.EventSource
	case "address":
		return cmp.Or(e.SourceIPAddress, "unknown")
	}
	actor, _ := usage.Actor(e)
	return cmp.Or(actor, e.UserIdentity.InvokedBy, e.UserIdentity.Type, "unknown")
}

func (g *gathering) show(in *api.GetActivityInput) *api.GetActivityOutput {
	out := &api.GetActivityOutput{
		From: g.from, To: g.to, BucketSeconds: int32(g.bucket), GroupBy: g.by, Events: g.all.events, Denied: g.all.denied, Failed: g.all.failed,
		Points: []api.ActivityPoint{}, Series: []api.ActivitySeriesOf{}, CompleteFrom: g.from, Truncated: g.truncated,
	}
	if g.truncated {
		if out.CompleteFrom = g.to; !g.oldest.IsZero() {
			out.CompleteFrom = g.oldest.Add(time.Second) // of the oldest second some may be missing
		}
	}
	for at := g.begin(g.from); at <= g.to.Unix(); at += g.bucket {
		out.Points = append(out.Points, point(at, g.all.points[at]))
	}
	most := defaultSeries
	if in.MaxSeries != nil {
		most = int(*in.MaxSeries)
	}
	all := make([]*series, 0, len(g.parts))
	for _, s := range g.parts {
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b *series) int { return cmp.Or(cmp.Compare(b.events, a.events), cmp.Compare(a.name, b.name)) })
	for i, s := range all {
		if i >= most {
			out.Others += s.events
			continue
		}
		out.Series = append(out.Series, s.show())
	}
	return out
}

// show leaves buckets without an event out.
func (s *series) show() api.ActivitySeriesOf {
	shown := api.ActivitySeriesOf{Name: s.name, Events: s.events, Denied: s.denied, Failed: s.failed, Last: s.last, Points: []api.ActivityPoint{}}
	for at, t := range s.points {
		shown.Points = append(shown.Points, point(at, t))
	}
	slices.SortFunc(shown.Points, func(a, b api.ActivityPoint) int { return a.Start.Compare(b.Start) })
	return shown
}

func point(at int64, t tally) api.ActivityPoint {
	return api.ActivityPoint{Start: time.Unix(at, 0).UTC(), Events: t.events, Denied: t.denied, Failed: t.failed}
}
