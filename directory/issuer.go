package directory

import (
	"slices"
	"time"
)

// TokenIssuer makes an account an issuer of web identity tokens, with which its principals show others who they are.
type TokenIssuer struct {
	// ID is what stands for the account in the issuer's URL. It stays the same for as long as the account lives.
	ID string `json:"id"`
	// Enabled: tokens are given out. What was given out before is verifiable all the same until it expires.
	Enabled bool        `json:"enabled"`
	Keys    []IssuerKey `json:"keys,omitempty"` // oldest first
}

// IssuerKey is a key that signs tokens.
type IssuerKey struct {
	ID        string    `json:"id"`        // the JWK's kid
	Algorithm string    `json:"algorithm"` // RS256 or ES384
	Created   time.Time `json:"created"`
	// Public is the JWK as the world sees it, and Sealed the private key, sealed by internal/session.
	Public []byte `json:"public"`
	Sealed []byte `json:"sealed"`
}

func (*TokenIssuer) entity() {}

// Key gives "issuer".
func (*TokenIssuer) Key() string { return "issuer" }

// Clone makes a copy that may be modified.
func (i *TokenIssuer) Clone() *TokenIssuer {
	c := *i
	c.Keys = slices.Clone(i.Keys)
	return &c
}

// TokenIssuer is nil where the account never was one.
func (a *Account) TokenIssuer() *TokenIssuer { return a.issuer }
