package oidc

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/warder-iam/warder/internal/outbound"
)

// Options are how providers are called. The zero Options call public addresses only, and trust the system's authorities.
type Options struct {
	// Allowed are networks that may be called beside public unicast addresses.
	Allowed []netip.Prefix
	// Roots are the authorities that vouch for providers' certificates; nil for the system's.
	Roots *x509.CertPool
	// KeySets are key sets of providers that are never called, by issuer.
	KeySets map[string][]jose.JSONWebKey
	// Algorithms that a provider's tokens may be signed with, by issuer; providers that are not named have the usual ones.
	Algorithms map[string][]string
	Log        *slog.Logger
}

// Provider is an identity provider as an account has registered it.
type Provider struct {
	// Issuer is its URL with the scheme.
	Issuer      string
	ClientIDs   []string
	Thumbprints []string
}

// Verifier verifies tokens. It serves any number of goroutines.
type Verifier struct {
	options Options
	roots   *x509.CertPool
	dialer  outbound.Dialer
	cache   cache
	log     *slog.Logger
}

// New makes a verifier. It calls nobody yet. An error is about the options.
func New(o Options) (*Verifier, error) {
	for issuer, algorithms := range o.Algorithms {
		for _, a := range algorithms {
			if !known(a) {
				return nil, fmt.Errorf("oidc: %s: there is no algorithm %q; there are %s", issuer, a, strings.Join(Algorithms(), ", "))
			}
		}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Verifier{
		options: o, roots: o.Roots, log: o.Log,
		dialer: outbound.Dialer{Allowed: o.Allowed, Setting: "oidc-allow"},
	}, nil
}

// Verify checks a token against its provider: algorithm, key, signature, issuer, audience, times. The error is an *Error.
func (v *Verifier) Verify(ctx context.Context, t *Token, p *Provider, now time.Time) (*Identity, error) {
	if t.Issuer != p.Issuer {
		return nil, invalid("The ID Token's issuer is not the provider")
	}
	algorithms := v.options.Algorithms[p.Issuer]
	if algorithms == nil {
		algorithms = usual
	}
	if !slices.Contains(algorithms, t.header.Algorithm) {
		return nil, invalid("The ID Token is signed with an algorithm that its provider does not use")
	}
	// Before anybody is called: a token that is over proves nothing anyway, and costs nothing.
	if err := t.checkTimes(now); err != nil {
		return nil, err
	}
	key, err := v.key(ctx, t, p)
	if err != nil {
		return nil, err
	}
	signed, err := jose.ParseSignedCompact(t.text, []jose.SignatureAlgorithm{jose.SignatureAlgorithm(t.header.Algorithm)})
	if err != nil {
		return nil, invalid(noJWT)
	}
	if _, err := signed.Verify(key.Key); err != nil {
		return nil, invalid(badSignature)
	}
	return t.identity(p, now)
}

// key finds the key that a token names, asking the provider for newer ones at most once a minute.
func (v *Verifier) key(ctx context.Context, t *Token, p *Provider) (*jose.JSONWebKey, error) {
	if keys, ok := v.options.KeySets[p.Issuer]; ok {
		key, _ := find(keys, &t.header)
		if key == nil {
			return nil, invalid(noKey)
		}
		return key, nil
	}
	e := v.cache.entry(p.Issuer+" "+strings.Join(p.Thumbprints, " "), time.Now())
	fetch := func() ([]jose.JSONWebKey, error) { return v.fetch(ctx, p) }
	keys, err := e.get(false, fetch)
	if err != nil {
		return nil, public(err)
	}
	key, unknown := find(keys, &t.header)
	if unknown {
		if keys, err = e.get(true, fetch); err != nil {
			return nil, public(err)
		}
		key, _ = find(keys, &t.header)
	}
	if key == nil {
		return nil, invalid(noKey)
	}
	return key, nil
}

// fetch asks a provider for its keys, by way of its discovery document. It ends on its own time and not with the request
// that began it: others wait for the same answer.
func (v *Verifier) fetch(ctx context.Context, p *Provider) (keys []jose.JSONWebKey, err error) {
	defer func() {
		if err != nil {
			v.log.Warn("the keys of an identity provider could not be fetched", "issuer", p.Issuer, "error", err.Error())
		}
	}()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), fetchTimeout)
	defer cancel()
	url := strings.TrimSuffix(p.Issuer, "/") + discoveryPath
	body, err := v.get(ctx, url, p.Thumbprints)
	if err != nil {
		return nil, err
	}
	keysURL, err := parseDiscovery(body, p.Issuer)
	if err != nil {
		return nil, &documentError{url: url, err: err}
	}
	if body, err = v.get(ctx, keysURL, p.Thumbprints); err != nil {
		return nil, err
	}
	if keys, err = ParseKeySet(body); err != nil {
		return nil, &documentError{url: keysURL, err: err}
	}
	return keys, nil
}

// public is a failed call as whoever sent the token may know it.
func public(err error) *Error {
	var document *documentError
	switch {
	case errors.Is(err, errThumbprint):
		return &Error{Kind: Invalid, Message: noThumbprint, Cause: err}
	case errors.As(err, &document), errors.Is(err, outbound.ErrAddress):
		return &Error{Kind: Invalid, Message: noKey, Cause: err}
	}
	return &Error{Kind: Unreachable, Message: "The identity provider could not be reached", Cause: err}
}
