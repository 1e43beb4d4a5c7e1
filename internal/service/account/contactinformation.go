package account

import (
	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/account"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/store"
)

// getContactInformation finds nothing as long as nobody has put any: unlike AWS, Warder asks nobody for an address when an
// account is made.
func getContactInformation(c *server.Call, in *api.GetContactInformationInput) (*api.GetContactInformationOutput, error) {
	if err := standalone(c, in.AccountId); err != nil {
		return nil, err
	}
	p := c.Account().Contact()
	if p == nil {
		return nil, api.ResourceNotFoundException.New("No contact information found for this account.")
	}
	return &api.GetContactInformationOutput{ContactInformation: &api.ContactInformation{
		FullName: p.FullName, CompanyName: optional(p.CompanyName),
		AddressLine1: p.AddressLine1, AddressLine2: optional(p.AddressLine2), AddressLine3: optional(p.AddressLine3),
		City: p.City, StateOrRegion: optional(p.StateOrRegion), DistrictOrCounty: optional(p.DistrictOrCounty),
		PostalCode: p.PostalCode, CountryCode: p.CountryCode, PhoneNumber: p.PhoneNumber, WebsiteUrl: optional(p.WebsiteURL),
	}}, nil
}

// putContactInformation replaces all of it: what is not given is gone.
func putContactInformation(c *server.Call, in *api.PutContactInformationInput) (*api.PutContactInformationOutput, error) {
	if err := standalone(c, in.AccountId); err != nil {
		return nil, err
	}
	p := &in.ContactInformation
	return server.Change(c, func(tx *store.Tx) (*api.PutContactInformationOutput, error) {
		return &api.PutContactInformationOutput{}, tx.Put(&directory.Contact{
			FullName: p.FullName, CompanyName: text(p.CompanyName),
			AddressLine1: p.AddressLine1, AddressLine2: text(p.AddressLine2), AddressLine3: text(p.AddressLine3),
			City: p.City, StateOrRegion: text(p.StateOrRegion), DistrictOrCounty: text(p.DistrictOrCounty),
			PostalCode: p.PostalCode, CountryCode: p.CountryCode, PhoneNumber: p.PhoneNumber, WebsiteURL: text(p.WebsiteUrl),
		})
	})
}

// optional is a member that may be absent; the model has none that is empty.
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
