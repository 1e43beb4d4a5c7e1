package iam

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/iam"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/internal/store"
)

// passwordServices take a user name and a password, keyServices one API key, which may expire.
// Source: IAM API Reference, CreateServiceSpecificCredential.
var (
	passwordServices = []string{"cassandra.amazonaws.com", "codecommit.amazonaws.com"}
	keyServices      = []string{"bedrock.amazonaws.com", "logs.amazonaws.com"}
)

func (iam *Service) registerServiceCredentials(s *server.Server) {
	server.Handle(s, api.CreateServiceSpecificCredential, server.Ask(func(c *server.Call, in *api.CreateServiceSpecificCredentialInput) authz.Ask {
		ask := withCredentialService(onUser(c, in.UserName), in.ServiceName)
		if in.CredentialAgeDays != nil {
			ask.Context.Set("iam:ServiceSpecificCredentialAgeDays", strconv.Itoa(int(*in.CredentialAgeDays)))
		}
		return ask
	}), iam.createServiceCredential)
	server.Handle(s, api.ListServiceSpecificCredentials, server.Ask(func(c *server.Call, in *api.ListServiceSpecificCredentialsInput) authz.Ask {
		if value(in.AllUsers) {
			return askUnder(c, "user", nil)
		}
		return onUser(c, nameOrOwn(c, in.UserName))
	}), iam.listServiceCredentials)
	server.Handle(s, api.ResetServiceSpecificCredential, server.Ask(func(c *server.Call, in *api.ResetServiceSpecificCredentialInput) authz.Ask {
		return onServiceCredential(c, in.UserName, in.ServiceSpecificCredentialId)
	}), iam.resetServiceCredential)
	server.Handle(s, api.UpdateServiceSpecificCredential, server.Ask(func(c *server.Call, in *api.UpdateServiceSpecificCredentialInput) authz.Ask {
		return onServiceCredential(c, in.UserName, in.ServiceSpecificCredentialId)
	}), iam.updateServiceCredential)
	server.Handle(s, api.DeleteServiceSpecificCredential, server.Ask(func(c *server.Call, in *api.DeleteServiceSpecificCredentialInput) authz.Ask {
		return onServiceCredential(c, in.UserName, in.ServiceSpecificCredentialId)
	}), iam.deleteServiceCredential)
}

// onServiceCredential asks about the user, with the service of a credential that the user has.
func onServiceCredential(c *server.Call, name *string, id string) authz.Ask {
	ask := onUser(c, nameOrOwn(c, name))
	if _, cred, err := serviceCredentialOf(c, c.Account(), name, id); err == nil {
		return withCredentialService(ask, cred.Service)
	}
	return ask
}

func withCredentialService(ask authz.Ask, service string) authz.Ask {
	ask.Context.Set("iam:ServiceSpecificCredentialServiceName", service)
	return ask
}

func noCredentialService(service string) *awsapi.Error {
	return api.NotSupportedService.New("No such service %s is supported for Service Specific Credentials", service)
}

func (iam *Service) createServiceCredential(c *server.Call, in *api.CreateServiceSpecificCredentialInput) (*api.CreateServiceSpecificCredentialOutput, error) {
	return server.Change(c, func(tx *store.Tx) (*api.CreateServiceSpecificCredentialOutput, error) {
		u, err := namedUser(c, tx.Account(), &in.UserName)
		if err != nil {
			return nil, err
		}
		var expires time.Time
		switch {
		case !slices.Contains(keyServices, in.ServiceName) && !slices.Contains(passwordServices, in.ServiceName):
			return nil, noCredentialService(in.ServiceName)
		case in.CredentialAgeDays == nil:
		case !slices.Contains(keyServices, in.ServiceName):
			return nil, awsapi.ValidationError.New("CredentialAgeDays can be set for API keys only, and %s has none.", in.ServiceName)
		default:
			expires = tx.Now().AddDate(0, 0, int(*in.CredentialAgeDays))
		}
		have := len(credentialsFor(tx.Account(), u, in.ServiceName))
		if err := tx.Quota(store.ServiceSpecificCredentialsPerUser, have); err != nil {
			return nil, err
		}
		cred := &directory.ServiceCredential{
			ID: session.NewEntityID(session.PrefixServiceCredential), User: u.ID, Service: in.ServiceName,
			Name: newCredentialName(tx.Account(), u), Created: tx.Now(), Expires: expires, Active: true,
		}
		shown := renewCredential(u, cred, tx.Now())
		return &api.CreateServiceSpecificCredentialOutput{ServiceSpecificCredential: shown}, tx.Put(cred)
	})
}

// credentialsFor are a user's credentials for one service.
func credentialsFor(a *directory.Account, u *directory.User, service string) []*directory.ServiceCredential {
	return slices.DeleteFunc(a.ServiceCredentials(u.ID), func(cred *directory.ServiceCredential) bool { return cred.Service != service })
}

// newCredentialName is the first of alice-at-111122223333, alice+1-at-111122223333, … that nobody has.
func newCredentialName(a *directory.Account, u *directory.User) string {
	name := u.Name + "-at-" + a.ID()
	for n := 1; a.ServiceCredential(name) != nil; n++ {
		name = fmt.Sprintf("%s+%d-at-%s", u.Name, n, a.ID())
	}
	return name
}

// renewCredential gives a credential a new secret, and shows it this once.
func renewCredential(u *directory.User, cred *directory.ServiceCredential, now time.Time) *api.ServiceSpecificCredential {
	shown := &api.ServiceSpecificCredential{
		CreateDate: cred.Created, ExpirationDate: expiryOf(cred), ServiceName: cred.Service,
		ServiceSpecificCredentialId: cred.ID, UserName: u.Name, Status: credentialStatus(cred, now),
	}
	if slices.Contains(keyServices, cred.Service) {
		secret := session.NewServiceAPIKey(cred.Name)
		cred.Hash = secret.Hash
		shown.ServiceCredentialAlias, shown.ServiceCredentialSecret = new(cred.Name), new(secret.Show())
	} else {
		secret := session.NewServicePassword()
		cred.Hash = secret.Hash
		shown.ServiceUserName, shown.ServicePassword = new(cred.Name), new(secret.Show())
	}
	return shown
}

func expiryOf(cred *directory.ServiceCredential) *time.Time {
	if cred.Expires.IsZero() {
		return nil
	}
	return &cred.Expires
}

func credentialStatus(cred *directory.ServiceCredential, now time.Time) string {
	if !cred.Expires.IsZero() && !now.Before(cred.Expires) {
		return "Expired"
	}
	return keyStatus(cred.Active)
}

func (iam *Service) listServiceCredentials(c *server.Call, in *api.ListServiceSpecificCredentialsInput) (*api.ListServiceSpecificCredentialsOutput, error) {
	a := c.Account()
	after := a.AllServiceCredentialsAfter
	if value(in.AllUsers) {
		if in.UserName != nil {
			return nil, awsapi.ValidationError.New("UserName and AllUsers cannot be specified together.")
		}
	} else {
		u, err := namedUser(c, a, in.UserName)
		if err != nil {
			return nil, err
		}
		after = sortedAfter(a.ServiceCredentials(u.ID), credentialPosition)
	}
	if s := in.ServiceName; s != nil && !slices.Contains(keyServices, *s) && !slices.Contains(passwordServices, *s) {
		return nil, noCredentialService(*s)
	}
	p, err := list(c, in.Marker, in.MaxItems, after, credentialPosition, func(cred *directory.ServiceCredential) bool {
		return (in.ServiceName == nil || cred.Service == *in.ServiceName) && a.UserByID(cred.User) != nil
	})
	if err != nil {
		return nil, err
	}
	creds := each(p.items, func(cred *directory.ServiceCredential) api.ServiceSpecificCredentialMetadata {
		return showCredentialMetadata(a.UserByID(cred.User), cred, c.Time())
	})
	return &api.ListServiceSpecificCredentialsOutput{ServiceSpecificCredentials: creds, IsTruncated: new(p.truncated), Marker: p.marker}, nil
}

func credentialPosition(cred *directory.ServiceCredential) string { return folded(cred.Name) }

func showCredentialMetadata(u *directory.User, cred *directory.ServiceCredential, now time.Time) api.ServiceSpecificCredentialMetadata {
	shown := api.ServiceSpecificCredentialMetadata{
		UserName: u.Name, Status: credentialStatus(cred, now), CreateDate: cred.Created, ExpirationDate: expiryOf(cred),
		ServiceSpecificCredentialId: cred.ID, ServiceName: cred.Service,
	}
	if slices.Contains(keyServices, cred.Service) {
		shown.ServiceCredentialAlias = new(cred.Name)
	} else {
		shown.ServiceUserName = new(cred.Name)
	}
	return shown
}

// resetServiceCredential replaces the secret; the old one is of no use from then on.
func (iam *Service) resetServiceCredential(c *server.Call, in *api.ResetServiceSpecificCredentialInput) (*api.ResetServiceSpecificCredentialOutput, error) {
	return server.Change(c, func(tx *store.Tx) (*api.ResetServiceSpecificCredentialOutput, error) {
		u, cred, err := serviceCredentialOf(c, tx.Account(), in.UserName, in.ServiceSpecificCredentialId)
		if err != nil {
			return nil, err
		}
		shown := renewCredential(u, cred, tx.Now())
		return &api.ResetServiceSpecificCredentialOutput{ServiceSpecificCredential: shown}, tx.Put(cred)
	})
}

func (iam *Service) updateServiceCredential(c *server.Call, in *api.UpdateServiceSpecificCredentialInput) (*api.UpdateServiceSpecificCredentialOutput, error) {
	active, ok := readStatus(in.Status)
	if !ok {
		return nil, awsapi.ValidationError.New("The status of a service-specific credential can be set to Active or Inactive only.")
	}
	return server.Change(c, func(tx *store.Tx) (*api.UpdateServiceSpecificCredentialOutput, error) {
		_, cred, err := serviceCredentialOf(c, tx.Account(), in.UserName, in.ServiceSpecificCredentialId)
		if err != nil {
			return nil, err
		}
		cred.Active = active
		return &api.UpdateServiceSpecificCredentialOutput{}, tx.Put(cred)
	})
}

func (iam *Service) deleteServiceCredential(c *server.Call, in *api.DeleteServiceSpecificCredentialInput) (*api.DeleteServiceSpecificCredentialOutput, error) {
	return server.Change(c, func(tx *store.Tx) (*api.DeleteServiceSpecificCredentialOutput, error) {
		_, cred, err := serviceCredentialOf(c, tx.Account(), in.UserName, in.ServiceSpecificCredentialId)
		if err != nil {
			return nil, err
		}
		tx.Delete(cred)
		return &api.DeleteServiceSpecificCredentialOutput{}, nil
	})
}

// serviceCredentialOf finds a credential of that user, as a copy to change.
func serviceCredentialOf(c *server.Call, a *directory.Account, name *string, id string) (*directory.User, *directory.ServiceCredential, error) {
	u, err := namedUser(c, a, name)
	if err != nil {
		return nil, nil, err
	}
	creds := a.ServiceCredentials(u.ID)
	i := slices.IndexFunc(creds, func(cred *directory.ServiceCredential) bool { return cred.ID == id })
	if i < 0 {
		return nil, nil, api.NoSuchEntity.New("No such credential %s exists", id)
	}
	return u, creds[i].Clone(), nil
}
