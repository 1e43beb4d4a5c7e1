package guardrail

import (
	"fmt"
	"slices"
	"time"

	"github.com/warder-iam/warder/audit/repair"
	"github.com/warder-iam/warder/directory"
)

// policy plans for one customer-managed policy. When something was detached no record says; so the time counts that runs have
// found it so.
func (p *planner) policy(policy *directory.Policy) {
	resource, n := p.Account.ARN(policy), p.note(policy.ID)
	spare := spared(policy.Tags)
	gone := p.unattached(policy, resource, spare, &n)
	p.versions(policy, resource, spare, &n, gone)
	p.remember(policy.ID, n, true)
}

// unattached reports whether the policy is to be deleted.
func (p *planner) unattached(policy *directory.Policy, resource, spare string, n *Note) bool {
	switch {
	case p.Settings.UnattachedPolicies == 0 || p.Account.AttachedCount(resource)+p.Account.BoundaryCount(resource) > 0:
		n.Unattached = time.Time{}
		return false
	case n.Unattached.IsZero():
		n.Unattached = p.Now
	}
	d, due := p.counted(n.Unattached, p.Settings.UnattachedPolicies)
	if !due {
		return false
	}
	c := Change{
		Guardrail: UnattachedPolicies, Action: Call, Resource: resource, Since: n.Unattached,
		Why: fmt.Sprintf("policy %s was found attached to nothing, and nobody's boundary, since %s; %s count since then", policy.Name, day(n.Unattached), days(d)),
	}
	for i := range policy.Versions {
		if v := &policy.Versions[i]; v.Document.Err() != nil {
			p.skip(c.Guardrail, resource, fmt.Sprintf("its version v%d cannot be read, so it could not be made again", v.Number))
			return true
		}
	}
	for _, v := range slices.Backward(policy.Versions) {
		if v.Number != policy.Default {
			c.Steps = append(c.Steps, repair.DeleteVersion(resource, &v))
		}
	}
	c.Steps = append(c.Steps, repair.DeletePolicy(resource, policy, repair.PolicyDetails{Description: policy.Description, Tags: policy.Tags}))
	p.due(c, spare)
	return true
}

func (p *planner) versions(policy *directory.Policy, resource, spare string, n *Note, gone bool) {
	before := n.Versions
	n.Versions = nil
	if p.Settings.PolicyVersions == 0 {
		return
	}
	for _, v := range slices.Backward(policy.Versions) {
		if v.Number == policy.Default {
			continue
		}
		since := before[v.Number]
		if since.IsZero() {
			since = p.Now
		}
		if n.Versions == nil {
			n.Versions = map[int]time.Time{}
		}
		n.Versions[v.Number] = since
		d, due := p.counted(since, p.Settings.PolicyVersions)
		if !due || gone {
			continue
		}
		if v.Document.Err() != nil {
			p.skip(PolicyVersions, resource, fmt.Sprintf("its version v%d cannot be read, so it could not be made again", v.Number))
			continue
		}
		p.due(Change{
			Guardrail: PolicyVersions, Action: Call, Resource: resource, Since: since, Steps: []repair.Step{repair.DeleteVersion(resource, &v)},
			Why: fmt.Sprintf("version v%d of policy %s was found not to be the default one since %s; %s count since then", v.Number, policy.Name, day(since), days(d)),
		}, spare)
	}
}
