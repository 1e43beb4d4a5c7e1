package iam

import (
	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/iam"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/store"
)

func (iam *Service) registerBoundaries(s *server.Server) {
	server.Handle(s, api.PutUserPermissionsBoundary, server.Ask(func(c *server.Call, in *api.PutUserPermissionsBoundaryInput) authz.Ask {
		return withBoundary(onUser(c, in.UserName), in.PermissionsBoundary)
	}), iam.putUserBoundary)
	server.Handle(s, api.DeleteUserPermissionsBoundary, server.Ask(func(c *server.Call, in *api.DeleteUserPermissionsBoundaryInput) authz.Ask {
		return onBoundedUser(c, in.UserName)
	}), iam.deleteUserBoundary)
	server.Handle(s, api.PutRolePermissionsBoundary, server.Ask(func(c *server.Call, in *api.PutRolePermissionsBoundaryInput) authz.Ask {
		return withBoundary(onRole(c, in.RoleName), in.PermissionsBoundary)
	}), iam.putRoleBoundary)
	server.Handle(s, api.DeleteRolePermissionsBoundary, server.Ask(func(c *server.Call, in *api.DeleteRolePermissionsBoundaryInput) authz.Ask {
		return onBoundedRole(c, in.RoleName)
	}), iam.deleteRoleBoundary)
}

func (iam *Service) putUserBoundary(c *server.Call, in *api.PutUserPermissionsBoundaryInput) (*api.PutUserPermissionsBoundaryOutput, error) {
	return server.Change(c, func(tx *store.Tx) (*api.PutUserPermissionsBoundaryOutput, error) {
		return &api.PutUserPermissionsBoundaryOutput{}, setUserBoundary(tx, in.UserName, &in.PermissionsBoundary)
	})
}

func (iam *Service) deleteUserBoundary(c *server.Call, in *api.DeleteUserPermissionsBoundaryInput) (*api.DeleteUserPermissionsBoundaryOutput, error) {
	return server.Change(c, func(tx *store.Tx) (*api.DeleteUserPermissionsBoundaryOutput, error) {
		return &api.DeleteUserPermissionsBoundaryOutput{}, setUserBoundary(tx, in.UserName, nil)
	})
}

func (iam *Service) putRoleBoundary(c *server.Call, in *api.PutRolePermissionsBoundaryInput) (*api.PutRolePermissionsBoundaryOutput, error) {
	return server.Change(c, func(tx *store.Tx) (*api.PutRolePermissionsBoundaryOutput, error) {
		return &api.PutRolePermissionsBoundaryOutput{}, setRoleBoundary(tx, in.RoleName, &in.PermissionsBoundary)
	})
}

func (iam *Service) deleteRoleBoundary(c *server.Call, in *api.DeleteRolePermissionsBoundaryInput) (*api.DeleteRolePermissionsBoundaryOutput, error) {
	return server.Change(c, func(tx *store.Tx) (*api.DeleteRolePermissionsBoundaryOutput, error) {
		return &api.DeleteRolePermissionsBoundaryOutput{}, setRoleBoundary(tx, in.RoleName, nil)
	})
}

// setUserBoundary sets a user's boundary, or takes it away (nil).
func setUserBoundary(tx *store.Tx, name string, policyARN *string) error {
	old := tx.Account().User(name)
	if old == nil {
		return noUser(name)
	}
	u := old.Clone()
	var err error
	if u.Boundary, err = newBoundary(tx.Account(), old.Boundary, policyARN); err != nil {
		return err
	}
	return tx.Put(u)
}

// setRoleBoundary sets a role's boundary, or takes it away (nil).
func setRoleBoundary(tx *store.Tx, name string, policyARN *string) error {
	r, err := roleToChange(tx.Account(), name)
	if err != nil {
		return err
	}
	if r.Boundary, err = newBoundary(tx.Account(), r.Boundary, policyARN); err != nil {
		return err
	}
	return tx.Put(r)
}

// newBoundary is what replaces the boundary old. Taking away one that is not there is an error.
func newBoundary(a *directory.Account, old string, policyARN *string) (string, error) {
	if policyARN == nil && old == "" {
		return "", api.NoSuchEntity.New("The entity has no permissions boundary.")
	}
	return boundaryARN(a, policyARN)
}

// boundaryARN checks that a permissions boundary is a managed policy that the account may use; nil means none.
func boundaryARN(a *directory.Account, policyARN *string) (string, error) {
	if policyARN == nil {
		return "", nil
	}
	if _, err := policyOwner(*policyARN); err != nil {
		return "", err
	}
	if a.Managed(*policyARN) == nil {
		return "", api.NoSuchEntity.New("Scope ARN: %s does not exist or is not attachable.", *policyARN)
	}
	return *policyARN, nil
}

// showBoundary gives nil where there is none.
func showBoundary(policyARN string) *api.AttachedPermissionsBoundary {
	if policyARN == "" {
		return nil
	}
	return &api.AttachedPermissionsBoundary{
		PermissionsBoundaryType: new("Policy"),
		PermissionsBoundaryArn:  new(policyARN),
	}
}
