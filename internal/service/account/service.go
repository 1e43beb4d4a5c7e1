package account

import (
	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/account"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/server"
)

// Register makes s answer the operations of Account Management that Warder serves.
func Register(s *server.Server) {
	server.Handle(s, api.GetContactInformation, server.Ask(func(c *server.Call, _ *api.GetContactInformationInput) authz.Ask {
		return onAccount(c)
	}), getContactInformation)
	server.Handle(s, api.PutContactInformation, server.Ask(func(c *server.Call, _ *api.PutContactInformationInput) authz.Ask {
		return onAccount(c)
	}), putContactInformation)
	server.Handle(s, api.GetAlternateContact, server.Ask(func(c *server.Call, in *api.GetAlternateContactInput) authz.Ask {
		return onContact(c, in.AlternateContactType)
	}), getAlternateContact)
	server.Handle(s, api.PutAlternateContact, server.Ask(func(c *server.Call, in *api.PutAlternateContactInput) authz.Ask {
		return onContact(c, in.AlternateContactType)
	}), putAlternateContact)
	server.Handle(s, api.DeleteAlternateContact, server.Ask(func(c *server.Call, in *api.DeleteAlternateContactInput) authz.Ask {
		return onContact(c, in.AlternateContactType)
	}), deleteAlternateContact)
}

// onAccount asks about the caller's own account: another one is refused by the handlers, whatever policies say.
func onAccount(c *server.Call) authz.Ask {
	return authz.Ask{Action: c.Action(), Resource: arn.In(c.Caller.Account).Of("account", "", "account").String()}
}

func onContact(c *server.Call, contactType string) authz.Ask {
	ask := onAccount(c)
	ask.Context.SetList("account:AlternateContactTypes", contactType)
	return ask
}

// standalone refuses a call that names an account. On AWS that is for the management account of an organization, about its
// members, and never about itself; a Warder's accounts are managed by their own principals only.
// Source: AWS, API reference of Account Management, AccountId.
func standalone(c *server.Call, account *string) error {
	if account == nil {
		return nil
	}
	why := "Your organization must first enable trusted access with AWS Account Management."
	if *account == c.Caller.Account {
		why = "The account can only be managed using the standalone context, which is without an account id."
	}
	return awsapi.AccessDenied.New("User: %s is not authorized to perform: %s (%s)", c.Caller.ARN, c.Action(), why)
}

// noContact is the answer where there is none of that type.
func noContact() error {
	return api.ResourceNotFoundException.New("No contact of the inputted alternate contact type found.")
}

func contactOf(a *directory.Account, contactType string) (*directory.AlternateContact, error) {
	contact := a.AlternateContact(directory.ContactType(contactType))
	if contact == nil {
		return nil, noContact()
	}
	return contact, nil
}
