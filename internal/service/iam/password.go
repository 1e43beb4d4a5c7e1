package iam

import (
	"bytes"
	"errors"

	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/iam"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/seal"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/signin"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/policy/eval"
)

// changePassword changes the caller's own password, whoever else may be named by nothing in the request.
func (iam *Service) changePassword(c *server.Call, in *api.ChangePasswordInput) (*api.ChangePasswordOutput, error) {
	if c.Caller.Kind != eval.User {
		return nil, api.InvalidUserType.New("Only IAM Users can change their own password")
	}
	prepare := func(a *directory.Account) (*newPassword, error) {
		u := a.UserByID(c.Caller.PrincipalID)
		if u == nil {
			return nil, noUser(c.Caller.UserName)
		}
		profile := a.LoginProfile(u.ID)
		if profile == nil {
			return nil, noLogin(u.Name)
		}
		try := signin.Attempt{Address: c.Env.SourceIP, ID: c.ID, Time: c.Time()}
		if err := iam.signIn.OldPassword(c.Context(), profile, seal.NewSecret([]byte(in.OldPassword)), try); err != nil {
			return nil, err
		}
		return iam.hashed(c, a, u, in.NewPassword)
	}
	return withPassword(c, iam, prepare, func(tx *store.Tx, p *newPassword) (*api.ChangePasswordOutput, error) {
		profile := p.old.Clone()
		profile.Sealed, profile.Changed, profile.ResetRequired = p.sealed, tx.Now(), false
		return &api.ChangePasswordOutput{}, tx.PutLoginProfile(profile, c.WebSession())
	})
}

// newPassword is a password that was judged and hashed on one state of the account.
type newPassword struct {
	user   *directory.User
	old    *directory.LoginProfile // nil where the user had none
	policy *directory.PasswordPolicy
	sealed []byte
}

func (iam *Service) hashed(c *server.Call, a *directory.Account, u *directory.User, password string) (*newPassword, error) {
	old := a.LoginProfile(u.ID)
	sealed, err := iam.signIn.NewPassword(c.Context(), a, u, old, seal.NewSecret([]byte(password)))
	if err != nil {
		return nil, err
	}
	return &newPassword{user: u, old: old, policy: a.PasswordPolicy(), sealed: sealed}, nil
}

// stands reports whether what the password was judged on is as it was.
func (p *newPassword) stands(a *directory.Account) bool {
	profile, policy := a.LoginProfile(p.user.ID), a.PasswordPolicy()
	switch {
	case a.UserByID(p.user.ID) == nil || (profile == nil) != (p.old == nil) || (policy == nil) != (p.policy == nil):
		return false
	case profile != nil && !bytes.Equal(profile.Sealed, p.old.Sealed):
		return false
	}
	return policy == nil || *policy == *p.policy
}

// errMoved: the account's state is not the one that a password was judged on.
var errMoved = errors.New("iam: the account changed while a password was hashed")

// withPassword is Change with a password that prepare judges and hashes first: inside of the transaction that would hold up
// every other change of the account. Where the state that matters has changed since, it is done again. What prepare refuses
// is refused by the transaction, so that the retry of a request that succeeded gets its answer: the old password is not the
// same any more, or the profile is there already.
func withPassword[Out any](c *server.Call, iam *Service, prepare func(*directory.Account) (*newPassword, error),
	change func(*store.Tx, *newPassword) (*Out, error),
) (*Out, error) {
	for {
		p, refused := prepare(iam.store.Snapshot().Account(c.Caller.Account))
		out, err := server.Change(c, func(tx *store.Tx) (*Out, error) {
			switch {
			case refused != nil:
				return nil, publicPassword(refused)
			case !p.stands(tx.Account()):
				return nil, errMoved
			}
			return change(tx, p)
		})
		if !errors.Is(err, errMoved) {
			return out, err
		}
	}
}

// publicPassword is what clients see of a refusal by internal/signin; other errors stay as they are.
func publicPassword(err error) error {
	var weak *signin.PolicyError
	var wait *signin.WaitError
	switch {
	case errors.As(err, &weak):
		return api.PasswordPolicyViolation.New("%s", weak.Message)
	case errors.As(err, &wait):
		throttled := awsapi.Throttling.New("Rate exceeded: %s", wait.Error())
		throttled.RetryAfter = wait.Wait
		return throttled
	case errors.Is(err, signin.ErrBusy):
		return awsapi.Throttling.New("Rate exceeded")
	case errors.Is(err, signin.ErrWrongPassword):
		return awsapi.AccessDenied.New("The old password was incorrect.")
	}
	return err
}
