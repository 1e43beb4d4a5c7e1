package iam_test

import (
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/warder-iam/warder/internal/store"
)

// fillSAML replaces {metadata} by the metadata document of a provider, and {samlkey} by a private key.
func fillSAML(text string) string {
	for name, file := range map[string]string{"{metadata}": "saml-metadata.xml", "{samlkey}": "saml-key.pem"} {
		if strings.Contains(text, name) {
			content, _ := os.ReadFile("testdata/" + file) // an empty one fails every case
			text = strings.ReplaceAll(text, name, string(content))
		}
	}
	return text
}

// TestSAMLProvider is the life of a provider as an SDK sees it.
func TestSAMLProvider(t *testing.T) {
	f := newFixture(t, nil)
	a := f.newAccount(t, nil)
	c := sdk.NewFromConfig(a.signers["admin"].AWS())
	document, key := fillSAML("{metadata}"), fillSAML("{samlkey}")
	arn := "arn:aws:iam::" + a.id + ":saml-provider/Corp"

	made, err := c.CreateSAMLProvider(t.Context(), &sdk.CreateSAMLProviderInput{
		Name: aws.String("Corp"), SAMLMetadataDocument: &document, AddPrivateKey: &key, AssertionEncryptionMode: types.AssertionEncryptionModeTypeRequired,
		Tags: []types.Tag{{Key: aws.String("team"), Value: aws.String("red")}},
	})
	check(t, err)
	if *made.SAMLProviderArn != arn || len(made.Tags) != 1 {
		t.Errorf("%+v", made)
	}
	got, err := c.GetSAMLProvider(t.Context(), &sdk.GetSAMLProviderInput{SAMLProviderArn: &arn})
	check(t, err)
	if *got.SAMLMetadataDocument != document || len(*got.SAMLProviderUUID) < 22 || got.AssertionEncryptionMode != types.AssertionEncryptionModeTypeRequired ||
		len(got.PrivateKeyList) != 1 || time.Until(*got.ValidUntil) < 99*365*24*time.Hour || time.Since(*got.CreateDate) > time.Minute || len(got.Tags) != 1 {
		t.Errorf("%+v", got)
	}

	_, err = c.UpdateSAMLProvider(t.Context(), &sdk.UpdateSAMLProviderInput{SAMLProviderArn: &arn, RemovePrivateKey: got.PrivateKeyList[0].KeyId})
	if err == nil || !strings.Contains(err.Error(), "Failed to remove private key. The assertion encryption mode Required needs one.") {
		t.Error(err)
	}
	until := strings.Replace(document, "<EntityDescriptor", fmt.Sprintf(`<EntityDescriptor validUntil="%s"`, time.Now().Add(time.Hour).UTC().Format(time.RFC3339)), 1)
	_, err = c.UpdateSAMLProvider(t.Context(), &sdk.UpdateSAMLProviderInput{
		SAMLProviderArn: &arn, RemovePrivateKey: got.PrivateKeyList[0].KeyId, AssertionEncryptionMode: types.AssertionEncryptionModeTypeAllowed, SAMLMetadataDocument: &until,
	})
	check(t, err)
	if got, err = c.GetSAMLProvider(t.Context(), &sdk.GetSAMLProviderInput{SAMLProviderArn: &arn}); err != nil || len(got.PrivateKeyList) != 0 || time.Until(*got.ValidUntil) > time.Hour {
		t.Errorf("%+v %v", got, err)
	}
	list, err := c.ListSAMLProviders(t.Context(), &sdk.ListSAMLProvidersInput{})
	if err != nil || len(list.SAMLProviderList) != 1 || *list.SAMLProviderList[0].Arn != arn || !list.SAMLProviderList[0].ValidUntil.Equal(*got.ValidUntil) {
		t.Errorf("%+v %v", list, err)
	}
	summary, err := c.GetAccountSummary(t.Context(), &sdk.GetAccountSummaryInput{})
	if err != nil || summary.SummaryMap["Providers"] != 1 {
		t.Errorf("%+v %v", summary, err)
	}
	if _, err = c.DeleteSAMLProvider(t.Context(), &sdk.DeleteSAMLProviderInput{SAMLProviderArn: &arn}); err != nil {
		t.Error(err)
	}
	if got := a.as(t, "admin", "DeleteSAMLProvider", map[string]any{"SAMLProviderArn": arn}); got.Status != http.StatusNotFound {
		t.Errorf("%+v", got)
	}
}

// Metadata that have ended are not taken, and a private key is on no record.
func TestSAMLProviderRecord(t *testing.T) {
	f := newFixture(t, nil)
	a := f.newAccount(t, nil)
	ended := strings.Replace(fillSAML("{metadata}"), "<EntityDescriptor", `<EntityDescriptor validUntil="2020-01-01T00:00:00Z"`, 1)
	if got := a.as(t, "admin", "CreateSAMLProvider", map[string]any{"Name": "Corp", "SAMLMetadataDocument": ended}); got.Code != "InvalidInput" || !strings.Contains(got.Message, "2020-01-01T00:00:00Z") {
		t.Errorf("%+v", got)
	}
	a.must(t, "CreateSAMLProvider", map[string]any{"Name": "Corp", "SAMLMetadataDocument": "{metadata}", "AddPrivateKey": "{samlkey}"})
	secret := strings.Split(fillSAML("{samlkey}"), "\n")[1]
	for _, e := range append(f.Recorder.Events(), f.Outbox(t)...) {
		if strings.Contains(string(e.RequestParameters), secret) || strings.Contains(string(e.ResponseElements), secret) {
			t.Errorf("%s", e.RequestParameters)
		}
	}
}

func TestSAMLProviderTags(t *testing.T) {
	f := newFixture(t, map[store.QuotaName]int{store.SAMLProvidersPerAccount: 1})
	a := f.newAccount(t, nil)
	a.must(t, "CreateSAMLProvider", map[string]any{"Name": "Corp", "SAMLMetadataDocument": "{metadata}"})
	refused(t, a.as(t, "admin", "CreateSAMLProvider", map[string]any{"Name": "Two", "SAMLMetadataDocument": "{metadata}"}), "Cannot exceed quota for SAMLProvidersPerAccount: 1")
	arn := map[string]any{"SAMLProviderArn": "arn:aws:iam::{account}:saml-provider/Corp"}
	with := func(key string, v any) map[string]any {
		return map[string]any{"SAMLProviderArn": arn["SAMLProviderArn"], key: v}
	}
	a.must(t, "TagSAMLProvider", with("Tags", []any{map[string]any{"Key": "b", "Value": "1"}, map[string]any{"Key": "a", "Value": "2"}, map[string]any{"Key": "B", "Value": "3"}}))
	if got := elements(t, a.must(t, "ListSAMLProviderTags", arn), "Key"); !slices.Equal(got, []string{"B", "a", "b"}) {
		t.Errorf("%q", got)
	}
	a.must(t, "UntagSAMLProvider", with("TagKeys", []any{"b"}))
	if got := elements(t, a.must(t, "ListSAMLProviderTags", with("MaxItems", 1)), "Key"); !slices.Equal(got, []string{"B"}) {
		t.Errorf("%q", got)
	}
	if got := elements(t, a.must(t, "GetSAMLProvider", arn), "Key"); !slices.Equal(got, []string{"a", "B"}) {
		t.Errorf("%q", got)
	}
}
