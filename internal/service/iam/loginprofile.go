package iam

import (
	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/iam"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/store"
)

// registerSignIn registers what people sign in with: passwords, the rules for them, and MFA devices.
func (iam *Service) registerSignIn(s *server.Server) {
	server.Handle(s, api.CreateLoginProfile, server.Ask(func(c *server.Call, in *api.CreateLoginProfileInput) authz.Ask {
		return onUser(c, nameOrOwn(c, in.UserName))
	}), iam.createLoginProfile)
	server.Handle(s, api.GetLoginProfile, server.Ask(func(c *server.Call, in *api.GetLoginProfileInput) authz.Ask {
		return onUser(c, nameOrOwn(c, in.UserName))
	}), iam.getLoginProfile)
	server.Handle(s, api.UpdateLoginProfile, server.Ask(func(c *server.Call, in *api.UpdateLoginProfileInput) authz.Ask {
		return onUser(c, in.UserName)
	}), iam.updateLoginProfile)
	server.Handle(s, api.DeleteLoginProfile, server.Ask(func(c *server.Call, in *api.DeleteLoginProfileInput) authz.Ask {
		return onUser(c, nameOrOwn(c, in.UserName))
	}), iam.deleteLoginProfile)
	server.Handle(s, api.ChangePassword, server.Asks(func(c *server.Call, _ *api.ChangePasswordInput) ([]authz.Ask, error) {
		return grantedByAccount(c, onUser(c, c.Caller.UserName))
	}), iam.changePassword)
	iam.registerPasswordPolicy(s)
	iam.registerMFA(s)
}

func noLogin(name string) *awsapi.Error {
	return api.NoSuchEntity.New("Login Profile for User %s cannot be found.", name)
}

func (iam *Service) createLoginProfile(c *server.Call, in *api.CreateLoginProfileInput) (*api.CreateLoginProfileOutput, error) {
	if in.Password == nil { // the model lets it out for root users that have none
		return nil, awsapi.ValidationError.New("1 validation error detected: Value at 'password' failed to satisfy constraint: Member must not be null")
	}
	prepare := func(a *directory.Account) (*newPassword, error) {
		u, err := namedUser(c, a, in.UserName)
		if err != nil {
			return nil, err
		}
		if a.LoginProfile(u.ID) != nil {
			return nil, api.EntityAlreadyExists.New("Login Profile for user %s already exists.", u.Name)
		}
		return iam.hashed(c, a, u, *in.Password)
	}
	return withPassword(c, iam, prepare, func(tx *store.Tx, p *newPassword) (*api.CreateLoginProfileOutput, error) {
		profile := &directory.LoginProfile{
			User: p.user.ID, Created: tx.Now(), Changed: tx.Now(), ResetRequired: value(in.PasswordResetRequired), Sealed: p.sealed,
		}
		return &api.CreateLoginProfileOutput{LoginProfile: showLogin(p.user, profile)}, tx.Put(profile)
	})
}

func (iam *Service) getLoginProfile(c *server.Call, in *api.GetLoginProfileInput) (*api.GetLoginProfileOutput, error) {
	u, profile, err := loginOf(c, c.Account(), in.UserName)
	if err != nil {
		return nil, err
	}
	return &api.GetLoginProfileOutput{LoginProfile: showLogin(u, profile)}, nil
}

// updateLoginProfile sets what is given, and leaves the rest as it is.
func (iam *Service) updateLoginProfile(c *server.Call, in *api.UpdateLoginProfileInput) (*api.UpdateLoginProfileOutput, error) {
	put := func(tx *store.Tx, profile *directory.LoginProfile) (*api.UpdateLoginProfileOutput, error) {
		if in.PasswordResetRequired != nil {
			profile.ResetRequired = *in.PasswordResetRequired
		}
		return &api.UpdateLoginProfileOutput{}, tx.PutLoginProfile(profile, c.WebSession())
	}
	if in.Password == nil {
		return server.Change(c, func(tx *store.Tx) (*api.UpdateLoginProfileOutput, error) {
			_, profile, err := loginOf(c, tx.Account(), &in.UserName)
			if err != nil {
				return nil, err
			}
			return put(tx, profile)
		})
	}
	prepare := func(a *directory.Account) (*newPassword, error) {
		u, _, err := loginOf(c, a, &in.UserName)
		if err != nil {
			return nil, err
		}
		return iam.hashed(c, a, u, *in.Password)
	}
	return withPassword(c, iam, prepare, func(tx *store.Tx, p *newPassword) (*api.UpdateLoginProfileOutput, error) {
		profile := tx.Account().LoginProfile(p.user.ID).Clone()
		profile.Sealed, profile.Changed = p.sealed, tx.Now()
		return put(tx, profile)
	})
}

func (iam *Service) deleteLoginProfile(c *server.Call, in *api.DeleteLoginProfileInput) (*api.DeleteLoginProfileOutput, error) {
	return server.Change(c, func(tx *store.Tx) (*api.DeleteLoginProfileOutput, error) {
		_, profile, err := loginOf(c, tx.Account(), in.UserName)
		if err != nil {
			return nil, err
		}
		tx.Delete(profile)
		return &api.DeleteLoginProfileOutput{}, nil
	})
}

// loginOf finds the login profile, as a copy to change, of the user that was named, or of the caller where none was.
func loginOf(c *server.Call, a *directory.Account, name *string) (*directory.User, *directory.LoginProfile, error) {
	u, err := namedUser(c, a, name)
	if err != nil {
		return nil, nil, err
	}
	profile := a.LoginProfile(u.ID)
	if profile == nil {
		return nil, nil, noLogin(u.Name)
	}
	return u, profile.Clone(), nil
}

func showLogin(u *directory.User, profile *directory.LoginProfile) api.LoginProfile {
	return api.LoginProfile{UserName: u.Name, CreateDate: profile.Created, PasswordResetRequired: new(profile.ResetRequired)}
}
