package alarm

import (
	"net/netip"
	"strings"
	"time"

	"github.com/warder-iam/warder/trail"
)

// EventSource and its events are the package's own; no rule sees them.
const (
	EventSource  = "warder.amazonaws.com"
	raisedEvent  = "RaiseAlarm"
	resolveEvent = "ResolveAlarmAutomatically"
)

// Options of an Engine.
type Options struct {
	// Rules that are looked at, in their order.
	Rules []*Rule
	// Networks are where workloads run; without any, nothing is outside of them.
	Networks []netip.Prefix
	// Judge answers for the accounts; without one no fact is ever new and no role a workload's.
	Judge Judge
}

// Engine puts the events of a trail to rules, in their order. It is pure but for its Judge, and its memory is bounded. It
// is for one goroutine.
type Engine struct {
	options Options
	byName  map[string][]*Rule // by the eventName that they want
	rest    []*Rule            // of any name
	members map[string]func(*record) string
	memory  Memory
}

// NewEngine makes an engine with the memory that another one had; nil for none.
func NewEngine(o Options, m *Memory) *Engine {
	e := &Engine{options: o, byName: map[string][]*Rule{}, members: plainMembers(), memory: newMemory(m)}
	for _, r := range o.Rules {
		names, literal := r.names()
		if !literal {
			e.rest = append(e.rest, r)
		}
		for _, name := range names {
			e.byName[name] = append(e.byName[name], r)
		}
	}
	return e
}

// names are the eventNames that a rule wants; literal is false where a pattern among them means that it may be any.
func (r *Rule) names() (names []string, literal bool) {
	patterns, ok := r.When["eventName"]
	if !ok {
		return nil, false
	}
	for _, p := range patterns {
		if strings.ContainsAny(p, "*?") {
			return nil, false
		}
	}
	return patterns, true
}

// Match is a rule that an event has met: its alarm is raised, or goes on.
type Match struct {
	Rule    *Rule
	Account string
	// Subject are the values of the rule's By, for people: what the alarm is about.
	Subject string
	// Detail says more: how many events in which time, or what became true.
	Detail   string
	Sequence uint64
	Event    *trail.Event
}

// Feed puts the next event of an account's trail to all rules.
func (e *Engine) Feed(account string, sequence uint64, event *trail.Event) []Match {
	if account == "" || own(event) {
		return nil
	}
	r := &record{Event: event, account: account, sequence: sequence, engine: e, members: e.members}
	var found []Match
	e.meeting(r, func(rule *Rule) { found = append(found, e.count(rule, r)...) })
	if r.proven() {
		e.memory.meet(account, r.principal(), event.EventTime)
	}
	return found
}

// own reports whether the event is one of an alarm: alarms about alarms would never end.
func own(e *trail.Event) bool {
	return e.EventSource == EventSource && e.ByService()
}

// count decides whether the rule's alarm is raised by an event that matches.
func (e *Engine) count(rule *Rule, r *record) []Match {
	subject := r.subject(rule)
	m := Match{Rule: rule, Account: r.account, Subject: subject, Sequence: r.sequence, Event: r.Event}
	switch {
	case rule.Fact != "":
		return e.become(rule, r)
	case rule.Fresh > 0:
		if !e.memory.fresh(rule, r, subject) {
			return nil
		}
		m.Detail = "the first time in " + inWords(rule.Fresh)
	case rule.threshold() > 1:
		n := e.memory.add(rule, r, subject)
		if n < rule.threshold() {
			return nil
		}
		m.Detail = rule.counted(n)
	}
	return []Match{m}
}

// become gives a match for everybody of whom the rule's fact was not true before.
func (e *Engine) become(rule *Rule, r *record) []Match {
	var found []Match
	for _, n := range r.news(rule.Fact) {
		found = append(found, Match{
			Rule: rule, Account: n.Account, Subject: n.Subject, Detail: strings.Join(n.Details, ", "), Sequence: r.sequence, Event: r.Event,
		})
	}
	return found
}

// news is what the event made true, for all rules that ask for it.
func (r *record) news(f Fact) []Finding {
	news, ok := r.became[f]
	if ok || r.engine.options.Judge == nil {
		return news
	}
	for _, found := range r.engine.options.Judge.Look(f, r.Event) {
		if found.Details = r.engine.memory.learn(f, found); len(found.Details) > 0 {
			news = append(news, found)
		}
	}
	if r.became == nil {
		r.became = map[Fact][]Finding{}
	}
	r.became[f] = news
	return news
}

// Learn takes what is true already: only what becomes true from now on is news.
func (e *Engine) Learn() {
	if e.options.Judge == nil {
		return
	}
	for _, fact := range facts() {
		for _, f := range e.options.Judge.All(fact) {
			e.memory.learn(fact, f)
		}
	}
}

// Longest is the longest time that a rule counts over: an engine with another's Memory that was warmed with the events of
// that time knows what the other one did.
func (e *Engine) Longest() (d time.Duration) {
	for _, r := range e.options.Rules {
		d = max(d, r.Within)
	}
	return d
}

// Warm counts an event that an earlier engine was fed, for the rules that count within a time.
func (e *Engine) Warm(account string, sequence uint64, event *trail.Event) {
	if account == "" || own(event) {
		return
	}
	r := &record{Event: event, account: account, sequence: sequence, engine: e, members: e.members}
	e.meeting(r, func(rule *Rule) {
		if rule.threshold() > 1 {
			e.memory.add(rule, r, r.subject(rule))
		}
	})
}

// meeting calls do with each rule that an event meets.
func (e *Engine) meeting(r *record, do func(*Rule)) {
	for _, rules := range [][]*Rule{e.byName[r.EventName], e.rest} {
		for _, rule := range rules {
			if rule.When.all(r) && !rule.Unless.any(r) {
				do(rule)
			}
		}
	}
}

// Memory is what is to be kept for the next engine.
func (e *Engine) Memory() *Memory { return &e.memory }

// subject joins the values of By.
func (r *record) subject(rule *Rule) string {
	values := make([]string, 0, len(rule.By))
	for _, member := range rule.By {
		if v := r.value(member); v != "" {
			values = append(values, v)
		}
	}
	return cut(strings.Join(values, " "), maxSubject)
}

// maxSubject is the most bytes of a subject.
const maxSubject = 1024
