package account

import (
	"strings"

	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/account"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/store"
)

func getAlternateContact(c *server.Call, in *api.GetAlternateContactInput) (*api.GetAlternateContactOutput, error) {
	if err := standalone(c, in.AccountId); err != nil {
		return nil, err
	}
	contact, err := contactOf(c.Account(), in.AlternateContactType)
	if err != nil {
		return nil, err
	}
	return &api.GetAlternateContactOutput{AlternateContact: &api.AlternateContact{
		AlternateContactType: new(string(contact.Type)), Name: &contact.Name, Title: &contact.Title,
		EmailAddress: &contact.EmailAddress, PhoneNumber: &contact.PhoneNumber,
	}}, nil
}

// putAlternateContact keeps the address without the white space that the model allows around it.
func putAlternateContact(c *server.Call, in *api.PutAlternateContactInput) (*api.PutAlternateContactOutput, error) {
	if err := standalone(c, in.AccountId); err != nil {
		return nil, err
	}
	return server.Change(c, func(tx *store.Tx) (*api.PutAlternateContactOutput, error) {
		return &api.PutAlternateContactOutput{}, tx.Put(&directory.AlternateContact{
			Type: directory.ContactType(in.AlternateContactType), Name: in.Name, Title: in.Title,
			EmailAddress: strings.TrimSpace(in.EmailAddress), PhoneNumber: in.PhoneNumber,
		})
	})
}

func deleteAlternateContact(c *server.Call, in *api.DeleteAlternateContactInput) (*api.DeleteAlternateContactOutput, error) {
	if err := standalone(c, in.AccountId); err != nil {
		return nil, err
	}
	return server.Change(c, func(tx *store.Tx) (*api.DeleteAlternateContactOutput, error) {
		contact, err := contactOf(tx.Account(), in.AlternateContactType)
		if err != nil {
			return nil, err
		}
		tx.Delete(contact)
		return &api.DeleteAlternateContactOutput{}, nil
	})
}
