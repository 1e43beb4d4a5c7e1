package console

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestTakes: which requests are the console's, and which the API's.
func TestTakes(t *testing.T) {
	c := newFixture(t).console
	for _, x := range []struct {
		method, target, accept string
		want                   bool
	}{
		{"GET", "/", "text/html,application/xhtml+xml", true},
		{"GET", "/", "*/*", false},
		{"GET", "/", "", false},
		{"POST", "/", "text/html", false},
		{"POST", "/", "", false},
		{"GET", "/signin", "", true},
		{"POST", "/signin", "", true},
		{"GET", "/signin?next=%2Fconsole%2F", "", true},
		{"GET", "/sign%69n", "", false},
		{"GET", "/signin/", "", true},
		{"GET", "/signin/nothing", "", true},
		{"GET", "/signing", "", false},
		{"GET", "//signin", "", false},
		{"GET", "/console/", "", true},
		{"GET", "/console/users/alice", "", true},
		{"GET", "/console/v1/sessions", "text/html", false},
		{"POST", "/console/v1/sessions/revoke", "", false},
		{"GET", "/audit/v1/findings", "text/html", false},
	} {
		r := httptest.NewRequest(x.method, x.target, nil)
		r.Header.Set("Accept", x.accept)
		if got := c.Takes(r); got != x.want {
			t.Errorf("%s %s, Accept %q: %v", x.method, x.target, x.accept, got)
		}
	}
}

// TestEveryPageHasItsHeaders, whatever becomes of the request.
func TestEveryPageHasItsHeaders(t *testing.T) {
	c := newFixture(t).console
	for _, target := range []string{"/signin", "/console/nothing", "/"} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodGet, target, nil)
		r.Header.Set("Accept", "text/html")
		c.ServeHTTP(w, r)
		h := w.Header()
		if csp := h.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none';") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: %s", target, csp)
		}
		if h.Get("Cache-Control") != "no-store" || h.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %v", target, h)
		}
	}
}
