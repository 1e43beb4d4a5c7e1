package warder

import (
	"crypto/rand"
	"errors"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/warder"
	"github.com/warder-iam/warder/internal/passkey"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/internal/store"
)

// registerPasskeys: a new passkey opens the account for good, and so one's own needs a permission too, which a policy may
// give with a second factor only.
func (s *consoleService) registerPasskeys(srv *server.Server) {
	server.Handle(srv, api.BeginPasskeyRegistration, server.Ask(func(c *server.Call, in *api.BeginPasskeyRegistrationInput) authz.Ask {
		p := personNamed(c, in.UserName)
		return p.ask(c)
	}), s.beginPasskeyRegistration)
	server.Handle(srv, api.RegisterPasskey, server.Asks(func(c *server.Call, in *api.RegisterPasskeyInput) ([]authz.Ask, error) {
		return toRegister(c, in.UserName), nil
	}), s.registerPasskey)
}

// toRegister is what the caller must be allowed to do for a passkey of that user. Somebody else's takes iam:EnableMFADevice as well:
// policies that keep IAM from people, such as AWS's PowerUserAccess, do not know Warder's own actions, and who may register a
// passkey for an administrator may become one.
func toRegister(c *server.Call, user *string) []authz.Ask {
	p := personNamed(c, user)
	asks := []authz.Ask{p.ask(c)}
	if !p.isCaller(c) {
		enable := p.ask(c)
		enable.Action = "iam:EnableMFADevice"
		asks = append(asks, enable)
	}
	return asks
}

func (s *consoleService) beginPasskeyRegistration(c *server.Call, in *api.BeginPasskeyRegistrationInput) (*api.BeginPasskeyRegistrationOutput, error) {
	p := personNamed(c, in.UserName)
	if err := p.missing(); err != nil {
		return nil, err
	}
	devices := c.Account().MFADevicesOf(p.id)
	if err := s.Store.Quotas().Check(store.MFADevicesPerUser, len(devices)); err != nil {
		return nil, publicPasskey(err)
	}
	party, err := s.Party(c.Host(), c.Env.Secure)
	if err != nil {
		return nil, invalid("%s", err.Error())
	}
	options, err := s.Passkeys.BeginRegistration(party, p.passkeys(c.Account()), binding(c), devices, c.Time())
	if err != nil {
		return nil, publicPasskey(err)
	}
	return &api.BeginPasskeyRegistrationOutput{Options: options}, nil
}

// registerPasskey verifies the browser's answer before the transaction, which may run more than once. What is refused there is
// refused by the transaction, so that the retry of a request that succeeded gets its answer.
func (s *consoleService) registerPasskey(c *server.Call, in *api.RegisterPasskeyInput) (*api.RegisterPasskeyOutput, error) {
	p := personNamed(c, in.UserName)
	if err := p.missing(); err != nil {
		return nil, err
	}
	party, err := s.Party(c.Host(), c.Env.Secure)
	if err != nil {
		return nil, invalid("%s", err.Error())
	}
	d, refused := s.Passkeys.Register(party, p.passkeys(c.Account()), binding(c), in.Credential, c.Time())
	return server.Change(c, func(tx *store.Tx) (*api.RegisterPasskeyOutput, error) {
		if refused != nil {
			return nil, publicPasskey(refused)
		}
		a := tx.Account()
		owner := personWith(a, p.id)
		switch {
		case owner.id == "":
			return nil, noUser(p.name)
		case a.HoldsPasskey(d.Credential):
			return nil, api.ConflictException.New("The passkey is registered already.")
		}
		if err := tx.Quota(store.MFADevicesPerUser, len(a.MFADevicesOf(p.id))); err != nil {
			return nil, publicPasskey(err)
		}
		named := d.Clone()
		named.ID, named.Name, named.Path = session.NewEntityID(""), in.PasskeyName+"-"+rand.Text(), owner.devicePath()
		return &api.RegisterPasskeyOutput{SerialNumber: a.ARN(named)}, tx.Put(named)
	})
}

// binding is where the answer to a challenge must come from.
func binding(c *server.Call) string {
	if id := c.WebSession(); id != "" {
		return id
	}
	return c.Caller.AccessKeyID
}

// passkeys is the person as authenticators show it.
func (p *person) passkeys(a *directory.Account) passkey.Person {
	at := a.Info().Alias
	if at == "" {
		at = a.ID()
	}
	return passkey.Person{Account: a.ID(), ID: p.id, Name: p.name + "@" + at}
}

// devicePath is that of the person's passkeys, as AWS has them.
func (p *person) devicePath() string {
	if p.root {
		return "/root/"
	}
	return "/user/" + p.name + "/"
}

// publicPasskey is what clients see of a refusal; other errors stay as they are.
func publicPasskey(err error) error {
	var quota *store.QuotaError
	switch {
	case errors.Is(err, passkey.ErrRefused):
		return invalid("the passkey could not be registered: its answer is not good, or came too late; begin again")
	case errors.Is(err, passkey.ErrBusy):
		return api.LimitExceededException.New("Too many people are signing in at this moment. Try again in a few minutes.")
	case errors.As(err, &quota):
		return api.LimitExceededException.New("A user has at most %d MFA devices.", quota.Limit)
	}
	return err
}
