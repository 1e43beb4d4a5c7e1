package iam

import (
	"crypto"
	"crypto/x509"
	"strings"
)

// What the tests of parsers and tables look into.

// SSHKeyForms reads an SSH public key and writes it in both encodings.
func SSHKeyForms(text string) (fingerprint string, forms []string, err error) {
	k, err := readSSHKey(text)
	if err != nil {
		return "", nil, err
	}
	for _, encoding := range []string{encodingSSH, encodingPEM} {
		form, err := k.text(encoding)
		if err != nil {
			return "", nil, err
		}
		forms = append(forms, form)
	}
	return k.fingerprint(), forms, nil
}

// ReadCertificates reads up to ten certificates.
func ReadCertificates(text string) ([]*x509.Certificate, error) {
	return readCertificates(text, mostInChain)
}

// ReadPrivateKey reads a private key.
func ReadPrivateKey(text string) (crypto.Signer, error) { return readPrivateKey(text) }

// CheckChain checks that each certificate signed the one before.
func CheckChain(cert *x509.Certificate, chain []*x509.Certificate) error {
	return checkChain(cert, chain)
}

// DeletionTask reads a deletion task id and writes it again.
func DeletionTask(text string) (string, bool) {
	task, ok := readDeletionTask(text)
	return task.String(), ok
}

// LinkedService is a row of the table of services that have service-linked roles.
type LinkedService struct{ Principal, Role, Policy string }

// LinkedServices is that table.
func LinkedServices() (all []LinkedService) {
	for _, s := range linkedServices {
		if found, ok := linkedService(s.principal); !ok || found != s {
			panic("linkedServices is out of order at " + s.principal)
		}
		all = append(all, LinkedService{s.principal, linkedRoleName(s.principal, nil), s.policyARN()})
	}
	return all
}

// MalformedCertificate is the refusal of a text as a signing certificate.
func MalformedCertificate(text string) string {
	return strings.TrimSpace(malformedCertificate(text).Message)
}

// IssuerURL reads the URL of an OpenID Connect provider.
func IssuerURL(text string) (string, error) { return issuerURL(text) }
