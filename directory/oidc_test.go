package directory

import (
	"slices"
	"testing"
)

// TestOIDCProviders: a provider is found by its URL to the letter, and an issuer by its account.
func TestOIDCProviders(t *testing.T) {
	const account = "111122223333"
	upper := &OIDCProvider{ID: "OIDC1", URL: "id.example.com/A", ClientIDs: []string{"x"}}
	lower := &OIDCProvider{ID: "OIDC2", URL: "id.example.com/a"}
	issuer := &TokenIssuer{ID: account + "-1", Enabled: true}
	s := New(NewLibrary(nil)).With(1, account, []Entity{upper, lower, issuer}, nil)
	a := s.Account(account)
	for arn, want := range map[string]string{
		"arn:aws:iam::111122223333:oidc-provider/id.example.com/A": "OIDC1", "arn:aws:iam::111122223333:oidc-provider/id.example.com/a": "OIDC2",
		"arn:aws:iam::111122223333:oidc-provider/ID.example.com/a": "", "arn:aws:iam::999988887777:oidc-provider/id.example.com/a": "", "id.example.com/a": "",
	} {
		got := ""
		if p := a.OIDCProviderByARN(arn); p != nil {
			got = p.ID
			if a.ARN(p) != arn {
				t.Errorf("%s has the ARN %s", arn, a.ARN(p))
			}
		}
		if got != want {
			t.Errorf("%s: %q, want %q", arn, got, want)
		}
	}
	if a.Len() != 3 || len(slices.Collect(a.Entities())) != 3 || a.OIDCProviderCount() != 2 || a.Get("issuer") == nil || a.Get("oidc/OIDC1") == nil {
		t.Errorf("%d entities", a.Len())
	}
	changed := upper.Clone()
	changed.ClientIDs[0] = "y"
	if a.OIDCProviderByID("OIDC1").ClientIDs[0] != "x" {
		t.Error("a clone shares its client ids")
	}
	if gone := s.With(2, account, nil, []Entity{upper, lower, issuer}); gone.Account(account) != nil {
		t.Errorf("%d entities are left", gone.Account(account).Len())
	}
}
