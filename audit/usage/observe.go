package usage

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/warder-iam/warder/audit/access"
	"github.com/warder-iam/warder/policy"
	"github.com/warder-iam/warder/policy/eval"
	"github.com/warder-iam/warder/trail"
)

// Observation is what the records of a trail say that one principal used.
type Observation struct {
	Principal string `json:"principal"`
	// From and To are the times of its first and last call.
	From    time.Time `json:"from,omitzero"`
	To      time.Time `json:"to,omitzero"`
	Records int       `json:"records"`
	// Unread is how many records of the trail, of anybody, could not be read.
	Unread int `json:"unread"`
	// Used are the actions of calls that were permitted, Denied those of calls that were not, by action.
	Used   []Use `json:"used"`
	Denied []Use `json:"denied"`
	// Gaps are calls of which it is not known what they needed.
	Gaps []Gap `json:"gaps"`
}

// Use is an action that a principal used, or tried to.
type Use struct {
	Action string `json:"action"`
	// With is the action of the calls, if Action is one that goes with it.
	With string `json:"with,omitempty"`
	// Conditions are those of the statement that allows it now, kept for whoever writes a new one.
	Conditions []policy.Condition `json:"-"`
	// By is that statement; nil where none is known.
	By *access.StatementRef `json:"by,omitempty"`
	// Resources are ARNs; many below one prefix are one pattern, see Generalise.
	Resources []string  `json:"resources"`
	Records   int       `json:"records"`
	First     time.Time `json:"first"`
	Last      time.Time `json:"last"`

	names map[string]bool
}

// maxNames is how many resources of one use are kept before they become patterns.
const maxNames = 2_000

// observer observes one principal.
type observer struct {
	finder     *access.Finder
	translator Translator
	asker      asker
	kept       map[string]*Use // by question
	used       map[string]*Use
	denied     map[string]*Use
	gaps       map[[3]string]*Gap
	result     Observation
}

// Observe reads what a principal used. The finder's snapshot must have it, with its policies as far as they are known.
func Observe(trails []Records, f *access.Finder, principal string) *Observation {
	o := &observer{
		finder: f, translator: Translator{Catalog: f.Snapshot().Library().Catalog(), Snapshot: f.Snapshot()},
		asker: asker{finders: []*access.Finder{f}, keys: map[askedOf][]string{}},
		kept:  map[string]*Use{}, used: map[string]*Use{}, denied: map[string]*Use{}, gaps: map[[3]string]*Gap{},
		result: Observation{Principal: principal},
	}
	each(trails, principal, o.call, func() { o.result.Unread++ })
	o.result.Used, o.result.Denied, o.result.Gaps = sortUses(o.used), sortUses(o.denied), sortGaps(o.gaps)
	return &o.result
}

// each goes through the calls of a principal.
func each(trails []Records, principal string, call func(*trail.Event), unread func()) {
	own := func(e *trail.Event) bool {
		actor, _ := Actor(e)
		return actor == principal && !e.ByService()
	}
	for e, problem := range ahead(trails, own) {
		if problem != nil {
			unread()
		} else {
			call(e)
		}
	}
}

func (o *observer) call(e *trail.Event) {
	needs, why := o.translator.Needs(e)
	if why == needsNone {
		return
	}
	o.result.Records++
	span(&o.result.From, &o.result.To, e.EventTime)
	if why != "" {
		addGap(o.gaps, e, why)
		return
	}
	c, ok := circumstancesOf(o.finder.Snapshot(), e, o.result.Principal)
	if !ok {
		return // whoever asks has looked the principal up
	}
	denied := OutcomeOf(e) == Denied
	for i := range needs {
		n := &needs[i]
		if denied {
			if n.With == "" {
				o.use(o.denied, &Use{Action: n.Action, With: n.With}).count(e, n.Resource)
			}
			continue
		}
		q, _ := o.asker.question(c, o.result.Principal, n, true)
		u := o.kept[q]
		if u == nil {
			u = o.use(o.used, o.allowing(c, n))
			if len(o.kept) < maxQuestions {
				o.kept[strings.Clone(q)] = u
			}
		}
		u.count(e, n.Resource)
	}
}

// allowing is a use with the conditions of the statement that allows it: of several that with the fewest.
func (o *observer) allowing(c *circumstances, n *Need) *Use {
	u := &Use{Action: n.Action, With: n.With, Conditions: follow(n)}
	open, ok := c.open(o.finder, n)
	if !ok {
		return u
	}
	best := -1
	for i := range open.inquiry.Open {
		st := &open.inquiry.Open[i]
		if st.Deny || st.Layer != eval.LayerIdentity || !open.applies(i, func(string) bool { return true }) {
			continue
		}
		if best < 0 || len(st.Statement.Condition) < len(open.inquiry.Open[best].Statement.Condition) {
			best = i
		}
	}
	if best < 0 {
		return u
	}
	st := &open.inquiry.Open[best]
	ref := refOf(st)
	u.By = &ref
	followed := u.Conditions
	for _, c := range st.Statement.Condition {
		// What follows from the call is said already.
		if !slices.ContainsFunc(followed, func(own policy.Condition) bool { return eval.FoldKey(own.Key.Text) == eval.FoldKey(c.Key.Text) }) {
			u.Conditions = append(u.Conditions, c)
		}
	}
	return u
}

func refOf(st *eval.OpenStatement) access.StatementRef {
	return access.StatementRef{
		Layer: st.Layer, Policy: st.Policy, File: st.File, SID: st.Statement.Sid, Index: st.Statement.Index,
		Line: st.Statement.Span.Start.Line, Column: st.Statement.Span.Start.Column,
	}
}

// use is the one with the same action and conditions.
func (o *observer) use(uses map[string]*Use, u *Use) *Use {
	key := u.Action + "\x00" + u.With + "\x00" + conditionText(u.Conditions)
	if known := uses[key]; known != nil {
		return known
	}
	u.names = map[string]bool{}
	uses[key] = u
	return u
}

// conditionText is the same for the same conditions.
func conditionText(list []policy.Condition) string {
	var b strings.Builder
	for _, c := range list {
		b.WriteString(c.OperatorText.Text + "\x00" + c.Key.Text + "\x00")
		for _, v := range c.Values {
			b.WriteString(v.Text + "\x00")
		}
	}
	return b.String()
}

func (u *Use) count(e *trail.Event, resource string) {
	u.Records++
	span(&u.First, &u.Last, e.EventTime)
	if u.names[resource] {
		return
	}
	if len(u.names) >= maxNames {
		patterns := Generalise(u.list())
		u.names = map[string]bool{}
		for _, p := range patterns {
			u.names[p] = true
		}
	}
	u.names[strings.Clone(resource)] = true
}

func (u *Use) list() []string {
	list := make([]string, 0, len(u.names))
	for name := range u.names {
		list = append(list, name)
	}
	return list
}

func sortUses(uses map[string]*Use) []Use {
	list := []Use{}
	for _, u := range uses {
		u.Resources = Generalise(u.list())
		list = append(list, *u)
	}
	slices.SortFunc(list, func(a, b Use) int {
		return cmp.Or(cmp.Compare(a.Action, b.Action), cmp.Compare(a.With, b.With), cmp.Compare(conditionText(a.Conditions), conditionText(b.Conditions)))
	})
	return list
}
