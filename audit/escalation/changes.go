package escalation

import (
	"slices"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/policy"
)

// changes are the moves by which a principal that one has may make one that one has stronger, as far as leads go. A list of
// which the first move succeeds needs no other: it gives most.
func (s *search) changes(actor *subject) [][]*move {
	c := &changing{search: s, actor: actor}
	for _, h := range s.order {
		if q := s.m.subject(s.world, h.arn); q != nil && q.account == actor.account {
			c.own(q)
		}
	}
	c.trusts()
	c.tags()
	if s.wide {
		c.making()
		c.ahead()
	}
	return c.all
}

// changing collects the changes that one actor may make.
type changing struct {
	*search
	actor *subject
	all   [][]*move
	seen  map[string]bool
}

// may reports whether a lead of the actor points from a step to a resource.
func (c *changing) may(id, resource string) bool {
	return c.actor.leads.to(c.m.vocabulary.numbers[c.m.byID[id].Needs[0].Action], resource)
}

// anyMay reports whether a lead of some principal that one has points from one of the steps to a resource.
func (c *changing) anyMay(resource string, ids ...string) bool {
	return slices.ContainsFunc(ids, func(id string) bool {
		return c.anyHeld(func(of *changing) bool { return of.may(id, resource) })
	})
}

// anyHeld reports whether something is so of some principal that one has, as the actor.
func (c *changing) anyHeld(is func(*changing) bool) bool {
	return slices.ContainsFunc(c.order, func(h *held) bool {
		q := c.m.subject(c.world, h.arn)
		return q != nil && is(&changing{search: c.search, actor: q})
	})
}

// any reports whether the actor has a lead to the step at all.
func (c *changing) any(id string) bool {
	return len(c.actor.leads[c.m.vocabulary.numbers[c.m.byID[id].Needs[0].Action]]) > 0
}

func (c *changing) add(id string, a attempt) {
	if mv := c.move(id, a); mv != nil {
		c.all = append(c.all, []*move{mv})
	}
}

// move is nil for one that was there.
func (c *changing) move(id string, a attempt) *move {
	a.step, a.account = c.m.byID[id], c.actor.account
	mv := &move{attempt: a, actor: c.actor.arn}
	if c.seen == nil {
		c.seen = map[string]bool{}
	}
	if key := mv.key(); !c.seen[key] {
		c.seen[key] = true
		return mv
	}
	return nil
}

// own are the changes of a principal that one has.
func (c *changing) own(q *subject) {
	if q.user != nil {
		c.holder("user", q.arn, attempt{user: q.user}, q.user.Inline, q.user.Attached)
		c.boundary("user", q, attempt{user: q.user})
		c.groups(q)
	} else if editable(q.role) {
		c.holder("role", q.arn, attempt{role: q.role}, q.role.Inline, q.role.Attached)
		c.boundary("role", q, attempt{role: q.role})
	}
	c.policies(managedOf(q))
}

// holder are the changes of the policies of one user, group or role.
func (c *changing) holder(kind, name string, a attempt, inline []directory.InlinePolicy, attached []string) {
	if id := "put-" + kind + "-policy"; c.may(id, name) {
		c.add(id, a)
		for _, p := range inline {
			if has(p.Document.Compiled().Document(), policy.Deny) {
				over := a
				over.inline = p.Name
				c.add(id, over)
			}
		}
	}
	if id := "attach-" + kind + "-policy"; c.may(id, name) {
		c.attach(id, a, attached)
	}
	if id := "delete-" + kind + "-policy"; c.may(id, name) {
		for _, p := range inline {
			if has(p.Document.Compiled().Document(), policy.Deny) {
				gone := a
				gone.inline = p.Name
				c.add(id, gone)
			}
		}
	}
	if id := "detach-" + kind + "-policy"; c.may(id, name) {
		for _, arn := range attached {
			if m := c.actor.account.Managed(arn); m == nil || has(m.Document.Compiled().Document(), policy.Deny) {
				gone := a
				gone.managed = arn
				c.add(id, gone)
			}
		}
	}
}

// attach tries the policy that allows everything first, and the others where that is refused.
func (c *changing) attach(id string, a attempt, attached []string) {
	var list []*move
	for _, arn := range c.attachable(id) {
		if slices.Contains(attached, arn) {
			continue
		}
		with := a
		with.managed = arn
		if mv := c.move(id, with); mv != nil {
			list = append(list, mv)
		}
	}
	if len(list) > 0 {
		c.all = append(c.all, list)
	}
}

// boundary are the changes of a principal's boundary. One that has none gets one only where a condition asks for it.
func (c *changing) boundary(kind string, q *subject, a attempt) {
	boundary := a.boundary()
	if id := "delete-" + kind + "-permissions-boundary"; boundary != "" && c.may(id, q.arn) {
		c.add(id, a)
	}
	id := "put-" + kind + "-permissions-boundary"
	if !c.may(id, q.arn) {
		return
	}
	var list []*move
	for _, arn := range c.boundaries(c.m.byID[id].Needs[0].Action) {
		if arn == boundary || boundary == "" && !c.asksForBoundary(arn) {
			continue
		}
		with := a
		with.managed = arn
		if mv := c.move(id, with); mv != nil {
			list = append(list, mv)
		}
	}
	c.all = append(c.all, list)
}

// groups are the changes of a user's groups, and of which those are.
func (c *changing) groups(q *subject) {
	for g := range q.account.GroupsOf(q.user) {
		name := q.account.ARN(g)
		c.holder("group", name, attempt{group: g}, g.Inline, g.Attached)
		a := attempt{user: q.user, group: g}
		if c.may("remove-user-from-group", name) && groupDenies(&attempt{account: q.account, group: g}) {
			c.add("remove-user-from-group", a)
		}
	}
	if !c.any("add-user-to-group") {
		return
	}
	for g := range q.account.Groups() {
		name := q.account.ARN(g)
		if !slices.Contains(q.user.Groups, g.ID) && c.may("add-user-to-group", name) && c.worthJoining(g, name) {
			c.add("add-user-to-group", attempt{user: q.user, group: g})
		}
	}
}

// worthJoining: a group whose policies allow a step, or that one may give some.
func (c *changing) worthJoining(g *directory.Group, name string) bool {
	for _, source := range c.actor.account.IdentityPolicies(g) {
		if len(c.m.vocabulary.of(source.Policy)) > 0 {
			return true
		}
	}
	return c.anyMay(name, "put-group-policy", "attach-group-policy") || slices.ContainsFunc(g.Attached, c.rewritable)
}

// rewritable reports whether one may perhaps write a policy anew.
func (c *changing) rewritable(arn string) bool {
	return c.actor.account.PolicyByARN(arn) != nil && c.anyMay(arn, "create-policy-version", "set-default-policy-version")
}

// policies are the changes of managed policies.
func (c *changing) policies(arns []string) {
	for _, arn := range arns {
		p := c.actor.account.PolicyByARN(arn)
		if p == nil {
			continue // AWS's, which nobody can change, or missing
		}
		if c.may("create-policy-version", arn) {
			c.add("create-policy-version", attempt{policy: p})
		}
		if c.may("set-default-policy-version", arn) {
			for i := range p.Versions {
				if v := &p.Versions[i]; v.Number != p.Default && c.worthBringingBack(p, v) {
					c.add("set-default-policy-version", attempt{policy: p, version: v.Number})
				}
			}
		}
	}
}

// worthBringingBack: a version that allows a step, or takes the place of one that denies.
func (c *changing) worthBringingBack(p *directory.Policy, v *directory.PolicyVersion) bool {
	return len(c.m.vocabulary.of(v.Document.Compiled())) > 0 || has(p.DefaultDocument().Compiled().Document(), policy.Deny)
}

// managedOf are the ARNs of all managed policies that bear on a principal.
func managedOf(q *subject) []string {
	if q.role != nil {
		return withBoundary(q.role.Attached, q.role.Boundary)
	}
	all := withBoundary(q.user.Attached, q.user.Boundary)
	for g := range q.account.GroupsOf(q.user) {
		all = append(all, g.Attached...)
	}
	return all
}

func withBoundary(attached []string, boundary string) []string {
	if boundary == "" {
		return slices.Clone(attached)
	}
	return append(slices.Clone(attached), boundary)
}

// trusts are the changes of trust policies of roles that are worth becoming.
func (c *changing) trusts() {
	const id = "update-assume-role-policy"
	if !c.any(id) {
		return
	}
	provider := ""
	if len(c.world.providers) > 0 {
		provider = c.world.providers[0]
	}
	open := trustAll(c.actor.account, provider)
	for _, name := range c.targets(c.actor, c.m.byID[id], c.roles) {
		account, r := c.world.roleAt(name)
		if r != nil && account == c.actor.account && editable(r) && c.wants(name) && r.Trust.Text != open.Text {
			c.add(id, attempt{role: r, provider: provider})
		}
	}
}
