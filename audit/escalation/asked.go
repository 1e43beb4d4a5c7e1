package escalation

import (
	"slices"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/policy"
	"github.com/warder-iam/warder/policy/eval"
)

// conditions gives those of the policies of all that one has.
func (c *changing) conditions(yield func(*policy.Condition)) {
	for _, h := range c.order {
		if s := c.m.subject(c.world, h.arn); s != nil {
			c.conditionsOf(s.entity(), yield)
		}
	}
}

// conditionsAhead gives those of the policies that one may take, and that bind then.
func (c *changing) conditionsAhead(yield func(*policy.Condition)) {
	for _, g := range c.denyingGroups() {
		c.conditionsOf(g, yield)
	}
	for _, name := range c.bindingPolicies() {
		eachCondition(c.actor.account.Managed(name).Document.Compiled().Document(), yield)
	}
}

func (c *changing) conditionsOf(e directory.Entity, yield func(*policy.Condition)) {
	for _, source := range c.actor.account.IdentityPolicies(e) {
		eachCondition(source.Policy.Document(), yield)
	}
}

func eachCondition(doc *policy.Document, yield func(*policy.Condition)) {
	if doc == nil {
		return
	}
	for i := range doc.Statements {
		for j := range doc.Statements[i].Condition {
			yield(&doc.Statements[i].Condition[j])
		}
	}
}

// asksForBoundary reports whether a condition on the boundary of whom something is done to names a policy, or wants any: that
// is Null with "false".
func (c *changing) asksForBoundary(name string) bool {
	asks := false
	c.conditions(func(condition *policy.Condition) {
		if eval.FoldKey(condition.Key.Text) == "iam:permissionsboundary" {
			asks = asks || slices.ContainsFunc(condition.Values, func(v policy.Value) bool { return v.Text == "false" || arn.Glob(v.Text, name) })
		}
	})
	return asks
}
