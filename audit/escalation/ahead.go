package escalation

import (
	"slices"

	"github.com/warder-iam/warder/directory"
)

// What one does not have yet binds nobody that one has: a group that one may join, a policy that one may attach or make a
// boundary. Where it denies or binds, it is changed before one takes it; afterwards one may no longer be allowed to. All else
// can be taken first and changed then.

// ahead are the changes of what denies or binds and is not had yet.
func (c *changing) ahead() {
	for _, g := range c.denyingGroups() {
		c.holder("group", c.actor.account.ARN(g), attempt{group: g}, g.Inline, g.Attached)
		c.policies(g.Attached)
	}
	c.policies(c.bindingPolicies())
}

// denyingGroups are those that deny, and that one may put a user that one has into.
func (c *changing) denyingGroups() []*directory.Group {
	var all []*directory.Group
	for g := range c.actor.account.Groups() {
		if groupDenies(&attempt{account: c.actor.account, group: g}) && c.anyMay(c.actor.account.ARN(g), "add-user-to-group") && c.anyOutside(g) {
			all = append(all, g)
		}
	}
	return all
}

// anyOutside reports whether some user that one has is no member of a group.
func (c *changing) anyOutside(g *directory.Group) bool {
	return c.anyHeld(func(of *changing) bool {
		q := of.actor
		return q.account == c.actor.account && q.user != nil && !slices.Contains(q.user.Groups, g.ID)
	})
}

// bindingPolicies are the account's own policies that one may perhaps attach, where they deny, or make a boundary of
// somebody that one has.
func (c *changing) bindingPolicies() []string {
	attach := c.anyHeld(func(of *changing) bool {
		return slices.ContainsFunc([]string{"attach-user-policy", "attach-group-policy", "attach-role-policy"}, of.any)
	})
	bind := c.anyHeld(func(of *changing) bool { return c.mayBind(of.actor) })
	another := bind && c.anyHeld(func(of *changing) bool { return boundaryOf(of.actor) != "" && c.mayBind(of.actor) })
	var all []string
	for p := range c.actor.account.Policies() {
		a := attempt{account: c.actor.account, managed: c.actor.account.ARN(p)}
		if another || bind && c.asksForBoundary(a.managed) || attach && managedDenies(&a) {
			all = append(all, a.managed)
		}
	}
	return all
}

// mayBind reports whether one may perhaps give a principal a boundary.
func (c *changing) mayBind(q *subject) bool {
	id := "put-user-permissions-boundary"
	if q.role != nil {
		id = "put-role-permissions-boundary"
	}
	return q.account == c.actor.account && c.anyMay(q.arn, id)
}

// boundaryOf is the ARN of a principal's boundary; "" for none.
func boundaryOf(q *subject) string { return (&attempt{user: q.user, role: q.role}).boundary() }
