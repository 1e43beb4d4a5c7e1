package app

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
)

// TestIssuerDocuments: a token that an account gives out is verified by what the server publishes, to everybody.
func TestIssuerDocuments(t *testing.T) {
	p := newPlace(t)
	a := p.start(t)
	c, endpoint, k := client(t), a.Endpoint().URL, p.adminKey(t)
	_, body := call(t, c, endpoint, k, "iam", url.Values{"Action": {"EnableOutboundWebIdentityFederation"}, "Version": {"2010-05-08"}})
	var enabled struct {
		Issuer string `xml:"EnableOutboundWebIdentityFederationResult>IssuerIdentifier"`
	}
	if err := xml.Unmarshal([]byte(body), &enabled); err != nil || !strings.HasPrefix(enabled.Issuer, endpoint+"/issuers/") {
		t.Fatalf("%v %s", err, body)
	}
	_, body = call(t, c, endpoint, k, "sts", url.Values{
		"Action": {"GetWebIdentityToken"}, "Version": {"2011-06-15"}, "Audience.member.1": {"api"}, "SigningAlgorithm": {"RS256"},
	})
	var given struct {
		Token string `xml:"GetWebIdentityTokenResult>WebIdentityToken"`
	}
	if err := xml.Unmarshal([]byte(body), &given); err != nil || given.Token == "" {
		t.Fatalf("%v %s", err, body)
	}
	var discovery struct {
		Issuer string `json:"issuer"`
		Keys   string `json:"jwks_uri"`
	}
	status, body := get(t, c, enabled.Issuer+"/.well-known/openid-configuration")
	if err := json.Unmarshal([]byte(body), &discovery); err != nil || status != http.StatusOK || discovery.Issuer != enabled.Issuer {
		t.Fatalf("%d %v %s", status, err, body)
	}
	var keys jose.JSONWebKeySet
	status, body = get(t, c, discovery.Keys)
	if err := json.Unmarshal([]byte(body), &keys); err != nil || status != http.StatusOK || len(keys.Keys) != 2 || strings.Contains(body, `"d"`) {
		t.Fatalf("%d %v %s", status, err, body)
	}
	signed, err := jose.ParseSignedCompact(given.Token, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		t.Fatal(err)
	}
	payload, err := signed.Verify(keys)
	if err != nil || !strings.Contains(string(payload), `"iss":"`+enabled.Issuer+`"`) {
		t.Errorf("%v %s", err, payload)
	}
	for _, wrong := range []string{"", "/", "/.well-known/none", "/../x"} {
		if status, body := get(t, c, enabled.Issuer+wrong); status != http.StatusNotFound {
			t.Errorf("%q: %d %s", wrong, status, body)
		}
	}
	for _, id := range []string{"", "123456789012", "123456789012-0000", "999999999999-00"} {
		if status, _ := get(t, c, endpoint+"/issuers/"+id+"/.well-known/jwks.json"); status != http.StatusNotFound {
			t.Errorf("issuer %q: %d", id, status)
		}
	}
	stop(t, a)

	// Keys and id are state: another server on the same data, at another place, is the same issuer.
	p.IssuerURL = "https://warder.example.org/"
	a = p.start(t)
	id := enabled.Issuer[strings.LastIndexByte(enabled.Issuer, '/'):]
	_, body = get(t, c, a.Endpoint().URL+"/issuers"+id+"/.well-known/openid-configuration")
	if err := json.Unmarshal([]byte(body), &discovery); err != nil || discovery.Issuer != "https://warder.example.org/issuers"+id {
		t.Errorf("%v %s", err, body)
	}
	stop(t, a)
}

// TestOIDCSettings: what cannot be meant is said at the start.
func TestOIDCSettings(t *testing.T) {
	p := newPlace(t)
	good := p.Config
	for name, c := range map[string]struct {
		change func(*Config)
		words  []string
	}{
		"no CA":             {func(c *Config) { c.OIDC.CA = t.TempDir() + "/none" }, []string{"oidc-ca"}},
		"no key set":        {func(c *Config) { c.OIDC.KeySets = []string{"https://id.example.org=" + t.TempDir() + "/none"} }, []string{"oidc-jwks"}},
		"no issuer":         {func(c *Config) { c.OIDC.KeySets = []string{"id.json"} }, []string{"oidc-jwks", "ISSUER=FILE"}},
		"no algorithm":      {func(c *Config) { c.OIDC.Algorithms = []string{"https://id.example.org=HS256"} }, []string{"oidc-algorithm", "HS256", "ES256"}},
		"no algorithm's":    {func(c *Config) { c.OIDC.Algorithms = []string{"ES256"} }, []string{"oidc-algorithm", "ISSUER=ALG"}},
		"no URL of issuers": {func(c *Config) { c.IssuerURL = "warder.example.org" }, []string{"issuer-url"}},
	} {
		t.Run(name, func(t *testing.T) {
			p.Config = good
			c.change(&p.Config)
			p.fails(t, c.words...)
		})
	}
}
