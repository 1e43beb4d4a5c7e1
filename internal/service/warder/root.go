package warder

import (
	"errors"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/warder"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/seal"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/signin"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/policy/eval"
)

// registerRoot: what is the root user's own. No policy gives it to anybody else, an administrator neither.
func (s *consoleService) registerRoot(srv *server.Server) {
	server.Handle(srv, api.GetRootUser, server.Asks(func(c *server.Call, _ *api.GetRootUserInput) ([]authz.Ask, error) {
		return onRoot(c)
	}), getRootUser)
	server.Handle(srv, api.UpdateRootEmail, server.Asks(func(c *server.Call, _ *api.UpdateRootEmailInput) ([]authz.Ask, error) {
		return onRoot(c)
	}), func(c *server.Call, in *api.UpdateRootEmailInput) (*api.UpdateRootEmailOutput, error) {
		return updateRootEmail(c, srv.SignIn, in)
	})
}

// onRoot asks about the root user for the root user, and refuses everybody else.
func onRoot(c *server.Call) ([]authz.Ask, error) {
	if c.Caller.Kind != eval.Root {
		return nil, awsapi.AccessDenied.New("Only the account's root user may do that, signed in at the console.")
	}
	return []authz.Ask{{Action: c.Action(), Resource: c.Account().Names().Root().String(), ResourceAccount: c.Caller.Account}}, nil
}

func getRootUser(c *server.Call, _ *api.GetRootUserInput) (*api.GetRootUserOutput, error) {
	a := c.Account()
	out := &api.GetRootUserOutput{MfaDevices: []api.RootDevice{}}
	if email := a.Info().Email; email != "" {
		out.Email = &email
	}
	if p := a.LoginProfile(a.ID()); p != nil {
		out.PasswordTime = new(p.Changed)
	}
	for _, d := range a.MFADevicesOf(a.ID()) {
		out.MfaDevices = append(out.MfaDevices, api.RootDevice{SerialNumber: a.ARN(d), EnableTime: d.Enabled})
	}
	return out, nil
}

// updateRootEmail changes what the root user signs in by. It takes the password once more: a session that somebody got hold of does not
// lock the owner out.
func updateRootEmail(c *server.Call, judge *signin.Checker, in *api.UpdateRootEmailInput) (*api.UpdateRootEmailOutput, error) {
	if !signin.IsEmail(in.Email) {
		return nil, invalid("email is no e-mail address, such as root@example.com.")
	}
	profile := c.Account().LoginProfile(c.Account().ID())
	if profile == nil {
		return nil, wrongRootPassword()
	}
	try := signin.Attempt{Address: c.Env.SourceIP, ID: c.ID, Time: c.Time()}
	if err := judge.OldPassword(c.Context(), profile, seal.NewSecret([]byte(in.Password)), try); err != nil {
		return nil, publicPassword(err)
	}
	return server.Change(c, func(tx *store.Tx) (*api.UpdateRootEmailOutput, error) {
		a := tx.Account()
		if now := a.LoginProfile(a.ID()); now == nil || !samePassword(now, profile) {
			return nil, wrongRootPassword()
		}
		if other := tx.Directory().AccountByEmail(in.Email); other != nil && other.ID() != a.ID() {
			return nil, api.ConflictException.New("Another account's root user has that address.")
		}
		info := a.Info().Clone()
		info.Email = in.Email
		return &api.UpdateRootEmailOutput{}, tx.Put(info)
	})
}

func samePassword(p, q *directory.LoginProfile) bool { return string(p.Sealed) == string(q.Sealed) }

func wrongRootPassword() error { return awsapi.AccessDenied.New("The password was incorrect.") }

// publicPassword is what clients see of a password that was not taken; other errors stay as they are.
func publicPassword(err error) error {
	var wait *signin.WaitError
	switch {
	case errors.Is(err, signin.ErrWrongPassword):
		return wrongRootPassword()
	case errors.As(err, &wait), errors.Is(err, signin.ErrBusy):
		return awsapi.Throttling.New("Rate exceeded: %s", err.Error())
	}
	return err
}
