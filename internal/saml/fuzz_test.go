package saml_test

import (
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/internal/saml"
)

// FuzzOpen: whatever is done to a signed message, either it is refused, or it says what was signed.
func FuzzOpen(f *testing.F) {
	for _, name := range []string{"assertion.xml", "message.xml", "both.xml", "encrypted.xml"} {
		f.Add([]byte(recorded(f, name)))
	}
	p := recordedProvider(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		a, err := p.Open(text, endpoint(), recordedAt.Add(time.Minute))
		if err == nil && (a.Subject != "dana@example.com" || a.Issuer != p.EntityID || len(a.Attributes) != 1) {
			t.Errorf("forged: %+v", a)
		}
	})
}

// FuzzParseMetadata: what is taken names an issuer and has keys to check it with.
func FuzzParseMetadata(f *testing.F) {
	f.Add(recorded(f, "metadata.xml"))
	f.Add(recorded(f, "assertion.xml"))
	f.Fuzz(func(t *testing.T, document string) {
		m, err := saml.ParseMetadata(document)
		if err == nil && (m.EntityID == "" || len(m.Certificates) == 0) {
			t.Errorf("%+v", m)
		}
	})
}

// FuzzPrivateKey: what is taken is an RSA key that decrypts at a price, and no refusal repeats the text.
func FuzzPrivateKey(f *testing.F) {
	f.Add(recorded(f, "decrypt.pem"))
	f.Add(recorded(f, "decrypt.pem") + "x")
	f.Add("-----BEGIN RSA PRIVATE KEY-----\n-----END RSA PRIVATE KEY-----\n")
	f.Fuzz(func(t *testing.T, text string) {
		key, err := saml.ParsePrivateKey(text)
		switch {
		case err == nil && (key.N.BitLen() < 2048 || key.N.BitLen() > 8192):
			t.Errorf("a key of %d bits", key.N.BitLen())
		case err != nil && len(text) > 30 && strings.Contains(err.Error(), text[:30]):
			t.Errorf("the refusal repeats the key: %v", err)
		}
	})
}
