package iam_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

const providerARN = "arn:aws:iam::{account}:oidc-provider/id.example.com:8443/realm/A"

// TestOIDCProviderLife: what is made is shown, changed and gone, and lists stay without doubles.
func TestOIDCProviderLife(t *testing.T) {
	a := newFixture(t, nil).newAccount(t, nil)
	thumbprint := strings.Repeat("AB", 20)
	body := a.must(t, "CreateOpenIDConnectProvider", map[string]any{
		"Url": "https://id.example.com:8443/realm/A", "ClientIDList": []any{"one", "two", "one"}, "ThumbprintList": []any{thumbprint, strings.ToLower(thumbprint)},
	})
	want := a.fill(providerARN)
	if got := elements(t, body, "OpenIDConnectProviderArn"); len(got) != 1 || got[0] != want {
		t.Fatalf("ARN %v, want %s", got, want)
	}
	named := map[string]any{"OpenIDConnectProviderArn": providerARN}
	with := func(name string, v any) map[string]any {
		return map[string]any{"OpenIDConnectProviderArn": providerARN, name: v}
	}
	a.must(t, "AddClientIDToOpenIDConnectProvider", with("ClientID", "three"))
	a.must(t, "AddClientIDToOpenIDConnectProvider", with("ClientID", "three"))
	a.must(t, "RemoveClientIDFromOpenIDConnectProvider", with("ClientID", "two"))
	a.must(t, "RemoveClientIDFromOpenIDConnectProvider", with("ClientID", "none"))
	a.must(t, "TagOpenIDConnectProvider", with("Tags", []any{map[string]any{"Key": "Team", "Value": "red"}, map[string]any{"Key": "team", "Value": "blue"}}))
	a.must(t, "UntagOpenIDConnectProvider", with("TagKeys", []any{"Team"}))
	body = a.must(t, "GetOpenIDConnectProvider", named)
	if got := elements(t, body, "member"); !slices.Equal(elements(t, body, "Url"), []string{"id.example.com:8443/realm/A"}) || len(got) != 4 ||
		!slices.Equal(got[:3], []string{"one", "three", strings.ToLower(thumbprint)}) {
		t.Errorf("the provider is %s", body)
	}
	if got := elements(t, a.must(t, "ListOpenIDConnectProviderTags", named), "Value"); !slices.Equal(got, []string{"blue"}) {
		t.Errorf("tags %v, want blue alone", got)
	}
	a.must(t, "UpdateOpenIDConnectProviderThumbprint", with("ThumbprintList", []any{strings.Repeat("0", 40)}))
	if got := elements(t, a.must(t, "GetAccountSummary", nil), "value"); len(got) == 0 {
		t.Error("no summary")
	}
	if p := a.Store.Snapshot().Account(a.id).OIDCProviderByARN(want); p == nil || p.Thumbprints[0] != strings.Repeat("0", 40) {
		t.Errorf("stored: %+v", p)
	}
	// The case of a URL matters: this is another provider.
	a.must(t, "CreateOpenIDConnectProvider", map[string]any{"Url": "https://id.example.com:8443/realm/a"})
	if got := elements(t, a.must(t, "ListOpenIDConnectProviders", nil), "Arn"); len(got) != 2 {
		t.Errorf("list %v", got)
	}
	a.must(t, "DeleteOpenIDConnectProvider", named)
	a.must(t, "DeleteOpenIDConnectProvider", named)
	if got := elements(t, a.must(t, "ListOpenIDConnectProviders", nil), "Arn"); len(got) != 1 || got[0] == want {
		t.Errorf("list %v", got)
	}
}

func TestOIDCProviderLimits(t *testing.T) {
	a := newFixture(t, nil).newAccount(t, nil)
	for i := range 100 {
		a.must(t, "CreateOpenIDConnectProvider", map[string]any{"Url": fmt.Sprintf("https://id.example.com/%d", i)})
	}
	got := a.as(t, "admin", "CreateOpenIDConnectProvider", map[string]any{"Url": "https://id.example.com/more"})
	if got.Status != http.StatusConflict || got.Code != "LimitExceeded" || got.Message != "Cannot exceed quota for OpenIDConnectProvidersPerAccount: 100" {
		t.Errorf("%d %s %s", got.Status, got.Code, got.Message)
	}
	var ids []any
	for i := range 101 {
		ids = append(ids, fmt.Sprint("client-", i))
	}
	got = a.as(t, "admin", "CreateOpenIDConnectProvider", map[string]any{"Url": "https://id.example.org", "ClientIDList": ids})
	if got.Code != "LimitExceeded" {
		t.Errorf("%d %s %s", got.Status, got.Code, got.Message)
	}
}

// TestTokenVersion: what SetSecurityTokenServicePreferences chose shows in the summary.
func TestTokenVersion(t *testing.T) {
	a := newFixture(t, nil).newAccount(t, nil)
	version := func() string {
		body := a.must(t, "GetAccountSummary", nil)
		keys, values := elements(t, body, "key"), elements(t, body, "value")
		return values[slices.Index(keys, "GlobalEndpointTokenVersion")]
	}
	if got := version(); got != "1" {
		t.Errorf("at first %s", got)
	}
	a.must(t, "SetSecurityTokenServicePreferences", map[string]any{"GlobalEndpointTokenVersion": "v2Token"})
	if got := version(); got != "2" {
		t.Errorf("then %s", got)
	}
}

// TestOutboundFederationStays: an account's issuer is the same after it was disabled and enabled.
func TestOutboundFederationStays(t *testing.T) {
	a := newFixture(t, nil).newAccount(t, nil)
	issuer := func(op string) string { return elements(t, a.must(t, op, nil), "IssuerIdentifier")[0] }
	first := issuer("EnableOutboundWebIdentityFederation")
	if !strings.HasPrefix(first, "https://warder.example.org/issuers/"+a.id+"-") {
		t.Errorf("issuer %s", first)
	}
	a.must(t, "DisableOutboundWebIdentityFederation", nil)
	if again := issuer("EnableOutboundWebIdentityFederation"); again != first || issuer("GetOutboundWebIdentityFederationInfo") != first {
		t.Errorf("issuer %s, then %s", first, again)
	}
}
