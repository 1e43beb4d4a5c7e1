package session

import (
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
)

// SealSAMLKey seals a private key that decrypts SAML assertions, for storing under that id.
func (k *Keys) SealSAMLKey(id string, key *rsa.PrivateKey) ([]byte, error) {
	plain, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("session: encode SAML key %s: %w", id, err)
	}
	defer clear(plain)
	sealed, err := k.ring.Seal(plain, samlKeyData(id))
	if err != nil {
		return nil, fmt.Errorf("session: seal SAML key %s: %w", id, err)
	}
	return sealed, nil
}

// OpenSAMLKey gives the private key back. It fails for what was sealed for another id, and for what was changed: a damaged
// record.
func (k *Keys) OpenSAMLKey(id string, sealed []byte) (*rsa.PrivateKey, error) {
	plain, err := k.ring.Open(sealed, samlKeyData(id))
	if err != nil {
		return nil, fmt.Errorf("session: open SAML key %s: %w", id, err)
	}
	defer clear(plain)
	parsed, err := x509.ParsePKCS8PrivateKey(plain)
	if err != nil {
		return nil, fmt.Errorf("session: decode SAML key %s: %w", id, err)
	}
	key, ok := parsed.(*rsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("session: decode SAML key %s: %w", id, errors.New("it is no RSA key"))
	}
	return key, nil
}

func samlKeyData(id string) []byte { return []byte("SAML private key " + id) }
