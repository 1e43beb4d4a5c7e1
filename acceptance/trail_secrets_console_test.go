package acceptance

import (
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// The passwords of the console's first run, which a file gives.
const (
	rootPassword  = "Canary-root-6142-Hm!"
	adminPassword = "Canary-admin-8035-Xe!"
)

// setupFile sets the console up, and is a secret itself.
func setupFile(t *testing.T) string {
	t.Helper()
	return keep(t, "setup.json", `{"root-email": "root@example.org", "root-password": "`+rootPassword+`", "admin-password": "`+adminPassword+`"}`)
}

// keep writes a file that is nobody else's to read.
func keep(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	check(t, os.WriteFile(file, []byte(text), 0o600))
	return file
}

// listenWebhook takes what alarms post, and gives the arguments of warder serve that have them posted to it.
func listenWebhook(t *testing.T, secret string) (posted *logBuffer, args []string) {
	t.Helper()
	posted = &logBuffer{}
	hook := httptest.NewTLSServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_ = r.Header.Write(posted)
		_, _ = io.Copy(posted, io.LimitReader(r.Body, 1<<20))
	}))
	t.Cleanup(hook.Close)
	authority := keep(t, "ca.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: hook.Certificate().Raw})))
	return posted, []string{
		"--alarm-webhook", hook.URL, "--alarm-webhook-secret", keep(t, "secret", secret+"\n"), "--alarm-ca", authority, "--alarm-allow", "127.0.0.0/8",
	}
}

var formToken = regexp.MustCompile(`name="form" value="([^"]+)"`)

// plantConsole signs in at the console with a wrong password and with the right one, takes credentials, and signs out.
func plantConsole(t *testing.T, w *warder, p *planted) {
	t.Helper()
	p.add("the root user's password", rootPassword)
	p.add("the administrator's password", adminPassword)
	jar, err := cookiejar.New(nil)
	check(t, err)
	browser := &http.Client{Jar: jar}
	site := strings.Replace(w.URL, "127.0.0.1", "localhost", 1)
	signIn := func(password string) string {
		page := body(t)(browser.Get(site + "/signin?account=" + accountID))
		token := formToken.FindStringSubmatch(page)
		if token == nil {
			t.Fatalf("no form in %s", page)
		}
		form := url.Values{"form": {token[1]}, "account": {accountID}, "user": {"admin"}, "password": {password}, "next": {"/signin/sessions"}}
		return body(t)(browser.PostForm(site+"/signin", form))
	}
	if page := signIn(p.add("a password that is wrong at the console", "Canary-guess-4471-Vb!")); strings.Contains(page, "Sign out") {
		t.Errorf("a wrong password was taken: %s", page)
	}
	page := signIn(adminPassword)
	if !strings.Contains(page, "Sign out") {
		t.Fatalf("not signed in: %s", page)
	}
	origin, err := url.Parse(site)
	check(t, err)
	for _, cookie := range jar.Cookies(origin) {
		if strings.Contains(cookie.Name, "session") {
			p.add("a session's cookie", cookie.Value)
		}
	}
	token := formToken.FindStringSubmatch(page)[1]
	p.add("a form's token", token)
	ask, err := http.NewRequestWithContext(background(t), http.MethodPost, site+"/console/credentials", nil)
	check(t, err)
	ask.Header.Set("X-Warder-Form", token)
	ask.Header.Set("Origin", site)
	var given struct{ AccessKeyID, SecretAccessKey, SessionToken string }
	check(t, json.Unmarshal([]byte(body(t)(browser.Do(ask))), &given))
	p.add("the console's key", given.SecretAccessKey)
	p.add("the console's session token", given.SessionToken)
	_, err = w.sts(credentials{ID: given.AccessKeyID, Secret: given.SecretAccessKey, Token: given.SessionToken}).GetCallerIdentity(background(t), &sts.GetCallerIdentityInput{})
	check(t, err)
	body(t)(browser.PostForm(site+"/signout", url.Values{"form": {token}}))
}

// body reads an answer, of whatever status.
func body(t *testing.T) func(*http.Response, error) string {
	return func(answer *http.Response, err error) string {
		t.Helper()
		check(t, err)
		defer func() { _ = answer.Body.Close() }()
		text, err := io.ReadAll(answer.Body)
		check(t, err)
		return string(text)
	}
}
