package oidc

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"errors"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-json-experiment/json/jsontext"
)

// maxKeys bounds the keys of one provider.
const maxKeys = 100

// The RSA moduli that are taken, in bits: from the smallest that still proves something to the largest that jose reads.
const minRSA, maxRSA = 2048, 4096

// ParseKeySet reads a JWKS. Keys of a kind that is not known, private ones, and those for something else than signing are
// left out; a document without any key that can verify something is an error.
func ParseKeySet(raw []byte) ([]jose.JSONWebKey, error) {
	var doc struct {
		Keys []jsontext.Value `json:"keys"`
	}
	if err := decodeJSON(raw, &doc); err != nil {
		return nil, err
	}
	if len(doc.Keys) > maxKeys {
		return nil, errors.New("the key set has too many keys")
	}
	var keys []jose.JSONWebKey
	for _, text := range doc.Keys {
		var k jose.JSONWebKey
		if k.UnmarshalJSON(text) != nil || !k.IsPublic() || !k.Valid() || k.Use != "" && k.Use != "sig" || !strong(&k) {
			continue
		}
		keys = append(keys, k)
	}
	if len(keys) == 0 {
		return nil, errors.New("the key set has no public key for signatures")
	}
	return keys, nil
}

func strong(k *jose.JSONWebKey) bool {
	switch key := k.Key.(type) {
	case *rsa.PublicKey:
		return key.N.BitLen() >= minRSA && key.N.BitLen() <= maxRSA
	case *ecdsa.PublicKey, ed25519.PublicKey:
		return true
	}
	return false
}

// fits reports whether a key is of the kind that the algorithm needs, and meant for it.
func fits(k *jose.JSONWebKey, algorithm string) bool {
	if k.Algorithm != "" && k.Algorithm != algorithm {
		return false
	}
	switch key := k.Key.(type) {
	case *rsa.PublicKey:
		return strings.HasPrefix(algorithm, "RS") || strings.HasPrefix(algorithm, "PS")
	case *ecdsa.PublicKey:
		return curves[algorithm] == key.Curve
	case ed25519.PublicKey:
		return algorithm == string(jose.EdDSA)
	}
	return false
}

// curves of the ECDSA algorithms; nil, which no key has, for all others.
var curves = map[string]elliptic.Curve{
	string(jose.ES256): elliptic.P256(), string(jose.ES384): elliptic.P384(), string(jose.ES512): elliptic.P521(),
}

// find gives the one key that the token names, or without a name the one that can have signed it. unknown is true where
// newer keys might help.
func find(keys []jose.JSONWebKey, h *header) (key *jose.JSONWebKey, unknown bool) {
	named := false
	for i := range keys {
		k := &keys[i]
		if h.KeyID != "" && k.KeyID != h.KeyID {
			continue
		}
		named = true
		if !fits(k, h.Algorithm) {
			continue
		}
		if key != nil {
			return nil, false // two could be meant
		}
		key = k
	}
	return key, key == nil && !named
}

// Algorithms that may be configured: signatures by public keys, no others.
func Algorithms() []string {
	return []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
}

// usual are the algorithms of providers for which none are configured: those that AWS takes.
// Source: IAM User Guide, "Create an OpenID Connect (OIDC) identity provider in IAM", prerequisites.
var usual = []string{"RS256", "RS384", "RS512", "ES256", "ES384", "ES512"}

func known(algorithm string) bool { return slices.Contains(Algorithms(), algorithm) }
