package oidc

import (
	"strings"
	"testing"
	"time"
)

// FuzzParse: no token breaks the reader, and whatever is read has an issuer and claims of one meaning.
func FuzzParse(f *testing.F) {
	f.Add("eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUuY29tIiwic3ViIjoiYSIsImF1ZCI6ImIiLCJleHAiOjl9.AA")
	f.Add("eyJhbGciOiJub25lIn0.e30.")
	f.Add("..")
	f.Fuzz(func(t *testing.T, text string) {
		token, err := Parse(text)
		if err != nil {
			return
		}
		if token.Issuer == "" || strings.Count(text, ".") != 2 || foldedTwins(token.claims) || token.header.names() {
			t.Errorf("read: %+v", token)
		}
		p := &Provider{Issuer: token.Issuer, ClientIDs: token.texts("aud")}
		id, err := token.identity(p, time.Unix(0, 0))
		if err == nil && (id.Subject == "" || id.Audience == "") {
			t.Errorf("%+v", id)
		}
	})
}

// FuzzClaims reaches the claims without the base64 around them.
func FuzzClaims(f *testing.F) {
	f.Add([]byte(`{"iss":"https://id.example.com","sub":"a","aud":["b"],"exp":9,"https://aws.amazon.com/tags":{"principal_tags":{"k":["v"]},"transitive_tag_keys":["k"]}}`))
	f.Add([]byte(`{"iss":"x","sub":"a","aud":"b","azp":"b","exp":1e3,"amr":["p"],"https://aws.amazon.com/tags/principal_tags/k":"v"}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var token Token
		if decodeJSON(raw, &token.claims) != nil || foldedTwins(token.claims) {
			return
		}
		token.Issuer, _ = token.text1("iss")
		id, err := token.identity(&Provider{Issuer: token.Issuer, ClientIDs: []string{"b"}}, time.Unix(1, 0))
		if err != nil {
			return
		}
		if id.Audience != "b" {
			t.Errorf("for %q", id.Audience)
		}
		for _, k := range id.Keys {
			if !k.Many && len(k.Values) != 1 {
				t.Errorf("%+v", k)
			}
		}
	})
}

// FuzzDiscovery: what a provider answers leads to https only, and only for its own issuer.
func FuzzDiscovery(f *testing.F) {
	f.Add([]byte(`{"issuer":"https://id.example.com","jwks_uri":"https://id.example.com/keys"}`))
	f.Add([]byte(`{"issuer":"https://id.example.com","jwks_uri":"file:///etc/passwd"}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		url, err := parseDiscovery(raw, "https://id.example.com")
		if err == nil && !strings.HasPrefix(strings.ToLower(url), "https://") {
			t.Errorf("leads to %q", url)
		}
	})
}

// FuzzKeySet: every key that is read is a public one that fits some algorithm.
func FuzzKeySet(f *testing.F) {
	f.Add([]byte(`{"keys":[{"kty":"EC","crv":"P-256","kid":"a","x":"axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY","y":"T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU"}]}`))
	f.Add([]byte(`{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		keys, err := ParseKeySet(raw)
		if err != nil {
			return
		}
		for i := range keys {
			fit := keys[i].Algorithm != "" // then the key itself says what it is for
			for _, a := range Algorithms() {
				fit = fit || fits(&keys[i], a)
			}
			if !keys[i].IsPublic() || !fit {
				t.Errorf("%+v", keys[i])
			}
		}
	})
}
