package saml_test

import (
	"crypto/rsa"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/warder-iam/warder/internal/saml"
	"github.com/warder-iam/warder/internal/saml/samltest"
)

func recorded(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "samlify", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// recordedAt is when the recorded messages were issued.
var recordedAt = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// recordedProvider is samlify 2.13.1 of npm, which made testdata/samlify: it shares no code with what reads it here.
func recordedProvider(t testing.TB) *saml.Provider {
	t.Helper()
	m, err := saml.ParseMetadata(recorded(t, "metadata.xml"))
	if err != nil {
		t.Fatal(err)
	}
	key, err := saml.ParsePrivateKey(recorded(t, "decrypt.pem"))
	if err != nil {
		t.Fatal(err)
	}
	return &saml.Provider{EntityID: m.EntityID, Certificates: m.Certificates, Keys: []*rsa.PrivateKey{key}}
}

func TestRecorded(t *testing.T) {
	p := recordedProvider(t)
	for _, name := range []string{"assertion.xml", "message.xml", "both.xml", "encrypted.xml"} {
		t.Run(name, func(t *testing.T) {
			text := []byte(recorded(t, name))
			a, err := p.Open(text, endpoint(), recordedAt.Add(time.Minute))
			if err != nil {
				t.Fatal(err)
			}
			if a.Subject != "dana@example.com" || !slices.Equal(a.Attributes["https://aws.amazon.com/SAML/Attributes/RoleSessionName"], []string{"dana"}) {
				t.Errorf("%+v", a)
			}
			if _, err := p.Open(text, endpoint(), recordedAt.Add(time.Hour)); err == nil {
				t.Error("taken an hour later")
			}
			for i := 0; i < len(text); i += 97 {
				changed := slices.Clone(text)
				changed[i] ^= 1
				if a, err := p.Open(changed, endpoint(), recordedAt); err == nil && a.Subject != "dana@example.com" {
					t.Errorf("byte %d changed the subject to %q", i, a.Subject)
				}
			}
		})
	}
}

func TestPrivateKey(t *testing.T) {
	key, _ := samltest.NewKey(t)
	if got, err := saml.ParsePrivateKey(samltest.PEM(t, key) + "\n"); err != nil || !got.Equal(key) {
		t.Error(err)
	}
	for name, text := range map[string]string{
		"nothing": "", "no PEM": "key", "two keys": samltest.PEM(t, key) + samltest.PEM(t, key),
		"a certificate": "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n",
		"broken":        "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n",
		"encrypted":     "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END ENCRYPTED PRIVATE KEY-----\n",
	} {
		if _, err := saml.ParsePrivateKey(text); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}
