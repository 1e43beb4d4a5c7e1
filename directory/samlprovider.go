package directory

import (
	"iter"
	"slices"
	"time"
)

// SAMLProvider is a SAML 2.0 identity provider that roles may trust.
type SAMLProvider struct {
	ID      string    `json:"id"` // SAMLP…; clients see it as the provider's UUID
	Name    string    `json:"name"`
	Created time.Time `json:"created"`
	Tags    []Tag     `json:"tags,omitempty"`
	// Metadata is the document as it was given; EntityID, Certificates and ValidUntil are what it says.
	Metadata     string    `json:"metadata"`
	EntityID     string    `json:"entityId"`
	Certificates [][]byte  `json:"certificates"` // DER
	ValidUntil   time.Time `json:"validUntil"`
	// EncryptionMode of assertions: Required, Allowed, or "" where it was never set, which allows as well.
	EncryptionMode string `json:"encryptionMode,omitempty"`
	// Keys decrypt assertions, oldest first; two at most.
	Keys []SAMLKey `json:"keys,omitempty"`
}

// SAMLKey is a private key that decrypts assertions.
type SAMLKey struct {
	ID      string    `json:"id"` // SAMLK…
	Created time.Time `json:"created"`
	// Sealed is the key in PKCS #8, sealed by internal/session with the key's id as additional data.
	Sealed []byte `json:"sealed"`
}

func (*SAMLProvider) entity() {}

// The values of SAMLProvider.EncryptionMode.
const (
	EncryptionRequired = "Required"
	EncryptionAllowed  = "Allowed"
)

// Key gives "saml/SAMLP…".
func (p *SAMLProvider) Key() string { return "saml/" + p.ID }

func (p *SAMLProvider) id() string   { return p.ID }
func (p *SAMLProvider) name() string { return p.Name }

// Clone makes a copy that may be modified.
func (p *SAMLProvider) Clone() *SAMLProvider {
	c := *p
	c.Tags = slices.Clone(p.Tags)
	c.Certificates = slices.Clone(p.Certificates)
	c.Keys = slices.Clone(p.Keys)
	return &c
}

// SAMLProvider by name, without regard to case, or nil.
func (a *Account) SAMLProvider(name string) *SAMLProvider {
	return find[*SAMLProvider](&a.samlProviders, name)
}

// SAMLProviderByID gives the SAML provider with that unique id, or nil.
func (a *Account) SAMLProviderByID(id string) *SAMLProvider {
	return valueOf[*SAMLProvider](&a.samlProviders.ids, id)
}

// SAMLProviderByARN gives the account's SAML provider with just this ARN, or nil.
func (a *Account) SAMLProviderByARN(arn string) *SAMLProvider {
	prefix := a.samlARN("")
	if len(arn) < len(prefix) || arn[:len(prefix)] != prefix {
		return nil
	}
	p := find[*SAMLProvider](&a.samlProviders, arn[len(prefix):])
	if p == nil || a.samlARN(p.Name) != arn {
		return nil
	}
	return p
}

func (a *Account) samlARN(name string) string { return a.arn("saml-provider", "/", name) }

// SAMLProviders in order of their lower-cased names.
func (a *Account) SAMLProviders() iter.Seq[*SAMLProvider] {
	return allOf[*SAMLProvider](&a.samlProviders)
}
