package session

import (
	"encoding/base64"
	"fmt"
	"testing"

	"github.com/warder-iam/warder/internal/seal"
)

func browserKeys(t testing.TB) *Keys {
	t.Helper()
	ring, _, err := seal.NewKeyring(seal.NewMaster())
	if err != nil {
		t.Fatal(err)
	}
	return NewKeys(ring)
}

// TestBrowser: a browser knows the last few who have signed in, and nobody else writes its cookie.
func TestBrowser(t *testing.T) {
	k, b := browserKeys(t), &Browser{ID: "id", Account: "acme"}
	for n := range 10 {
		b.Add(fmt.Sprint("AIDA", n))
	}
	b.Add("AIDA5")
	text, err := k.SealBrowser(b)
	if err != nil {
		t.Fatal(err)
	}
	got, ok := k.OpenBrowser(text)
	if !ok || got.ID != "id" || got.Account != "acme" || len(got.Principals) != mostPrincipals || got.Knows("AIDA1") || !got.Knows("AIDA2") || got.Principals[7] != "AIDA5" {
		t.Errorf("%+v %v", got, ok)
	}
	if _, ok := browserKeys(t).OpenBrowser(text); ok {
		t.Error("another keyring opens it")
	}
	bearer, err := k.ring.Seal([]byte(`{"id":"x"}`), bearerData())
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := k.OpenBrowser(base64.RawURLEncoding.EncodeToString(bearer)); ok {
		t.Error("what was sealed for something else is a browser")
	}
}

// FuzzBrowser: a text that opens is one that was sealed.
func FuzzBrowser(f *testing.F) {
	k := browserKeys(f)
	good, err := k.SealBrowser(&Browser{ID: "id"})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add("")
	f.Add("AAAA")
	f.Fuzz(func(t *testing.T, text string) {
		if _, ok := k.OpenBrowser(text); ok != (text == good) {
			t.Errorf("%q opens: %v", text, ok)
		}
	})
}
