package directory

import (
	"iter"
	"slices"
	"strings"
	"time"
)

// OIDCProvider is an OpenID Connect identity provider whose tokens may name somebody to the account's roles.
type OIDCProvider struct {
	ID string `json:"id"` // Warder's own; AWS shows none
	// URL is the provider's issuer URL without its scheme, which is https. Its case matters.
	URL     string    `json:"url"`
	Created time.Time `json:"created"`
	// ClientIDs are the audiences that tokens may be for.
	ClientIDs []string `json:"clientIds,omitempty"`
	// Thumbprints are SHA-1 hashes of certificates, in hexadecimal digits, that the provider's chain may end in although no
	// trusted authority vouches for them.
	Thumbprints []string `json:"thumbprints,omitempty"`
	Tags        []Tag    `json:"tags,omitempty"`
}

func (*OIDCProvider) entity() {}

// Key gives "oidc/…".
func (p *OIDCProvider) Key() string { return "oidc/" + p.ID }

func (p *OIDCProvider) id() string   { return p.ID }
func (p *OIDCProvider) name() string { return p.URL }

// Clone makes a copy that may be modified.
func (p *OIDCProvider) Clone() *OIDCProvider {
	c := *p
	c.ClientIDs = slices.Clone(p.ClientIDs)
	c.Thumbprints = slices.Clone(p.Thumbprints)
	c.Tags = slices.Clone(p.Tags)
	return &c
}

// OIDCProvider by its URL without the scheme, in exactly that case, or nil.
func (a *Account) OIDCProvider(url string) *OIDCProvider {
	for p := range named[*OIDCProvider](&a.oidc, url) {
		if p.URL == url {
			return p
		}
	}
	return nil
}

// OIDCProviderByARN gives the provider of this account with that ARN, or nil.
func (a *Account) OIDCProviderByARN(arn string) *OIDCProvider {
	resource, _ := a.resource(arn)
	url, ok := strings.CutPrefix(resource, "oidc-provider/")
	if !ok {
		return nil
	}
	return a.OIDCProvider(url)
}

// OIDCProviderByID gives the provider with that id, or nil.
func (a *Account) OIDCProviderByID(id string) *OIDCProvider {
	return valueOf[*OIDCProvider](&a.oidc.ids, id)
}

// OIDCProviders in order of their lower-cased URLs.
func (a *Account) OIDCProviders() iter.Seq[*OIDCProvider] { return allOf[*OIDCProvider](&a.oidc) }

// OIDCProviderCount is the number of the account's OpenID Connect providers.
func (a *Account) OIDCProviderCount() int { return a.oidc.len() }
