package saml_test

import (
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/internal/saml"
	"github.com/warder-iam/warder/internal/saml/samltest"
)

func TestParseMetadata(t *testing.T) {
	p := samltest.New(t, entityID)
	document := p.Document(t)
	m, err := saml.ParseMetadata("\xef\xbb\xbf<?xml version=\"1.0\" encoding=\"UTF-8\"?><!-- of our provider -->" + document)
	if err != nil || m.EntityID != entityID || len(m.Certificates) != 1 || !m.Certificates[0].Equal(p.Certificate) {
		t.Fatalf("%+v %v", m, err)
	}
	if m.ValidUntil.Before(time.Now()) {
		t.Errorf("valid until %v", m.ValidUntil)
	}
	cert := between(document, "<X509Certificate", "</X509Certificate>")
	for name, changed := range map[string]string{
		"nothing":           "",
		"no XML":            "metadata",
		"cut off":           document[:len(document)-20],
		"a DTD":             `<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>` + document,
		"another root":      strings.ReplaceAll(document, "EntityDescriptor", "EntitiesDescriptor"),
		"another namespace": strings.ReplaceAll(document, "SAML:2.0:metadata", "SAML:2.0:other"),
		"no id":             strings.Replace(document, "entityID=", "entity=", 1),
		"no provider":       strings.ReplaceAll(document, "IDPSSODescriptor", "SPSSODescriptor"),
		"only encryption":   strings.ReplaceAll(document, `use="signing"`, `use="encryption"`),
		"no certificate":    strings.ReplaceAll(document, cert, `<X509Certificate xmlns="http://www.w3.org/2000/09/xmldsig#">`),
		"no base64":         strings.ReplaceAll(document, cert, `<X509Certificate xmlns="http://www.w3.org/2000/09/xmldsig#">!`),
		"no time":           strings.Replace(document, `validUntil="`, `validUntil="soon`, 1),
	} {
		if changed == document {
			t.Errorf("%s: nothing was changed", name)
		}
		if m, err := saml.ParseMetadata(changed); err == nil {
			t.Errorf("%s: %+v", name, m)
		}
	}
}

// between is the first text from a beginning up to, and without, an end.
func between(text, begin, end string) string {
	text = text[strings.Index(text, begin):]
	return text[:strings.Index(text, end)]
}
