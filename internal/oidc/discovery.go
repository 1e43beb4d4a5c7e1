package oidc

import (
	"errors"
	"net/url"
)

// discovery is what Warder reads of a provider's metadata. Source: OpenID Connect Discovery 1.0.
type discovery struct {
	Issuer  string `json:"issuer"`
	KeysURL string `json:"jwks_uri"`
}

// discoveryPath comes after the issuer's own path.
const discoveryPath = "/.well-known/openid-configuration"

// parseDiscovery reads the metadata of that issuer; of no other, even if it answers at the same place.
func parseDiscovery(raw []byte, issuer string) (keysURL string, err error) {
	var doc discovery
	if err := decodeJSON(raw, &doc); err != nil {
		return "", err
	}
	if doc.Issuer != issuer {
		return "", errors.New("the discovery document is another issuer's")
	}
	u, err := url.Parse(doc.KeysURL)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil {
		return "", errors.New("the discovery document names no https jwks_uri")
	}
	return doc.KeysURL, nil
}
