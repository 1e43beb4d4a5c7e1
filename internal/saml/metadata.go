package saml

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/beevik/etree"
)

const (
	// maxCertificates of one provider: each is tried on a signature.
	maxCertificates = 16
	// minRSA is the shortest RSA key of a signing certificate. Source: IAM User Guide, "Create a SAML identity provider".
	minRSA = 1024
)

// Metadata is what Warder needs of a provider's metadata document.
type Metadata struct {
	// EntityID is the issuer of the provider's responses.
	EntityID string
	// ValidUntil is when the metadata themselves end; zero where they do not say.
	ValidUntil time.Time
	// Certificates whose keys sign responses; at least one. As on AWS their own expiry is not looked at: the document is
	// what is trusted.
	Certificates []*x509.Certificate
}

// ParseMetadata reads the metadata document of one identity provider: an EntityDescriptor with an IDPSSODescriptor and at
// least one certificate for signatures.
func ParseMetadata(document string) (*Metadata, error) {
	root, err := parse([]byte(document), metadataForm)
	if err != nil {
		return nil, err
	}
	if !is(root, nsMetadata, "EntityDescriptor") {
		return nil, errors.New("its element is not an EntityDescriptor")
	}
	m := &Metadata{EntityID: strings.TrimSpace(attribute(root, "entityID"))}
	if m.EntityID == "" || len(m.EntityID) > 1024 {
		return nil, errors.New("its entityID is missing or too long")
	}
	descriptors := children(root, nsMetadata, "IDPSSODescriptor")
	if len(descriptors) == 0 {
		return nil, errors.New("it has no IDPSSODescriptor: it does not describe an identity provider")
	}
	if m.ValidUntil, err = validUntil(append(descriptors, root)); err != nil {
		return nil, err
	}
	for _, d := range descriptors {
		if err := m.addCertificates(d); err != nil {
			return nil, err
		}
	}
	if len(m.Certificates) == 0 {
		return nil, errors.New("it has no certificate for signatures")
	}
	return m, nil
}

// validUntil is the earliest end that the elements name.
func validUntil(elements []*etree.Element) (end time.Time, err error) {
	for _, e := range elements {
		value := attribute(e, "validUntil")
		if value == "" {
			continue
		}
		t, err := parseTime(value)
		if err != nil {
			return time.Time{}, fmt.Errorf("its validUntil is no time: %w", err)
		}
		if end.IsZero() || t.Before(end) {
			end = t
		}
	}
	return end, nil
}

// addCertificates takes the certificates of keys that sign, or whose use is not said.
func (m *Metadata) addCertificates(descriptor *etree.Element) error {
	for _, key := range children(descriptor, nsMetadata, "KeyDescriptor") {
		if use := attribute(key, "use"); use != "" && use != "signing" {
			continue
		}
		for _, info := range children(key, nsSignature, "KeyInfo") {
			for _, data := range children(info, nsSignature, "X509Data") {
				for _, e := range children(data, nsSignature, "X509Certificate") {
					if err := m.addCertificate(text(e)); err != nil {
						return err
					}
				}
			}
		}
	}
	return nil
}

func (m *Metadata) addCertificate(encoded string) error {
	der, err := decodeBase64(encoded)
	if err != nil {
		return errors.New("a certificate is not in base64")
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return errors.New("a certificate cannot be read")
	}
	if key, ok := cert.PublicKey.(*rsa.PublicKey); ok && (key.N.BitLen() < minRSA || key.N.BitLen() > maxRSA) {
		return fmt.Errorf("a certificate has an RSA key of less than %d bits or more than %d", minRSA, maxRSA)
	}
	for _, have := range m.Certificates {
		if have.Equal(cert) {
			return nil
		}
	}
	if len(m.Certificates) == maxCertificates {
		return fmt.Errorf("it has more than %d certificates for signatures", maxCertificates)
	}
	m.Certificates = append(m.Certificates, cert)
	return nil
}

// decodeBase64 reads base64 that is broken into lines.
func decodeBase64(s string) ([]byte, error) {
	return base64.StdEncoding.DecodeString(strings.Join(strings.Fields(s), ""))
}

// parseTime reads a time of SAML, which is in UTC; one with another zone is taken as well.
func parseTime(s string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339Nano, strings.TrimSpace(s))
	if err != nil {
		return time.Time{}, fmt.Errorf("%.40q is not like 2006-01-02T15:04:05Z", s)
	}
	return t.UTC(), nil
}
