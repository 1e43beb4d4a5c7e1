package samltest

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"encoding/xml"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"
	crewjam "github.com/crewjam/saml"
	"github.com/crewjam/saml/xmlenc"
	dsig "github.com/russellhaering/goxmldsig"
)

// What messages are for, unless a test says otherwise.
const (
	Recipient = "https://signin.aws.amazon.com/saml"
	Audience  = "urn:amazon:webservices"
)

// Provider is an identity provider with a key of its own.
type Provider struct {
	*crewjam.IdentityProvider
	key *rsa.PrivateKey
}

// New makes a provider whose entity id is a URL.
func New(t testing.TB, entityID string) *Provider {
	t.Helper()
	key, cert := NewKey(t)
	u, err := url.Parse(entityID)
	check(t, err)
	return &Provider{key: key, IdentityProvider: &crewjam.IdentityProvider{
		Key: key, Certificate: cert, MetadataURL: *u, SSOURL: *u, SignatureMethod: dsig.RSASHA256SignatureMethod,
	}}
}

// NewKey makes an RSA key with a certificate of its own that is good today.
func NewKey(t testing.TB) (*rsa.PrivateKey, *x509.Certificate) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	check(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "idp"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	check(t, err)
	cert, err := x509.ParseCertificate(der)
	check(t, err)
	return key, cert
}

// PEM is a private key as AddPrivateKey takes it.
func PEM(t testing.TB, key *rsa.PrivateKey) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	check(t, err)
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// Document is the provider's metadata.
func (p *Provider) Document(t testing.TB) string {
	t.Helper()
	text, err := xml.MarshalIndent(p.Metadata(), "", " ")
	check(t, err)
	return string(text)
}

// Login is what a provider says of one user.
type Login struct {
	At         time.Time // the zero time is now
	NameID     string    // "" is "dana@example.com"
	Attributes map[string][]string
	Recipient  string // "" is Recipient
	Audience   string // "" is Audience
	// Edit changes the assertion before it is signed.
	Edit func(a *crewjam.Assertion)
	// Encrypt for the holder of this certificate's key; Encrypter is how, nil for the library's choice.
	Encrypt   *x509.Certificate
	Encrypter xmlenc.Encrypter
}

// Response makes a signed response with a signed assertion in it.
func (p *Provider) Response(t testing.TB, l Login) *etree.Element {
	t.Helper()
	if l.At.IsZero() {
		l.At = time.Now()
	}
	l.NameID, l.Recipient, l.Audience = or(l.NameID, "dana@example.com"), or(l.Recipient, Recipient), or(l.Audience, Audience)
	p.Clock, p.AssertionEncrypter = dsig.NewFakeClockAt(l.At), l.Encrypter
	post, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://idp.example.com/", nil)
	check(t, err)
	sp := &crewjam.EntityDescriptor{EntityID: l.Audience}
	req := &crewjam.IdpAuthnRequest{
		IDP: p.IdentityProvider, HTTPRequest: post, Now: l.At.UTC(), ServiceProviderMetadata: sp,
		SPSSODescriptor: &crewjam.SPSSODescriptor{}, ACSEndpoint: &crewjam.IndexedEndpoint{Binding: crewjam.HTTPPostBinding, Location: l.Recipient},
	}
	if l.Encrypt != nil {
		req.SPSSODescriptor.KeyDescriptors = []crewjam.KeyDescriptor{{Use: "encryption", KeyInfo: crewjam.KeyInfo{
			X509Data: crewjam.X509Data{X509Certificates: []crewjam.X509Certificate{{Data: base64.StdEncoding.EncodeToString(l.Encrypt.Raw)}}},
		}}}
	}
	session := &crewjam.Session{ID: "s1", CreateTime: l.At, ExpireTime: l.At.Add(time.Hour), Index: "1", NameID: l.NameID, NameIDFormat: string(crewjam.PersistentNameIDFormat)}
	check(t, crewjam.DefaultAssertionMaker{}.MakeAssertion(req, session))
	setAttributes(req.Assertion, l.Attributes)
	if l.Edit != nil {
		l.Edit(req.Assertion)
	}
	check(t, req.MakeAssertionEl())
	check(t, req.MakeResponse())
	return Reparse(t, req.ResponseEl)
}

func setAttributes(a *crewjam.Assertion, attributes map[string][]string) {
	a.AttributeStatements = nil
	if len(attributes) == 0 {
		return
	}
	statement := crewjam.AttributeStatement{}
	for name, values := range attributes {
		attribute := crewjam.Attribute{Name: name, NameFormat: "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"}
		for _, v := range values {
			attribute.Values = append(attribute.Values, crewjam.AttributeValue{Type: "xs:string", Value: v})
		}
		statement.Attributes = append(statement.Attributes, attribute)
	}
	a.AttributeStatements = []crewjam.AttributeStatement{statement}
}

// Sign puts a signature of the provider into an element that has none, behind its issuer.
func (p *Provider) Sign(t testing.TB, e *etree.Element, method string) {
	t.Helper()
	signer, err := dsig.NewSigningContext(p.key, [][]byte{p.Certificate.Raw})
	check(t, err)
	check(t, signer.SetSignatureMethod(method))
	signer.Canonicalizer = dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList("")
	signature, err := signer.ConstructSignature(e, true)
	check(t, err)
	e.InsertChildAt(1, signature)
}

// Reparse is an element as a reader of its text has it: of its own document.
func Reparse(t testing.TB, e *etree.Element) *etree.Element {
	t.Helper()
	doc := etree.NewDocument()
	check(t, doc.ReadFromString(Text(t, e)))
	return doc.Root()
}

// Text is an element's text.
func Text(t testing.TB, e *etree.Element) string {
	t.Helper()
	doc := etree.NewDocument()
	doc.SetRoot(e.Copy())
	text, err := doc.WriteToString()
	check(t, err)
	return text
}

// Encode is an element as the parameter SAMLAssertion.
func Encode(t testing.TB, e *etree.Element) string {
	t.Helper()
	return base64.StdEncoding.EncodeToString([]byte(Text(t, e)))
}

// Child is the first child of that name, under any prefix.
func Child(t testing.TB, e *etree.Element, name string) *etree.Element {
	t.Helper()
	for _, c := range e.ChildElements() {
		if c.Tag == name {
			return c
		}
	}
	t.Fatalf("%s has no %s", e.Tag, name)
	return nil
}

// Unsign takes the signatures right in an element out of it.
func Unsign(e *etree.Element) {
	for _, c := range e.ChildElements() {
		if c.Tag == "Signature" {
			e.RemoveChild(c)
		}
	}
}

func or(s, otherwise string) string {
	if strings.TrimSpace(s) == "" {
		return otherwise
	}
	return s
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
