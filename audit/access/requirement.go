package access

import (
	"slices"

	"github.com/warder-iam/warder/policy/eval"
)

// yesIf is the answer with the settings that were found, as plain as they can be. The requirements are all conditions about
// the circumstances that differ from the plainest: whoever meets them is allowed, however else than the witness.
func (p *problem) yesIf(chosen []*setting, first *problem) Answer {
	r := requirements{problem: p}
	for i, s := range chosen {
		if s == nil {
			continue
		}
		chosen[i] = nil
		if !s.same(&p.free[i].plain) && !p.allowed(chosen) {
			chosen[i] = s
			r.changed |= 1 << i
		}
	}
	c := p.with(chosen)
	r.have = p.context(chosen)
	r.plain = r.have
	if p != first {
		r.plain = c.withCaller(&first.base).keys()
	}
	a := Answer{Verdict: YesIf, Witness: c.witness(), Statements: p.grants(&r.have)}
	r.collect()
	if own := &p.base.caller; own.ARN != first.base.caller.ARN && !r.told[userID] {
		r.add(Requirement{
			Key: "aws:userid", Operator: "StringEquals", Values: []string{own.UserID}, Layer: eval.LayerResource,
			Text: "in a session named " + p.base.session.Name,
		})
	}
	a.Requirements = r.list
	return a
}

// withCaller is the same with the credentials of others.
func (c circumstances) withCaller(o *circumstances) *circumstances {
	c.caller, c.session, c.ask.MFA = o.caller, o.session, o.ask.MFA
	return &c
}

// requirements collects the conditions that circumstances meet where they are not the plainest.
type requirements struct {
	problem *problem
	changed freeSet // circumstances that are not plain
	// variables are those of them that stand in for variables where it matters.
	variables freeSet
	have      eval.Context // of all that was found
	plain     eval.Context // of the same with the plainest credentials
	told      map[string]bool
	list      []Requirement
}

// collect goes through the statements that decide: each Deny that would apply but for these circumstances, and as few Allow
// statements as suffice.
func (r *requirements) collect() {
	p := r.problem
	r.told = map[string]bool{}
	st := make([]status, len(p.inquiry.Open))
	for i := range st {
		st[i] = fails
		if p.met(i, &r.have) {
			st[i] = applies
		}
	}
	for i := range st {
		switch deny := p.inquiry.Open[i].Deny; {
		case deny && st[i] == fails:
			r.escape(i)
		case !deny && st[i] == applies && r.concerned(i):
			st[i] = fails
			if p.certain(st) {
				continue // others suffice
			}
			st[i] = applies
			r.hold(i)
		}
	}
	for i, f := range p.free {
		told := slices.ContainsFunc(f.folded, func(k string) bool { return r.told[k] })
		if r.changed.has(i) && (r.variables.has(i) || !told) {
			r.add(f.exactly(&r.have))
		}
	}
}

// exactly requires that a circumstance be what it is in the context: as the value of a variable it may be nothing else.
func (f *free) exactly(have *eval.Context) Requirement {
	key := f.key
	switch f.kind {
	case freeTag:
		key = "aws:RequestTag/" + key
	case freePrincipal:
		key = "aws:PrincipalTag/" + key
	}
	v, ok := have.Lookup(f.folded[0])
	if !ok {
		return Requirement{Key: key, Operator: "Null", Values: []string{"true"}, Text: phraseFor(key).say(key, true, nil, "")}
	}
	return Requirement{Key: key, Operator: "StringEquals", Values: v.Texts(), Text: phraseFor(key).say(key, true, v.Texts(), "")}
}

// concerns reports whether a demand depends on what is not plain.
func (r *requirements) concerns(d *demand) bool {
	return d.free&r.changed != 0 || slices.ContainsFunc(d.Keys, func(key string) bool {
		now, is := r.have.Lookup(key)
		then, was := r.plain.Lookup(key)
		return is != was || is && !slices.Equal(now.Texts(), then.Texts())
	})
}

func (r *requirements) concerned(statement int) bool {
	return slices.ContainsFunc(r.problem.of[statement], func(at int) bool { return r.concerns(&r.problem.demands[at]) })
}

// hold adds the conditions of an Allow statement that must hold.
func (r *requirements) hold(statement int) {
	for _, at := range r.problem.of[statement] {
		if d := &r.problem.demands[at]; r.concerns(d) {
			r.demand(d, statement)
		}
	}
}

// escape adds the condition of a Deny statement that must fail: one that depends on what is not plain, if all others hold.
func (r *requirements) escape(statement int) {
	var must *demand
	for _, at := range r.problem.of[statement] {
		switch d := &r.problem.demands[at]; {
		case d.Met(&r.have):
		case !r.concerns(d):
			return // it fails anyway
		case must == nil:
			must = d
		}
	}
	if must != nil {
		r.demand(must, statement)
	}
}

func (r *requirements) demand(d *demand, statement int) {
	for i, f := range r.problem.free {
		if r.changed.has(i) && r.problem.depends(d, f) {
			r.variables |= 1 << i
		}
	}
	if d.Condition == nil {
		return
	}
	r.told[d.Keys[0]] = true
	r.add(r.problem.requirement(d, &r.problem.inquiry.Open[statement], &r.have))
}

// add leaves out what was said before.
func (r *requirements) add(q Requirement) {
	same := func(o Requirement) bool {
		return o.Key == q.Key && o.Operator == q.Operator && o.Negated == q.Negated && slices.Equal(o.Values, q.Values)
	}
	if !slices.ContainsFunc(r.list, same) {
		r.list = append(r.list, q)
	}
}

// requirement tells of a condition that must hold, or must not: a Deny's.
func (p *problem) requirement(d *demand, st *eval.OpenStatement, have *eval.Context) Requirement {
	q := Requirement{
		Key: d.Condition.Key.Text, Operator: d.Condition.OperatorText.Text, Values: valuesOf(d, have), Negated: st.Deny,
		Layer: st.Layer, Policy: st.Policy, SID: st.Statement.Sid,
		Line: d.Condition.OperatorText.Span.Start.Line, Column: d.Condition.OperatorText.Span.Start.Column,
		statement: st.Statement,
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
