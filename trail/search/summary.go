package search

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/warder-iam/warder/trail"
)

// MaxTracked bounds what a Summarizer tells apart, of each sort: principals with their calls, failures, addresses, hours. What
// comes beyond it is counted and no more, so that memory stays bounded whatever a trail holds.
const MaxTracked = 200_000

// Summary is what a trail tells of a time.
type Summary struct {
	Events   int
	From, To time.Time // of the oldest and newest event; zero without events
	Uses     []Use     // by principal, the most used first
	Failures []Failure // the most first
	Unusual  []Unusual // by principal
	// Untracked is how many events were not told apart, because there were more than MaxTracked of a sort.
	Untracked int
	// TooShort: the time is too short for what is unusual to be told from what is usual; root use is told all the same.
	TooShort bool
}

// Use is how often a principal made a call.
type Use struct {
	Principal, Action string
	Count             int // failures among them
	Failed            int
	First, Last       time.Time
}

// Failure is how often a principal met an error.
type Failure struct {
	Principal, Action, Code string
	Count                   int
	First, Last             time.Time
}

// Summarizer gathers a Summary, from events in any order. It is not for use by several goroutines at the same time.
type Summarizer struct {
	s         Summary
	uses      map[[2]string]*Use
	failures  map[[3]string]*Failure
	addresses map[[2]string]*span // by principal and address
	habits    map[string]*habit   // by principal
	hours     int                 // in habits
	insights  []Unusual
}

// span is how often something was seen, and when.
type span struct {
	count       int
	first, last time.Time
}

func (s *span) add(t time.Time) {
	if s.count == 0 || t.Before(s.first) {
		s.first = t
	}
	if s.count == 0 || t.After(s.last) {
		s.last = t
	}
	s.count++
}

// habit is when a principal was active.
type habit struct {
	root  span
	hours map[int64]int // calls by hour since 1970
}

// NewSummarizer begins a summary.
func NewSummarizer() *Summarizer {
	return &Summarizer{
		uses: map[[2]string]*Use{}, failures: map[[3]string]*Failure{}, addresses: map[[2]string]*span{}, habits: map[string]*habit{},
	}
}

// Principal is who is taken for one caller: the role and not each of its sessions, else the best name there is.
func Principal(e *trail.Event) string {
	if s := e.UserIdentity.SessionContext; s != nil && s.SessionIssuer != nil && s.SessionIssuer.Type == "Role" {
		if name := cmp.Or(s.SessionIssuer.ARN, s.SessionIssuer.PrincipalID); name != "" {
			return name
		}
	}
	return cmp.Or(e.Caller(), e.UserIdentity.Type, "unknown")
}

// Action is "iam:CreateUser".
func Action(e *trail.Event) string { return e.Service() + ":" + e.EventName }

// Add takes an event.
func (z *Summarizer) Add(e *trail.Event) {
	var all span
	if z.s.Events > 0 {
		all = span{z.s.Events, z.s.From, z.s.To}
	}
	all.add(e.EventTime)
	z.s.Events, z.s.From, z.s.To = all.count, all.first, all.last
	if e.IsInsight() { // no call
		z.insight(e)
		return
	}
	who, what := Principal(e), Action(e)
	tracked := z.use(who, what, e) && z.failure(who, what, e) && z.habit(who, e)
	if e.SourceIPAddress != "" {
		tracked = z.address(who, e) && tracked
	}
	if !tracked {
		z.s.Untracked++
	}
}

// entry gives what a map has for a key; nil where it is full.
func entry[K comparable, V any](m map[K]*V, k K, fresh V) *V {
	v := m[k]
	if v == nil && len(m) < MaxTracked {
		v = &fresh
		m[k] = v
	}
	return v
}

func (z *Summarizer) use(who, what string, e *trail.Event) bool {
	u := entry(z.uses, [2]string{who, what}, Use{Principal: who, Action: what})
	if u == nil {
		return false
	}
	s := span{u.Count, u.First, u.Last}
	s.add(e.EventTime)
	u.Count, u.First, u.Last = s.count, s.first, s.last
	if failed(e) {
		u.Failed++
	}
	return true
}

func failed(e *trail.Event) bool { return e.ErrorCode != "" || e.ErrorMessage != "" }

func (z *Summarizer) failure(who, what string, e *trail.Event) bool {
	if !failed(e) {
		return true
	}
	code := cmp.Or(e.ErrorCode, e.ErrorMessage)
	f := entry(z.failures, [3]string{who, what, code}, Failure{Principal: who, Action: what, Code: code})
	if f == nil {
		return false
	}
	s := span{f.Count, f.First, f.Last}
	s.add(e.EventTime)
	f.Count, f.First, f.Last = s.count, s.first, s.last
	return true
}

func (z *Summarizer) address(who string, e *trail.Event) bool {
	s := entry(z.addresses, [2]string{who, e.SourceIPAddress}, span{})
	if s == nil {
		return false
	}
	s.add(e.EventTime)
	return true
}

func (z *Summarizer) habit(who string, e *trail.Event) bool {
	h := entry(z.habits, who, habit{hours: map[int64]int{}})
	if h == nil {
		return false
	}
	// As CloudTrail's own alarm has it: not what AWS does in the root user's name.
	if e.UserIdentity.Type == "Root" && e.UserIdentity.InvokedBy == "" && !e.ByService() {
		h.root.add(e.EventTime)
	}
	hour := e.EventTime.Unix() / 3600
	if h.hours[hour] == 0 {
		if z.hours >= 10*MaxTracked {
			return false
		}
		z.hours++
	}
	h.hours[hour]++
	return true
}

// Summary is what was gathered.
func (z *Summarizer) Summary() *Summary {
	s := z.s
	for _, u := range z.uses {
		s.Uses = append(s.Uses, *u)
	}
	slices.SortFunc(s.Uses, func(a, b Use) int {
		return cmp.Or(strings.Compare(a.Principal, b.Principal), cmp.Compare(b.Count, a.Count), strings.Compare(a.Action, b.Action))
	})
	for _, f := range z.failures {
		s.Failures = append(s.Failures, *f)
	}
	slices.SortFunc(s.Failures, func(a, b Failure) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.Principal, b.Principal), strings.Compare(a.Action, b.Action), strings.Compare(a.Code, b.Code))
	})
	s.TooShort = s.To.Sub(s.From) < minPeriod
	s.Unusual = z.unusual(&s)
	return &s
}
