package warder

import (
	"slices"
	"strconv"
	"strings"

	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/warder"
	"github.com/warder-iam/warder/policy"
)

// supposed are two states of an account: as it is, and as calls that nobody has made would leave it.
type supposed struct {
	all           *directory.Snapshot // with the other accounts, whose principals trust policies name
	account       string
	before, after *directory.Snapshot
}

func suppose(all *directory.Snapshot, account string) *supposed {
	own := all.Only(account) // what principals of other accounts gain is theirs to see
	return &supposed{all: all, account: account, before: own, after: own}
}

// apply has the state of after as the call would leave it. Quotas, and whether the caller may make the call, are for the
// call itself to say.
func (s *supposed) apply(change *api.PolicyChange) error {
	call := policyCalls[change.Call]
	if err := call.check(change); err != nil {
		return err
	}
	e, err := call.make(s, s.after.Account(s.account), change)
	if err != nil {
		return err
	}
	s.put(&s.after, e)
	return nil
}

func (s *supposed) put(state **directory.Snapshot, e directory.Entity) {
	*state = (*state).With((*state).Revision()+1, s.account, []directory.Entity{e}, nil)
}

// policyCall is a call of IAM that changes what somebody may do.
type policyCall struct {
	// takes are the parameters, all of which it needs.
	takes []string
	// make gives the changed entity.
	make func(s *supposed, a *directory.Account, change *api.PolicyChange) (directory.Entity, error)
}

// policyCalls by the names of IAM's API.
var policyCalls = map[string]policyCall{
	"PutUserPolicy":  {[]string{"userName", "policyName", "policyDocument"}, onHolder(putInline)},
	"PutGroupPolicy": {[]string{"groupName", "policyName", "policyDocument"}, onHolder(putInline)},
	"PutRolePolicy":  {[]string{"roleName", "policyName", "policyDocument"}, onHolder(putInline)},

	"DeleteUserPolicy":  {[]string{"userName", "policyName"}, onHolder(deleteInline)},
	"DeleteGroupPolicy": {[]string{"groupName", "policyName"}, onHolder(deleteInline)},
	"DeleteRolePolicy":  {[]string{"roleName", "policyName"}, onHolder(deleteInline)},

	"AttachUserPolicy":  {[]string{"userName", "policyArn"}, onHolder(attach)},
	"AttachGroupPolicy": {[]string{"groupName", "policyArn"}, onHolder(attach)},
	"AttachRolePolicy":  {[]string{"roleName", "policyArn"}, onHolder(attach)},

	"DetachUserPolicy":  {[]string{"userName", "policyArn"}, onHolder(detach)},
	"DetachGroupPolicy": {[]string{"groupName", "policyArn"}, onHolder(detach)},
	"DetachRolePolicy":  {[]string{"roleName", "policyArn"}, onHolder(detach)},

	"PutUserPermissionsBoundary":    {[]string{"userName", "policyArn"}, onHolder(setBoundary)},
	"PutRolePermissionsBoundary":    {[]string{"roleName", "policyArn"}, onHolder(setBoundary)},
	"DeleteUserPermissionsBoundary": {[]string{"userName"}, onHolder(setBoundary)},
	"DeleteRolePermissionsBoundary": {[]string{"roleName"}, onHolder(setBoundary)},

	"CreatePolicyVersion":     {[]string{"policyArn", "policyDocument"}, newVersion},
	"SetDefaultPolicyVersion": {[]string{"policyArn", "versionId"}, otherVersion},
	"UpdateAssumeRolePolicy":  {[]string{"roleName", "policyDocument"}, newTrust},
	"AddUserToGroup":          {[]string{"userName", "groupName"}, join},
	"RemoveUserFromGroup":     {[]string{"userName", "groupName"}, leave},
}

// check refuses a change that lacks a parameter of its call, or has one that the call does not take.
func (call *policyCall) check(change *api.PolicyChange) error {
	for _, p := range []struct {
		name  string
		value *string
	}{
		{"userName", change.UserName}, {"groupName", change.GroupName}, {"roleName", change.RoleName}, {"policyArn", change.PolicyArn},
		{"policyName", change.PolicyName}, {"policyDocument", change.PolicyDocument}, {"versionId", change.VersionId},
	} {
		switch taken := slices.Contains(call.takes, p.name); {
		case taken && p.value == nil:
			return invalid("%s needs %s", change.Call, p.name)
		case !taken && p.value != nil:
			return invalid("%s takes no %s", change.Call, p.name)
		}
	}
	return nil
}

// holder is a user, group or role as a copy to change.
type holder struct {
	entity   directory.Entity
	attached *[]string
	inline   *[]directory.InlinePolicy
	boundary *string // nil of a group
}

// onHolder is a change of the one user, group or role that the call names.
func onHolder(edit func(a *directory.Account, h *holder, change *api.PolicyChange) error) func(*supposed, *directory.Account, *api.PolicyChange) (directory.Entity, error) {
	return func(_ *supposed, a *directory.Account, change *api.PolicyChange) (directory.Entity, error) {
		h, err := holderOf(a, change)
		if err != nil {
			return nil, err
		}
		return h.entity, edit(a, h, change)
	}
}

func holderOf(a *directory.Account, change *api.PolicyChange) (*holder, error) {
	switch {
	case change.UserName != nil:
		u, err := userNamed(a, *change.UserName)
		if err != nil {
			return nil, err
		}
		return &holder{u, &u.Attached, &u.Inline, &u.Boundary}, nil
	case change.GroupName != nil:
		g := a.Group(*change.GroupName)
		if g == nil {
			return nil, missing("group", *change.GroupName)
		}
		g = g.Clone()
		return &holder{g, &g.Attached, &g.Inline, nil}, nil
	}
	r := a.Role(*change.RoleName)
	if r == nil {
		return nil, missing("role", *change.RoleName)
	}
	r = r.Clone()
	return &holder{r, &r.Attached, &r.Inline, &r.Boundary}, nil
}

func userNamed(a *directory.Account, name string) (*directory.User, error) {
	if u := a.User(name); u != nil {
		return u.Clone(), nil
	}
	return nil, missing("user", name)
}

func missing(kind, name string) error {
	return api.ResourceNotFoundException.New("The account has no %s %s.", kind, name)
}

// document reads a policy that is to be written.
func document(kind policy.Kind, text string) (directory.Document, error) {
	d, err := directory.NewDocument(kind, text)
	if err != nil {
		return d, invalid("policyDocument: %s", strings.TrimPrefix(err.Error(), "policy: "))
	}
	return d, nil
}

// putInline replaces the policy of that name, without case, as IAM does.
func putInline(_ *directory.Account, h *holder, change *api.PolicyChange) error {
	d, err := document(policy.Identity, *change.PolicyDocument)
	if err != nil {
		return err
	}
	put := directory.InlinePolicy{Name: *change.PolicyName, Document: d}
	if i := inlineIndex(h, put.Name); i >= 0 {
		(*h.inline)[i] = put
	} else {
		*h.inline = append(*h.inline, put)
	}
	return nil
}

func deleteInline(_ *directory.Account, h *holder, change *api.PolicyChange) error {
	i := inlineIndex(h, *change.PolicyName)
	if i < 0 {
		return missing("inline policy", *change.PolicyName)
	}
	*h.inline = slices.Delete(*h.inline, i, i+1)
	return nil
}

func inlineIndex(h *holder, name string) int {
	return slices.IndexFunc(*h.inline, func(p directory.InlinePolicy) bool { return strings.EqualFold(p.Name, name) })
}

func attach(a *directory.Account, h *holder, change *api.PolicyChange) error {
	if a.Managed(*change.PolicyArn) == nil {
		return missing("policy", *change.PolicyArn)
	}
	if !slices.Contains(*h.attached, *change.PolicyArn) {
		*h.attached = append(*h.attached, *change.PolicyArn)
	}
	return nil
}

func detach(_ *directory.Account, h *holder, change *api.PolicyChange) error {
	i := slices.Index(*h.attached, *change.PolicyArn)
	if i < 0 {
		return missing("attached policy", *change.PolicyArn)
	}
	*h.attached = slices.Delete(*h.attached, i, i+1)
	return nil
}

// setBoundary sets a permissions boundary, or takes it away where the call names none.
func setBoundary(a *directory.Account, h *holder, change *api.PolicyChange) error {
	if change.PolicyArn != nil && a.Managed(*change.PolicyArn) == nil {
		return missing("policy", *change.PolicyArn)
	}
	*h.boundary = text(change.PolicyArn)
	return nil
}

// newVersion gives one of the account's own policies another document.
func newVersion(_ *supposed, a *directory.Account, change *api.PolicyChange) (directory.Entity, error) {
	p, err := ownPolicy(a, *change.PolicyArn)
	if err != nil {
		return nil, err
	}
	d, err := document(policy.Identity, *change.PolicyDocument)
	if err != nil {
		return nil, err
	}
	p.Default++
	for i := range p.Versions {
		p.Default = max(p.Default, p.Versions[i].Number+1)
	}
	p.Versions = append(p.Versions, directory.PolicyVersion{Number: p.Default, Document: d})
	return p, nil
}

// otherVersion makes a version of a policy the default one.
func otherVersion(_ *supposed, a *directory.Account, change *api.PolicyChange) (directory.Entity, error) {
	p, err := ownPolicy(a, *change.PolicyArn)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(p.Versions, func(v directory.PolicyVersion) bool { return "v"+strconv.Itoa(v.Number) == *change.VersionId })
	if i < 0 {
		return nil, missing("policy version", *change.VersionId)
	}
	p.Default = p.Versions[i].Number
	return p, nil
}

func ownPolicy(a *directory.Account, policyARN string) (*directory.Policy, error) {
	if p := a.PolicyByARN(policyARN); p != nil {
		return p.Clone(), nil
	}
	return nil, missing("policy of its own", policyARN)
}

// newTrust replaces a role's trust policy. Before and after name principals by ARN: the unique ids of other accounts, to which
// a stored policy binds them, say nothing where these accounts are left out.
func newTrust(s *supposed, a *directory.Account, change *api.PolicyChange) (directory.Entity, error) {
	r := a.Role(*change.RoleName)
	if r == nil {
		return nil, missing("role", *change.RoleName)
	}
	doc, err := policy.ParseFor(policy.Trust, *change.PolicyDocument)
	if err != nil {
		return nil, invalid("policyDocument: %s", strings.TrimPrefix(err.Error(), "policy: "))
	}
	if _, unknown := s.all.BindPrincipals(doc); unknown != "" {
		return nil, invalid("policyDocument: %s", policy.InvalidPrincipal("AWS", unknown))
	}
	was, is := s.before.Account(s.account).Role(r.Name).Clone(), r.Clone()
	was.Trust = directory.Document{Text: s.all.ShowPrincipals(was.Trust)}
	is.Trust = directory.Document{Text: *change.PolicyDocument}
	s.put(&s.before, was)
	return is, nil
}

func join(_ *supposed, a *directory.Account, change *api.PolicyChange) (directory.Entity, error) {
	return membership(a, change, func(u *directory.User, group string, at int) error {
		if at < 0 {
			u.Groups = append(u.Groups, group)
		}
		return nil
	})
}

func leave(_ *supposed, a *directory.Account, change *api.PolicyChange) (directory.Entity, error) {
	return membership(a, change, func(u *directory.User, _ string, at int) error {
		if at < 0 {
			return missing("member "+u.Name+" of the group", *change.GroupName)
		}
		u.Groups = slices.Delete(u.Groups, at, at+1)
		return nil
	})
}

// membership edits a user's groups; at is the place of the group among them, or -1.
func membership(a *directory.Account, change *api.PolicyChange, edit func(u *directory.User, group string, at int) error) (directory.Entity, error) {
	u, err := userNamed(a, *change.UserName)
	if err != nil {
		return nil, err
	}
	g := a.Group(*change.GroupName)
	if g == nil {
		return nil, missing("group", *change.GroupName)
	}
	return u, edit(u, g.ID, slices.Index(u.Groups, g.ID))
}
