package repair

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/warder-iam/warder/directory"
)

// policy deletes the old versions of a policy, or a policy that nobody has.
func (m *maker) policy() string {
	p := m.account.PolicyByARN(m.finding.Resource)
	if p == nil {
		return gone
	}
	for i := range p.Versions {
		if v := &p.Versions[i]; v.Document.Err() != nil {
			return fmt.Sprintf("version v%d cannot be read, so it could not be made again", v.Number)
		}
	}
	switch {
	case m.is("versions") && len(p.Versions) > 1:
		m.deleteVersions(p)
		changed := p.Clone()
		changed.Versions = slices.DeleteFunc(changed.Versions, func(v directory.PolicyVersion) bool { return v.Number != p.Default })
		m.puts = append(m.puts, changed)
		return ""
	case m.is("unattached"):
		return m.deletePolicy(p)
	}
	return "the policy has no old version, or not any more after the changes before"
}

// deleteVersions deletes the old ones, the newest first: the way back makes the oldest first.
func (m *maker) deleteVersions(p *directory.Policy) {
	name := m.account.ARN(p)
	for _, v := range slices.Backward(p.Versions) {
		if v.Number == p.Default {
			continue
		}
		m.step(DeleteVersion(name, &v))
	}
}

// DeleteVersion is the step that deletes a version of the policy with that ARN, which must not be the default one.
func DeleteVersion(policyARN string, v *directory.PolicyVersion) Step {
	version := "v" + strconv.Itoa(v.Number)
	return Step{
		Text: "delete version " + version + " of policy " + policyARN,
		Diff: lines("-", v.Document.Text),
		Call: call("DeletePolicyVersion", "PolicyArn", policyARN, "VersionId", version),
		Undo: []Call{call("CreatePolicyVersion", "PolicyArn", policyARN, "PolicyDocument", v.Document.Text, "SetAsDefault", "false")},
	}
}

// deletePolicy deletes a policy that is attached to nothing and is nobody's boundary.
func (m *maker) deletePolicy(p *directory.Policy) string {
	name := m.account.ARN(p)
	details, ok := m.in.Details[name]
	switch {
	case m.account.AttachedCount(name)+m.account.BoundaryCount(name) > 0:
		return "the policy is attached, or is a boundary"
	case !ok:
		return "its tags are not known, so they could not be given back: only a live Warder is asked for them"
	}
	m.deleteVersions(p)
	m.step(DeletePolicy(name, p, details))
	m.deletes = append(m.deletes, p)
	return ""
}

// DeletePolicy is the step that deletes the policy with that ARN, once it has no version but the default one.
func DeletePolicy(policyARN string, p *directory.Policy, details PolicyDetails) Step {
	text := p.DefaultDocument().Text
	create := call("CreatePolicy", "PolicyName", p.Name, "Path", p.Path, "PolicyDocument", text)
	if details.Description != "" {
		create.Params["Description"] = details.Description
	}
	for i, t := range details.Tags {
		create.Params[fmt.Sprintf("Tags.member.%d.Key", i+1)] = t.Key
		create.Params[fmt.Sprintf("Tags.member.%d.Value", i+1)] = t.Value
	}
	return Step{
		Text: "delete policy " + policyARN, Diff: lines("-", text),
		Call: call("DeletePolicy", "PolicyArn", policyARN), Undo: []Call{create},
	}
}

// detachEverywhere detaches a managed policy from whoever has it.
func (m *maker) detachEverywhere() string {
	name := m.finding.Resource
	for e := range m.account.AttachedTo(name) {
		kind, holder, changed := "", "", directory.Entity(nil)
		switch e := e.(type) {
		case *directory.User:
			c := e.Clone()
			c.Attached = without(c.Attached, name)
			kind, holder, changed = "User", e.Name, c
		case *directory.Group:
			c := e.Clone()
			c.Attached = without(c.Attached, name)
			kind, holder, changed = "Group", e.Name, c
		case *directory.Role:
			c := e.Clone()
			c.Attached = without(c.Attached, name)
			kind, holder, changed = "Role", e.Name, c
		}
		m.detach(kind, holder, name)
		m.puts = append(m.puts, changed)
	}
	if len(m.steps) == 0 {
		return "the policy is attached to nobody, or not any more after the changes before"
	}
	return ""
}

// detach is the step that detaches a managed policy from a User, Group or Role.
func (m *maker) detach(kind, holder, policy string) {
	of := func(verb string) Call { return call(verb+kind+"Policy", kind+"Name", holder, "PolicyArn", policy) }
	m.step(Step{
		Text: "detach " + policy + " from " + words[kind] + " " + holder, Diff: []string{"- " + policy},
		Call: of("Detach"), Undo: []Call{of("Attach")},
	})
}

// deleteInline is the step that deletes an inline policy of a User or Group.
func (m *maker) deleteInline(kind, holder string, p *directory.InlinePolicy) {
	m.step(Step{
		Text: "delete inline policy " + p.Name + " of " + words[kind] + " " + holder, Diff: lines("-", p.Document.Text),
		Call: call("Delete"+kind+"Policy", kind+"Name", holder, "PolicyName", p.Name),
		Undo: []Call{call("Put"+kind+"Policy", kind+"Name", holder, "PolicyName", p.Name, "PolicyDocument", p.Document.Text)},
	})
}

// words are the kinds of holders as people call them.
var words = map[string]string{"User": "user", "Group": "group", "Role": "role"}

func without(list []string, name string) []string {
	return slices.DeleteFunc(list, func(s string) bool { return s == name })
}
