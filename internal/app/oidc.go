package app

import (
	"crypto/x509"
	"errors"
	"log/slog"
	"net/netip"
	"net/url"
	"os"
	"strings"

	"github.com/go-jose/go-jose/v4"

	"github.com/warder-iam/warder/internal/oidc"
)

// OIDC is how identity providers are called whose tokens AssumeRoleWithWebIdentity takes.
type OIDC struct {
	// Allowed are networks that may be called beside public addresses.
	Allowed []netip.Prefix
	// CA is a PEM file of authorities that are trusted beside the system's; "" for none.
	CA string
	// KeySets are ISSUER=FILE: the provider's JWKS, which is then never fetched.
	KeySets []string
	// Algorithms are ISSUER=ALG+ALG: what that provider's tokens may be signed with.
	Algorithms []string
}

// maxKeySetFile bounds what is read of a key set.
const maxKeySetFile = 1 << 20

// verifier makes what verifies tokens; files are read once.
func (o *OIDC) verifier(log *slog.Logger) (*oidc.Verifier, error) {
	options := oidc.Options{Allowed: o.Allowed, KeySets: map[string][]jose.JSONWebKey{}, Algorithms: map[string][]string{}, Log: log}
	var err error
	if o.CA != "" {
		if options.Roots, err = rootsWith(o.CA); err != nil {
			return nil, wrong("oidc-ca", "%w", err)
		}
	}
	for _, text := range o.KeySets {
		issuer, file, ok := splitIssuer(text)
		if !ok {
			return nil, wrong("oidc-jwks", "%q is not ISSUER=FILE, such as https://id.example.org=/etc/warder/id.json", text)
		}
		if options.KeySets[issuer], err = readKeySet(file); err != nil {
			return nil, wrong("oidc-jwks", "%s: %w", file, err)
		}
	}
	for _, text := range o.Algorithms {
		issuer, list, ok := splitIssuer(text)
		if !ok {
			return nil, wrong("oidc-algorithm", "%q is not ISSUER=ALG, such as https://id.example.org=ES256+PS256", text)
		}
		options.Algorithms[issuer] = strings.Split(list, "+")
	}
	v, err := oidc.New(options)
	if err != nil {
		return nil, wrong("oidc-algorithm", "%w", err)
	}
	return v, nil
}

// splitIssuer cuts at the last "=": a URL may have one, a file's name or an algorithm hardly.
func splitIssuer(text string) (issuer, value string, ok bool) {
	i := strings.LastIndexByte(text, '=')
	if i < 0 || !strings.HasPrefix(text, "https://") || i == len(text)-1 {
		return "", "", false
	}
	u, err := url.Parse(text[:i])
	return text[:i], text[i+1:], err == nil && u.Host != ""
}

func rootsWith(file string) (*x509.CertPool, error) {
	roots, err := x509.SystemCertPool()
	if err != nil { // a system without any
		roots = x509.NewCertPool()
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	if !roots.AppendCertsFromPEM(text) {
		return nil, errors.New(file + " holds no certificate in PEM form")
	}
	return roots, nil
}

func readKeySet(file string) ([]jose.JSONWebKey, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	if info.Size() > maxKeySetFile {
		return nil, errors.New("larger than 1 MiB")
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return oidc.ParseKeySet(text)
}
