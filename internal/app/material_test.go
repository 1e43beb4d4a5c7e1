package app

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/pem"
	"io"
	"math/big"
	"strings"
	"testing"
	"text/template"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/warder-iam/warder/internal/server/servertest"
)

// material are the functions that hostile texts are made with. Sizes of keys are in bits.
func material(t *testing.T) template.FuncMap {
	authority := newAuthority(t, 8192)
	leafKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	servertest.Check(t, err)
	leafDER, err := x509.MarshalECPrivateKey(leafKey)
	servertest.Check(t, err)
	return template.FuncMap{
		"repeat":   func(n int, s string) string { return strings.Repeat(s, n) },
		"numbered": numbered,
		"query":    template.URLQueryEscaper,
		"base64":   func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
		"jwt": func(header, claims string) string {
			part := base64.RawURLEncoding.EncodeToString
			return part([]byte(header)) + "." + part([]byte(claims)) + ".AA"
		},
		"pem": pemOf,
		// A certificate that signed itself, with a key that is as dear as one may be.
		"root":       func() string { return pemOf("CERTIFICATE", string(authority.root.Raw)) },
		"leaf":       func() string { return pemOf("CERTIFICATE", string(authority.issue(t, leafKey.Public(), nil).Raw)) },
		"leafKey":    func() string { return pemOf("EC PRIVATE KEY", string(leafDER)) },
		"selfSigned": func(bits int) string { return pemOf("CERTIFICATE", string(newAuthority(t, bits).root.Raw)) },
		// A certificate with a modulus of which nobody knows the factors.
		"modulus": func(bits int) string { return pemOf("CERTIFICATE", string(certificate(t, oddKey(bits), nil).Raw)) },
		"names": func(n int) string {
			return pemOf("CERTIFICATE", string(certificate(t, leafKey.Public(), strings.Fields(numbered(n, "h%d.example.com "))).Raw))
		},
		"sshKey": func(bits int) string {
			key, err := ssh.NewPublicKey(oddKey(bits))
			servertest.Check(t, err)
			return string(ssh.MarshalAuthorizedKey(key))
		},
		"privateKey": func(bits int) string { return pemOf("RSA PRIVATE KEY", string(compositeKey(t, bits))) },
		"sequences":  sequences,
		"metadata":   metadata,
	}
}

func pemOf(kind, der string) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: []byte(der)}))
}

// metadata are those of an identity provider with these certificates.
func metadata(certificates ...string) string {
	var b strings.Builder
	b.WriteString(`<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example.com"><IDPSSODescriptor>`)
	for _, text := range certificates {
		for block, rest := pem.Decode([]byte(text)); block != nil; block, rest = pem.Decode(rest) {
			b.WriteString(`<KeyDescriptor><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>` +
				base64.StdEncoding.EncodeToString(block.Bytes) + `</X509Certificate></X509Data></KeyInfo></KeyDescriptor>`)
		}
	}
	return b.String() + `</IDPSSODescriptor></EntityDescriptor>`
}

// sequences are ASN.1 sequences in one another.
func sequences(depth int) string {
	der := []byte{0x30, 0}
	for range depth {
		var err error
		if der, err = asn1.Marshal(asn1.RawValue{Tag: asn1.TagSequence, IsCompound: true, Bytes: der}); err != nil {
			panic(err)
		}
	}
	return string(der)
}

// oddKey has a modulus of that many bits.
func oddKey(bits int) *rsa.PublicKey {
	return &rsa.PublicKey{N: new(big.Int).SetBit(big.NewInt(1), bits-1, 1), E: 65537}
}

// compositeKey is a private key whose numbers fit together, although its two factors are no primes: finding them would take
// minutes.
func compositeKey(t *testing.T, bits int) []byte {
	t.Helper()
	one, e := big.NewInt(1), big.NewInt(65537)
	for p := new(big.Int).SetBit(big.NewInt(3), bits/2-1, 1); ; p.Add(p, big.NewInt(2)) {
		q := new(big.Int).Add(p, big.NewInt(2))
		p1, q1 := new(big.Int).Sub(p, one), new(big.Int).Sub(q, one)
		d, inverse := new(big.Int).ModInverse(e, new(big.Int).Mul(p1, q1)), new(big.Int).ModInverse(q, p)
		if d == nil || inverse == nil {
			continue
		}
		der, err := asn1.Marshal(struct {
			Version                     int
			N, E, D, P, Q, DP, DQ, QInv *big.Int
		}{0, new(big.Int).Mul(p, q), e, d, p, q, new(big.Int).Mod(d, p1), new(big.Int).Mod(d, q1), inverse})
		servertest.Check(t, err)
		return der
	}
}

// authority signs certificates with an RSA key of many small primes, which is made at once however long it is. It implements
// crypto.Signer for SHA-256 and PKCS #1 v1.5.
type authority struct {
	public rsa.PublicKey
	d      *big.Int
	root   *x509.Certificate
}

func newAuthority(t *testing.T, bits int) *authority {
	t.Helper()
	a := &authority{public: rsa.PublicKey{N: big.NewInt(1), E: 65537}}
	one := big.NewInt(1)
	for a.d == nil {
		a.public.N.SetInt64(1)
		order := big.NewInt(1)
		for range bits / 512 {
			p, err := rand.Prime(rand.Reader, 512)
			servertest.Check(t, err)
			a.public.N.Mul(a.public.N, p)
			order.Mul(order, new(big.Int).Sub(p, one))
		}
		a.d = new(big.Int).ModInverse(big.NewInt(65537), order)
	}
	a.root = a.issue(t, &a.public, nil)
	return a
}

// Public implements crypto.Signer.
func (a *authority) Public() crypto.PublicKey { return &a.public }

// Sign implements crypto.Signer.
func (a *authority) Sign(_ io.Reader, digest []byte, _ crypto.SignerOpts) ([]byte, error) {
	// Source: RFC 8017, 9.2: the form of a SHA-256 hash that is signed.
	info := append([]byte("\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"), digest...)
	padded := append([]byte("\x00\x01"+strings.Repeat("\xff", a.public.Size()-3-len(info))+"\x00"), info...)
	return new(big.Int).Exp(new(big.Int).SetBytes(padded), a.d, a.public.N).FillBytes(make([]byte, a.public.Size())), nil
}

// issue makes a certificate for a key and these names.
func (a *authority) issue(t *testing.T, public crypto.PublicKey, names []string) *x509.Certificate {
	t.Helper()
	return signed(t, template509(names), public, a)
}

// certificate is signed by a key that is forgotten.
func certificate(t *testing.T, public crypto.PublicKey, names []string) *x509.Certificate {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	servertest.Check(t, err)
	return signed(t, template509(names), public, key)
}

func template509(names []string) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"}, DNSNames: names,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
}

func signed(t *testing.T, c *x509.Certificate, public crypto.PublicKey, by crypto.Signer) *x509.Certificate {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, c, c, public, by)
	servertest.Check(t, err)
	cert, err := x509.ParseCertificate(der)
	servertest.Check(t, err)
	return cert
}
