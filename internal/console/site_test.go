package console

import (
	"crypto/tls"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"testing"
)

// siteCase is a line of testdata/site.json: a browser that asks for something, and what becomes of it.
type siteCase struct {
	Name  string
	URL   string // console-url
	TLS   bool
	Host  string
	Peer  string            // "" for one that is trusted with nothing; 10.0.0.1 is the trusted proxy
	Heads map[string]string // headers
	// Want is "good", "redirect ORIGIN", or the title of a page; Says is what stands in the page, and To where its link leads.
	Want, To string
	Says     []string
}

func TestSite(t *testing.T) {
	text, err := os.ReadFile("testdata/site.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []siteCase
	if err := json.Unmarshal(text, &cases); err != nil || len(cases) == 0 {
		t.Fatal(len(cases), err)
	}
	for _, x := range cases {
		t.Run(x.Name, func(t *testing.T) { x.check(t) })
	}
}

func (x *siteCase) site(t *testing.T) *Site {
	s := &Site{
		Names:  []string{"127.0.0.1", "::1", "10.1.2.3", "localhost", "iam.example.org", "*.wild.example.org"},
		Trusts: func(a netip.Addr) bool { return a == netip.MustParseAddr("10.0.0.1") },
	}
	if x.URL != "" {
		var err error
		if s.URL, err = url.Parse(x.URL); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func (x *siteCase) check(t *testing.T) {
	r := httptest.NewRequest(http.MethodGet, "/console/users?a=b", nil)
	r.Host, r.RemoteAddr = x.Host, "192.0.2.7:1234"
	if x.Peer != "" {
		r.RemoteAddr = x.Peer + ":1234"
	}
	if x.TLS {
		r.TLS = &tls.ConnectionState{}
	}
	for name, value := range x.Heads {
		r.Header.Set(name, value)
	}
	s := x.site(t)
	found := s.look(r)
	got := s.judge(found)
	want := got.title
	switch {
	case got.good:
		want = "good"
	case got.title == "":
		want = "redirect " + got.to
	}
	if want != x.Want || got.title != "" && got.to != x.To {
		t.Errorf("%+v: %s, link %q", found, want, got.to)
	}
	for _, part := range x.Says {
		if !strings.Contains(strings.Join(got.text, "\n"), part) {
			t.Errorf("it does not say %q:\n%s", part, strings.Join(got.text, "\n"))
		}
	}
}

// FuzzSite: whatever a browser says it asked for, it is served under a name of the server, or sent to one.
func FuzzSite(f *testing.F) {
	for _, host := range []string{"localhost:4600", "[::1]:4600", "127.0.0.1", "evil.example", "iam.example.org:443", "a:b:c", "[", "%zz"} {
		f.Add(host, true)
	}
	f.Fuzz(func(t *testing.T, host string, secure bool) {
		r := httptest.NewRequest(http.MethodGet, "/console/", nil)
		r.Host = host
		if secure {
			r.TLS = &tls.ConnectionState{}
		}
		s := (&siteCase{}).site(t)
		found := s.look(r)
		switch got := s.judge(found); {
		case got.good && !s.owns(found.name()):
			t.Errorf("%q is served as %q", host, found.name())
		case !got.good && got.to != "":
			u, err := url.Parse(got.to)
			if err != nil || u.Hostname() != "localhost" && u.Hostname() != "iam.example.org" || u.Path != "" {
				t.Errorf("%q leads to %q: %v", host, got.to, err)
			}
		case !got.good && got.title == "":
			t.Errorf("%q: nothing is said", host)
		}
	})
}
