package app

import "testing"

// Passkeys are those of the console's address; without one, of the name by which the call came.
func TestPasskeyParty(t *testing.T) {
	for _, c := range []struct {
		url, host string
		secure    bool
		want      string // origin; "" for none
	}{
		{"", "iam.example.org:8443", true, "https://iam.example.org:8443"},
		{"", "localhost:8080", false, "http://localhost:8080"},
		{"", "iam.example.org", false, ""},
		{"", "192.0.2.1:8443", true, ""},
		{"", "", true, ""},
		{"https://iam.example.org", "10.0.0.7:8080", false, "https://iam.example.org"}, // behind a proxy
		{"https://iam.example.org/", "iam.example.net", true, "https://iam.example.org"},
	} {
		a := &App{config: Config{Console: Console{URL: c.url}}}
		a.config.Console.complete()
		got, err := a.party(c.host, c.secure)
		if got.Origin != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%+v: %+v, error %v", c, got, err)
		}
	}
}
