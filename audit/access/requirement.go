package access

import (
	"slices"

	"github.com/warder-iam/warder/policy/eval"
)

// yesIf is the answer with the settings that were found, as plain as they can be. The requirements are those by which the
// circumstances differ from the plainest.
func (p *problem) yesIf(chosen []*setting, first *problem) Answer {
	for i, s := range chosen {
		if s == nil {
			continue
		}
		chosen[i] = nil
		if s.same(&p.free[i].plain) {
			continue
		}
		if !p.allowed(chosen) {
			chosen[i] = s
		}
	}
	c := p.with(chosen)
	r := requirements{problem: p, have: c.keys()}
	a := Answer{Verdict: YesIf, Witness: c.witness(), Statements: p.grants(&r.have)}
	if p != first {
		r.caller(&c, first)
	}
	for i, s := range chosen {
		if s != nil {
			chosen[i] = nil
			r.circumstance(p.context(chosen), p.free[i], s)
			chosen[i] = s
		}
	}
	a.Requirements = r.list
	return a
}

// requirements collects the conditions that circumstances meet and plainer ones would not.
type requirements struct {
	problem *problem
	have    eval.Context
	list    []Requirement
}

// caller adds those that the credentials or the name of the session meet.
func (r *requirements) caller(c *circumstances, first *problem) {
	plain := *c
	plain.caller, plain.session, plain.ask.MFA = first.base.caller, first.base.session, first.base.ask.MFA
	before := len(r.list)
	r.differences(plain.keys())
	if p := &r.problem.base; len(r.list) == before && p.caller.ARN != first.base.caller.ARN {
		r.add(Requirement{
			Key: "aws:userid", Operator: "StringEquals", Values: []string{p.caller.UserID}, Layer: eval.LayerResource,
			Text: "in a session named " + p.session.Name,
		})
	}
}

// circumstance adds those that one circumstance meets; without is the context in which it is plain.
func (r *requirements) circumstance(without eval.Context, f *free, s *setting) {
	before := len(r.list)
	r.differences(without)
	if len(r.list) == before { // it is the value of a variable
		r.add(Requirement{Key: f.key, Operator: "StringEquals", Values: s.values, Text: phraseOf(f.folded[0]).say(f.key, true, s.values, "")})
	}
}

// differences adds the conditions that decide why the request is allowed, and without them is not: of each
// Deny that would apply, and of Allow statements that would not, as few of these as suffice.
func (r *requirements) differences(without eval.Context) {
	p := r.problem
	st := make([]status, len(p.inquiry.Open))
	var gained []int
	for i := range st {
		deny, now, then := p.inquiry.Open[i].Deny, p.met(i, &r.have), p.met(i, &without)
		st[i] = fails
		if now {
			st[i] = applies
		}
		switch {
		case deny && !now && then:
			r.demands(i, &without)
		case !deny && now && !then:
			gained = append(gained, i)
		}
	}
	for _, i := range gained {
		st[i] = fails
		if !p.certain(st) {
			st[i] = applies
			r.demands(i, &without)
		}
	}
}

// demands adds those of a statement that come out otherwise.
func (r *requirements) demands(statement int, without *eval.Context) {
	p := r.problem
	for _, at := range p.of[statement] {
		d := &p.demands[at]
		if d.Condition != nil && d.Met(&r.have) != d.Met(without) {
			r.add(p.requirement(d, &p.inquiry.Open[statement], &r.have))
		}
	}
}

// add leaves out what was said before.
func (r *requirements) add(q Requirement) {
	if !slices.ContainsFunc(r.list, func(o Requirement) bool { return o.Text == q.Text }) {
		r.list = append(r.list, q)
	}
}

// requirement tells of a condition that must hold, or must not: a Deny's.
func (p *problem) requirement(d *demand, st *eval.OpenStatement, have *eval.Context) Requirement {
	q := Requirement{
		Key: d.Condition.Key.Text, Operator: d.Condition.OperatorText.Text, Values: valuesOf(d, have), Negated: st.Deny,
		Layer: st.Layer, Policy: st.Policy, SID: st.Statement.Sid,
		Line: d.Condition.OperatorText.Span.Start.Line, Column: d.Condition.OperatorText.Span.Start.Column,
	}
	q.Text = describe(d, st.Deny, q.Values, have)
	return q
}

// valuesOf are the values of a condition with its variables filled in.
func valuesOf(d *demand, have *eval.Context) []string {
	var out []string
	patterns := d.Patterns()
	if len(patterns) != len(d.Condition.Values) || len(d.Keys) == 1 {
		for _, v := range d.Condition.Values {
			out = append(out, v.Text)
		}
		return out
	}
	for i := range patterns {
		text, ok := patterns[i].Fill(have)
		if !ok {
			text = d.Condition.Values[i].Text
		}
		out = append(out, unmarked(text))
	}
	return out
}

// unmarked shows wildcards as policies write them.
func unmarked(text string) string {
	out := []byte(text)
	for i, b := range out {
		switch b {
		case eval.AnyRun:
			out[i] = '*'
		case eval.AnyOne:
			out[i] = '?'
		}
	}
	return string(out)
}
