package repair

import (
	"slices"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/directory"
)

// group deletes a group without members or without policies: nobody has a permission by it.
func (m *maker) group() string {
	name, ok := m.named(arn.KindGroup)
	if !ok {
		return gone
	}
	g := m.account.Group(name)
	switch {
	case g == nil:
		return gone
	case m.account.MemberCount(g.ID) > 0 && len(g.Attached)+len(g.Inline) > 0:
		return "the group has members and policies"
	}
	for i := range g.Inline {
		if p := &g.Inline[i]; p.Document.Err() != nil {
			return "inline policy " + p.Name + " cannot be read, so it could not be made again"
		}
	}
	for u := range m.account.Members(g.ID) {
		m.leave(u, g)
	}
	for _, p := range g.Attached {
		m.detach("Group", g.Name, p)
	}
	for i := range g.Inline {
		m.deleteInline("Group", g.Name, &g.Inline[i])
	}
	m.step(Step{
		Text: "delete group " + g.Name, Diff: []string{"- " + m.account.ARN(g)},
		Call: call("DeleteGroup", "GroupName", g.Name), Undo: []Call{call("CreateGroup", "GroupName", g.Name, "Path", g.Path)},
	})
	m.deletes = append(m.deletes, g)
	return ""
}

// leave takes a user out of a group.
func (m *maker) leave(u *directory.User, g *directory.Group) {
	params := []string{"GroupName", g.Name, "UserName", u.Name}
	m.step(Step{
		Text: "take user " + u.Name + " out of group " + g.Name, Diff: []string{"- member " + u.Name},
		Call: call("RemoveUserFromGroup", params...), Undo: []Call{call("AddUserToGroup", params...)},
	})
	changed := u.Clone()
	changed.Groups = without(changed.Groups, g.ID)
	m.puts = append(m.puts, changed)
}

// moveToGroup takes policies from a user that groups give it as well: those that it is in, or one that holds nothing that
// the user has not, which it joins first.
func (m *maker) moveToGroup() string {
	u := m.user()
	if u == nil {
		return gone
	}
	own := policiesOf(u.Attached, u.Inline)
	if len(own) == 0 {
		return "the user has no policy of its own, or not any more after the changes before"
	}
	for i := range u.Inline {
		if p := &u.Inline[i]; p.Document.Err() != nil {
			return "inline policy " + p.Name + " cannot be read, so it could not be made again"
		}
	}
	changed := u.Clone()
	changed.Attached, changed.Inline = nil, nil
	if joined, ok := m.groupFor(u, own); !ok {
		return "no group gives just these permissions: make one, put the user in, and try again"
	} else if joined != nil {
		params := []string{"GroupName", joined.Name, "UserName", u.Name}
		m.step(Step{
			Text: "make user " + u.Name + " a member of group " + joined.Name, Diff: []string{"+ member " + u.Name},
			Call: call("AddUserToGroup", params...), Undo: []Call{call("RemoveUserFromGroup", params...)},
		})
		changed.Groups = append(changed.Groups, joined.ID)
	}
	for _, p := range u.Attached {
		m.detach("User", u.Name, p)
	}
	for i := range u.Inline {
		m.deleteInline("User", u.Name, &u.Inline[i])
	}
	m.puts = append(m.puts, changed)
	return ""
}

// groupFor finds a group that a user may join to have all of its own policies by groups; nil where those that it is in have
// them. ok is false where there is none that gives neither less nor more.
func (m *maker) groupFor(u *directory.User, own []string) (g *directory.Group, ok bool) {
	var by []string // policies by groups
	for g := range m.account.GroupsOf(u) {
		by = append(by, policiesOf(g.Attached, g.Inline)...)
	}
	has := func(list []string) func(string) bool {
		return func(p string) bool { return slices.Contains(list, p) }
	}
	rest := slices.DeleteFunc(slices.Clone(own), has(by))
	if len(rest) == 0 {
		return nil, true
	}
	all := append(slices.Clone(own), by...)
	for g := range m.account.Groups() {
		its := policiesOf(g.Attached, g.Inline)
		missing := slices.DeleteFunc(slices.Clone(rest), has(its))
		more := slices.DeleteFunc(slices.Clone(its), has(all))
		if len(missing)+len(more) == 0 {
			return g, true
		}
	}
	return nil, false
}

// policiesOf are what tells policies apart: managed ones by ARN, inline ones by their text.
func policiesOf(attached []string, inline []directory.InlinePolicy) []string {
	all := slices.Clone(attached)
	for i := range inline {
		all = append(all, inline[i].Document.Text)
	}
	return all
}
