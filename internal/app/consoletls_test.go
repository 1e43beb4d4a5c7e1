package app

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/internal/passkey"
	"github.com/warder-iam/warder/internal/passkey/passkeytest"
	"github.com/warder-iam/warder/internal/store"
)

// secureVisitor is a browser that trusts the server's own authority, and finds every name at it.
func secureVisitor(t *testing.T, a *App, origin string) *visitor {
	t.Helper()
	v := newVisitor(t, a, "")
	v.url = origin
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM([]byte(read(t, a.Endpoint().CA))) {
		t.Fatal("no authority")
	}
	here, err := url.Parse(a.Endpoint().URL)
	if err != nil {
		t.Fatal(err)
	}
	transport := v.Transport.(*http.Transport)
	transport.TLSClientConfig = &tls.Config{RootCAs: roots}
	transport.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, net.JoinHostPort("127.0.0.1", here.Port()))
	}
	return v
}

// overTLS is a server beyond loopback that is called localhost and iam.example.org.
func overTLS(t *testing.T, console Console) *App {
	t.Helper()
	p := newPlace(t)
	p.Listen, p.TLSHosts, p.Console = "0.0.0.0:0", []string{"localhost", "iam.example.org"}, console
	a := p.start(t)
	t.Cleanup(func() { stop(t, a) })
	return a
}

// cookiesOf checks that all cookies of an answer are bound to the host, to TLS and to its own pages, and gives how many.
func cookiesOf(t *testing.T, resp *http.Response) int {
	t.Helper()
	for _, c := range resp.Cookies() {
		if !strings.HasPrefix(c.Name, "__Host-warder-") || !c.Secure || !c.HttpOnly || c.Path != "/" || c.Domain != "" || c.SameSite != http.SameSiteLaxMode {
			t.Errorf("cookie %s: %s", c.Name, c.Raw)
		}
	}
	return len(resp.Cookies())
}

// TestConsoleOverTLS: under the server's own name, without a setting. Passkeys belong to that name and to https.
func TestConsoleOverTLS(t *testing.T) {
	a := overTLS(t, Console{PasskeySignIn: passkeySignInAllow})
	admin, _ := people(t, a)
	origin := a.Endpoint().Console
	if !strings.HasPrefix(origin, "https://localhost:") {
		t.Fatalf("the console is at %s", origin)
	}
	v := secureVisitor(t, a, origin)
	resp, page := v.ask(t, http.MethodGet, "/signin", nil)
	if resp.StatusCode != http.StatusOK || cookiesOf(t, resp) != 1 || resp.TLS.Version < tls.VersionTLS12 {
		t.Errorf("%d, %d cookies: %s", resp.StatusCode, len(resp.Cookies()), page)
	}
	if h := resp.Header.Get("Strict-Transport-Security"); h != "" {
		t.Errorf("other ports of localhost are bound: %s", h)
	}
	if to := v.post(t, "/signin", "account", "123456789012", "user", "admin", "password", consolePassword); to != "/console/" {
		t.Errorf("to %q", to)
	}
	if resp, body := v.ask(t, http.MethodGet, "/console/session", nil); resp.StatusCode != http.StatusOK || !strings.Contains(body, `"name":"admin"`) {
		t.Errorf("%d %s", resp.StatusCode, body)
	}

	key := registered(t, a, origin, admin.ID)
	port := strings.TrimPrefix(origin, "https://localhost")
	for answered, want := range map[string]string{origin: "/console/", "http://localhost" + port: "", "https://iam.example.org" + port: "", "https://localhost": ""} {
		v := secureVisitor(t, a, origin)
		_, page := v.ask(t, http.MethodGet, "/signin/passkey", nil)
		token, _, _ := strings.Cut(page[strings.Index(page, `name="form" value="`)+len(`name="form" value="`):], `"`)
		resp, options := v.ask(t, http.MethodPost, "/signin/passkey/options", url.Values{"form": {token}})
		if resp.StatusCode != http.StatusOK || !strings.Contains(options, `"rpId":"localhost"`) {
			t.Fatalf("%d %s", resp.StatusCode, options)
		}
		resp, body := v.ask(t, http.MethodPost, "/signin/passkey", url.Values{"form": {token}, "passkey": {string(key.Get(t, json.RawMessage(options), answered))}})
		if got := resp.Header.Get("Location"); got != want || want == "" && resp.StatusCode != http.StatusForbidden {
			t.Errorf("answered at %s: %d to %q: %s", answered, resp.StatusCode, got, body)
		}
		cookiesOf(t, resp)
	}
}

// registered is a passkey of a user for that site.
func registered(t *testing.T, a *App, origin, user string) *passkeytest.Key {
	t.Helper()
	party, err := passkey.PartyAt(origin)
	if err != nil {
		t.Fatal(err)
	}
	person, now := passkey.Person{Account: "123456789012", ID: user, Name: "admin"}, time.Now()
	options, err := a.passkeys.BeginRegistration(party, person, "test", nil, now)
	if err != nil {
		t.Fatal(err)
	}
	key := passkeytest.New(t)
	d, err := a.passkeys.Register(party, person, "test", key.Create(t, options, origin), now)
	if err != nil {
		t.Fatal(err)
	}
	d.ID, d.Path, d.Name = "MFAKEY", "/user/admin/", "key"
	if _, err := a.store.Update(t.Context(), &store.Change{Account: "123456789012"}, func(tx *store.Tx) ([]byte, error) { return nil, tx.Put(d) }); err != nil {
		t.Fatal(err)
	}
	return key
}

// TestConsoleURLOverTLS: at the one address that console-url gives, and told to ask for it by TLS alone; under any other name of the
// server there is a page that says so, and no form.
func TestConsoleURLOverTLS(t *testing.T) {
	a := overTLS(t, Console{URL: "https://iam.example.org"})
	people(t, a)
	v := secureVisitor(t, a, "https://iam.example.org")
	resp, _ := v.ask(t, http.MethodGet, "/signin", nil)
	if got := resp.Header.Get("Strict-Transport-Security"); resp.StatusCode != http.StatusOK || got != "max-age=31536000" {
		t.Errorf("%d, Strict-Transport-Security %q", resp.StatusCode, got)
	}
	if to := v.post(t, "/signin", "account", "123456789012", "user", "admin", "password", consolePassword); to != "/console/" {
		t.Errorf("to %q", to)
	}
	other := secureVisitor(t, a, "https://localhost")
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		for _, path := range []string{"/signin", "/console/", "/console/credentials", "/setup"} {
			resp, body := other.ask(t, method, path, url.Values{})
			if resp.StatusCode != http.StatusMisdirectedRequest || !strings.Contains(body, "console-url") || !strings.Contains(body, "https://iam.example.org/console/") ||
				strings.Contains(body, "<form") || resp.Header.Get("Strict-Transport-Security") != "" {
				t.Errorf("%s %s: %d %v %s", method, path, resp.StatusCode, resp.Header, body)
			}
			cookiesOf(t, resp)
		}
	}
}
