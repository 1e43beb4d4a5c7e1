package iam

import (
	"strings"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/iam"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/internal/store"
)

// defaultMaxSession is a role's longest session, in seconds, when none is given.
const defaultMaxSession = 3600

func (iam *Service) registerRoles(s *server.Server) {
	server.Handle(s, api.CreateRole, server.Asks(func(c *server.Call, in *api.CreateRoleInput) ([]authz.Ask, error) {
		return onNewBounded(c, "role", in.Path, in.RoleName, in.Tags, in.PermissionsBoundary), nil
	}), iam.createRole)
	server.Handle(s, api.GetRole, server.Ask(func(c *server.Call, in *api.GetRoleInput) authz.Ask {
		return onBoundedRole(c, in.RoleName)
	}), iam.getRole)
	server.Handle(s, api.ListRoles, server.Ask(func(c *server.Call, in *api.ListRolesInput) authz.Ask {
		return askUnder(c, "role", in.PathPrefix)
	}), iam.listRoles)
	server.Handle(s, api.UpdateRole, server.Ask(func(c *server.Call, in *api.UpdateRoleInput) authz.Ask {
		return onBoundedRole(c, in.RoleName)
	}), iam.updateRole)
	server.Handle(s, api.UpdateRoleDescription, server.Ask(func(c *server.Call, in *api.UpdateRoleDescriptionInput) authz.Ask {
		return onBoundedRole(c, in.RoleName)
	}), iam.updateRoleDescription)
	server.Handle(s, api.UpdateAssumeRolePolicy, server.Ask(func(c *server.Call, in *api.UpdateAssumeRolePolicyInput) authz.Ask {
		return onBoundedRole(c, in.RoleName)
	}), iam.updateAssumeRolePolicy)
	server.Handle(s, api.DeleteRole, server.Ask(func(c *server.Call, in *api.DeleteRoleInput) authz.Ask {
		return onBoundedRole(c, in.RoleName)
	}), iam.deleteRole)
}

func (iam *Service) createRole(c *server.Call, in *api.CreateRoleInput) (*api.CreateRoleOutput, error) {
	tags, err := newTags(in.Tags, foldedKeys)
	if err != nil {
		return nil, err
	}
	if err := customerPath(value(in.Path)); err != nil {
		return nil, err
	}
	return server.Change(c, func(tx *store.Tx) (*api.CreateRoleOutput, error) {
		account := tx.Account()
		if account.Role(in.RoleName) != nil {
			return nil, roleExists(in.RoleName)
		}
		if err := tx.Quota(store.RolesPerAccount, account.Counts().Roles); err != nil {
			return nil, err
		}
		boundary, err := boundaryARN(account, in.PermissionsBoundary)
		if err != nil {
			return nil, err
		}
		trust, err := bindTrust(tx, in.AssumeRolePolicyDocument)
		if err != nil {
			return nil, err
		}
		r := &directory.Role{
			ID: session.NewEntityID(session.PrefixRole), Name: in.RoleName, Path: pathOr(in.Path), Created: tx.Now(),
			Description: value(in.Description), MaxSession: defaultMaxSession, Trust: trust, Boundary: boundary, Tags: tags,
		}
		if in.MaxSessionDuration != nil {
			r.MaxSession = int(*in.MaxSessionDuration)
		}
		shown := showRole(account, r)
		shown.AssumeRolePolicyDocument = new(awsapi.EncodeDocument(in.AssumeRolePolicyDocument))
		shown.Description, shown.MaxSessionDuration = nil, nil // AWS leaves them out here
		return &api.CreateRoleOutput{Role: shown}, tx.Put(r)
	})
}

func (iam *Service) getRole(c *server.Call, in *api.GetRoleInput) (*api.GetRoleOutput, error) {
	r := c.Account().Role(in.RoleName)
	if r == nil {
		return nil, noRole(in.RoleName)
	}
	shown := showRoleIn(c.Directory(), c.Account(), r)
	shown.RoleLastUsed = iam.roleLastUsed(r)
	return &api.GetRoleOutput{Role: shown}, nil
}

// roleLastUsed is an empty structure for a role that was never used, as on AWS.
func (iam *Service) roleLastUsed(r *directory.Role) *api.RoleLastUsed {
	use, ok := iam.store.LastUsed(r.ID)
	if !ok {
		return &api.RoleLastUsed{}
	}
	return &api.RoleLastUsed{LastUsedDate: new(use.At), Region: new(use.Region)}
}

func (iam *Service) listRoles(c *server.Call, in *api.ListRolesInput) (*api.ListRolesOutput, error) {
	a := c.Account()
	p, err := list(c, in.Marker, in.MaxItems, a.RolesAfter,
		func(r *directory.Role) string { return r.Name },
		func(r *directory.Role) bool { return underPath(r.Path, in.PathPrefix) })
	if err != nil {
		return nil, err
	}
	roles := each(p.items, func(r *directory.Role) api.Role { return listedRole(c.Directory(), a, r) })
	return &api.ListRolesOutput{Roles: roles, IsTruncated: new(p.truncated), Marker: p.marker}, nil
}

func (iam *Service) updateRole(c *server.Call, in *api.UpdateRoleInput) (*api.UpdateRoleOutput, error) {
	return server.Change(c, func(tx *store.Tx) (*api.UpdateRoleOutput, error) {
		find := roleToDescribe
		if in.MaxSessionDuration != nil {
			find = roleToChange
		}
		r, err := find(tx.Account(), in.RoleName)
		if err != nil {
			return nil, err
		}
		if in.Description != nil {
			r.Description = *in.Description
		}
		if in.MaxSessionDuration != nil {
			r.MaxSession = int(*in.MaxSessionDuration)
		}
		return &api.UpdateRoleOutput{}, tx.Put(r)
	})
}

func (iam *Service) updateRoleDescription(c *server.Call, in *api.UpdateRoleDescriptionInput) (*api.UpdateRoleDescriptionOutput, error) {
	return server.Change(c, func(tx *store.Tx) (*api.UpdateRoleDescriptionOutput, error) {
		r, err := roleToDescribe(tx.Account(), in.RoleName)
		if err != nil {
			return nil, err
		}
		r.Description = in.Description
		shown := showRoleIn(tx.Directory(), tx.Account(), r)
		shown.MaxSessionDuration = nil // AWS leaves it out here
		return &api.UpdateRoleDescriptionOutput{Role: &shown}, tx.Put(r)
	})
}

func (iam *Service) updateAssumeRolePolicy(c *server.Call, in *api.UpdateAssumeRolePolicyInput) (*api.UpdateAssumeRolePolicyOutput, error) {
	return server.Change(c, func(tx *store.Tx) (*api.UpdateAssumeRolePolicyOutput, error) {
		r, err := roleToChange(tx.Account(), in.RoleName)
		if err != nil {
			return nil, err
		}
		if r.Trust, err = bindTrust(tx, in.PolicyDocument); err != nil {
			return nil, err
		}
		return &api.UpdateAssumeRolePolicyOutput{}, tx.Put(r)
	})
}

func (iam *Service) deleteRole(c *server.Call, in *api.DeleteRoleInput) (*api.DeleteRoleOutput, error) {
	return server.Change(c, func(tx *store.Tx) (*api.DeleteRoleOutput, error) {
		r, err := roleToChange(tx.Account(), in.RoleName)
		if err != nil {
			return nil, err
		}
		for range tx.Account().ProfilesOf(r.ID) {
			return nil, mustRemoveRoles()
		}
		switch {
		case len(r.Attached) > 0:
			return nil, mustDetachPolicies()
		case len(r.Inline) > 0:
			return nil, mustDeletePolicies()
		}
		tx.Delete(r)
		return &api.DeleteRoleOutput{}, nil
	})
}

// roleToChange finds a role as a copy to change. Service-linked roles and those under AWS's reserved path belong to their
// service and are not edited.
func roleToChange(a *directory.Account, name string) (*directory.Role, error) {
	r := a.Role(name)
	switch {
	case r == nil:
		return nil, noRole(name)
	case serviceRole(r.Path), strings.HasPrefix(r.Path, "/aws-reserved/"):
		return nil, api.UnmodifiableEntity.New("Cannot perform the operation on the protected role '%s' - this role is only modifiable by AWS", r.Name)
	}
	return r.Clone(), nil
}

// roleToDescribe is roleToChange for the one thing that may be changed of a service-linked role: its description.
// Source: IAM User Guide, "Create a service-linked role".
func roleToDescribe(a *directory.Account, name string) (*directory.Role, error) {
	if r := a.Role(name); r != nil && serviceRole(r.Path) {
		return r.Clone(), nil
	}
	return roleToChange(a, name)
}

// customerPath refuses the paths that only services make roles under.
func customerPath(path string) error {
	if serviceRole(path) || strings.HasPrefix(path, "/aws-reserved/") {
		return awsapi.AccessDenied.New("Paths under /aws-service-role/ and /aws-reserved/ are reserved for services.")
	}
	return nil
}

// showRole is the role as clients see it, without its trust policy.
func showRole(a *directory.Account, r *directory.Role) api.Role {
	return api.Role{
		Path: r.Path, RoleName: r.Name, RoleId: r.ID, Arn: a.ARN(r), CreateDate: r.Created,
		Description: notEmpty(r.Description), MaxSessionDuration: new(int32(r.MaxSession)),
		PermissionsBoundary: showBoundary(r.Boundary), Tags: showTags(r.Tags),
	}
}

// showRoleIn adds the trust policy, its principals named as they are called now.
func showRoleIn(snap *directory.Snapshot, a *directory.Account, r *directory.Role) api.Role {
	shown := showRole(a, r)
	shown.AssumeRolePolicyDocument = new(awsapi.EncodeDocument(snap.ShowPrincipals(r.Trust)))
	return shown
}

// listedRole is the role as listings show it: tags, boundary and last use are GetRole's alone.
func listedRole(snap *directory.Snapshot, a *directory.Account, r *directory.Role) api.Role {
	shown := showRoleIn(snap, a, r)
	shown.Tags, shown.PermissionsBoundary = nil, nil
	return shown
}
