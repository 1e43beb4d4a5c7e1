package passkey_test

import (
	"strings"
	"testing"

	"github.com/warder-iam/warder/internal/passkey"
)

func TestPartyAt(t *testing.T) {
	for origin, want := range map[string]passkey.Party{
		"https://iam.example.com":           {ID: "iam.example.com", Origin: "https://iam.example.com"},
		"https://iam.example.com:8443":      {ID: "iam.example.com", Origin: "https://iam.example.com:8443"},
		"https://IAM.Example.com:443":       {ID: "iam.example.com", Origin: "https://iam.example.com"},
		"HTTPS://warder.lan":                {ID: "warder.lan", Origin: "https://warder.lan"},
		"https://xn--bcher-kva.example:444": {ID: "xn--bcher-kva.example", Origin: "https://xn--bcher-kva.example:444"},
		"http://localhost:8080":             {ID: "localhost", Origin: "http://localhost:8080"},
		"http://warder.localhost:80":        {ID: "warder.localhost", Origin: "http://warder.localhost"},
		"https://localhost":                 {ID: "localhost", Origin: "https://localhost"},
	} {
		got, err := passkey.PartyAt(origin)
		if err != nil || got != want {
			t.Errorf("%s: %+v, error %v", origin, got, err)
		}
		if again, err := passkey.PartyAt(got.Origin); err != nil || again != got {
			t.Errorf("%s: again %+v, error %v", origin, again, err)
		}
	}
	for _, origin := range []string{
		"", "iam.example.com", "//iam.example.com", "https://", "https:iam.example.com", "ftp://iam.example.com", "https://iam.example.com/", "https://iam.example.com/x",
		"https://iam.example.com?x", "https://iam.example.com?", "https://iam.example.com#x", "https://me@iam.example.com", "https://iam.example.com:0", "https://iam.example.com:65536",
		"https://iam.example.com:08", "http://iam.example.com", "http://localhost.example.com", "https://127.0.0.1", "https://[::1]:8443", "https://[fe80::1%25eth0]", "https://127.1", "https://1", "https://warder",
		"https://iam_example.com", "https://iam..example.com", "https://-iam.example.com", "https://iam-.example.com", "https://iam.example.com.", "https://bücher.example", "https://iam.example.com\x00",
		"https://" + strings.Repeat("a", 64) + ".example", "https://" + strings.Repeat("a.", 126) + "ab", "https://" + strings.Repeat("a", 300), "null", "chrome-extension://abc",
	} {
		if got, err := passkey.PartyAt(origin); err == nil {
			t.Errorf("%q is the site %+v", origin, got)
		}
	}
}

// FuzzPartyAt: a site's origin is a site again, the same one.
func FuzzPartyAt(f *testing.F) {
	for _, origin := range []string{"https://iam.example.com:8443", "http://localhost:8080", "https://[::1]", "https://A.b:0443"} {
		f.Add(origin)
	}
	f.Fuzz(func(t *testing.T, origin string) {
		got, err := passkey.PartyAt(origin)
		if err != nil {
			return
		}
		if again, err := passkey.PartyAt(got.Origin); err != nil || again != got {
			t.Errorf("%q is %+v, and that %+v, error %v", origin, got, again, err)
		}
		if !strings.Contains(strings.ToLower(origin), got.ID) {
			t.Errorf("%q is the site of %q", origin, got.ID)
		}
	})
}
