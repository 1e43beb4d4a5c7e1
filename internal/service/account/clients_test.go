package account_test

import (
	"errors"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/service/account"
	"github.com/aws/aws-sdk-go-v2/service/account/types"

	"github.com/warder-iam/warder/internal/server/servertest"
)

// The AWS SDK for Go reads back what it wrote, and has its own types of the errors.
func TestSDK(t *testing.T) {
	f := newFixture(t)
	client, ctx := sdk.NewFromConfig(f.users["alice"].AWS()), t.Context()

	contact := types.ContactInformation{
		FullName: new("Ops"), AddressLine1: new("1 Main Street"), City: new("Seattle"), PostalCode: new("98101"), CountryCode: new("US"),
		PhoneNumber: new("+1 555-0100"), CompanyName: new("Example"),
	}
	_, err := client.PutContactInformation(ctx, &sdk.PutContactInformationInput{ContactInformation: &contact})
	servertest.Check(t, err)
	got, err := client.GetContactInformation(ctx, &sdk.GetContactInformationInput{})
	servertest.Check(t, err)
	if *got.ContactInformation.CompanyName != "Example" || got.ContactInformation.WebsiteUrl != nil {
		t.Errorf("%+v", got.ContactInformation)
	}

	for _, kind := range types.AlternateContactTypeBilling.Values() {
		_, err := client.PutAlternateContact(ctx, &sdk.PutAlternateContactInput{
			AlternateContactType: kind, Name: new(string(kind)), Title: new("Team"), EmailAddress: new("team@example.com"), PhoneNumber: new("555"),
		})
		servertest.Check(t, err)
	}
	for _, kind := range types.AlternateContactTypeBilling.Values() {
		got, err := client.GetAlternateContact(ctx, &sdk.GetAlternateContactInput{AlternateContactType: kind})
		servertest.Check(t, err)
		if *got.AlternateContact.Name != string(kind) || got.AlternateContact.AlternateContactType != kind {
			t.Errorf("%s: %+v", kind, got.AlternateContact)
		}
	}

	_, err = client.DeleteAlternateContact(ctx, &sdk.DeleteAlternateContactInput{AlternateContactType: types.AlternateContactTypeBilling})
	servertest.Check(t, err)
	_, err = client.GetAlternateContact(ctx, &sdk.GetAlternateContactInput{AlternateContactType: types.AlternateContactTypeBilling})
	var none *types.ResourceNotFoundException
	if !errors.As(err, &none) {
		t.Errorf("after deletion: %v", err)
	}
	_, err = client.PutContactInformation(ctx, &sdk.PutContactInformationInput{ContactInformation: &types.ContactInformation{
		FullName: new(""), AddressLine1: new("x"), City: new("x"), PostalCode: new("x"), CountryCode: new("US"), PhoneNumber: new("+1"),
	}})
	var invalid *types.ValidationException
	if !errors.As(err, &invalid) || len(invalid.FieldList) != 1 || *invalid.FieldList[0].Name != "contactInformation.fullName" {
		t.Errorf("an empty name: %v", err)
	}
	_, err = sdk.NewFromConfig(f.users["bob"].AWS()).GetContactInformation(ctx, &sdk.GetContactInformationInput{})
	var denied *types.AccessDeniedException
	if !errors.As(err, &denied) {
		t.Errorf("somebody without rights: %v", err)
	}
}
