package exhaustive

import (
	"maps"
	"slices"
	"strings"

	"github.com/warder-iam/warder/directory"
)

const (
	administratorARN = "arn:aws:iam::aws:policy/AdministratorAccess"
	allowAll         = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
	trustAnyone      = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}`
)

// after are the positions after one operation more.
func (p position) after() []position {
	var all []position
	a := p.snap.Account(p.Account)
	for name := range p.have {
		can := func(action, resource string, keys ...string) bool { return p.may(name, action, resource, keys...) }
		change := func(entities ...directory.Entity) {
			all = append(all, position{p.Search, p.snap.With(2, p.Account, entities, nil), p.have})
		}
		gain := func(target string, factor bool) {
			have := maps.Clone(p.have)
			have[target] = have[target] || factor
			all = append(all, position{p.Search, p.snap, have})
		}
		p.users(a, can, change, gain)
		p.groups(a, can, change)
		p.roles(a, name, can, change, gain)
		p.policies(a, can, change)
	}
	return all
}

type (
	canFunc    func(action, resource string, keys ...string) bool
	changeFunc func(...directory.Entity)
	gainFunc   func(target string, factor bool)
)

// managed are the policies that may be attached.
func managed(a *directory.Account) []string {
	all := []string{administratorARN}
	for m := range a.Policies() {
		all = append(all, a.ARN(m))
	}
	return all
}

func (p position) users(a *directory.Account, can canFunc, change changeFunc, gain gainFunc) {
	for u := range a.Users() {
		name, boundary := a.ARN(u), u.Boundary
		if can("iam:CreateAccessKey", name) && (len(a.Keys(u.ID)) < 2 || can("iam:DeleteAccessKey", name)) {
			gain(name, false)
		}
		guarded := len(a.MFADevicesOf(u.ID)) > 0 && !can("iam:DeactivateMFADevice", name)
		if a.LoginProfile(u.ID) == nil && can("iam:CreateLoginProfile", name) && !guarded {
			gain(name, false)
		}
		if a.LoginProfile(u.ID) != nil && can("iam:UpdateLoginProfile", name) && !guarded {
			gain(name, false)
		}
		if _, mine := p.have[name]; mine && can("iam:EnableMFADevice", name) && can("iam:CreateVirtualMFADevice", "arn:aws:iam::"+p.Account+":mfa/any") {
			gain(name, true)
		}
		policiesOf(a, "User", name, boundary, can, change, func() (directory.Entity, *[]directory.InlinePolicy, *[]string, *string) {
			c := u.Clone()
			return c, &c.Inline, &c.Attached, &c.Boundary
		})
		for _, tag := range p.Tags {
			if !slices.Contains(u.Tags, tag) && can("iam:TagUser", name, "tag", tag.Key) {
				c := u.Clone()
				c.Tags = retagged(c.Tags, tag)
				change(c)
			}
		}
		for g := range a.Groups() {
			in := slices.Contains(u.Groups, g.ID)
			c := u.Clone()
			if !in && can("iam:AddUserToGroup", a.ARN(g)) {
				c.Groups = append(c.Groups, g.ID)
				change(c)
			}
			if in && can("iam:RemoveUserFromGroup", a.ARN(g)) {
				c.Groups = slices.DeleteFunc(c.Groups, func(id string) bool { return id == g.ID })
				change(c)
			}
		}
	}
	for _, boundary := range append(managed(a), "") {
		if made := "arn:aws:iam::" + p.Account + ":user/made"; a.User("made") == nil && can("iam:CreateUser", made, "iam:PermissionsBoundary", boundary) {
			change(&directory.User{ID: "AIDAMADE", Name: "made", Path: "/", Boundary: boundary})
		}
	}
}

// retagged are tags with one more, in place of that with its key.
func retagged(tags []directory.Tag, tag directory.Tag) []directory.Tag {
	return append(slices.DeleteFunc(tags, func(t directory.Tag) bool { return strings.EqualFold(t.Key, tag.Key) }), tag)
}

// policiesOf are the changes of the policies of a user, group or role.
func policiesOf(a *directory.Account, kind, name, boundary string, can canFunc, change changeFunc, clone func() (directory.Entity, *[]directory.InlinePolicy, *[]string, *string)) {
	const key, own = "iam:PolicyARN", "iam:PermissionsBoundary"
	_, inline, attached, _ := clone()
	if can("iam:Put"+kind+"Policy", name, own, boundary) {
		for _, over := range append([]directory.InlinePolicy{{Name: "new"}}, *inline...) {
			e, list, _, _ := clone()
			*list = append(slices.DeleteFunc(*list, func(i directory.InlinePolicy) bool { return i.Name == over.Name }),
				directory.InlinePolicy{Name: over.Name, Document: directory.Document{Text: allowAll}})
			change(e)
		}
	}
	if can("iam:Delete"+kind+"Policy", name, own, boundary) {
		for _, gone := range *inline {
			e, list, _, _ := clone()
			*list = slices.DeleteFunc(*list, func(i directory.InlinePolicy) bool { return i.Name == gone.Name })
			change(e)
		}
	}
	for _, m := range managed(a) {
		has := slices.Contains(*attached, m)
		e, _, list, _ := clone()
		if !has && can("iam:Attach"+kind+"Policy", name, key, m, own, boundary) {
			*list = append(*list, m)
			change(e)
		}
		if has && can("iam:Detach"+kind+"Policy", name, key, m, own, boundary) {
			*list = slices.DeleteFunc(*list, func(other string) bool { return other == m })
			change(e)
		}
		if e, _, _, limit := clone(); limit != nil && *limit != m && can("iam:Put"+kind+"PermissionsBoundary", name, own, m) {
			*limit = m
			change(e)
		}
	}
	if boundary != "" && can("iam:Delete"+kind+"PermissionsBoundary", name, own, boundary) {
		e, _, _, limit := clone()
		*limit = ""
		change(e)
	}
}

func (p position) groups(a *directory.Account, can canFunc, change changeFunc) {
	for g := range a.Groups() {
		policiesOf(a, "Group", a.ARN(g), "", can, change, func() (directory.Entity, *[]directory.InlinePolicy, *[]string, *string) {
			c := g.Clone()
			return c, &c.Inline, &c.Attached, nil
		})
	}
	if made := "arn:aws:iam::" + p.Account + ":group/made"; a.Group("made") == nil && can("iam:CreateGroup", made) {
		change(&directory.Group{ID: "AGPAMADE", Name: "made", Path: "/"})
	}
}

func (p position) roles(a *directory.Account, actor string, can canFunc, change changeFunc, gain gainFunc) {
	for r := range a.Roles() {
		name := a.ARN(r)
		for _, factor := range []bool{false, true} {
			if (!factor || p.have[actor]) && p.mayWith(actor, factor, "sts:AssumeRole", name) {
				gain(name, p.have[actor])
			}
		}
		if p.handed(a, r, can) || p.takenOver(name, can) || p.vouched(a, r, can) {
			gain(name, false)
		}
		if strings.HasPrefix(r.Path, "/aws-") {
			continue
		}
		for _, tag := range p.Tags {
			if !slices.Contains(r.Tags, tag) && can("iam:TagRole", name, "tag", tag.Key) {
				c := r.Clone()
				c.Tags = retagged(c.Tags, tag)
				change(c)
			}
		}
		if can("iam:UpdateAssumeRolePolicy", name) {
			c := r.Clone()
			c.Trust = directory.Document{Text: trustAnyone}
			change(c)
		}
		policiesOf(a, "Role", name, r.Boundary, can, change, func() (directory.Entity, *[]directory.InlinePolicy, *[]string, *string) {
			c := r.Clone()
			return c, &c.Inline, &c.Attached, &c.Boundary
		})
	}
	for _, boundary := range append(managed(a), "") {
		if made := "arn:aws:iam::" + p.Account + ":role/made"; a.Role("made") == nil && can("iam:CreateRole", made, "iam:PermissionsBoundary", boundary) {
			change(&directory.Role{ID: "AROAMADE", Name: "made", Path: "/", MaxSession: 3600, Boundary: boundary, Trust: directory.Document{Text: trustAnyone}})
		}
	}
}

func (p position) policies(a *directory.Account, can canFunc, change changeFunc) {
	for m := range a.Policies() {
		name := a.ARN(m)
		if can("iam:CreatePolicyVersion", name) && (len(m.Versions) < 5 || can("iam:DeletePolicyVersion", name)) && m.DefaultDocument().Text != allowAll {
			c := m.Clone()
			c.Latest++
			c.Default = c.Latest
			c.Versions = append(c.Versions, directory.PolicyVersion{Number: c.Latest, Document: directory.Document{Text: allowAll}})
			change(c)
		}
		for _, v := range m.Versions {
			if v.Number != m.Default && can("iam:SetDefaultPolicyVersion", name) {
				c := m.Clone()
				c.Default = v.Number
				change(c)
			}
		}
	}
	if made := "arn:aws:iam::" + p.Account + ":policy/made"; a.Policy("made") == nil && can("iam:CreatePolicy", made) {
		change(&directory.Policy{ID: "ANPAMADE", Name: "made", Path: "/", Default: 1, Latest: 1, Versions: []directory.PolicyVersion{{Number: 1, Document: directory.Document{Text: allowAll}}}})
	}
}
