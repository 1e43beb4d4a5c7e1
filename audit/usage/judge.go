package usage

import (
	"slices"
	"strings"

	"github.com/warder-iam/warder/audit/access"
	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/policy/eval"
)

// opening is a question to one state of the policies, as far as a record answers what its statements demand.
type opening struct {
	inquiry *eval.Inquiry
	// unknown are, by statement, the demands that the record leaves open, as texts: equal ones are equally met.
	unknown [][]string
	fails   []bool // statements that a known demand rules out
	keys    []string
}

// open puts a need to the policies of a finder's snapshot. ok is false for a caller that it does not have.
func (c *circumstances) open(f *access.Finder, n *Need) (*opening, bool) {
	ask := c.ask(f, n)
	set, req, ok := authz.Question(f.Snapshot(), c.caller, &c.env, ask)
	if !ok {
		return nil, false
	}
	return c.openSet(&set, req, n, ask), true
}

func (c *circumstances) openSet(set *eval.Set, req *eval.Request, n *Need, ask *authz.Ask) *opening {
	o := &opening{inquiry: set.Inquire(req)}
	o.unknown, o.fails = make([][]string, len(o.inquiry.Open)), make([]bool, len(o.inquiry.Open))
	for i := range o.inquiry.Open {
		st := &o.inquiry.Open[i]
		for j := range st.Demands {
			d := &st.Demands[j]
			unknown := slices.DeleteFunc(slices.Clone(d.Keys), func(k string) bool { return c.knows(k, n, ask) })
			if len(unknown) == 0 {
				o.fails[i] = o.fails[i] || !d.Met(&req.Context)
				continue
			}
			o.unknown[i] = append(o.unknown[i], demandText(d, st))
			for _, k := range unknown {
				if !slices.Contains(o.keys, k) {
					o.keys = append(o.keys, k)
				}
			}
		}
	}
	return o
}

// demandText is the same for demands that are met by the same requests.
func demandText(d *eval.Demand, st *eval.OpenStatement) string {
	var b strings.Builder
	if st.Deny { // which applies where a demand cannot be read
		b.WriteString("deny ")
	}
	if d.Condition == nil {
		for _, v := range slices.Concat(st.Statement.Resource, st.Statement.NotResource) {
			b.WriteString(v.Text + "\n")
		}
		return b.String()
	}
	b.WriteString(d.Condition.OperatorText.Text + " " + eval.FoldKey(d.Condition.Key.Text))
	for _, v := range d.Condition.Values {
		b.WriteString("\n" + v.Text)
	}
	return b.String()
}

// decide is the decision where of the demands that the record leaves open those are met that the function tells.
func (o *opening) decide(met func(demand string) bool) eval.Decision {
	return o.inquiry.Outcome(func(i int) bool { return o.applies(i, met) })
}

func (o *opening) applies(statement int, met func(demand string) bool) bool {
	return !o.fails[statement] && !slices.ContainsFunc(o.unknown[statement], func(d string) bool { return !met(d) })
}

func (o *opening) allowed(met func(demand string) bool) bool {
	return o.decide(met).Verdict == eval.Allow
}

// openDemands are those of several openings, each once.
func openDemands(all ...*opening) (demands []string) {
	for _, o := range all {
		for i, list := range o.unknown {
			if o.fails[i] {
				continue
			}
			for _, d := range list {
				if !slices.Contains(demands, d) {
					demands = append(demands, d)
				}
			}
		}
	}
	return demands
}

// mostOpen is how many open demands are tried in all ways; with more the answer depends on them.
const mostOpen = 10

// Change is what becomes of a call.
type Change uint8

// The changes.
const (
	Same     Change = iota
	ToDenied        // allowed before, denied then
	ToAllowed
	// Depends on what the record does not tell.
	Depends
)

// String is "same", "allowed to denied", "denied to allowed" or "depends".
func (c Change) String() string {
	return [...]string{Same: "same", ToDenied: "allowed to denied", ToAllowed: "denied to allowed", Depends: "depends"}[c]
}

// MarshalText is String.
func (c Change) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// compare tells what changes between two states of the policies for a call that was allowed or denied: among all ways in
// which the open demands may have been met, those count under which the policies before decide as it happened. explained is
// false where there are none: the policies of that time, or something that no policy says, decided otherwise.
func compare(before, after *opening, allowed bool) (change Change, explained bool) {
	demands := openDemands(before, after)
	if len(demands) > mostOpen {
		return Depends, true
	}
	var counts, consistent [3]int // by Change
	for n := range 1 << len(demands) {
		met := func(d string) bool { return n>>slices.Index(demands, d)&1 == 1 }
		was, is := before.allowed(met), after.allowed(met)
		c := Same
		switch {
		case was && !is:
			c = ToDenied
		case !was && is:
			c = ToAllowed
		}
		counts[c]++
		if was == allowed {
			consistent[c]++
		}
	}
	explained = consistent != [3]int{}
	if explained {
		counts = consistent
	}
	total := counts[Same] + counts[ToDenied] + counts[ToAllowed]
	for c, n := range counts {
		if n == total {
			return Change(c), explained
		}
	}
	return Depends, explained
}

// deciders are the statements that decide: of a call that becomes denied the Deny statements then, or else the Allow
// statements before of which none is left (gone); of one that becomes allowed the Allow statements then; of one that depends
// those then that may apply.
func deciders(before, after *opening, change Change) (list []access.StatementRef, gone bool) {
	every := func(string) bool { return true }
	if change != ToAllowed {
		list = after.statements(true, every)
	}
	if len(list) == 0 && change != ToDenied {
		list = after.statements(false, every)
	}
	if len(list) > 0 {
		return list, false
	}
	return before.statements(false, every), true
}

func (o *opening) statements(deny bool, met func(string) bool) (list []access.StatementRef) {
	for i := range o.inquiry.Open {
		if st := &o.inquiry.Open[i]; st.Deny == deny && o.applies(i, met) {
			list = append(list, access.StatementRef{
				Layer: st.Layer, Policy: st.Policy, File: st.File, SID: st.Statement.Sid, Index: st.Statement.Index,
				Line: st.Statement.Span.Start.Line, Column: st.Statement.Span.Start.Column,
			})
		}
	}
	return list
}
