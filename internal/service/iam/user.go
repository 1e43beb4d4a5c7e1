package iam

import (
	"time"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/iam"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/policy/eval"
)

func (iam *Service) registerUsers(s *server.Server) {
	server.Handle(s, api.CreateUser, server.Asks(func(c *server.Call, in *api.CreateUserInput) ([]authz.Ask, error) {
		return onNewBounded(c, "user", in.Path, in.UserName, in.Tags, in.PermissionsBoundary), nil
	}), iam.createUser)
	server.Handle(s, api.GetUser, server.Ask(func(c *server.Call, in *api.GetUserInput) authz.Ask {
		return onUser(c, nameOrOwn(c, in.UserName))
	}), iam.getUser)
	server.Handle(s, api.ListUsers, server.Ask(func(c *server.Call, in *api.ListUsersInput) authz.Ask {
		return askUnder(c, "user", in.PathPrefix)
	}), iam.listUsers)
	server.Handle(s, api.UpdateUser, server.Asks(updateUserAsks), iam.updateUser)
	server.Handle(s, api.DeleteUser, server.Ask(func(c *server.Call, in *api.DeleteUserInput) authz.Ask {
		return onUser(c, in.UserName)
	}), iam.deleteUser)
}

// updateUserAsks: a rename or move must be allowed on the old ARN and on the new one.
func updateUserAsks(c *server.Call, in *api.UpdateUserInput) ([]authz.Ask, error) {
	u := c.Account().User(in.UserName)
	if u == nil {
		return []authz.Ask{onUser(c, in.UserName)}, nil
	}
	return onMoved(c, onUser(c, u.Name), "user", u.Path, u.Name, in.NewPath, in.NewUserName), nil
}

func (iam *Service) createUser(c *server.Call, in *api.CreateUserInput) (*api.CreateUserOutput, error) {
	tags, err := newTags(in.Tags, foldedKeys)
	if err != nil {
		return nil, err
	}
	return server.Change(c, func(tx *store.Tx) (*api.CreateUserOutput, error) {
		account := tx.Account()
		if account.User(in.UserName) != nil {
			return nil, userExists(in.UserName)
		}
		if err := tx.Quota(store.UsersPerAccount, account.Counts().Users); err != nil {
			return nil, err
		}
		boundary, err := boundaryARN(account, in.PermissionsBoundary)
		if err != nil {
			return nil, err
		}
		u := &directory.User{
			ID: session.NewEntityID(session.PrefixUser), Name: in.UserName, Path: pathOr(in.Path),
			Created: tx.Now(), Boundary: boundary, Tags: tags,
		}
		if err := tx.Put(u); err != nil {
			return nil, err
		}
		return &api.CreateUserOutput{User: new(iam.showUser(account, u))}, nil
	})
}

func (iam *Service) getUser(c *server.Call, in *api.GetUserInput) (*api.GetUserOutput, error) {
	name := nameOrOwn(c, in.UserName)
	if name == "" {
		return iam.getCaller(c)
	}
	u := c.Account().User(name)
	if u == nil {
		return nil, noUser(name)
	}
	return &api.GetUserOutput{User: iam.showUser(c.Account(), u)}, nil
}

func (iam *Service) listUsers(c *server.Call, in *api.ListUsersInput) (*api.ListUsersOutput, error) {
	a := c.Account()
	p, err := list(c, in.Marker, in.MaxItems, a.UsersAfter,
		func(u *directory.User) string { return u.Name },
		func(u *directory.User) bool { return underPath(u.Path, in.PathPrefix) })
	if err != nil {
		return nil, err
	}
	users := each(p.items, func(u *directory.User) api.User { return iam.listedUser(a, u) })
	return &api.ListUsersOutput{Users: users, IsTruncated: new(p.truncated), Marker: p.marker}, nil
}

func (iam *Service) updateUser(c *server.Call, in *api.UpdateUserInput) (*api.UpdateUserOutput, error) {
	return server.Change(c, func(tx *store.Tx) (*api.UpdateUserOutput, error) {
		old := tx.Account().User(in.UserName)
		if old == nil {
			return nil, noUser(in.UserName)
		}
		u := old.Clone()
		if in.NewPath != nil {
			u.Path = *in.NewPath
		}
		if in.NewUserName != nil {
			if other := tx.Account().User(*in.NewUserName); other != nil && other.ID != u.ID {
				return nil, userExists(*in.NewUserName)
			}
			u.Name = *in.NewUserName
		}
		return &api.UpdateUserOutput{}, tx.Put(u)
	})
}

func (iam *Service) deleteUser(c *server.Call, in *api.DeleteUserInput) (*api.DeleteUserOutput, error) {
	return server.Change(c, func(tx *store.Tx) (*api.DeleteUserOutput, error) {
		u := tx.Account().User(in.UserName)
		if u == nil {
			return nil, noUser(in.UserName)
		}
		switch {
		case len(u.Attached) > 0:
			return nil, mustDetachPolicies()
		case len(u.Inline) > 0:
			return nil, mustDeletePolicies()
		case len(tx.Account().Keys(u.ID)) > 0:
			return nil, api.DeleteConflict.New("Cannot delete entity, must delete access keys first.")
		case len(u.Groups) > 0:
			return nil, mustRemoveMembers()
		case len(tx.Account().SigningCertificates(u.ID)) > 0:
			return nil, api.DeleteConflict.New("Cannot delete entity, must delete certificates first.")
		case len(tx.Account().SSHPublicKeys(u.ID)) > 0, len(tx.Account().ServiceCredentials(u.ID)) > 0:
			return nil, api.DeleteConflict.New("Cannot delete entity, must remove referenced objects first.")
		case tx.Account().LoginProfile(u.ID) != nil:
			return nil, api.DeleteConflict.New("Cannot delete entity, must delete login profile first.")
		case len(tx.Account().MFADevicesOf(u.ID)) > 0:
			return nil, api.DeleteConflict.New("Cannot delete entity, must delete MFA device first.")
		}
		tx.Delete(u)
		return &api.DeleteUserOutput{}, nil
	})
}

// nameOrOwn is the user that was named, or the caller where none was; "" where the caller is no user.
func nameOrOwn(c *server.Call, name *string) string {
	if name != nil {
		return *name
	}
	return c.Caller.UserName
}

// showUser is the user as clients see it.
func (iam *Service) showUser(a *directory.Account, u *directory.User) api.User {
	return api.User{
		Path: u.Path, UserName: u.Name, UserId: u.ID, Arn: a.ARN(u), CreateDate: u.Created,
		PermissionsBoundary: showBoundary(u.Boundary), Tags: showTags(u.Tags), PasswordLastUsed: iam.passwordLastUsed(a, u.ID),
	}
}

// listedUser is the user as listings show it: tags and boundary are GetUser's alone.
func (iam *Service) listedUser(a *directory.Account, u *directory.User) api.User {
	shown := iam.showUser(a, u)
	shown.Tags, shown.PermissionsBoundary = nil, nil
	return shown
}

// getCaller answers GetUser without a name for callers that are no users: the root user is shown, a session is refused.
func (iam *Service) getCaller(c *server.Call) (*api.GetUserOutput, error) {
	if c.Caller.Kind != eval.Root {
		return nil, mustNameUser()
	}
	return &api.GetUserOutput{User: iam.showRoot(c.Account())}, nil
}

// showRoot is the root user as clients see it.
func (iam *Service) showRoot(a *directory.Account) api.User {
	info := a.Info()
	name := info.Alias
	if name == "" {
		name = info.ID
	}
	return api.User{Path: "/", UserName: name, UserId: info.ID, Arn: a.ARN(info), CreateDate: info.Created, PasswordLastUsed: iam.passwordLastUsed(a, info.ID)}
}

// passwordLastUsed is when a user, or the root user by the account's id, last signed in with a password; nil for who has none now,
// or never did. Source: IAM API Reference, User.
func (iam *Service) passwordLastUsed(a *directory.Account, id string) *time.Time {
	if a.LoginProfile(id) == nil {
		return nil
	}
	use, ok := iam.store.LastUsed(id)
	if !ok {
		return nil
	}
	return new(use.At)
}
