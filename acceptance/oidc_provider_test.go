package acceptance

import (
	"bufio"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// identityProvider is npm's oidc-provider on loopback, with a certificate of an authority of its own.
type identityProvider struct {
	issuer string
	ca     string // PEM file
	roots  *x509.CertPool
}

// startProvider runs the provider until the end of the test.
func startProvider(t *testing.T) *identityProvider {
	t.Helper()
	folder := node(t)
	p := &identityProvider{}
	cert, key := p.certificate(t)
	cmd := exec.Command("node", "testdata/oidc/provider.mjs", folder, cert, key)
	in, err := cmd.StdinPipe()
	check(t, err)
	out, err := cmd.StdoutPipe()
	check(t, err)
	log := &logBuffer{}
	cmd.Stderr = log
	check(t, cmd.Start())
	t.Cleanup(func() {
		_ = in.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("the identity provider ended with %v\n%s", err, log)
		}
		if t.Failed() {
			t.Logf("the identity provider's output:\n%s", log)
		}
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if issuer, ok := strings.CutPrefix(lines.Text(), "issuer "); ok {
			p.issuer = issuer
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return p
		}
	}
	t.Fatalf("the identity provider did not start: %v\n%s", lines.Err(), log)
	return nil
}

// certificate makes a certificate for the provider, whose authority p then trusts, and gives the names of its files.
func (p *identityProvider) certificate(t *testing.T) (cert, key string) {
	t.Helper()
	leaf, authority, private := newChain(t)
	p.roots = x509.NewCertPool()
	if !p.roots.AppendCertsFromPEM([]byte(authority)) {
		t.Fatal("the authority's certificate is none")
	}
	dir := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		check(t, os.WriteFile(file, []byte(text), 0o600))
		return file
	}
	p.ca = write("ca.pem", authority)
	return write("cert.pem", leaf+authority), write("key.pem", private)
}

// signIn goes the way of a person's browser through the authorization code flow, and gives the ID token that the client gets.
func (p *identityProvider) signIn(t *testing.T, client, name string) string {
	t.Helper()
	jar, err := cookiejar.New(nil)
	check(t, err)
	browser := &http.Client{
		Jar: jar, Timeout: time.Minute, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: p.roots}, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	verifier := strings.Repeat("v", 43)
	sum := sha256.Sum256([]byte(verifier))
	next := p.issuer + "/auth?" + url.Values{
		"client_id": {client}, "response_type": {"code"}, "redirect_uri": {"https://127.0.0.1/back"}, "scope": {"openid email"},
		"state": {"s"}, "nonce": {"n"}, "code_challenge_method": {"S256"}, "code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])},
	}.Encode()
	for range 20 {
		if back, ok := strings.CutPrefix(next, "https://127.0.0.1/back?"); ok {
			query, err := url.ParseQuery(back)
			check(t, err)
			return p.redeem(t, browser, client, query.Get("code"), verifier)
		}
		next = p.step(t, browser, next, name)
	}
	t.Fatalf("signing in does not end: %s", next)
	return ""
}

// step fetches a page; where it is a form it is filled in. It gives where the provider leads to.
func (p *identityProvider) step(t *testing.T, browser *http.Client, page, name string) string {
	t.Helper()
	resp, err := browser.Get(page)
	check(t, err)
	body, err := io.ReadAll(resp.Body)
	check(t, err)
	check(t, resp.Body.Close())
	if resp.StatusCode == http.StatusOK {
		form := url.Values{"prompt": {"consent"}}
		if strings.Contains(string(body), `name="login"`) {
			form = url.Values{"prompt": {"login"}, "login": {name}, "password": {"any"}}
		}
		resp, err = browser.PostForm(page, form)
		check(t, err)
		check(t, resp.Body.Close())
	}
	to, err := resp.Location()
	if err != nil {
		t.Fatalf("%s: %d\n%s", page, resp.StatusCode, body)
	}
	return to.String()
}

func (p *identityProvider) redeem(t *testing.T, browser *http.Client, client, code, verifier string) string {
	t.Helper()
	form := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {"https://127.0.0.1/back"}, "code_verifier": {verifier}}
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, p.issuer+"/token", strings.NewReader(form.Encode()))
	check(t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth(client, "a-secret-of-the-test")
	resp, err := browser.Do(r)
	check(t, err)
	defer resp.Body.Close()
	var answer struct {
		IDToken string `json:"id_token"`
		Error   string `json:"error_description"`
	}
	check(t, json.NewDecoder(resp.Body).Decode(&answer))
	if answer.IDToken == "" {
		t.Fatalf("no ID token: %d %s", resp.StatusCode, answer.Error)
	}
	return answer.IDToken
}
