package access

import (
	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/policy/eval"
)

// Can answers whether a principal can do what is asked. Of the ask, what is given is fixed: context keys, tags of the request
// (if there are any), the second factor. All other circumstances are free: the network, time from now on, the second factor,
// tags of the request, the name of the session, the keys of the operation.
//
// Where the resource's own policy must allow as well (of another account's resource, of a role or a KMS key) and nobody gave it,
// the answer is Undecided if the principal's own policies allow.
func (f *Finder) Can(p Principal, ask *authz.Ask) Answer {
	if p.Kind == eval.Root && p.Outside {
		return f.canAnyone(p, ask)
	}
	if f.unknownPolicy(p, ask) {
		supposed := *ask
		supposed.ResourcePolicy = delegation(p.Account)
		if a := f.Can(p, &supposed); a.Verdict == No {
			return a
		}
		return Answer{Verdict: Undecided, Why: "the resource's own policy, which must allow it too, is not known"}
	}
	plain, ok := f.plainCircumstances(p, ask)
	if !ok {
		return Answer{Why: "there is no such principal"}
	}
	a := f.answer(p, plain)
	if p.Outside && !a.Possible() && p.Kind != eval.WebIdentity {
		return f.inOrganizations(p, plain, a)
	}
	return a
}

// inOrganizations answers for a stranger whose account may belong to an organization that conditions ask for.
func (f *Finder) inOrganizations(p Principal, plain circumstances, best Answer) Answer {
	problem := newProblem(f.catalog(), plain)
	if problem == nil {
		return best
	}
	snaps, ids := f.organizations(problem)
	for i, snap := range snaps {
		plain.snap = snap
		a := f.answer(p, plain)
		if a.Possible() {
			a.Verdict = YesIf
			a.Requirements = append([]Requirement{{
				Key: "aws:PrincipalOrgID", Operator: "StringEquals", Values: []string{ids[i]}, Layer: eval.LayerResource,
				Text: "from the organization " + ids[i],
			}}, a.Requirements...)
		}
		best = better(best, a)
	}
	return best
}

// inquest is the search for one answer.
type inquest struct {
	finder     *Finder
	taggable   bool // what the trust policy of a role lets whoever assumes it add to the session
	identified bool
	work       int
	first      *problem // of the plainest caller
	incomplete string
}

func (f *Finder) answer(who Principal, plain circumstances) Answer {
	q := inquest{finder: f, work: f.work()}
	if q.first = newProblem(f.catalog(), plain); q.first == nil {
		return Answer{Why: "there is no such principal"}
	}
	q.taggable, q.identified = f.sessionGrants(who, plain.snap)
	names, complete := q.first.names()
	if !complete {
		q.incomplete = "not every name of the session could be tried"
	}
	for i, c := range names {
		p := q.first
		if i > 0 {
			p = newProblem(f.catalog(), c)
		}
		if a, found := q.try(p, i == 0); found {
			return a
		}
		for _, c := range p.credentials() {
			if a, found := q.try(newProblem(f.catalog(), c), false); found {
				return a
			}
		}
	}
	if q.incomplete != "" {
		return Answer{Verdict: Undecided, Why: q.incomplete}
	}
	return Answer{Why: q.first.why()}
}

// try looks for circumstances of one caller.
func (q *inquest) try(p *problem, plainest bool) (a Answer, found bool) {
	if !p.hopeful() {
		return Answer{}, false
	}
	p.taggable, p.identified = q.taggable, q.identified
	p.release()
	if plainest {
		if p.allowed(nil) {
			c := p.with(nil)
			keys := p.context(nil)
			return Answer{Verdict: Yes, Witness: c.witness(), Statements: p.grants(&keys)}, true
		}
	}
	s := search{problem: p, work: &q.work}
	if chosen := s.find(); chosen != nil {
		return p.yesIf(chosen, q.first), true
	}
	if p.incomplete != "" {
		q.incomplete = p.incomplete
	}
	return Answer{}, false
}

func allows(d eval.Decision) bool { return d.Verdict == eval.Allow }

func (f *Finder) work() int {
	if f.options.Work > 0 {
		return f.options.Work
	}
	return DefaultWork
}

// hopeful reports whether an allow is possible at all, by the statements that no context changes.
func (p *problem) hopeful() bool { return p.possible(p.settled()) }

// settled are the statements without demands.
func (p *problem) settled() []status {
	st := make([]status, len(p.inquiry.Open))
	for i := range st {
		if len(p.of[i]) == 0 {
			st[i] = applies
		}
	}
	return st
}

// why is the reason of a No: what rules an allow out whatever the circumstances, or what denies in the plainest.
func (p *problem) why() string {
	d := p.best(p.settled())
	under := ""
	if allows(d) {
		r := p.request
		r.Context = p.context(nil)
		d = p.set.Decide(&r)
		under = ", and no circumstances change that"
	}
	switch {
	case d.Verdict == eval.ExplicitDeny:
		return "explicit deny (" + d.Layer.Title() + ")" + under
	case d.Layer == eval.LayerCredential:
		return "this kind of credentials may not make the call" + under
	default:
		return "no " + d.Layer.Title() + " allows " + p.request.Action + under
	}
}

// grants are the Allow statements that apply in a context.
func (p *problem) grants(keys *eval.Context) []StatementRef {
	var refs []StatementRef
	for i := range p.inquiry.Open {
		if st := &p.inquiry.Open[i]; !st.Deny && p.met(i, keys) {
			refs = append(refs, refOf(st))
		}
	}
	return refs
}

// met reports whether a statement applies in a context.
func (p *problem) met(statement int, ctx *eval.Context) bool {
	for _, at := range p.of[statement] {
		if !p.demands[at].Met(ctx) {
			return false
		}
	}
	return true
}

func refOf(st *eval.OpenStatement) StatementRef {
	return StatementRef{
		Layer: st.Layer, Policy: st.Policy, File: st.File, SID: st.Statement.Sid, Index: st.Statement.Index,
		Line: st.Statement.Span.Start.Line, Column: st.Statement.Span.Start.Column, statement: st.Statement,
	}
}
