package iam

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"strings"
	"time"

	api "github.com/warder-iam/warder/internal/api/iam"
)

// Certificates are public, but come in the same PEM as private keys: no error of these functions repeats what it read.

var errPEM = errors.New("iam: not PEM of the kind that is wanted")

// mostCertificateKeyBits bounds the work that a certificate's RSA key may cost.
const mostCertificateKeyBits = 8192

// readCertificate reads text that holds one certificate in PEM and nothing else.
func readCertificate(text string) (*x509.Certificate, error) {
	certs, err := readCertificates(text, 1)
	if err != nil {
		return nil, err
	}
	return certs[0], nil
}

// readCertificates reads one to most certificates in PEM, and nothing beside them.
func readCertificates(text string, most int) ([]*x509.Certificate, error) {
	var certs []*x509.Certificate
	for text = strings.TrimSpace(text); text != ""; {
		block, rest, err := nextPEM(text)
		if err != nil || block.Type != "CERTIFICATE" || len(certs) == most {
			return nil, errPEM
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil || !affordable(cert.PublicKey) {
			return nil, errPEM
		}
		certs = append(certs, cert)
		text = rest
	}
	if len(certs) == 0 {
		return nil, errPEM
	}
	return certs, nil
}

// nextPEM takes the block that text begins with. The decoder itself would skip what stands before it.
func nextPEM(text string) (*pem.Block, string, error) {
	if !strings.HasPrefix(text, "-----BEGIN ") {
		return nil, "", errPEM
	}
	block, rest := pem.Decode([]byte(text))
	if block == nil || strings.Count(text[:len(text)-len(rest)], "-----BEGIN ") != 1 {
		return nil, "", errPEM
	}
	return block, strings.TrimSpace(string(rest)), nil
}

func affordable(key any) bool {
	r, ok := key.(*rsa.PublicKey)
	return !ok || r.N.BitLen() <= mostCertificateKeyBits
}

// readPrivateKey reads one unencrypted private key in PEM.
func readPrivateKey(text string) (crypto.Signer, error) {
	block, rest, err := nextPEM(strings.TrimSpace(text))
	if err != nil {
		return nil, err
	}
	if block.Type == "EC PARAMETERS" { // OpenSSL writes the curve before the key
		if block, rest, err = nextPEM(rest); err != nil {
			return nil, err
		}
	}
	if rest != "" || block.Headers["DEK-Info"] != "" {
		return nil, errPEM
	}
	var key any
	switch block.Type {
	case "PRIVATE KEY":
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	case "RSA PRIVATE KEY":
		key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	case "EC PRIVATE KEY":
		key, err = x509.ParseECPrivateKey(block.Bytes)
	default:
		return nil, errPEM
	}
	signer, ok := key.(crypto.Signer)
	if err != nil || !ok || !affordable(signer.Public()) {
		return nil, errPEM
	}
	return signer, nil
}

// mostInChain is the number of certificates of a chain; real ones have one to three.
const mostInChain = 10

// readServerCertificate checks what is uploaded as a server certificate: each part is well-formed, the key is the
// certificate's, the certificate is in force, and each certificate of the chain signed the one before it. The wordings of
// MalformedCertificate for the certificate and the chain are AWS's.
func readServerCertificate(body, chain, key string, now time.Time) (*x509.Certificate, error) {
	cert, err := readCertificate(body)
	if err != nil {
		return nil, api.MalformedCertificate.New("Unable to parse certificate. Please ensure the certificate is in PEM format.")
	}
	private, err := readPrivateKey(key)
	if err != nil {
		return nil, api.MalformedCertificate.New("Unable to parse private key. Please ensure the private key is in PEM format and not encrypted.")
	}
	if !sameKey(private.Public(), cert.PublicKey) {
		return nil, api.KeyPairMismatch.New("The private key does not match the public key of the certificate.")
	}
	if why := notInForce(cert, now); why != "" {
		return nil, api.MalformedCertificate.New("%s", why)
	}
	if chain == "" {
		return cert, nil
	}
	signers, err := readCertificates(chain, mostInChain)
	if err != nil {
		return nil, api.MalformedCertificate.New("Unable to parse certificate chain. Please ensure the chain is in PEM format, with no text between its certificates, and has at most %d of them.", mostInChain)
	}
	return cert, checkChain(cert, signers)
}

// checkChain: the index in AWS's words is that of the certificate whose signer does not follow, -1 for the server's own.
func checkChain(cert *x509.Certificate, chain []*x509.Certificate) error {
	for i, signer := range chain {
		if err := cert.CheckSignatureFrom(signer); err != nil {
			return api.MalformedCertificate.New("Unable to validate certificate chain. The certificate chain must start with the immediate signing certificate, followed by any intermediaries in order. The index within the chain of the invalid certificate is: %d", i-1)
		}
		cert = signer
	}
	return nil
}

// notInForce says why a certificate is of no use now; "" for a good one.
func notInForce(cert *x509.Certificate, now time.Time) string {
	switch {
	case now.After(cert.NotAfter):
		return "The certificate expired on " + cert.NotAfter.UTC().Format(time.RFC3339) + "."
	case now.Before(cert.NotBefore):
		return "The certificate is not valid before " + cert.NotBefore.UTC().Format(time.RFC3339) + "."
	}
	return ""
}

func sameKey(a, b any) bool {
	switch a := a.(type) {
	case *rsa.PublicKey:
		return a.Equal(b)
	case *ecdsa.PublicKey:
		return a.Equal(b)
	case ed25519.PublicKey:
		return a.Equal(b)
	}
	return false
}
