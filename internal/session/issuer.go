package session

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/warder-iam/warder/directory"
)

// IssuerPath is where, below the server's own URL, the issuers of web identity tokens have their documents.
const IssuerPath = "/issuers/"

// IssuerURL is an account's issuer identifier. base is the server's URL without a slash at the end.
func IssuerURL(base string, i *directory.TokenIssuer) string { return base + IssuerPath + i.ID }

// IssuerAlgorithms are those that web identity tokens may be signed with. Source: AWS STS API Reference, GetWebIdentityToken.
func IssuerAlgorithms() []string { return []string{"RS256", "ES384"} }

// The life of an issuer's key: it is published for a day before it signs, so that who verifies tokens knows it by then;
// it signs until another has been published for that long; and it is published for as long after that as its tokens live.
const (
	PublishIssuerKey = 24 * time.Hour
	RotateIssuerKey  = 90 * 24 * time.Hour
	maxIssuedToken   = time.Hour
)

// NewIssuerID makes what stands for an account in its issuer's URL. The account is in it, to be found by; the rest cannot
// be guessed.
func NewIssuerID(account string) string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return account + "-" + hex.EncodeToString(b[:])
}

// MintIssuerKey makes a key that signs an account's tokens by that algorithm.
func (k *Keys) MintIssuerKey(account, algorithm string, now time.Time) (directory.IssuerKey, error) {
	var private crypto.Signer
	var err error
	switch algorithm {
	case "RS256":
		private, err = rsa.GenerateKey(rand.Reader, 2048)
	case "ES384":
		private, err = ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	default:
		err = fmt.Errorf("session: no issuer signs by %q", algorithm)
	}
	if err != nil {
		return directory.IssuerKey{}, err
	}
	var id [16]byte
	_, _ = rand.Read(id[:]) // never fails
	key := directory.IssuerKey{ID: hex.EncodeToString(id[:]), Algorithm: algorithm, Created: now.UTC().Truncate(time.Second)}
	jwk := jose.JSONWebKey{Key: private.Public(), KeyID: key.ID, Algorithm: algorithm, Use: "sig"}
	if key.Public, err = jwk.MarshalJSON(); err != nil {
		return directory.IssuerKey{}, fmt.Errorf("session: encode a public key: %w", err)
	}
	plain, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return directory.IssuerKey{}, fmt.Errorf("session: encode a private key: %w", err)
	}
	defer clear(plain)
	if key.Sealed, err = k.ring.Seal(plain, issuerKeyData(account, key.ID)); err != nil {
		return directory.IssuerKey{}, fmt.Errorf("session: seal a private key: %w", err)
	}
	return key, nil
}

// SignToken signs a payload with an issuer's key; the answer is a JSON Web Token in compact form.
func (k *Keys) SignToken(account string, key *directory.IssuerKey, payload []byte) (string, error) {
	plain, err := k.ring.Open(key.Sealed, issuerKeyData(account, key.ID))
	if err != nil {
		return "", fmt.Errorf("session: open the issuer's key %s: %w", key.ID, err)
	}
	defer clear(plain)
	private, err := x509.ParsePKCS8PrivateKey(plain)
	if err != nil {
		return "", fmt.Errorf("session: read the issuer's key %s: %w", key.ID, err)
	}
	signing := jose.SigningKey{
		Algorithm: jose.SignatureAlgorithm(key.Algorithm),
		Key:       jose.JSONWebKey{Key: private, KeyID: key.ID, Algorithm: key.Algorithm, Use: "sig"},
	}
	signer, err := jose.NewSigner(signing, new(jose.SignerOptions).WithType("JWT"))
	if err != nil {
		return "", fmt.Errorf("session: sign a token: %w", err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		return "", fmt.Errorf("session: sign a token: %w", err)
	}
	return signed.CompactSerialize()
}

func issuerKeyData(account, id string) []byte {
	return []byte("token issuer's key " + account + " " + id)
}

// IssuerKeyDue reports whether an issuer needs a new key for an algorithm.
func IssuerKeyDue(i *directory.TokenIssuer, algorithm string, now time.Time) bool {
	newest := newestKey(i.Keys, algorithm, now)
	return newest == nil || now.Sub(newest.Created) >= RotateIssuerKey
}

// SigningKey is the key that signs now: the newest that was published long enough, or else the first; nil if there is none.
func SigningKey(i *directory.TokenIssuer, algorithm string, now time.Time) *directory.IssuerKey {
	if k := newestKey(i.Keys, algorithm, now.Add(-PublishIssuerKey)); k != nil {
		return k
	}
	for n := range i.Keys {
		if i.Keys[n].Algorithm == algorithm {
			return &i.Keys[n]
		}
	}
	return nil
}

// newestKey is the newest key that was there by then.
func newestKey(keys []directory.IssuerKey, algorithm string, by time.Time) *directory.IssuerKey {
	for n := len(keys) - 1; n >= 0; n-- {
		if keys[n].Algorithm == algorithm && !keys[n].Created.After(by) {
			return &keys[n]
		}
	}
	return nil
}

// AddIssuerKey adds a key to an issuer's, and drops those whose last token has expired.
func AddIssuerKey(i *directory.TokenIssuer, key directory.IssuerKey, now time.Time) {
	gone := now.Add(-PublishIssuerKey - maxIssuedToken)
	i.Keys = slices.DeleteFunc(i.Keys, func(old directory.IssuerKey) bool {
		after := newestKey(i.Keys, old.Algorithm, gone)
		return after != nil && after.ID != old.ID && !old.Created.After(after.Created)
	})
	i.Keys = append(i.Keys, key)
}
