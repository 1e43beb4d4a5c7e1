package iam

import (
	"slices"
	"strings"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/iam"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/store"
)

func (iam *Service) registerAttachments(s *server.Server) {
	server.Handle(s, api.AttachUserPolicy, server.Ask(func(c *server.Call, in *api.AttachUserPolicyInput) authz.Ask {
		return withPolicyARN(onBoundedUser(c, in.UserName), in.PolicyArn)
	}), func(c *server.Call, in *api.AttachUserPolicyInput) (*api.AttachUserPolicyOutput, error) {
		return attach[api.AttachUserPolicyOutput](c, userHolder, in.UserName, in.PolicyArn)
	})
	server.Handle(s, api.AttachGroupPolicy, server.Ask(func(c *server.Call, in *api.AttachGroupPolicyInput) authz.Ask {
		return withPolicyARN(onGroup(c, in.GroupName), in.PolicyArn)
	}), func(c *server.Call, in *api.AttachGroupPolicyInput) (*api.AttachGroupPolicyOutput, error) {
		return attach[api.AttachGroupPolicyOutput](c, groupHolder, in.GroupName, in.PolicyArn)
	})
	server.Handle(s, api.AttachRolePolicy, server.Ask(func(c *server.Call, in *api.AttachRolePolicyInput) authz.Ask {
		return withPolicyARN(onBoundedRole(c, in.RoleName), in.PolicyArn)
	}), func(c *server.Call, in *api.AttachRolePolicyInput) (*api.AttachRolePolicyOutput, error) {
		return attach[api.AttachRolePolicyOutput](c, ownRoleHolder, in.RoleName, in.PolicyArn)
	})

	server.Handle(s, api.DetachUserPolicy, server.Ask(func(c *server.Call, in *api.DetachUserPolicyInput) authz.Ask {
		return withPolicyARN(onBoundedUser(c, in.UserName), in.PolicyArn)
	}), func(c *server.Call, in *api.DetachUserPolicyInput) (*api.DetachUserPolicyOutput, error) {
		return detach[api.DetachUserPolicyOutput](c, userHolder, in.UserName, in.PolicyArn)
	})
	server.Handle(s, api.DetachGroupPolicy, server.Ask(func(c *server.Call, in *api.DetachGroupPolicyInput) authz.Ask {
		return withPolicyARN(onGroup(c, in.GroupName), in.PolicyArn)
	}), func(c *server.Call, in *api.DetachGroupPolicyInput) (*api.DetachGroupPolicyOutput, error) {
		return detach[api.DetachGroupPolicyOutput](c, groupHolder, in.GroupName, in.PolicyArn)
	})
	server.Handle(s, api.DetachRolePolicy, server.Ask(func(c *server.Call, in *api.DetachRolePolicyInput) authz.Ask {
		return withPolicyARN(onBoundedRole(c, in.RoleName), in.PolicyArn)
	}), func(c *server.Call, in *api.DetachRolePolicyInput) (*api.DetachRolePolicyOutput, error) {
		return detach[api.DetachRolePolicyOutput](c, ownRoleHolder, in.RoleName, in.PolicyArn)
	})

	server.Handle(s, api.ListAttachedUserPolicies, server.Ask(func(c *server.Call, in *api.ListAttachedUserPoliciesInput) authz.Ask {
		return onUser(c, in.UserName)
	}), iam.listAttachedUserPolicies)
	server.Handle(s, api.ListAttachedGroupPolicies, server.Ask(func(c *server.Call, in *api.ListAttachedGroupPoliciesInput) authz.Ask {
		return onGroup(c, in.GroupName)
	}), iam.listAttachedGroupPolicies)
	server.Handle(s, api.ListAttachedRolePolicies, server.Ask(func(c *server.Call, in *api.ListAttachedRolePoliciesInput) authz.Ask {
		return onRole(c, in.RoleName)
	}), iam.listAttachedRolePolicies)
	server.Handle(s, api.ListEntitiesForPolicy, server.Ask(func(c *server.Call, in *api.ListEntitiesForPolicyInput) authz.Ask {
		return onPolicy(c, in.PolicyArn)
	}), iam.listEntitiesForPolicy)
}

// attach attaches a managed policy; attaching it twice is no error on AWS.
func attach[Out any](c *server.Call, find finder, name, policyARN string) (*Out, error) {
	return changeHolder[Out](c, find, name, func(tx *store.Tx, h *holder) error {
		m, err := findManaged(tx.Directory(), tx.Account(), policyARN, noAttachablePolicy)
		if err != nil {
			return err
		}
		if m.aws != nil && serviceRole(m.aws.Path) {
			return api.PolicyNotAttachable.New("Cannot attach a Service Role Policy to a Customer Role.")
		}
		if slices.Contains(*h.attached, policyARN) {
			return nil
		}
		if err := tx.Quota(h.mostAttached, len(*h.attached)); err != nil {
			return err
		}
		*h.attached = append(*h.attached, policyARN)
		return nil
	})
}

// serviceRole reports whether a path is that of service-linked roles and of the policies that only they can have.
func serviceRole(path string) bool { return strings.HasPrefix(path, serviceRolePath) }

func detach[Out any](c *server.Call, find finder, name, policyARN string) (*Out, error) {
	return changeHolder[Out](c, find, name, func(_ *store.Tx, h *holder) error {
		if _, err := policyOwner(policyARN); err != nil {
			return err
		}
		i := slices.Index(*h.attached, policyARN)
		if i < 0 {
			return noPolicy(policyARN)
		}
		*h.attached = slices.Delete(*h.attached, i, i+1)
		return nil
	})
}

func (iam *Service) listAttachedUserPolicies(c *server.Call, in *api.ListAttachedUserPoliciesInput) (*api.ListAttachedUserPoliciesOutput, error) {
	p, err := attachedPage(c, userHolder, in.UserName, in.PathPrefix, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	return &api.ListAttachedUserPoliciesOutput{
		AttachedPolicies: each(p.items, showAttached), IsTruncated: new(p.truncated), Marker: p.marker,
	}, nil
}

func (iam *Service) listAttachedGroupPolicies(c *server.Call, in *api.ListAttachedGroupPoliciesInput) (*api.ListAttachedGroupPoliciesOutput, error) {
	p, err := attachedPage(c, groupHolder, in.GroupName, in.PathPrefix, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	return &api.ListAttachedGroupPoliciesOutput{
		AttachedPolicies: each(p.items, showAttached), IsTruncated: new(p.truncated), Marker: p.marker,
	}, nil
}

func (iam *Service) listAttachedRolePolicies(c *server.Call, in *api.ListAttachedRolePoliciesInput) (*api.ListAttachedRolePoliciesOutput, error) {
	p, err := attachedPage(c, roleHolder, in.RoleName, in.PathPrefix, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	return &api.ListAttachedRolePoliciesOutput{
		AttachedPolicies: each(p.items, showAttached), IsTruncated: new(p.truncated), Marker: p.marker,
	}, nil
}

// attachedPage is a page of a holder's attached policies, in order of their names.
func attachedPage(c *server.Call, find finder, name string, prefix, mark *string, maxItems *int32) (page[string], error) {
	h, err := find(c.Account(), name)
	if err != nil {
		return page[string]{}, err
	}
	return list(c, mark, maxItems, sortedAfter(*h.attached, attachedPosition), attachedPosition, func(policyARN string) bool {
		_, path, _ := policyNames(policyARN)
		return underPath(path, prefix)
	})
}

// attachedPosition is name and owner: a name is unique among the policies of one owner. The whole ARN may be too long for
// a marker.
func attachedPosition(policyARN string) string {
	owner, _, name := policyNames(policyARN)
	return folded(name) + " " + owner
}

// policyNames takes the parts out of the ARN of an attached policy: "aws", "/job-function/", "Billing".
func policyNames(policyARN string) (owner, path, name string) {
	resource, _ := strings.CutPrefix(policyARN, "arn:aws:iam::")
	owner, resource, _ = strings.Cut(resource, ":policy")
	end := strings.LastIndexByte(resource, '/') + 1
	return owner, resource[:end], resource[end:]
}

func showAttached(policyARN string) api.AttachedPolicy {
	_, _, name := policyNames(policyARN)
	return api.AttachedPolicy{PolicyName: new(name), PolicyArn: new(policyARN)}
}

func (iam *Service) listEntitiesForPolicy(c *server.Call, in *api.ListEntitiesForPolicyInput) (*api.ListEntitiesForPolicyOutput, error) {
	a := c.Account()
	if _, err := findManaged(c.Directory(), a, in.PolicyArn, noAttachablePolicy); err != nil {
		return nil, err
	}
	p, err := list(c, in.Marker, in.MaxItems,
		sortedAfter(usersOf(a, in.PolicyArn, value(in.PolicyUsageFilter)), user.position), user.position,
		func(u user) bool {
			return underPath(u.path, in.PathPrefix) && (in.EntityFilter == nil || strings.EqualFold(*in.EntityFilter, u.kind))
		})
	if err != nil {
		return nil, err
	}
	out := &api.ListEntitiesForPolicyOutput{
		PolicyGroups: []api.PolicyGroup{}, PolicyUsers: []api.PolicyUser{}, PolicyRoles: []api.PolicyRole{},
		IsTruncated: new(p.truncated), Marker: p.marker,
	}
	for _, u := range p.items {
		switch u.kind {
		case "group":
			out.PolicyGroups = append(out.PolicyGroups, api.PolicyGroup{GroupName: new(u.name), GroupId: new(u.id)})
		case "role":
			out.PolicyRoles = append(out.PolicyRoles, api.PolicyRole{RoleName: new(u.name), RoleId: new(u.id)})
		case "user":
			out.PolicyUsers = append(out.PolicyUsers, api.PolicyUser{UserName: new(u.name), UserId: new(u.id)})
		}
	}
	return out, nil
}

// user of a policy: an entity that it is attached to, or whose boundary it is.
type user struct{ kind, name, id, path string }

func (u user) position() string { return u.kind + "/" + folded(u.name) }

// usersOf are the users of a policy, each once. usage is a PolicyUsageFilter, "" for both kinds of use.
func usersOf(a *directory.Account, policyARN, usage string) []user {
	var all []user
	seen := map[user]bool{}
	add := func(e directory.Entity) {
		var u user
		switch e := e.(type) {
		case *directory.User:
			u = user{"user", e.Name, e.ID, e.Path}
		case *directory.Group:
			u = user{"group", e.Name, e.ID, e.Path}
		case *directory.Role:
			u = user{"role", e.Name, e.ID, e.Path}
		}
		if !seen[u] {
			seen[u] = true
			all = append(all, u)
		}
	}
	if usage != asBoundary {
		for e := range a.AttachedTo(policyARN) {
			add(e)
		}
	}
	if usage != asPermissions {
		for e := range a.BoundaryOf(policyARN) {
			add(e)
		}
	}
	return all
}
