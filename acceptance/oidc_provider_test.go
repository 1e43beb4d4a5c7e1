package acceptance

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"io"
	"math/big"
	"net"
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

// certificate makes an authority and a certificate of it for 127.0.0.1.
func (p *identityProvider) certificate(t *testing.T) (cert, key string) {
	t.Helper()
	now := time.Now()
	authorityKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(t, err)
	authority := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority of the test"}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	authorityDER, err := x509.CreateCertificate(rand.Reader, authority, authority, authorityKey.Public(), authorityKey)
	check(t, err)
	leafKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(t, err)
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, KeyUsage: x509.KeyUsageDigitalSignature,
	}
	leafDER, err := x509.CreateCertificate(rand.Reader, leaf, authority, leafKey.Public(), authorityKey)
	check(t, err)
	keyDER, err := x509.MarshalPKCS8PrivateKey(leafKey)
	check(t, err)
	parsed, err := x509.ParseCertificate(authorityDER)
	check(t, err)
	p.roots = x509.NewCertPool()
	p.roots.AddCert(parsed)
	dir := t.TempDir()
	write := func(name string, blocks ...*pem.Block) string {
		var text []byte
		for _, b := range blocks {
			text = append(text, pem.EncodeToMemory(b)...)
		}
		file := filepath.Join(dir, name)
		check(t, os.WriteFile(file, text, 0o600))
		return file
	}
	leafBlock, caBlock := &pem.Block{Type: "CERTIFICATE", Bytes: leafDER}, &pem.Block{Type: "CERTIFICATE", Bytes: authorityDER}
	p.ca = write("ca.pem", caBlock)
	return write("cert.pem", leafBlock, caBlock), write("key.pem", &pem.Block{Type: "PRIVATE KEY", Bytes: keyDER})
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
