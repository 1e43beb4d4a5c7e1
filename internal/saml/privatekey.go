package saml

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"strings"
)

// maxRSA is the longest RSA key, in bits: it bounds the work of one decryption, and of one signature that anybody may send
// to be verified.
const maxRSA = 8192

// ParsePrivateKey reads the RSA key that decrypts assertions from PEM: PKCS #8 or PKCS #1, not encrypted, and nothing
// after it.
func ParsePrivateKey(text string) (*rsa.PrivateKey, error) {
	block, rest := pem.Decode([]byte(text))
	if block == nil || strings.TrimSpace(string(rest)) != "" {
		return nil, errors.New("it is not one block of PEM")
	}
	var parsed any
	var err error
	switch block.Type {
	case "PRIVATE KEY":
		parsed, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	case "RSA PRIVATE KEY":
		parsed, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	default:
		return nil, errors.New("the PEM block is no private key in clear")
	}
	if err != nil {
		return nil, errors.New("the private key cannot be read")
	}
	key, ok := parsed.(*rsa.PrivateKey)
	if !ok {
		return nil, errors.New("it is no RSA key")
	}
	if bits := key.N.BitLen(); bits < 2048 || bits > maxRSA {
		return nil, errors.New("an RSA key must have 2048 to 8192 bits")
	}
	return key, nil
}
