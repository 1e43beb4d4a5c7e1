package iam

import (
	"slices"
	"strings"

	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/iam"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/server"
)

// detail is one item of GetAccountAuthorizationDetails; one of its last members is set.
type detail struct {
	kind  detailKind
	name  string // its position among its kind
	user  *directory.User
	group *directory.Group
	role  *directory.Role
	managed
}

// detailKind is a kind of item. The kinds follow each other in the listing by this letter.
type detailKind string

const (
	userDetail   detailKind = "a"
	groupDetail  detailKind = "b"
	roleDetail   detailKind = "c"
	policyDetail detailKind = "d"
)

// filters are the values of Filter.
var filters = struct{ user, group, role, own, aws string }{"User", "Group", "Role", "LocalManagedPolicy", "AWSManagedPolicy"}

func (d detail) position() string { return string(d.kind) + d.name }

// detailsAfter gives all items of the kinds that filter names, all without one. AWS's policies are among them only where
// the account uses them.
func detailsAfter(c *server.Call, filter []string) func(after string) seqOf[detail] {
	wanted := func(kind string) bool { return len(filter) == 0 || slices.Contains(filter, kind) }
	a := c.Account()
	return func(after string) seqOf[detail] {
		begin := func(kind detailKind) (name string, ok bool) {
			if name, ok = strings.CutPrefix(after, string(kind)); ok {
				return name, true
			}
			return "", after < string(kind)
		}
		return func(yield func(detail) bool) {
			if name, ok := begin(userDetail); ok && wanted(filters.user) {
				for u := range a.UsersAfter(name) {
					if !yield(detail{kind: userDetail, name: u.Name, user: u}) {
						return
					}
				}
			}
			if name, ok := begin(groupDetail); ok && wanted(filters.group) {
				for g := range a.GroupsAfter(name) {
					if !yield(detail{kind: groupDetail, name: g.Name, group: g}) {
						return
					}
				}
			}
			if name, ok := begin(roleDetail); ok && wanted(filters.role) {
				for r := range a.RolesAfter(name) {
					if !yield(detail{kind: roleDetail, name: r.Name, role: r}) {
						return
					}
				}
			}
			name, _ := begin(policyDetail)
			for m := range managedAfter(c.Directory(), a, wanted(filters.own), wanted(filters.aws))(name) {
				if (m.own != nil || inUse(a, m.aws.ARN)) && !yield(detail{kind: policyDetail, name: m.position(), managed: m}) {
					return
				}
			}
		}
	}
}

func (iam *Service) getAuthorizationDetails(c *server.Call, in *api.GetAccountAuthorizationDetailsInput) (*api.GetAccountAuthorizationDetailsOutput, error) {
	p, err := list(c, in.Marker, in.MaxItems, detailsAfter(c, in.Filter), detail.position, nil)
	if err != nil {
		return nil, err
	}
	out := &api.GetAccountAuthorizationDetailsOutput{
		UserDetailList: []api.UserDetail{}, GroupDetailList: []api.GroupDetail{}, RoleDetailList: []api.RoleDetail{},
		Policies: []api.ManagedPolicyDetail{}, IsTruncated: new(p.truncated), Marker: p.marker,
	}
	for _, d := range p.items {
		switch d.kind {
		case userDetail:
			out.UserDetailList = append(out.UserDetailList, detailOfUser(c.Account(), d.user))
		case groupDetail:
			out.GroupDetailList = append(out.GroupDetailList, detailOfGroup(c.Account(), d.group))
		case roleDetail:
			out.RoleDetailList = append(out.RoleDetailList, iam.detailOfRole(c, d.role))
		case policyDetail:
			out.Policies = append(out.Policies, detailOfPolicy(c.Account(), d.managed))
		}
	}
	return out, nil
}

func detailOfUser(a *directory.Account, u *directory.User) api.UserDetail {
	return api.UserDetail{
		Path: new(u.Path), UserName: new(u.Name), UserId: new(u.ID), Arn: new(a.ARN(u)), CreateDate: new(u.Created),
		UserPolicyList:          detailsOfInline(u.Inline),
		GroupList:               each(slices.Collect(a.GroupsOf(u)), func(g *directory.Group) string { return g.Name }),
		AttachedManagedPolicies: each(u.Attached, showAttached),
		PermissionsBoundary:     showBoundary(u.Boundary), Tags: each(u.Tags, showTag),
	}
}

func detailOfGroup(a *directory.Account, g *directory.Group) api.GroupDetail {
	return api.GroupDetail{
		Path: new(g.Path), GroupName: new(g.Name), GroupId: new(g.ID), Arn: new(a.ARN(g)), CreateDate: new(g.Created),
		GroupPolicyList: each(g.Inline, detailOfInline), AttachedManagedPolicies: each(g.Attached, showAttached),
	}
}

func (iam *Service) detailOfRole(c *server.Call, r *directory.Role) api.RoleDetail {
	a := c.Account()
	return api.RoleDetail{
		Path: new(r.Path), RoleName: new(r.Name), RoleId: new(r.ID), Arn: new(a.ARN(r)), CreateDate: new(r.Created),
		AssumeRolePolicyDocument: new(awsapi.EncodeDocument(c.Directory().ShowPrincipals(r.Trust))),
		InstanceProfileList:      listedProfiles(c, slices.Collect(a.ProfilesOf(r.ID))),
		RolePolicyList:           each(r.Inline, detailOfInline),
		AttachedManagedPolicies:  each(r.Attached, showAttached),
		PermissionsBoundary:      showBoundary(r.Boundary), Tags: each(r.Tags, showTag), RoleLastUsed: iam.roleLastUsed(r),
	}
}

// detailsOfInline gives nil where there are none: AWS leaves the list of a user's inline policies out then, and that of
// groups and roles not.
func detailsOfInline(inline []directory.InlinePolicy) []api.PolicyDetail {
	if len(inline) == 0 {
		return nil
	}
	return each(inline, detailOfInline)
}

func detailOfInline(p directory.InlinePolicy) api.PolicyDetail {
	return api.PolicyDetail{PolicyName: new(p.Name), PolicyDocument: new(awsapi.EncodeDocument(p.Document.Text))}
}

// detailOfPolicy shows all versions of the account's own policies, but of AWS's the default one alone: some have 150, and
// none of the older ones can take effect. Descriptions are GetPolicy's alone, as on AWS.
func detailOfPolicy(a *directory.Account, m managed) api.ManagedPolicyDetail {
	p := showPolicy(a, m)
	shown := api.ManagedPolicyDetail{
		PolicyName: p.PolicyName, PolicyId: p.PolicyId, Arn: p.Arn, Path: p.Path, DefaultVersionId: p.DefaultVersionId,
		AttachmentCount: p.AttachmentCount, PermissionsBoundaryUsageCount: p.PermissionsBoundaryUsageCount,
		IsAttachable: p.IsAttachable, CreateDate: p.CreateDate, UpdateDate: p.UpdateDate,
		PolicyVersionList: []api.PolicyVersion{},
	}
	for v := range m.versions() {
		if m.own != nil || v.isDefault {
			shown.PolicyVersionList = append(shown.PolicyVersionList, showVersionIn(v))
		}
	}
	return shown
}
