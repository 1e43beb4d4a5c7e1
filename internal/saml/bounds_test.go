package saml_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"math/big"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/internal/saml"
	"github.com/warder-iam/warder/internal/saml/samltest"
)

// No document makes work or memory out of proportion to its length.
func TestHostileDocuments(t *testing.T) {
	const head = `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" Version="2.0" ID="_r">` +
		`<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status><saml:Assertion ID="_a">`
	full := saml.MaxResponse - len(head)
	cases := map[string]string{
		"depth":             strings.Repeat("<a>", full/3),
		"elements":          strings.Repeat("<a/>", full/4),
		"attributes":        "<a " + numbered(full/10, `a%d="" `) + "/>",
		"namespaces":        "<a " + numbered(full/18, `xmlns:a%d="a" `) + "/>",
		"nested namespaces": numbered(full/22, `<a xmlns:a%d="a">`),
		"signatures":        strings.Repeat(`<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo/><SignatureValue/></Signature>`, full/100),
		"ids":               numbered(full/14, `<a ID="%d"/>`),
		"text":              strings.Repeat("&amp;", full/5),
		"long name":         "<" + strings.Repeat("a", full),
		"entities":          strings.Repeat("&#1114111;", full/10),
		"transforms":        `<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo><Reference URI="#_a"><Transforms>` + strings.Repeat(`<Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>`, 500),
	}
	p := recordedProvider(t)
	for name, body := range cases {
		t.Run(name, func(t *testing.T) {
			for _, end := range []string{"", "</saml:Assertion></samlp:Response>"} {
				text := []byte(head + body + end)
				spend(t, func() {
					if _, err := p.Open(text, endpoint(), recordedAt); err == nil {
						t.Error("taken")
					}
				})
				document := strings.Repeat(body, 4)
				spend(t, func() {
					if _, err := saml.ParseMetadata(document); err == nil {
						t.Error("taken")
					}
				})
			}
		})
	}
}

// TestHostileMetadata: a provider's own administrator writes them, but every signature that a stranger sends is verified
// with what they hold.
func TestHostileMetadata(t *testing.T) {
	_, good := samltest.NewKey(t)
	many := make([]*x509.Certificate, 17)
	for i := range many {
		many[i] = certificateOf(t, &rsa.PublicKey{N: good.PublicKey.(*rsa.PublicKey).N, E: 2*i + 3}, nil)
	}
	names := strings.Split(numbered(12_000, "host%d.example.com "), " ")
	for name, c := range map[string]struct {
		document, refusal string // "" for a document that is taken
	}{
		"a modulus of 8,192 bits":        {metadata(modulus(t, 8192)), ""},
		"a modulus of 8,193 bits":        {metadata(modulus(t, 8193)), "RSA key"},
		"a modulus of 1 M bits":          {metadata(modulus(t, 1<<20)), "RSA key"},
		"a small modulus":                {metadata(modulus(t, 1023)), "RSA key"},
		"a long certificate":             {metadata(certificateOf(t, good.PublicKey, names)), ""},
		"16 certificates":                {metadata(many[1:]...), ""},
		"17 certificates":                {metadata(many...), "more than 16"},
		"one certificate, 300 times":     {metadata(slices.Repeat([]*x509.Certificate{good}, 300)...), ""},
		"entities":                       {`<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">` + numbered(9_000, `<!ENTITY a%[1]d "&a;&a;&a;">`) + `]>` + metadata(good), "document type"},
		"an entity that nobody declared": {strings.Replace(metadata(good), "https://idp", "&a;", 1), "entity"},
	} {
		t.Run(name, func(t *testing.T) {
			spend(t, func() {
				_, err := saml.ParseMetadata(c.document)
				if (err == nil) != (c.refusal == "") || err != nil && !strings.Contains(err.Error(), c.refusal) {
					t.Errorf("%d bytes: %v, want %q", len(c.document), err, c.refusal)
				}
			})
		})
	}
}

func metadata(certificates ...*x509.Certificate) string {
	var b strings.Builder
	b.WriteString(`<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example.com"><IDPSSODescriptor>`)
	for _, c := range certificates {
		b.WriteString(`<KeyDescriptor><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>` +
			base64.StdEncoding.EncodeToString(c.Raw) + `</X509Certificate></X509Data></KeyInfo></KeyDescriptor>`)
	}
	return b.String() + `</IDPSSODescriptor></EntityDescriptor>`
}

// modulus is a certificate with an RSA key of that many bits, of which nobody knows the factors.
func modulus(t *testing.T, bits int) *x509.Certificate {
	n := new(big.Int).SetBit(big.NewInt(1), bits-1, 1)
	return certificateOf(t, &rsa.PublicKey{N: n, E: 65537}, nil)
}

func certificateOf(t *testing.T, public any, names []string) *x509.Certificate {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: names}
	der, err := x509.CreateCertificate(rand.Reader, template, template, public, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

func numbered(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// spend fails where f takes too long or too much.
func spend(t *testing.T, f func()) {
	t.Helper()
	const most, longest = 64 << 20, time.Minute // of 400 kB: what is measured is a tenth of the first, and far less of the second
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	began := time.Now()
	f()
	took := time.Since(began)
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > most || took > longest {
		t.Errorf("%d bytes in %v", used, took)
	}
}
