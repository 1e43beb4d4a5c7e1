package escalation

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/policy/eval"
)

// The exhaustive search knows nothing of graphs, steps and leads: it plays every operation of IAM that a principal is
// allowed, with every parameter of a small account, and then every operation that it is allowed after that, to a depth. What it
// shares with the graph is authz, which decides, and directory, which holds the account.

// position is what somebody has at some time.
type position struct {
	snap *directory.Snapshot
	have map[string]bool // ARN -> with its second factor
}

// exhaustive looks whether somebody becomes an administrator by at most depth operations. It gives how many operations that
// takes, -1 for a proof that it does not happen; proved is false where there were too many positions to look at.
func exhaustive(snap *directory.Snapshot, from string, depth, mostPositions int) (operations int, proved bool) {
	seen := map[string]bool{}
	level := []position{{snap, map[string]bool{from: true}}}
	for n := 0; n <= depth; n++ {
		var next []position
		for _, p := range level {
			if p.rules() {
				return n, true
			}
			if n == depth {
				continue
			}
			for _, q := range p.after() {
				if key := q.fingerprint(); !seen[key] {
					seen[key] = true
					next = append(next, q)
				}
			}
			if len(seen) > mostPositions {
				return 0, false
			}
		}
		level = next
	}
	return -1, true
}

func (p position) fingerprint() string {
	var b strings.Builder
	for e := range p.snap.Account(home).Entities() {
		text, err := json.Marshal(e)
		if err != nil {
			panic(err)
		}
		b.Write(text)
	}
	for _, name := range slices.Sorted(maps.Keys(p.have)) {
		b.WriteString(name)
		if p.have[name] {
			b.WriteString("+")
		}
	}
	return b.String()
}

// addresses that requests come from: one of a network that conditions of the tests name, and one of another.
var addresses = []string{"198.51.100.7", "203.0.113.9"}

// may asks authz, without a second factor and with one, from each address.
func (p position) may(name, action, resource string, keys ...string) bool {
	return p.mayWith(name, false, action, resource, keys...) || p.have[name] && p.mayWith(name, true, action, resource, keys...)
}

func (p position) mayWith(name string, factor bool, action, resource string, keys ...string) bool {
	return slices.ContainsFunc(addresses, func(address string) bool {
		d := p.decide(name, factor, address, action, resource, keys...)
		return d.Allowed()
	})
}

func (p position) decide(name string, factor bool, address, action, resource string, keys ...string) authz.Decision {
	caller, ok := authz.Principal(p.snap, name, now)
	if !ok {
		return authz.Decision{}
	}
	if factor {
		if caller.Session == nil {
			caller.Session = &authz.Session{Type: authz.SessionToken, UserARN: name, Issued: now}
		}
		caller.Session.MFA = now
	}
	return authz.Decide(p.snap, caller, &authz.Environment{Time: now, Secure: true, SourceIP: address}, p.request(action, resource, keys))
}

// tags are those that conditions of the tests ask for.
var tags = []directory.Tag{{Key: "team", Value: "ops"}, {Key: "open", Value: "yes"}}

func (p position) request(action, resource string, keys []string) *authz.Ask {
	ask := &authz.Ask{Action: action, Resource: resource, ResourceAccount: home}
	for i := 0; i < len(keys); i += 2 {
		if keys[i] == "tag" {
			ask.RequestTags = slices.DeleteFunc(slices.Clone(tags), func(t directory.Tag) bool { return t.Key != keys[i+1] })
		} else if keys[i+1] != "" {
			ask.Context.Set(keys[i], keys[i+1])
		}
	}
	a := p.snap.Account(home)
	for r := range a.Roles() {
		if a.ARN(r) == resource {
			ask.ResourceTags = r.Tags
			if strings.HasPrefix(action, "sts:") {
				ask.ResourcePolicy, ask.ResourceKind = &eval.Source{Name: "trust", Policy: r.Trust.Compiled()}, eval.Authoritative
			}
		}
	}
	for u := range a.Users() {
		if a.ARN(u) == resource {
			ask.ResourceTags = u.Tags
		}
	}
	return ask
}

// service reports whether a role lets a service assume it.
func (p position) service(role, service string) bool {
	caller := &authz.Caller{Kind: eval.Service, ARN: service, Services: []string{service}}
	d := authz.Decide(p.snap, caller, &authz.Environment{Time: now, Secure: true}, p.request("sts:AssumeRole", role, []string{"aws:SourceAccount", home}))
	return d.Allowed()
}

// rules reports whether one has somebody who may do as good as everything to the identities of the account.
func (p position) rules() bool {
	const fresh = "/some-new-name"
	for name := range p.have {
		given, wanting := 0, 0
		for _, q := range [][]string{
			{"iam:PutUserPolicy", "user"},
			{"iam:AttachUserPolicy", "user", "iam:PolicyARN", administratorARN},
			{"iam:PutRolePolicy", "role"},
			{"iam:AttachRolePolicy", "role", "iam:PolicyARN", administratorARN},
			{"iam:PutGroupPolicy", "group"},
			{"iam:AttachGroupPolicy", "group", "iam:PolicyARN", administratorARN},
			{"iam:AddUserToGroup", "group"},
			{"iam:CreatePolicyVersion", "policy"},
			{"iam:UpdateAssumeRolePolicy", "role"},
			{"iam:CreateAccessKey", "user"},
			{"iam:CreateUser", "user"},
			{"iam:CreateRole", "role"},
			{"iam:CreatePolicy", "policy"},
		} {
			resource := "arn:aws:iam::" + home + ":" + q[1] + fresh
			switch d := p.decide(name, false, addresses[0], q[0], resource, q[2:]...); {
			case p.may(name, q[0], resource, q[2:]...):
				if !strings.HasPrefix(q[0], "iam:Create") || q[0] == "iam:CreateAccessKey" || q[0] == "iam:CreatePolicyVersion" {
					given++
				}
			case d.Verdict == eval.ExplicitDeny || d.Layer == eval.LayerSCP:
			default:
				wanting++
			}
		}
		if given > 0 && wanting == 0 {
			return true
		}
	}
	return false
}

const (
	administratorARN = "arn:aws:iam::aws:policy/AdministratorAccess"
	allowAll         = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
	trustAnyone      = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}`
)

// after are the positions after one operation more.
func (p position) after() []position {
	var all []position
	a := p.snap.Account(home)
	for name := range p.have {
		can := func(action, resource string, keys ...string) bool { return p.may(name, action, resource, keys...) }
		change := func(entities ...directory.Entity) {
			all = append(all, position{p.snap.With(2, home, entities, nil), p.have})
		}
		gain := func(target string, factor bool) {
			have := maps.Clone(p.have)
			have[target] = have[target] || factor
			all = append(all, position{p.snap, have})
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
		if _, mine := p.have[name]; mine && can("iam:EnableMFADevice", name) && can("iam:CreateVirtualMFADevice", "arn:aws:iam::"+home+":mfa/any") {
			gain(name, true)
		}
		policiesOf(a, "User", name, boundary, can, change, func() (directory.Entity, *[]directory.InlinePolicy, *[]string, *string) {
			c := u.Clone()
			return c, &c.Inline, &c.Attached, &c.Boundary
		})
		for _, tag := range tags {
			if !slices.Contains(u.Tags, tag) && can("iam:TagUser", name, "tag", tag.Key) {
				c := u.Clone()
				c.Tags = append(c.Tags, tag)
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
		if made := "arn:aws:iam::" + home + ":user/made"; a.User("made") == nil && can("iam:CreateUser", made, "iam:PermissionsBoundary", boundary) {
			change(&directory.User{ID: "AIDAMADE", Name: "made", Path: "/", Boundary: boundary})
		}
	}
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
	if made := "arn:aws:iam::" + home + ":group/made"; a.Group("made") == nil && can("iam:CreateGroup", made) {
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
		if can("iam:PassRole", name, "iam:PassedToService", "lambda.amazonaws.com") && p.service(name, "lambda.amazonaws.com") &&
			can("lambda:CreateFunction", "arn:aws:lambda:us-east-1:"+home+":function:f") && can("lambda:InvokeFunction", "arn:aws:lambda:us-east-1:"+home+":function:f") {
			gain(name, false)
		}
		if strings.HasPrefix(r.Path, "/aws-") {
			continue
		}
		for _, tag := range tags {
			if !slices.Contains(r.Tags, tag) && can("iam:TagRole", name, "tag", tag.Key) {
				c := r.Clone()
				c.Tags = append(c.Tags, tag)
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
		if made := "arn:aws:iam::" + home + ":role/made"; a.Role("made") == nil && can("iam:CreateRole", made, "iam:PermissionsBoundary", boundary) {
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
	if made := "arn:aws:iam::" + home + ":policy/made"; a.Policy("made") == nil && can("iam:CreatePolicy", made) {
		change(&directory.Policy{ID: "ANPAMADE", Name: "made", Path: "/", Default: 1, Latest: 1, Versions: []directory.PolicyVersion{{Number: 1, Document: directory.Document{Text: allowAll}}}})
	}
}
