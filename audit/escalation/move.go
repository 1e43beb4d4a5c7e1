package escalation

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"github.com/warder-iam/warder/audit/access"
	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/policy/eval"
)

// move is a step that some principal may take, on something, in some world.
type move struct {
	attempt
	actor string // ARN
	// gains is the ARN of the principal that one has then; "" of a change.
	gains string
	// factor: one has its second factor then too.
	factor bool
}

// key is the same for moves that do the same.
func (m *move) key() string {
	var b strings.Builder
	for _, part := range []string{m.step.ID, m.actor, m.gains, m.target(), m.managed, m.inline, m.made, m.provider, m.service, strconv.Itoa(m.version), m.tag.Key, m.tag.Value} {
		b.WriteString(part)
		b.WriteByte(0)
	}
	return b.String()
}

// target is the ARN of what the step is done to.
func (m *move) target() string {
	switch a := &m.attempt; {
	case a.workload != nil:
		return a.workload.ARN
	case a.made != "":
		return a.made
	case a.policy != nil:
		return a.account.ARN(a.policy)
	case a.group != nil && a.user != nil:
		return a.account.ARN(a.user) + " " + a.account.ARN(a.group)
	case a.group != nil:
		return a.account.ARN(a.group)
	case a.user != nil:
		return a.account.ARN(a.user)
	case a.role != nil:
		return a.account.ARN(a.role)
	}
	return ""
}

// in is the move in another world, with the entities as they are there; ok is false where one of them is not.
func (m *move) in(w *world) (_ *move, ok bool) {
	n := *m
	if n.account = w.snapshot().Account(m.account.ID()); n.account == nil {
		return nil, false
	}
	if m.user != nil {
		n.user = n.account.UserByID(m.user.ID)
	}
	if m.group != nil {
		n.group = n.account.GroupByID(m.group.ID)
	}
	if m.role != nil {
		n.role = n.account.RoleByID(m.role.ID)
	}
	if m.policy != nil {
		n.policy = n.account.PolicyByID(m.policy.ID)
	}
	ok = (m.user == nil) == (n.user == nil) && (m.group == nil) == (n.group == nil) &&
		(m.role == nil) == (n.role == nil) && (m.policy == nil) == (n.policy == nil)
	return &n, ok
}

// try asks all that a move needs; ok is false where something is refused, or can be had only with a second factor that the
// actor has not. chosen has the names that were chosen.
func (m *model) try(w *world, mv *move, factor bool) (asked []Asked, ok bool) {
	actor := m.subject(w, mv.actor)
	if actor == nil || mv.step.when != nil && !mv.step.when(&mv.attempt) {
		return nil, false
	}
	chosen := map[string]string{}
	for i := range mv.step.Needs {
		need := &mv.step.Needs[i]
		if need.when != nil && !need.when(&mv.attempt) {
			continue
		}
		answer, ok := m.satisfy(w, mv, need, actor, factor, chosen)
		if !ok {
			return nil, false
		}
		asked = append(asked, answer)
	}
	return asked, true
}

// satisfy asks one need. Where names are free it settles on the first for which all needs that share it are met.
func (m *model) satisfy(w *world, mv *move, need *Need, actor *subject, factor bool, chosen map[string]string) (Asked, bool) {
	template := mv.fill(need.On)
	if !strings.Contains(template, "{") {
		return m.ask(w, mv, need, actor, factor, template)
	}
	if name, ok := chosen[template]; ok {
		return m.ask(w, mv, need, actor, factor, name)
	}
	for _, name := range instances(template, actor.account.Names(), actor.userName(), m.leadsFor(mv, actor, template)) {
		if !m.suits(w, mv, actor, factor, template, name) {
			continue
		}
		chosen[template] = name
		return m.ask(w, mv, need, actor, factor, name)
	}
	return Asked{}, false
}

// leadsFor are those of all actions that a step does on one template.
func (m *model) leadsFor(mv *move, actor *subject, template string) []lead {
	var all []lead
	for i := range mv.step.Needs {
		if need := &mv.step.Needs[i]; mv.fill(need.On) == template {
			all = append(all, actor.leads[m.vocabulary.numbers[need.Action]]...)
		}
	}
	return all
}

// suits reports whether every need of a template is met under a name.
func (m *model) suits(w *world, mv *move, actor *subject, factor bool, template, name string) bool {
	for i := range mv.step.Needs {
		need := &mv.step.Needs[i]
		if mv.fill(need.On) != template || need.when != nil && !need.when(&mv.attempt) {
			continue
		}
		if _, ok := m.ask(w, mv, need, actor, factor, name); !ok {
			return false
		}
	}
	return true
}

// ask makes the request of one need.
func (m *model) ask(w *world, mv *move, need *Need, actor *subject, factor bool, resource string) (Asked, bool) {
	who, p := actor.arn, actor.principal
	if need.By != "" {
		who = mv.fill(need.By)
		found, ok := w.finder.Principal(who)
		if !ok {
			return Asked{}, false
		}
		p, factor = found, true
	} else if !actor.leads.to(m.vocabulary.numbers[need.Action], resource) && need.Action != "sts:AssumeRole" {
		return Asked{}, false // no resource policy but a role's could allow it
	}
	ask := w.finder.Ask(need.Action, resource)
	for key, value := range need.Keys {
		if text := mv.fill(value); text != "" {
			ask.Context.Set(mv.fill(key), text)
		}
	}
	if need.tags {
		ask.RequestTags = []directory.Tag{mv.tag}
	}
	answer, ok := m.can(w, p, ask, factor)
	return Asked{Principal: who, Action: ask.Action, Resource: ask.Resource, Answer: answer}, ok
}

// can decides, with or without a second factor.
func (m *model) can(w *world, p access.Principal, ask *authz.Ask, factor bool) (access.Answer, bool) {
	m.questions++
	answer := w.finder.Can(p, ask)
	if answer.Verdict == access.Undecided {
		m.undecided[p.ARN+" "+ask.Action+" "+ask.Resource] = answer.Why
	}
	if !answer.Possible() || factor || !needsFactor(&answer) {
		return answer, answer.Possible()
	}
	bare, ok := withoutFactor(w.finder, answer.Witness)
	if !ok {
		return answer, false
	}
	answer.Witness = bare
	answer.Requirements = otherThanFactor(answer.Requirements)
	return answer, true
}

// needsFactor reports whether the request that was found has a second factor.
func needsFactor(a *access.Answer) bool {
	w := a.Witness
	return !w.Ask.MFA.IsZero() || w.Caller.Session != nil && !w.Caller.Session.MFA.IsZero()
}

// withoutFactor is the same request without one; ok is false where it is refused.
func withoutFactor(f *access.Finder, w *access.Witness) (_ *access.Witness, ok bool) {
	caller, ask := *w.Caller, *w.Ask
	switch {
	case caller.Kind == eval.User:
		caller.Session = nil // a long-term key
	case caller.Session != nil:
		session := *caller.Session
		session.MFA = time.Time{}
		caller.Session = &session
	}
	ask.MFA = time.Time{}
	bare := &access.Witness{Snapshot: w.Snapshot, Caller: &caller, Environment: w.Environment, Ask: &ask}
	d := f.Replay(bare)
	return bare, d.Allowed()
}

func otherThanFactor(all []access.Requirement) []access.Requirement {
	var rest []access.Requirement
	for _, r := range all {
		if key := eval.FoldKey(r.Key); key != "aws:multifactorauthpresent" && key != "aws:multifactorauthage" {
			rest = append(rest, r)
		}
	}
	return rest
}

// better orders moves: those that gain administrators first, then by family.
func better(a, b *move, admin func(string) bool) int {
	rank := func(m *move) int {
		switch {
		case m.gains != "" && admin(m.gains):
			return 0
		case m.gains == "" && m.step.Family != Making:
			return 1
		case m.gains != "":
			return 2
		}
		return 3
	}
	return cmp.Compare(rank(a), rank(b))
}
