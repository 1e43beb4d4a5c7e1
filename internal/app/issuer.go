package app

import (
	"net/http"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/internal/store"
)

// issuers serves the documents of the accounts that issue web identity tokens, to everybody: they hold public keys only.
type issuers struct {
	store *store.Store
	base  string
}

// The documents' places below an issuer's URL. Source: IAM API Reference, EnableOutboundWebIdentityFederation.
const (
	discoveryName = ".well-known/openid-configuration"
	keySetName    = ".well-known/jwks.json"
)

// openIDConfiguration is an issuer's metadata. Source: OpenID Connect Discovery 1.0.
type openIDConfiguration struct {
	Issuer        string   `json:"issuer"`
	KeysURL       string   `json:"jwks_uri"`
	ResponseTypes []string `json:"response_types_supported"`
	SubjectTypes  []string `json:"subject_types_supported"`
	Algorithms    []string `json:"id_token_signing_alg_values_supported"`
	Claims        []string `json:"claims_supported"`
}

// document serves one of an issuer's two documents. path begins with session.IssuerPath.
func (s *issuers) document(w http.ResponseWriter, path string) {
	id, name, _ := strings.Cut(strings.TrimPrefix(path, session.IssuerPath), "/")
	issuer := s.find(id)
	switch {
	case issuer != nil && name == discoveryName:
		url := session.IssuerURL(s.base, issuer)
		writeJSON(w, http.StatusOK, openIDConfiguration{
			Issuer: url, KeysURL: url + "/" + keySetName, ResponseTypes: []string{"id_token"}, SubjectTypes: []string{"public"},
			Algorithms: session.IssuerAlgorithms(), Claims: []string{"iss", "aud", "sub", "iat", "exp", "jti", "https://sts.amazonaws.com/"},
		})
	case issuer != nil && name == keySetName:
		keys := []jsontext.Value{}
		for i := range issuer.Keys {
			keys = append(keys, issuer.Keys[i].Public)
		}
		writeJSON(w, http.StatusOK, map[string][]jsontext.Value{"keys": keys})
	default:
		writeJSON(w, http.StatusNotFound, map[string]string{"error": "there is no such issuer or document"})
	}
}

// find gives the issuer of that id, whose beginning is its account.
func (s *issuers) find(id string) *directory.TokenIssuer {
	account, _, _ := strings.Cut(id, "-")
	a := s.store.Snapshot().Account(account)
	if a == nil || a.TokenIssuer() == nil || a.TokenIssuer().ID != id {
		return nil
	}
	return a.TokenIssuer()
}
