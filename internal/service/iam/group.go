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

func (iam *Service) registerGroups(s *server.Server) {
	server.Handle(s, api.CreateGroup, server.Asks(func(c *server.Call, in *api.CreateGroupInput) ([]authz.Ask, error) {
		return onNew(c, "group", in.Path, in.GroupName, nil), nil
	}), iam.createGroup)
	server.Handle(s, api.GetGroup, server.Ask(func(c *server.Call, in *api.GetGroupInput) authz.Ask {
		return onGroup(c, in.GroupName)
	}), iam.getGroup)
	server.Handle(s, api.ListGroups, server.Ask(func(c *server.Call, in *api.ListGroupsInput) authz.Ask {
		return askUnder(c, "group", in.PathPrefix)
	}), iam.listGroups)
	server.Handle(s, api.UpdateGroup, server.Asks(updateGroupAsks), iam.updateGroup)
	server.Handle(s, api.DeleteGroup, server.Ask(func(c *server.Call, in *api.DeleteGroupInput) authz.Ask {
		return onGroup(c, in.GroupName)
	}), iam.deleteGroup)
	server.Handle(s, api.AddUserToGroup, server.Ask(func(c *server.Call, in *api.AddUserToGroupInput) authz.Ask {
		return onGroup(c, in.GroupName)
	}), iam.addUserToGroup)
	server.Handle(s, api.RemoveUserFromGroup, server.Ask(func(c *server.Call, in *api.RemoveUserFromGroupInput) authz.Ask {
		return onGroup(c, in.GroupName)
	}), iam.removeUserFromGroup)
	server.Handle(s, api.ListGroupsForUser, server.Ask(func(c *server.Call, in *api.ListGroupsForUserInput) authz.Ask {
		return onUser(c, in.UserName)
	}), iam.listGroupsForUser)
}

// updateGroupAsks: a rename or move must be allowed on the old ARN and on the new one.
func updateGroupAsks(c *server.Call, in *api.UpdateGroupInput) ([]authz.Ask, error) {
	g := c.Account().Group(in.GroupName)
	if g == nil {
		return []authz.Ask{onGroup(c, in.GroupName)}, nil
	}
	return onMoved(c, onGroup(c, g.Name), "group", g.Path, g.Name, in.NewPath, in.NewGroupName), nil
}

func (iam *Service) createGroup(c *server.Call, in *api.CreateGroupInput) (*api.CreateGroupOutput, error) {
	return server.Change(c, func(tx *store.Tx) (*api.CreateGroupOutput, error) {
		account := tx.Account()
		if account.Group(in.GroupName) != nil {
			return nil, groupExists(in.GroupName)
		}
		if err := tx.Quota(store.GroupsPerAccount, account.Counts().Groups); err != nil {
			return nil, err
		}
		g := &directory.Group{
			ID: session.NewEntityID(session.PrefixGroup), Name: in.GroupName, Path: pathOr(in.Path), Created: tx.Now(),
		}
		return &api.CreateGroupOutput{Group: showGroup(account, g)}, tx.Put(g)
	})
}

func (iam *Service) getGroup(c *server.Call, in *api.GetGroupInput) (*api.GetGroupOutput, error) {
	a := c.Account()
	g := a.Group(in.GroupName)
	if g == nil {
		return nil, noGroup(in.GroupName)
	}
	p, err := list(c, in.Marker, in.MaxItems,
		func(after string) seqOf[*directory.User] { return a.MembersAfter(g.ID, after) },
		func(u *directory.User) string { return u.Name }, nil)
	if err != nil {
		return nil, err
	}
	users := each(p.items, func(u *directory.User) api.User { return iam.listedUser(a, u) })
	return &api.GetGroupOutput{Group: showGroup(a, g), Users: users, IsTruncated: new(p.truncated), Marker: p.marker}, nil
}

func (iam *Service) listGroups(c *server.Call, in *api.ListGroupsInput) (*api.ListGroupsOutput, error) {
	a := c.Account()
	p, err := list(c, in.Marker, in.MaxItems, a.GroupsAfter,
		func(g *directory.Group) string { return g.Name },
		func(g *directory.Group) bool { return underPath(g.Path, in.PathPrefix) })
	if err != nil {
		return nil, err
	}
	groups := each(p.items, func(g *directory.Group) api.Group { return showGroup(a, g) })
	return &api.ListGroupsOutput{Groups: groups, IsTruncated: new(p.truncated), Marker: p.marker}, nil
}

func (iam *Service) updateGroup(c *server.Call, in *api.UpdateGroupInput) (*api.UpdateGroupOutput, error) {
	return server.Change(c, func(tx *store.Tx) (*api.UpdateGroupOutput, error) {
		old := tx.Account().Group(in.GroupName)
		if old == nil {
			return nil, noGroup(in.GroupName)
		}
		g := old.Clone()
		if in.NewPath != nil {
			g.Path = *in.NewPath
		}
		if in.NewGroupName != nil {
			if other := tx.Account().Group(*in.NewGroupName); other != nil && other.ID != g.ID {
				return nil, groupExists(*in.NewGroupName)
			}
			g.Name = *in.NewGroupName
		}
		return &api.UpdateGroupOutput{}, tx.Put(g)
	})
}

func (iam *Service) deleteGroup(c *server.Call, in *api.DeleteGroupInput) (*api.DeleteGroupOutput, error) {
	return server.Change(c, func(tx *store.Tx) (*api.DeleteGroupOutput, error) {
		g := tx.Account().Group(in.GroupName)
		if g == nil {
			return nil, noGroup(in.GroupName)
		}
		switch {
		case tx.Account().MemberCount(g.ID) > 0:
			return nil, mustRemoveMembers()
		case len(g.Attached) > 0:
			return nil, mustDetachPolicies()
		case len(g.Inline) > 0:
			return nil, mustDeletePolicies()
		}
		tx.Delete(g)
		return &api.DeleteGroupOutput{}, nil
	})
}

func (iam *Service) addUserToGroup(c *server.Call, in *api.AddUserToGroupInput) (*api.AddUserToGroupOutput, error) {
	return server.Change(c, func(tx *store.Tx) (*api.AddUserToGroupOutput, error) {
		g, u, err := member(tx.Account(), in.GroupName, in.UserName)
		if err != nil {
			return nil, err
		}
		if slices.Contains(u.Groups, g.ID) {
			return &api.AddUserToGroupOutput{}, nil // adding twice is no error on AWS
		}
		if err := tx.Quota(store.GroupsPerUser, len(u.Groups)); err != nil {
			return nil, err
		}
		u.Groups = append(u.Groups, g.ID)
		return &api.AddUserToGroupOutput{}, tx.Put(u)
	})
}

func (iam *Service) removeUserFromGroup(c *server.Call, in *api.RemoveUserFromGroupInput) (*api.RemoveUserFromGroupOutput, error) {
	return server.Change(c, func(tx *store.Tx) (*api.RemoveUserFromGroupOutput, error) {
		g, u, err := member(tx.Account(), in.GroupName, in.UserName)
		if err != nil {
			return nil, err
		}
		u.Groups = slices.DeleteFunc(u.Groups, func(id string) bool { return id == g.ID })
		return &api.RemoveUserFromGroupOutput{}, tx.Put(u)
	})
}

// member finds a group, and a user as a copy to change.
func member(a *directory.Account, group, user string) (*directory.Group, *directory.User, error) {
	u := a.User(user)
	if u == nil { // AWS misses the user first
		return nil, nil, noUser(user)
	}
	g := a.Group(group)
	if g == nil {
		return nil, nil, noGroup(group)
	}
	return g, u.Clone(), nil
}

func (iam *Service) listGroupsForUser(c *server.Call, in *api.ListGroupsForUserInput) (*api.ListGroupsForUserOutput, error) {
	a := c.Account()
	u := a.User(in.UserName)
	if u == nil {
		return nil, noUser(in.UserName)
	}
	p, err := list(c, in.Marker, in.MaxItems,
		sortedAfter(slices.Collect(a.GroupsOf(u)), groupName), groupName, nil)
	if err != nil {
		return nil, err
	}
	groups := each(p.items, func(g *directory.Group) api.Group { return showGroup(a, g) })
	return &api.ListGroupsForUserOutput{Groups: groups, IsTruncated: new(p.truncated), Marker: p.marker}, nil
}

func groupName(g *directory.Group) string { return folded(g.Name) }

func showGroup(a *directory.Account, g *directory.Group) api.Group {
	return api.Group{Path: g.Path, GroupName: g.Name, GroupId: g.ID, Arn: a.ARN(g), CreateDate: g.Created}
}
