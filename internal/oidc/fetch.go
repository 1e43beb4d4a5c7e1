package oidc

import (
	"context"
	"crypto/sha1" // thumbprints of certificates are SHA-1 on AWS
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"

	"github.com/warder-iam/warder/internal/outbound"
)

// Limits on calls to a provider.
const (
	maxBody      = 1 << 20
	fetchTimeout = outbound.Timeout // discovery and keys together
)

// errThumbprint says that neither a trusted authority nor a thumbprint stands for a provider's certificate.
var errThumbprint = errors.New("oidc: the certificate is neither trusted nor named by a thumbprint")

// get fetches one document over HTTPS. It follows no redirect, sends nothing that it was told, and reads 1 MiB at most.
func (v *Verifier) get(ctx context.Context, url string, thumbprints []string) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	if r.URL.Scheme != "https" || r.URL.User != nil || r.URL.Hostname() == "" {
		return nil, fmt.Errorf("%.200q: %w", url, outbound.ErrScheme)
	}
	r.Header.Set("Accept", "application/json")
	r.Header.Set("User-Agent", "warder")
	resp, err := v.dialer.Client(v.tlsConfig(r.URL.Hostname(), thumbprints)).Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }() // only read
	if resp.StatusCode != http.StatusOK {
		return nil, &documentError{url: url, err: fmt.Errorf("the answer is %d, not 200", resp.StatusCode)}
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	if err == nil && len(body) > maxBody {
		err = &documentError{url: url, err: errors.New("the answer is larger than 1 MiB")}
	}
	return body, err
}

// documentError is about a provider that answers, but not with what it should.
type documentError struct {
	url string
	err error
}

func (e *documentError) Error() string { return fmt.Sprintf("%.200s: %v", e.url, e.err) }

func (e *documentError) Unwrap() error { return e.err }

// tlsConfig is for that host, a name or an address. It trusts what the configured authorities vouch for and, as AWS does, any chain that ends in a certificate with
// one of the provider's thumbprints; name and time of the certificate count in both cases.
func (v *Verifier) tlsConfig(host string, thumbprints []string) *tls.Config {
	return &tls.Config{
		MinVersion:         tls.VersionTLS12,
		InsecureSkipVerify: true, // VerifyConnection does it, in two ways
		VerifyConnection: func(state tls.ConnectionState) error {
			_, err := state.PeerCertificates[0].Verify(verifyOptions(state, host, v.roots))
			if err == nil {
				return nil
			}
			anchors := x509.NewCertPool()
			for _, c := range state.PeerCertificates {
				if slices.Contains(thumbprints, Thumbprint(c)) {
					anchors.AddCert(c)
				}
			}
			if _, perr := state.PeerCertificates[0].Verify(verifyOptions(state, host, anchors)); perr != nil {
				return fmt.Errorf("%w: %w", errThumbprint, err)
			}
			return nil
		},
	}
}

// verifyOptions take the host from the URL: the state of a connection to an address has no name.
func verifyOptions(state tls.ConnectionState, host string, roots *x509.CertPool) x509.VerifyOptions {
	between := x509.NewCertPool()
	for _, c := range state.PeerCertificates[1:] {
		between.AddCert(c)
	}
	return x509.VerifyOptions{DNSName: host, Roots: roots, Intermediates: between}
}

// Thumbprint is a certificate's SHA-1 hash in lower-case hexadecimal digits, as ThumbprintList has it.
func Thumbprint(c *x509.Certificate) string {
	sum := sha1.Sum(c.Raw)
	return hex.EncodeToString(sum[:])
}
