package oidctest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/warder-iam/warder/internal/oidc"
)

// Provider is an identity provider.
type Provider struct {
	*httptest.Server
	// Discovery and KeySet replace the documents where they are not nil.
	Discovery, KeySet http.HandlerFunc

	mu    sync.Mutex
	keys  []jose.JSONWebKey
	calls int
}

// New starts a provider with one key, k1. It ends with the test.
func New(t testing.TB) *Provider {
	t.Helper()
	p := new(Provider)
	p.AddKey(t, "k1")
	mux := http.NewServeMux()
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, r *http.Request) {
		if p.Discovery != nil {
			p.Discovery(w, r)
			return
		}
		write(t, w, map[string]string{"issuer": p.URL, "jwks_uri": p.URL + "/keys"})
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.calls++
		if p.KeySet != nil {
			p.KeySet(w, r)
			return
		}
		var set jose.JSONWebKeySet
		for _, k := range p.keys {
			set.Keys = append(set.Keys, k.Public())
		}
		write(t, w, set)
	})
	p.Server = httptest.NewTLSServer(mux)
	t.Cleanup(p.Close)
	return p
}

func write(t testing.TB, w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(v); err != nil {
		t.Errorf("the provider's answer: %v", err)
	}
}

// Calls is how often the keys were asked for.
func (p *Provider) Calls() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.calls
}

// AddKey makes a P-256 key of that id.
func (p *Provider) AddKey(t testing.TB, id string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p.Use(key, id, "ES256")
}

// Use adds a private key.
func (p *Provider) Use(key crypto.Signer, id, algorithm string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.keys = append(p.keys, jose.JSONWebKey{Key: key, KeyID: id, Algorithm: algorithm, Use: "sig"})
}

// Claims are those of a good token for that client; more replaces or, where nil, takes out.
func (p *Provider) Claims(client string, more map[string]any) map[string]any {
	now := time.Now()
	claims := map[string]any{
		"iss": p.URL, "sub": "user-0001", "aud": client, "iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(),
	}
	for name, v := range more {
		if claims[name] = v; v == nil {
			delete(claims, name)
		}
	}
	return claims
}

// Sign signs claims with the newest key.
func (p *Provider) Sign(t testing.TB, claims map[string]any) string {
	t.Helper()
	payload, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	return p.SignRaw(t, payload, nil)
}

// SignRaw signs a payload as it is, with more members in the header.
func (p *Provider) SignRaw(t testing.TB, payload []byte, header map[jose.HeaderKey]any) string {
	t.Helper()
	p.mu.Lock()
	key := p.keys[len(p.keys)-1]
	p.mu.Unlock()
	options := &jose.SignerOptions{ExtraHeaders: header}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.SignatureAlgorithm(key.Algorithm), Key: key}, options)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		t.Fatal(err)
	}
	text, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// Verifier calls this provider: loopback is allowed, and its certificate trusted where trust is set.
func (p *Provider) Verifier(t testing.TB, trust bool) *oidc.Verifier {
	t.Helper()
	roots := x509.NewCertPool()
	if trust {
		roots.AddCert(p.Certificate())
	}
	v, err := oidc.New(oidc.Options{Allowed: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Roots: roots})
	if err != nil {
		t.Fatal(err)
	}
	return v
}
