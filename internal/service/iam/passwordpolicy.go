package iam

import (
	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/iam"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/signin"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/policy"
	"github.com/warder-iam/warder/policy/eval"
)

// leastPassword is the length that UpdateAccountPasswordPolicy sets where it names none. Source: IAM API Reference.
const leastPassword = 6

func (iam *Service) registerPasswordPolicy(s *server.Server) {
	server.Handle(s, api.UpdateAccountPasswordPolicy, server.Ask(func(c *server.Call, _ *api.UpdateAccountPasswordPolicyInput) authz.Ask {
		return askAny(c)
	}), iam.updatePasswordPolicy)
	server.Handle(s, api.GetAccountPasswordPolicy, server.Asks(func(c *server.Call, _ *api.GetAccountPasswordPolicyInput) ([]authz.Ask, error) {
		return grantedByAccount(c, askAny(c))
	}), iam.getPasswordPolicy)
	server.Handle(s, api.DeleteAccountPasswordPolicy, server.Ask(func(c *server.Call, _ *api.DeleteAccountPasswordPolicyInput) authz.Ask {
		return askAny(c)
	}), iam.deletePasswordPolicy)
}

// grantedByAccount asks for what the option "allow users to change their own password" of the account's password policy
// grants to each user, as a resource policy would: a Deny and a permissions boundary bind all the same. Whoever must set a new
// password has it too, or could never sign in. Source: IAM API Reference, UpdateAccountPasswordPolicy.
func grantedByAccount(c *server.Call, ask authz.Ask) ([]authz.Ask, error) {
	p := c.Account().PasswordPolicy()
	if c.Caller.Kind != eval.User || (p == nil || !p.UsersMayChange) && !mustChange(c) {
		return []authz.Ask{ask}, nil
	}
	grant, err := directory.NewDocument(policy.Resource, `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"`+
		c.Caller.ARN+`"},"Action":["iam:ChangePassword","iam:GetAccountPasswordPolicy"],"Resource":"*"}}`)
	if err != nil {
		return nil, err
	}
	ask.ResourcePolicy = &eval.Source{Name: "password policy of account " + c.Caller.Account, Policy: grant.Compiled()}
	return []authz.Ask{ask}, nil
}

// mustChange reports whether the calling user must set a new password, and may.
func mustChange(c *server.Call) bool {
	login := signin.LoginOf(c.Account(), c.Caller.PrincipalID, c.Time())
	return login != nil && login.MustChange && !login.Locked
}

// updatePasswordPolicy replaces the whole policy: what is left out gets its default and not what it was.
func (iam *Service) updatePasswordPolicy(c *server.Call, in *api.UpdateAccountPasswordPolicyInput) (*api.UpdateAccountPasswordPolicyOutput, error) {
	return server.Change(c, func(tx *store.Tx) (*api.UpdateAccountPasswordPolicyOutput, error) {
		p := &directory.PasswordPolicy{
			MinLength:        leastPassword,
			RequireSymbols:   value(in.RequireSymbols),
			RequireNumbers:   value(in.RequireNumbers),
			RequireUppercase: value(in.RequireUppercaseCharacters),
			RequireLowercase: value(in.RequireLowercaseCharacters),
			UsersMayChange:   value(in.AllowUsersToChangePassword),
			MaxAge:           int(value(in.MaxPasswordAge)),
			Reuse:            int(value(in.PasswordReusePrevention)),
			HardExpiry:       value(in.HardExpiry),
		}
		if in.MinimumPasswordLength != nil {
			p.MinLength = int(*in.MinimumPasswordLength)
		}
		return &api.UpdateAccountPasswordPolicyOutput{}, tx.Put(p)
	})
}

func (iam *Service) getPasswordPolicy(c *server.Call, _ *api.GetAccountPasswordPolicyInput) (*api.GetAccountPasswordPolicyOutput, error) {
	p := c.Account().PasswordPolicy()
	if p == nil {
		return nil, api.NoSuchEntity.New("The Password Policy with domain name %s cannot be found.", c.Caller.Account)
	}
	return &api.GetAccountPasswordPolicyOutput{PasswordPolicy: api.PasswordPolicy{
		MinimumPasswordLength:      new(int32(p.MinLength)),
		RequireSymbols:             new(p.RequireSymbols),
		RequireNumbers:             new(p.RequireNumbers),
		RequireUppercaseCharacters: new(p.RequireUppercase),
		RequireLowercaseCharacters: new(p.RequireLowercase),
		AllowUsersToChangePassword: new(p.UsersMayChange),
		ExpirePasswords:            new(p.MaxAge > 0),
		MaxPasswordAge:             notZero(p.MaxAge),
		PasswordReusePrevention:    notZero(p.Reuse),
		HardExpiry:                 new(p.HardExpiry),
	}}, nil
}

// notZero leaves out a number that is not set.
func notZero(n int) *int32 {
	if n == 0 {
		return nil
	}
	return new(int32(n))
}

func (iam *Service) deletePasswordPolicy(c *server.Call, _ *api.DeleteAccountPasswordPolicyInput) (*api.DeleteAccountPasswordPolicyOutput, error) {
	return server.Change(c, func(tx *store.Tx) (*api.DeleteAccountPasswordPolicyOutput, error) {
		p := tx.Account().PasswordPolicy()
		if p == nil {
			return nil, api.NoSuchEntity.New("The account policy with name PasswordPolicy cannot be found.")
		}
		tx.Delete(p)
		return &api.DeleteAccountPasswordPolicyOutput{}, nil
	})
}
