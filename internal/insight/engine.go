package insight

import (
	"cmp"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/warder-iam/warder/trail"
)

// What is unusual: a minute with least calls or more, and times as many as is usual. CloudTrail does not publish its own rule.
const (
	least = 10
	times = 2
	// Baseline is the time before a minute that it is compared with.
	Baseline = 7 * 24 * time.Hour
	// learning is how old an account must be for anything to be unusual.
	learning = 24 * time.Hour
	// calm minutes in a row end an insight.
	calm = 5
)

// maxSeries bounds the operations, and their errors, that are told apart. Where there is no more room, what was quiet longest
// is forgotten: no insight is made of it before it is known again.
const maxSeries = 1000

// Account tells an Engine about one.
type Account struct {
	// Created is when it began: there is no baseline before.
	Created time.Time
	// Types of Insights that are wanted.
	Types []trail.InsightType
}

// Engine compares each minute of an account's calls with the week before. It is for one goroutine.
type Engine struct {
	// account tells about an account; false for one that no Insights are wanted of.
	account func(id string) (Account, bool)
	series  map[key]*series
	open    map[key]*activity
	touched map[int64][]key // the series with calls, by minutes that are not judged yet
	next    int64           // the first minute that is not judged yet
}

// key is what is counted: calls of an operation, or failures with one error.
type key struct {
	account, source, name, code string
	kind                        trail.InsightType
}

// activity is an insight that has not ended.
type activity struct {
	shared      string
	start, last int64 // the first and the newest unusual minute
	calls, rest int   // up to the newest unusual minute, and since
	usual       float64
	statistics  trail.InsightAverage // the baseline at its start
	duration    float64              // of that
	values      attributions         // of its calls
	before      attributions         // of the baseline's
}

// Change is an insight that begins or ends.
type Change struct {
	Account string
	Shared  string // the same of the start and of the end
	Insight *trail.Insight
}

// id is that of the change's event: the same whenever it is made.
func (c *Change) id() string {
	return uuid.NewSHA1(namespace(), []byte(c.Shared+"\n"+c.Insight.State)).String()
}

// NewEngine makes an engine without any memory. account tells about an account; false for one that no Insights are wanted of.
func NewEngine(account func(id string) (Account, bool)) *Engine {
	return &Engine{account: account, series: map[key]*series{}, open: map[key]*activity{}, touched: map[int64][]key{}}
}

func minuteOf(t time.Time) int64 { return t.Unix() / 60 }

// Feed takes the next event of the trail. Events need not come in the order of their times: what comes after its minute was
// judged belongs to the baseline all the same.
func (e *Engine) Feed(event *trail.Event) {
	if _, wanted := e.account(event.RecipientAccountID); !wanted {
		return
	}
	if e.next == 0 {
		e.next = minuteOf(event.EventTime)
	}
	if event.IsInsight() {
		e.recall(event)
		return
	}
	if event.EventType != trail.TypeAPICall || !event.IsManagement() {
		return
	}
	k := key{account: event.RecipientAccountID, source: event.EventSource, name: event.EventName, kind: trail.CallRate}
	if !event.ReadOnly {
		e.count(k, event)
	}
	if event.ErrorCode != "" {
		k.kind, k.code = trail.ErrorRate, event.ErrorCode
		e.count(k, event)
	}
}

func (e *Engine) count(k key, event *trail.Event) {
	s := e.series[k]
	if s == nil {
		e.makeRoom()
		s = &series{minutes: map[int64]*minute{}}
		e.series[k] = s
	}
	at := minuteOf(event.EventTime)
	m := s.minutes[at]
	if m == nil {
		m = &minute{}
		s.minutes[at] = m
		e.touched[at] = append(e.touched[at], k)
	}
	m.calls++
	m.values.add(k.kind, event)
}

// makeRoom forgets the quarter of all series that was quiet longest, where there are too many.
func (e *Engine) makeRoom() {
	if len(e.series) < maxSeries {
		return
	}
	keys := make([]key, 0, len(e.series))
	for k := range e.series {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b key) int {
		return cmp.Or(cmp.Compare(e.series[a].newest(), e.series[b].newest()), compare(a, b))
	})
	for _, k := range keys[:len(keys)/4] {
		delete(e.series, k)
	}
}

func compare(a, b key) int {
	return cmp.Or(cmp.Compare(a.account, b.account), cmp.Compare(a.source, b.source), cmp.Compare(a.name, b.name), cmp.Compare(a.kind, b.kind), cmp.Compare(a.code, b.code))
}

// recall takes over what an earlier engine has told of: an insight that has begun, or ended.
func (e *Engine) recall(event *trail.Event) {
	i := event.Insight()
	if i == nil {
		return
	}
	k := key{event.RecipientAccountID, i.EventSource, i.EventName, i.ErrorCode, i.Type}
	if i.State == trail.InsightEnd {
		if a := e.open[k]; a != nil && a.shared == event.SharedEventID {
			delete(e.open, k)
		}
		return
	}
	if a := e.open[k]; a != nil && a.shared == event.SharedEventID { // this engine's own
		return
	}
	start := minuteOf(event.EventTime) - 1 // it is told in the minute after
	usual := i.Context.Statistics.Baseline.Average
	if s := e.series[k]; s != nil { // what is usual is not on record, only the average
		b := s.before(start-60, int64(i.Context.Statistics.BaselineDuration))
		usual = max(usual, b.usual())
	}
	e.open[k] = &activity{
		shared: event.SharedEventID, start: start, last: start, calls: int(i.Context.Statistics.Insight.Average), usual: usual,
		statistics: i.Context.Statistics.Baseline, duration: i.Context.Statistics.BaselineDuration,
		values: attributionsOf(i, insightValues, i.Context.Statistics.InsightDuration), before: attributionsOf(i, baselineValues, i.Context.Statistics.BaselineDuration),
	}
}

// Skip takes all minutes before a time for judged: insights that are open go on, and none begins or ends.
func (e *Engine) Skip(until time.Time) { e.close(minuteOf(until), false) }

// Judge compares all minutes that ended by a time, and gives the insights that begin and end.
func (e *Engine) Judge(until time.Time) []Change { return e.close(minuteOf(until), true) }

// close judges the minutes before one, in their order.
func (e *Engine) close(end int64, judge bool) (changes []Change) {
	e.foldLate()
	for e.next < end {
		if len(e.open) == 0 { // nothing happens in minutes without calls
			e.next = e.busy(end)
		}
		if e.next == end {
			break
		}
		changes = append(changes, e.closeMinute(e.next, judge)...)
		e.next++
	}
	return changes
}

// foldLate moves into the baseline what came after its minute was judged.
func (e *Engine) foldLate() {
	for at, keys := range e.touched {
		if at >= e.next {
			continue
		}
		delete(e.touched, at)
		for _, k := range keys {
			if s := e.series[k]; s != nil {
				s.fold(at)
			}
		}
	}
}

// busy is the next minute with calls, or end where there is none before it.
func (e *Engine) busy(end int64) int64 {
	for at := range e.touched { // none is older
		end = min(end, at)
	}
	return end
}

func (e *Engine) closeMinute(at int64, judge bool) (changes []Change) {
	keys := e.touched[at]
	delete(e.touched, at)
	for k := range e.open {
		if !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, compare)
	for _, k := range keys {
		if c := e.judge(k, at, judge); c != nil {
			changes = append(changes, *c)
		}
		if s := e.series[k]; s != nil {
			s.fold(at)
		}
	}
	return changes
}

// judge looks at one minute of a series, before the minute is part of its baseline.
func (e *Engine) judge(k key, at int64, judge bool) *Change {
	about, wanted := e.account(k.account)
	if !wanted || !slices.Contains(about.Types, k.kind) {
		delete(e.open, k)
		return nil
	}
	s := e.series[k]
	if s == nil {
		s = &series{}
	}
	m := s.minutes[at]
	if m == nil {
		m = &minute{}
	}
	if a := e.open[k]; a != nil {
		return e.goOn(k, a, at, m, judge)
	}
	age := at - minuteOf(about.Created)
	if !judge || age < int64(learning.Minutes()) || m.calls < least {
		return nil
	}
	before := s.before(at, min(age, int64(Baseline.Minutes())))
	if float64(m.calls) < times*before.usual() {
		return nil
	}
	a := &activity{
		start: at, last: at, calls: m.calls, usual: before.usual(), statistics: trail.InsightAverage{Average: before.average()}, duration: float64(before.minutes),
		values: m.values, before: before.values,
	}
	a.shared = uuid.NewSHA1(namespace(), []byte(k.account+"\n"+k.source+"\n"+k.name+"\n"+string(k.kind)+"\n"+k.code+"\n"+time.Unix(60*at, 0).UTC().Format(time.RFC3339))).String()
	e.open[k] = a
	return k.change(trail.InsightStart, a)
}

// namespace is Warder's own, for the ids of insights.
func namespace() uuid.UUID {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte("https://github.com/warder-iam/warder/insight"))
}

// goOn takes a minute of an insight that is open, and ends it after enough usual ones.
func (e *Engine) goOn(k key, a *activity, at int64, m *minute, judge bool) *Change {
	if at <= a.start { // its first minute, of one that was recalled
		return nil
	}
	a.rest += m.calls
	if m.calls >= least && float64(m.calls) >= times*a.usual {
		a.last, a.calls, a.rest = at, a.calls+a.rest, 0
		a.values.merge(&m.values)
		return nil
	}
	if !judge || at-a.last < calm {
		return nil
	}
	delete(e.open, k)
	return k.change(trail.InsightEnd, a)
}

// change tells of the insight as it is now.
func (k key) change(state string, a *activity) *Change {
	minutes := float64(a.last - a.start + 1)
	return &Change{Account: k.account, Shared: a.shared, Insight: &trail.Insight{
		State: state, EventSource: k.source, EventName: k.name, Type: k.kind, ErrorCode: k.code,
		Context: trail.InsightContext{
			Statistics: trail.InsightStatistics{
				Baseline: a.statistics, Insight: trail.InsightAverage{Average: float64(a.calls) / minutes}, InsightDuration: minutes, BaselineDuration: a.duration,
			},
			Attributions: told(&a.values, minutes, &a.before, a.duration),
		},
	}}
}
