package saml_test

import (
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"
	crewjam "github.com/crewjam/saml"
	"github.com/crewjam/saml/xmlenc"
	dsig "github.com/russellhaering/goxmldsig"

	"github.com/warder-iam/warder/internal/saml"
	"github.com/warder-iam/warder/internal/saml/samltest"
)

const entityID = "https://idp.example.com/metadata"

// fixture is a provider as it is and as Warder knows it.
type fixture struct {
	*samltest.Provider
	*testing.T
	trusted saml.Provider
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	p := samltest.New(t, entityID)
	m, err := saml.ParseMetadata(p.Document(t))
	if err != nil {
		t.Fatal(err)
	}
	return &fixture{p, t, saml.Provider{EntityID: m.EntityID, Certificates: m.Certificates}}
}

func endpoint() saml.Endpoint {
	return saml.Endpoint{Audiences: []string{samltest.Audience}, Recipient: func(url string) bool { return url == samltest.Recipient }}
}

func (f *fixture) open(e *etree.Element) (*saml.Assertion, error) {
	f.Helper()
	return f.trusted.Open([]byte(samltest.Text(f.T, e)), endpoint(), time.Now())
}

// refused ends the test unless the message is refused, for one of the reasons.
func (f *fixture) refused(e *etree.Element, reasons ...saml.Reason) {
	f.Helper()
	a, err := f.open(e)
	var refusal *saml.Error
	if a != nil && err == nil || !errors.As(err, &refusal) {
		f.Fatalf("taken, or another error: %+v, %v", a, err)
	}
	if len(reasons) > 0 && !slices.Contains(reasons, refusal.Reason) {
		f.Errorf("refused for reason %d: %s", refusal.Reason, refusal.Text)
	}
}

func login() samltest.Login {
	return samltest.Login{Attributes: map[string][]string{"role": {"one", "two"}, "name": {"Dana"}}}
}

// shapes are the ways in which a message may be signed.
var shapes = map[string]func(f *fixture, response *etree.Element){
	"both": func(*fixture, *etree.Element) {},
	"assertion only": func(_ *fixture, r *etree.Element) {
		samltest.Unsign(r)
	},
	"response only": func(f *fixture, r *etree.Element) {
		samltest.Unsign(r)
		samltest.Unsign(samltest.Child(f.T, r, "Assertion"))
		f.Sign(f.T, r, dsig.RSASHA512SignatureMethod)
	},
}

func TestOpen(t *testing.T) {
	f := newFixture(t)
	for name, shape := range shapes {
		t.Run(name, func(t *testing.T) {
			r := f.Response(t, login())
			shape(f, r)
			a, err := f.open(samltest.Reparse(t, r))
			if err != nil {
				t.Fatal(err)
			}
			if a.Subject != "dana@example.com" || a.Issuer != entityID || a.Recipient != samltest.Recipient ||
				!slices.Equal(a.Attributes["role"], []string{"one", "two"}) || !slices.Equal(a.Attributes["name"], []string{"Dana"}) ||
				a.SubjectFormat != string(crewjam.PersistentNameIDFormat) || a.ID == "" {
				t.Errorf("%+v", a)
			}
		})
	}
}

// With two certificates in the metadata, each is tried: a signature need not say which it is by.
func TestOpenWithTwoCertificates(t *testing.T) {
	f := newFixture(t)
	_, other := samltest.NewKey(t)
	f.trusted.Certificates = append([]*x509.Certificate{other}, f.trusted.Certificates...)
	r := f.Response(t, login())
	if _, err := f.open(r); err != nil {
		t.Fatal(err)
	}
	f.trusted.Certificates = f.trusted.Certificates[:1]
	f.refused(r, saml.Untrusted)
}

func TestEncrypted(t *testing.T) {
	f := newFixture(t)
	key, cert := samltest.NewKey(t)
	cases := map[string]xmlenc.Encrypter{"library's choice": nil}
	for name, block := range map[string]xmlenc.BlockCipher{
		"aes128-cbc": xmlenc.AES128CBC, "aes256-cbc": xmlenc.AES256CBC, "aes128-gcm": xmlenc.AES128GCM, "aes256-gcm": xmlenc.AES256GCM,
	} {
		enc := xmlenc.OAEP()
		enc.BlockCipher = block
		cases[name] = enc
	}
	sha256 := xmlenc.OAEP_SHA256()
	sha256.BlockCipher = xmlenc.AES256GCM
	cases["xmlenc11 sha256"] = sha256
	for name, encrypter := range cases {
		t.Run(name, func(t *testing.T) {
			l := login()
			l.Encrypt, l.Encrypter = cert, encrypter
			r := f.Response(t, l)
			f.trusted.Keys, f.trusted.MustEncrypt = nil, false
			f.refused(r, saml.Untrusted)
			f.trusted.Keys, f.trusted.MustEncrypt = []*rsa.PrivateKey{key}, true
			if a, err := f.open(r); err != nil || a.Subject != "dana@example.com" {
				t.Errorf("%+v %v", a, err)
			}
			samltest.Unsign(r) // the assertion's own signature lies in the encryption
			if a, err := f.open(r); err != nil || a.Subject != "dana@example.com" {
				t.Errorf("%+v %v", a, err)
			}
		})
	}
	f.refused(f.Response(t, login()), saml.Malformed) // in clear, though encryption is required
}

// Whoever encrypts proves nothing: the public key is public.
func TestEncryptedByAStranger(t *testing.T) {
	f, stranger := newFixture(t), newFixture(t)
	key, cert := samltest.NewKey(t)
	f.trusted.Keys = []*rsa.PrivateKey{key}
	l := login()
	l.Encrypt = cert
	r := stranger.Response(t, l)
	samltest.Unsign(r)
	f.refused(r, saml.Untrusted)
}

const evil = "root@evil.example"

// forged is an assertion that nobody signed, made of one that was.
func forged(t *testing.T, assertion *etree.Element) *etree.Element {
	t.Helper()
	e := assertion.Copy()
	samltest.Unsign(e)
	e.CreateAttr("ID", "_forged")
	samltest.Child(t, samltest.Child(t, e, "Subject"), "NameID").SetText(evil)
	return e
}

// wrapped are the eight shapes of signature wrapping. Source: Somorovsky and others, "On Breaking SAML: Be Whoever You Want
// to Be", and the names that testing tools gave them. 1 and 2 start from a signed response, the others from a signed
// assertion.
var wrapped = map[string]func(t *testing.T, r *etree.Element) *etree.Element{
	"XSW1": func(t *testing.T, r *etree.Element) *etree.Element {
		return wrapResponse(t, r, func(_, signature, original *etree.Element) { signature.AddChild(original) })
	},
	"XSW2": func(t *testing.T, r *etree.Element) *etree.Element {
		return wrapResponse(t, r, func(outer, signature, original *etree.Element) { outer.InsertChildAt(signature.Index(), original) })
	},
	"XSW3": func(t *testing.T, r *etree.Element) *etree.Element {
		a := samltest.Child(t, r, "Assertion")
		r.InsertChildAt(a.Index(), forged(t, a))
		return r
	},
	"XSW4": func(t *testing.T, r *etree.Element) *etree.Element {
		a := samltest.Child(t, r, "Assertion")
		f := forged(t, a)
		r.RemoveChild(a)
		f.AddChild(a)
		r.AddChild(f)
		return r
	},
	"XSW5": func(t *testing.T, r *etree.Element) *etree.Element {
		a := samltest.Child(t, r, "Assertion")
		original := a.Copy()
		samltest.Unsign(original)
		a.CreateAttr("ID", "_forged")
		samltest.Child(t, samltest.Child(t, a, "Subject"), "NameID").SetText(evil)
		r.AddChild(original)
		return r
	},
	"XSW6": func(t *testing.T, r *etree.Element) *etree.Element {
		a := samltest.Child(t, r, "Assertion")
		original := a.Copy()
		samltest.Unsign(original)
		a.CreateAttr("ID", "_forged")
		samltest.Child(t, samltest.Child(t, a, "Subject"), "NameID").SetText(evil)
		samltest.Child(t, a, "Signature").AddChild(original)
		return r
	},
	"XSW7": func(t *testing.T, r *etree.Element) *etree.Element {
		a := samltest.Child(t, r, "Assertion")
		extensions := etree.NewElement("samlp:Extensions")
		extensions.AddChild(forged(t, a))
		r.InsertChildAt(a.Index(), extensions)
		return r
	},
	"XSW8": func(t *testing.T, r *etree.Element) *etree.Element {
		a := samltest.Child(t, r, "Assertion")
		original := a.Copy()
		samltest.Unsign(original)
		a.CreateAttr("ID", "_forged")
		samltest.Child(t, samltest.Child(t, a, "Subject"), "NameID").SetText(evil)
		object := etree.NewElement("ds:Object")
		object.CreateAttr("xmlns:ds", "http://www.w3.org/2000/09/xmldsig#")
		object.AddChild(original)
		samltest.Child(t, a, "Signature").AddChild(object)
		return r
	},
}

// wrapResponse makes a forged response around a signed one; place puts the signed one into it.
func wrapResponse(t *testing.T, r *etree.Element, place func(outer, signature, original *etree.Element)) *etree.Element {
	t.Helper()
	original := r.Copy()
	samltest.Unsign(original)
	outer := r.Copy()
	outer.CreateAttr("ID", "_outer")
	a := samltest.Child(t, outer, "Assertion")
	outer.InsertChildAt(a.Index(), forged(t, a))
	outer.RemoveChild(a)
	place(outer, samltest.Child(t, outer, "Signature"), original)
	return outer
}

func TestSignatureWrapping(t *testing.T) {
	f := newFixture(t)
	for name, wrap := range wrapped {
		t.Run(name, func(t *testing.T) {
			shape := "assertion only"
			if name == "XSW1" || name == "XSW2" {
				shape = "response only"
			}
			r := f.Response(t, login())
			shapes[shape](f, r)
			r = samltest.Reparse(t, r)
			if _, err := f.open(r); err != nil {
				t.Fatal(err) // what is wrapped must be good
			}
			forged := wrap(t, r)
			if !strings.Contains(samltest.Text(t, forged), evil) {
				t.Fatal("nothing was forged")
			}
			f.refused(forged)
		})
	}
}

// tampered are further attacks, on a message of which both parts, or the assertion alone, are signed.
var tampered = map[string]func(f *fixture, text string) string{
	"unsigned": func(f *fixture, text string) string {
		r := parse(f.T, text)
		samltest.Unsign(r)
		samltest.Unsign(samltest.Child(f.T, r, "Assertion"))
		return samltest.Text(f.T, r)
	},
	"one byte of the name": func(_ *fixture, text string) string { return strings.Replace(text, "dana@", "dona@", 1) },
	"a comment in the name": func(_ *fixture, text string) string {
		return strings.Replace(text, "dana@example.com", "dana@example.com<!---->.evil.example", 1)
	},
	"a comment that changes nothing": func(_ *fixture, text string) string {
		return strings.Replace(text, "dana@example.com", "dana@exam<!-- -->ple.com", 1)
	},
	"a processing instruction": func(_ *fixture, text string) string {
		return strings.Replace(text, "dana@example.com", "dana@exam<?x y?>ple.com", 1)
	},
	"a DTD": func(_ *fixture, text string) string {
		return `<!DOCTYPE r [<!ENTITY a "dana@example.com">]>` + strings.Replace(text, "dana@example.com", "&a;", 1)
	},
	"an empty DTD":   func(_ *fixture, text string) string { return `<!DOCTYPE r>` + text },
	"an entity":      func(_ *fixture, text string) string { return strings.Replace(text, "dana@example.com", "&dana;", 1) },
	"truncated":      func(_ *fixture, text string) string { return text[:len(text)/2] },
	"text behind":    func(_ *fixture, text string) string { return text + "x" },
	"element behind": func(_ *fixture, text string) string { return text + "<x/>" },
	"another encoding": func(_ *fixture, text string) string {
		return `<?xml version="1.0" encoding="ISO-8859-1"?>` + text
	},
	"two assertions": func(f *fixture, text string) string {
		r := parse(f.T, text)
		r.AddChild(forged(f.T, samltest.Child(f.T, r, "Assertion")))
		return samltest.Text(f.T, r)
	},
	"the same assertion twice": func(f *fixture, text string) string {
		r := parse(f.T, text)
		r.AddChild(samltest.Child(f.T, r, "Assertion").Copy())
		return samltest.Text(f.T, r)
	},
	"an id twice": func(f *fixture, text string) string {
		r := parse(f.T, text)
		r.CreateAttr("ID", samltest.Child(f.T, r, "Assertion").SelectAttrValue("ID", ""))
		return samltest.Text(f.T, r)
	},
	"an id under a prefix": func(_ *fixture, text string) string {
		return strings.Replace(text, " ID=", ` xmlns:z="urn:z" z:ID="_x" ID=`, 1)
	},
	"an attribute twice": func(_ *fixture, text string) string {
		return strings.Replace(text, " Version=", ` Version="2.0" Version=`, 1)
	},
	"the root is the assertion": func(f *fixture, text string) string {
		return samltest.Text(f.T, samltest.Child(f.T, parse(f.T, text), "Assertion"))
	},
	"another root": func(_ *fixture, text string) string {
		return strings.NewReplacer("<samlp:Response", "<samlp:LogoutResponse", "</samlp:Response", "</samlp:LogoutResponse").Replace(text)
	},
	"signed by a stranger": func(f *fixture, text string) string {
		r := parse(f.T, text)
		a := samltest.Child(f.T, r, "Assertion")
		samltest.Unsign(r)
		samltest.Unsign(a)
		newFixture(f.T).Sign(f.T, a, dsig.RSASHA256SignatureMethod)
		return samltest.Text(f.T, r)
	},
	"SHA-1": func(f *fixture, text string) string {
		r := parse(f.T, text)
		a := samltest.Child(f.T, r, "Assertion")
		samltest.Unsign(r)
		samltest.Unsign(a)
		f.Sign(f.T, a, dsig.RSASHA1SignatureMethod)
		return samltest.Text(f.T, r)
	},
	"a good assertion in a response whose signature is broken": func(_ *fixture, text string) string {
		return strings.Replace(text, "Destination=", `Consent="x" Destination=`, 1)
	},
	"an inclusive canonical form": func(_ *fixture, text string) string {
		return strings.ReplaceAll(text, "http://www.w3.org/2001/10/xml-exc-c14n#", "http://www.w3.org/TR/2001/REC-xml-c14n-20010315")
	},
	"no algorithm": func(_ *fixture, text string) string {
		return strings.ReplaceAll(text, "xmldsig-more#rsa-sha256", "xmldsig-more#none")
	},
	"an algorithm under a prefix": func(_ *fixture, text string) string {
		return strings.ReplaceAll(text, "SignatureMethod Algorithm=", `SignatureMethod xmlns:z="urn:z" z:Algorithm="http://www.w3.org/2000/09/xmldsig#rsa-sha1" Algorithm=`)
	},
	"a reference to nothing": func(_ *fixture, text string) string {
		i := strings.Index(text, `URI="#`)
		return text[:i] + `URI="` + text[i+len(`URI="`)+strings.IndexByte(text[i+len(`URI="`):], '"'):]
	},
}

func parse(t *testing.T, text string) *etree.Element {
	t.Helper()
	doc := etree.NewDocument()
	if err := doc.ReadFromString(text); err != nil {
		t.Fatal(err)
	}
	return doc.Root()
}

func TestTampered(t *testing.T) {
	f := newFixture(t)
	for name, change := range tampered {
		t.Run(name, func(t *testing.T) {
			f := &fixture{f.Provider, t, f.trusted}
			text := samltest.Text(t, f.Response(t, login()))
			changed := change(f, text)
			if changed == text {
				t.Fatal("nothing was changed")
			}
			a, err := f.trusted.Open([]byte(changed), endpoint(), time.Now())
			var refusal *saml.Error
			if err == nil || !errors.As(err, &refusal) {
				t.Fatalf("%+v %v", a, err)
			}
		})
	}
}

// Good signatures over assertions that are not for here, or not now.
func TestConditions(t *testing.T) {
	now := time.Now()
	cases := []struct {
		name   string
		login  samltest.Login
		reason saml.Reason // 0 for none
	}{
		{"as it should be", samltest.Login{}, 0},
		{"four minutes old", samltest.Login{At: now.Add(-4 * time.Minute), Edit: lasting(time.Hour)}, 0},
		{"seven minutes old", samltest.Login{At: now.Add(-7 * time.Minute), Edit: lasting(time.Hour)}, saml.Expired},
		{"a clock half a minute ahead", samltest.Login{At: now.Add(30 * time.Second)}, 0},
		{"a clock two minutes ahead", samltest.Login{At: now.Add(2 * time.Minute)}, saml.Malformed},
		{"ended", samltest.Login{At: now.Add(-4 * time.Minute), Edit: lasting(time.Minute)}, saml.Expired},
		{"ended half a minute ago", samltest.Login{At: now.Add(-90 * time.Second), Edit: lasting(time.Minute)}, 0},
		{"the session ended", samltest.Login{Edit: func(a *crewjam.Assertion) { a.AuthnStatements[0].SessionNotOnOrAfter = new(now.Add(-2 * time.Minute)) }}, saml.Expired},
		{"another audience", samltest.Login{Audience: "https://other.example.com"}, saml.Foreign},
		{"no audience", samltest.Login{Edit: func(a *crewjam.Assertion) { a.Conditions.AudienceRestrictions = nil }}, saml.Foreign},
		{"two restrictions, one not met", samltest.Login{Edit: func(a *crewjam.Assertion) {
			a.Conditions.AudienceRestrictions = append(a.Conditions.AudienceRestrictions, crewjam.AudienceRestriction{Audience: crewjam.Audience{Value: "urn:x"}})
		}}, saml.Foreign},
		{"another recipient", samltest.Login{Recipient: "https://other.example.com/saml"}, saml.Foreign},
		{"destination and recipient differ", samltest.Login{Edit: func(a *crewjam.Assertion) {
			a.Subject.SubjectConfirmations[0].SubjectConfirmationData.Recipient = "https://other.example.com/saml"
		}}, saml.Foreign},
		{"another issuer", samltest.Login{Edit: func(a *crewjam.Assertion) { a.Issuer.Value = "https://other.example.com" }}, saml.Foreign},
		{"no subject", samltest.Login{Edit: func(a *crewjam.Assertion) { a.Subject = nil }}, saml.Malformed},
		{"no name", samltest.Login{Edit: func(a *crewjam.Assertion) { a.Subject.NameID = nil }}, saml.Malformed},
		{"no confirmation", samltest.Login{Edit: func(a *crewjam.Assertion) { a.Subject.SubjectConfirmations = nil }}, saml.Malformed},
		{"two confirmations", samltest.Login{Edit: func(a *crewjam.Assertion) {
			a.Subject.SubjectConfirmations = append(a.Subject.SubjectConfirmations, a.Subject.SubjectConfirmations[0])
		}}, saml.Malformed},
		{"holder of key", samltest.Login{Edit: func(a *crewjam.Assertion) {
			a.Subject.SubjectConfirmations[0].Method = "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key"
		}}, saml.Malformed},
		{"no conditions", samltest.Login{Edit: func(a *crewjam.Assertion) { a.Conditions = nil }}, saml.Malformed},
	}
	f := newFixture(t)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			f := &fixture{f.Provider, t, f.trusted}
			r := f.Response(t, c.login)
			if c.reason == 0 {
				if _, err := f.open(r); err != nil {
					t.Error(err)
				}
				return
			}
			f.refused(r, c.reason)
		})
	}
}

// lasting sets the ends of an assertion.
func lasting(d time.Duration) func(*crewjam.Assertion) {
	return func(a *crewjam.Assertion) {
		a.Conditions.NotOnOrAfter = a.IssueInstant.Add(d)
		a.Subject.SubjectConfirmations[0].SubjectConfirmationData.NotOnOrAfter = a.IssueInstant.Add(d)
		for i := range a.AuthnStatements {
			a.AuthnStatements[i].SessionNotOnOrAfter = nil
		}
	}
}

func TestRejected(t *testing.T) {
	f := newFixture(t)
	text := strings.ReplaceAll(samltest.Text(t, f.Response(t, login())), "status:Success", "status:Responder")
	_, err := f.trusted.Open([]byte(text), endpoint(), time.Now())
	var refusal *saml.Error
	if !errors.As(err, &refusal) || refusal.Reason != saml.Rejected {
		t.Error(err)
	}
}
