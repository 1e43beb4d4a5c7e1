package app

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/warder-iam/warder/internal/seal"
)

// Files in DIR/tls. Private keys are sealed like everything in the data directory; each lies in one file with its
// certificate, so that the two always belong together.
const (
	caName       = "ca.pem" // the authority's certificate, for clients to trust
	caSealedName = "ca.sealed"
	leafName     = "server.sealed"
)

const (
	caLifetime   = 10 * 365 * 24 * time.Hour
	leafLifetime = 365 * 24 * time.Hour
	// renewBefore is how long before its end a certificate is replaced.
	renewBefore = 30 * 24 * time.Hour
	// backdate forgives clients whose clock is behind.
	backdate = time.Hour
)

// localCA is a certificate authority of this server alone.
type localCA struct {
	dir  string
	ring *seal.Keyring
	cert tls.Certificate
}

// openLocalCA opens the authority in dir, or makes it. made is true where clients have a new certificate to trust.
func openLocalCA(dir string, ring *seal.Keyring, now time.Time) (ca *localCA, made bool, err error) {
	if err := makePrivateDir(dir); err != nil {
		return nil, false, fmt.Errorf("local certificate authority: %w", err)
	}
	ca = &localCA{dir: dir, ring: ring}
	ca.cert, err = ca.load(caSealedName)
	if errors.Is(err, fs.ErrNotExist) || err == nil && expires(ca.cert.Leaf, now) {
		made = true
		ca.cert, err = ca.makeAuthority(now)
	}
	if err != nil {
		return nil, false, fmt.Errorf("local certificate authority: %w", err)
	}
	return ca, made, ca.publish()
}

func (ca *localCA) path() string { return filepath.Join(ca.dir, caName) }

// publish writes the authority's certificate where clients find it.
func (ca *localCA) publish() error {
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ca.cert.Certificate[0]})
	if old, err := os.ReadFile(ca.path()); err == nil && bytes.Equal(old, text) {
		return nil
	}
	return ReplaceFile(ca.path(), 0o644, text)
}

// serverCertificate gives the certificate for these hosts: the one that is there, or a new one where that ends soon or
// lacks a host.
func (ca *localCA) serverCertificate(hosts []string, now time.Time) (*tls.Certificate, error) {
	cert, err := ca.load(leafName)
	if err == nil && !expires(cert.Leaf, now) && cert.Leaf.CheckSignatureFrom(ca.cert.Leaf) == nil && covers(cert.Leaf, hosts) {
		return &cert, nil
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("local certificate authority: %w", err)
	}
	if cert, err = ca.issue(hosts, now); err != nil {
		return nil, fmt.Errorf("local certificate authority: %w", err)
	}
	return &cert, nil
}

func expires(cert *x509.Certificate, now time.Time) bool {
	return now.Add(renewBefore).After(cert.NotAfter)
}

func covers(cert *x509.Certificate, hosts []string) bool {
	return !slices.ContainsFunc(hosts, func(host string) bool {
		if ip := net.ParseIP(host); ip != nil {
			return !slices.ContainsFunc(cert.IPAddresses, ip.Equal)
		}
		return !slices.Contains(cert.DNSNames, host)
	})
}

func (ca *localCA) makeAuthority(now time.Time) (tls.Certificate, error) {
	name := "Warder"
	if host, err := os.Hostname(); err == nil {
		name += " on " + host
	}
	template := &x509.Certificate{
		Subject:               pkix.Name{CommonName: name, Organization: []string{"Warder local certificate authority"}},
		NotBefore:             now.Add(-backdate),
		NotAfter:              now.Add(caLifetime),
		KeyUsage:              x509.KeyUsageCertSign,
		BasicConstraintsValid: true,
		IsCA:                  true,
		MaxPathLenZero:        true,
	}
	return ca.make(caSealedName, template, nil)
}

func (ca *localCA) issue(hosts []string, now time.Time) (tls.Certificate, error) {
	template := &x509.Certificate{
		Subject:     pkix.Name{CommonName: "Warder"},
		NotBefore:   now.Add(-backdate),
		NotAfter:    now.Add(leafLifetime),
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	for _, host := range hosts {
		if ip := net.ParseIP(host); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, host)
		}
	}
	return ca.make(leafName, template, &ca.cert)
}

// make makes a key and a certificate for it, signed by issuer or by itself, and stores both.
func (ca *localCA) make(name string, template *x509.Certificate, issuer *tls.Certificate) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	if template.SerialNumber, err = rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127)); err != nil {
		return tls.Certificate{}, err
	}
	parent, signer := template, crypto.PrivateKey(key)
	if issuer != nil {
		parent, signer = issuer.Leaf, issuer.PrivateKey
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		return tls.Certificate{}, err
	}
	return ca.save(name, der, key)
}

func (ca *localCA) save(name string, der []byte, key *ecdsa.PrivateKey) (tls.Certificate, error) {
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return tls.Certificate{}, err
	}
	text := slices.Concat(
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}),
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
	)
	box, err := ca.ring.Seal(text, sealedPlace(name))
	if err != nil {
		return tls.Certificate{}, err
	}
	if err := ReplaceFile(filepath.Join(ca.dir, name), 0o600, box); err != nil {
		return tls.Certificate{}, err
	}
	return tls.X509KeyPair(text, text)
}

func (ca *localCA) load(name string) (tls.Certificate, error) {
	path := filepath.Join(ca.dir, name)
	box, err := os.ReadFile(path)
	if err != nil {
		return tls.Certificate{}, err
	}
	text, err := ca.ring.Open(box, sealedPlace(name))
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("%s: %w; move it away, and a new one is made that clients have to trust anew", path, err)
	}
	return tls.X509KeyPair(text, text)
}

func sealedPlace(name string) []byte { return []byte("file " + tlsName + "/" + name) }
