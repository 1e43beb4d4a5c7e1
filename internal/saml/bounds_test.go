package saml_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/internal/saml"
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
	const most, longest = 64 << 20, 2 * time.Second // of a response of 100 kB: what is measured is a tenth of both
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
