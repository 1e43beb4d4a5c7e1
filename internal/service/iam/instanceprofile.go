package iam

import (
	"slices"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/iam"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/internal/store"
)

// machineService is the service that instance profiles hand their role to.
const machineService = "ec2.amazonaws.com"

func (iam *Service) registerInstanceProfiles(s *server.Server) {
	server.Handle(s, api.CreateInstanceProfile, server.Asks(func(c *server.Call, in *api.CreateInstanceProfileInput) ([]authz.Ask, error) {
		return onNew(c, "instance-profile", in.Path, in.InstanceProfileName, in.Tags), nil
	}), iam.createInstanceProfile)
	server.Handle(s, api.GetInstanceProfile, server.Ask(func(c *server.Call, in *api.GetInstanceProfileInput) authz.Ask {
		return onProfile(c, in.InstanceProfileName)
	}), iam.getInstanceProfile)
	server.Handle(s, api.ListInstanceProfiles, server.Ask(func(c *server.Call, in *api.ListInstanceProfilesInput) authz.Ask {
		return askUnder(c, "instance-profile", in.PathPrefix)
	}), iam.listInstanceProfiles)
	server.Handle(s, api.ListInstanceProfilesForRole, server.Ask(func(c *server.Call, in *api.ListInstanceProfilesForRoleInput) authz.Ask {
		return onRole(c, in.RoleName)
	}), iam.listInstanceProfilesForRole)
	server.Handle(s, api.DeleteInstanceProfile, server.Ask(func(c *server.Call, in *api.DeleteInstanceProfileInput) authz.Ask {
		return onProfile(c, in.InstanceProfileName)
	}), iam.deleteInstanceProfile)
	server.Handle(s, api.AddRoleToInstanceProfile, server.Asks(func(c *server.Call, in *api.AddRoleToInstanceProfileInput) ([]authz.Ask, error) {
		return []authz.Ask{onProfile(c, in.InstanceProfileName), passRole(c, in.RoleName, machineService)}, nil
	}), iam.addRoleToInstanceProfile)
	server.Handle(s, api.RemoveRoleFromInstanceProfile, server.Ask(func(c *server.Call, in *api.RemoveRoleFromInstanceProfileInput) authz.Ask {
		return onProfile(c, in.InstanceProfileName)
	}), iam.removeRoleFromInstanceProfile)
}

func (iam *Service) createInstanceProfile(c *server.Call, in *api.CreateInstanceProfileInput) (*api.CreateInstanceProfileOutput, error) {
	tags, err := newTags(in.Tags, foldedKeys)
	if err != nil {
		return nil, err
	}
	return server.Change(c, func(tx *store.Tx) (*api.CreateInstanceProfileOutput, error) {
		if tx.Account().InstanceProfile(in.InstanceProfileName) != nil {
			return nil, api.EntityAlreadyExists.New("Instance Profile %s already exists.", in.InstanceProfileName)
		}
		if err := tx.Quota(store.InstanceProfilesPerAccount, tx.Account().Counts().InstanceProfiles); err != nil {
			return nil, err
		}
		p := &directory.InstanceProfile{
			ID: session.NewEntityID(session.PrefixInstanceProfile), Name: in.InstanceProfileName, Path: pathOr(in.Path),
			Created: tx.Now(), Tags: tags,
		}
		return &api.CreateInstanceProfileOutput{InstanceProfile: showProfile(tx.Directory(), tx.Account(), p)}, tx.Put(p)
	})
}

func (iam *Service) getInstanceProfile(c *server.Call, in *api.GetInstanceProfileInput) (*api.GetInstanceProfileOutput, error) {
	p := c.Account().InstanceProfile(in.InstanceProfileName)
	if p == nil {
		return nil, noProfile(in.InstanceProfileName)
	}
	shown := showProfile(c.Directory(), c.Account(), p)
	shown.Tags = each(p.Tags, showTag) // shown even when there are none, as on AWS
	return &api.GetInstanceProfileOutput{InstanceProfile: shown}, nil
}

func (iam *Service) listInstanceProfiles(c *server.Call, in *api.ListInstanceProfilesInput) (*api.ListInstanceProfilesOutput, error) {
	p, err := list(c, in.Marker, in.MaxItems, c.Account().InstanceProfilesAfter, profileName,
		func(p *directory.InstanceProfile) bool { return underPath(p.Path, in.PathPrefix) })
	if err != nil {
		return nil, err
	}
	return &api.ListInstanceProfilesOutput{
		InstanceProfiles: listedProfiles(c, p.items), IsTruncated: new(p.truncated), Marker: p.marker,
	}, nil
}

func (iam *Service) listInstanceProfilesForRole(c *server.Call, in *api.ListInstanceProfilesForRoleInput) (*api.ListInstanceProfilesForRoleOutput, error) {
	r := c.Account().Role(in.RoleName)
	if r == nil {
		return nil, noRole(in.RoleName)
	}
	profiles := slices.Collect(c.Account().ProfilesOf(r.ID))
	p, err := list(c, in.Marker, in.MaxItems, sortedAfter(profiles, foldedProfileName), foldedProfileName, nil)
	if err != nil {
		return nil, err
	}
	return &api.ListInstanceProfilesForRoleOutput{
		InstanceProfiles: listedProfiles(c, p.items), IsTruncated: new(p.truncated), Marker: p.marker,
	}, nil
}

func (iam *Service) deleteInstanceProfile(c *server.Call, in *api.DeleteInstanceProfileInput) (*api.DeleteInstanceProfileOutput, error) {
	return server.Change(c, func(tx *store.Tx) (*api.DeleteInstanceProfileOutput, error) {
		p := tx.Account().InstanceProfile(in.InstanceProfileName)
		if p == nil {
			return nil, noProfile(in.InstanceProfileName)
		}
		if p.Role != "" {
			return nil, mustRemoveRoles()
		}
		tx.Delete(p)
		return &api.DeleteInstanceProfileOutput{}, nil
	})
}

func (iam *Service) addRoleToInstanceProfile(c *server.Call, in *api.AddRoleToInstanceProfileInput) (*api.AddRoleToInstanceProfileOutput, error) {
	return server.Change(c, func(tx *store.Tx) (*api.AddRoleToInstanceProfileOutput, error) {
		p, r, err := profileAndRole(tx.Account(), in.InstanceProfileName, in.RoleName)
		if err != nil {
			return nil, err
		}
		roles := 0
		if p.Role != "" {
			roles = 1
		}
		if err := tx.Quota(store.InstanceSessionsPerInstanceProfile, roles); err != nil {
			return nil, err
		}
		p.Role = r.ID
		return &api.AddRoleToInstanceProfileOutput{}, tx.Put(p)
	})
}

func (iam *Service) removeRoleFromInstanceProfile(c *server.Call, in *api.RemoveRoleFromInstanceProfileInput) (*api.RemoveRoleFromInstanceProfileOutput, error) {
	return server.Change(c, func(tx *store.Tx) (*api.RemoveRoleFromInstanceProfileOutput, error) {
		p, r, err := profileAndRole(tx.Account(), in.InstanceProfileName, in.RoleName)
		if err != nil {
			return nil, err
		}
		if p.Role != r.ID {
			return nil, api.NoSuchEntity.New("Role %s in Instance Profile %s cannot be found.", in.RoleName, in.InstanceProfileName)
		}
		p.Role = ""
		return &api.RemoveRoleFromInstanceProfileOutput{}, tx.Put(p)
	})
}

// profileAndRole finds an instance profile as a copy to change, and a role that does not belong to a service.
func profileAndRole(a *directory.Account, profile, role string) (*directory.InstanceProfile, *directory.Role, error) {
	p := a.InstanceProfile(profile)
	if p == nil {
		return nil, nil, noProfile(profile)
	}
	r, err := roleToChange(a, role)
	if err != nil {
		return nil, nil, err
	}
	return p.Clone(), r, nil
}

func profileName(p *directory.InstanceProfile) string { return p.Name }

func foldedProfileName(p *directory.InstanceProfile) string { return folded(p.Name) }

// showProfile is the instance profile as clients see it, with its role, if any.
func showProfile(snap *directory.Snapshot, a *directory.Account, p *directory.InstanceProfile) api.InstanceProfile {
	shown := api.InstanceProfile{
		Path: p.Path, InstanceProfileName: p.Name, InstanceProfileId: p.ID, Arn: a.ARN(p), CreateDate: p.Created,
		Roles: []api.Role{}, Tags: showTags(p.Tags),
	}
	if r := a.RoleByID(p.Role); r != nil {
		shown.Roles = append(shown.Roles, carriedRole(snap, a, r))
	}
	return shown
}

// carriedRole is a role as instance profiles show it: AWS leaves out all that only GetRole tells.
func carriedRole(snap *directory.Snapshot, a *directory.Account, r *directory.Role) api.Role {
	shown := listedRole(snap, a, r)
	shown.Description, shown.MaxSessionDuration = nil, nil
	return shown
}

// listedProfiles are instance profiles as listings show them: tags are GetInstanceProfile's alone.
func listedProfiles(c *server.Call, profiles []*directory.InstanceProfile) []api.InstanceProfile {
	return each(profiles, func(p *directory.InstanceProfile) api.InstanceProfile {
		shown := showProfile(c.Directory(), c.Account(), p)
		shown.Tags = nil
		return shown
	})
}
