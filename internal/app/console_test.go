package app

import (
	"encoding/base32"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/seal"
	"github.com/warder-iam/warder/internal/signin"
	"github.com/warder-iam/warder/internal/store"
)

const consolePassword = "Tangerine-orbit_41"

// visitor is a browser.
type visitor struct {
	*http.Client
	url, from string
}

func newVisitor(t *testing.T, a *App, from string) *visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := client(t)
	c.Jar, c.CheckRedirect = jar, func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &visitor{Client: c, url: a.Endpoint().Console, from: from}
}

func (v *visitor) ask(t *testing.T, method, path string, form url.Values) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, v.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept", "text/html")
	req.Header.Set("X-Forwarded-For", v.from)
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := v.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil {
		t.Fatal(err)
	}
	return resp, string(body)
}

// post fills in the form on a page, and gives where that leads, "" where it stays.
func (v *visitor) post(t *testing.T, path string, fields ...string) string {
	t.Helper()
	_, page := v.ask(t, http.MethodGet, path, nil)
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	for _, hidden := range regexp.MustCompile(`type="hidden" name="([^"]+)" value="([^"]+)"`).FindAllStringSubmatch(page, -1) {
		form.Set(hidden[1], hidden[2])
	}
	resp, body := v.ask(t, http.MethodPost, path, form)
	if resp.StatusCode == http.StatusForbidden && strings.Contains(body, "out of date") {
		t.Fatalf("%s: %s", path, body)
	}
	return resp.Header.Get("Location")
}

// people gives the account's administrator and root user a password, and says whose seed of a device it is.
func people(t *testing.T, a *App) (admin *directory.User, device func(principal string) (seed string)) {
	t.Helper()
	checker := signin.New(a.keys, signin.Options{})
	account := a.store.Snapshot().Account("123456789012")
	admin = account.User("admin")
	put := func(e ...directory.Entity) {
		_, err := a.store.Update(t.Context(), &store.Change{Account: account.ID()}, func(tx *store.Tx) ([]byte, error) {
			for _, e := range e {
				if err := tx.Put(e); err != nil {
					return nil, err
				}
			}
			return nil, nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	info := *account.Info()
	info.Email = "root@example.com"
	put(&info)
	now := time.Now().UTC().Truncate(time.Second)
	for _, id := range []string{admin.ID, account.ID()} {
		sealed, err := checker.NewPassword(t.Context(), account, admin, nil, seal.NewSecret([]byte(consolePassword)))
		if err != nil {
			t.Fatal(err)
		}
		if sealed, err = a.keys.OpenPasswords(admin.ID, sealed); err == nil {
			sealed, err = a.keys.SealPasswords(id, sealed)
		}
		if err != nil {
			t.Fatal(err)
		}
		put(&directory.LoginProfile{User: id, Created: now, Changed: now, Sealed: sealed})
	}
	return admin, func(principal string) string {
		seed := []byte("01234567890123456789")
		d := &directory.MFADevice{ID: "MFA" + principal, Kind: directory.VirtualMFA, Path: "/", Name: "d" + principal, User: principal, Enabled: now}
		var err error
		if d.Sealed, err = a.keys.SealSeed(d.ID, seal.NewSecret(seed)); err != nil {
			t.Fatal(err)
		}
		put(d)
		return base32.StdEncoding.EncodeToString(seed)
	}
}

// TestConsoleRaisesAlarms: what really happens at the sign-in pages meets the rules about it, and PasswordLastUsed knows of it.
func TestConsoleRaisesAlarms(t *testing.T) {
	p := newPlace(t)
	p.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	a := p.start(t)
	admin, device := people(t, a)
	raised := func(rules ...string) {
		t.Helper()
		for _, rule := range rules {
			until(t, rule, func() bool {
				return slices.ContainsFunc(alarmsOf(a), func(one *directory.Alarm) bool { return one.Rule == rule })
			})
		}
	}
	none := func(rule string) {
		t.Helper()
		if slices.ContainsFunc(alarmsOf(a), func(one *directory.Alarm) bool { return one.Rule == rule }) {
			t.Errorf("%s is raised", rule)
		}
	}
	signIn := func(v *visitor, password string) string {
		return v.post(t, "/signin", "account", "123456789012", "user", "admin", "password", password)
	}
	for range 5 {
		signIn(newVisitor(t, a, "198.51.100.7"), "wrong")
	}
	raised("console-failures-user")
	none("console-failures-address")
	for range 5 {
		newVisitor(t, a, "198.51.100.7").post(t, "/signin", "account", "123456789012", "user", "nobody", "password", "wrong")
	}
	raised("console-failures-address")
	none("console-without-mfa")
	root := func(password string) string {
		return newVisitor(t, a, "192.0.2.3").post(t, "/signin/root", "email", "root@example.com", "password", password)
	}
	for range 3 {
		root("wrong")
	}
	raised("console-failures-root")
	none("root-use")
	if to := root(consolePassword); to != "/console/" {
		t.Errorf("root to %q", to)
	}
	raised("root-use", "console-without-mfa")
	if use, ok := a.store.LastUsed(admin.ID); ok {
		t.Errorf("the password was used %v", use)
	}

	until(t, "the wait after wrong passwords", func() bool { return signIn(newVisitor(t, a, "203.0.113.9"), consolePassword) == "/console/" })
	if to := signIn(newVisitor(t, a, "192.0.2.200"), consolePassword); to != "/console/" {
		t.Errorf("to %q", to)
	}
	raised("console-two-networks")
	if use, ok := a.store.LastUsed(admin.ID); !ok || time.Since(use.At) > time.Hour || use.Service != "signin" {
		t.Errorf("PasswordLastUsed %+v %v", use, ok)
	}
	seed, v := device(admin.ID), newVisitor(t, a, "203.0.113.9")
	if to := signIn(v, consolePassword); to != "/signin/mfa" {
		t.Errorf("to %q", to)
	}
	for range 5 {
		v.post(t, "/signin/mfa", "code", "000000")
	}
	raised("console-mfa-failures")
	until(t, "the wait after wrong codes", func() bool {
		code, err := totp.GenerateCode(seed, time.Now())
		return err == nil && v.post(t, "/signin/mfa", "code", code) == "/console/"
	})
	stop(t, a)
}

// TestConsoleOverPlainHTTP: on loopback cookies have no prefix and are not Secure; a session outlives a restart.
func TestConsoleOverPlainHTTP(t *testing.T) {
	p := newPlace(t)
	a := p.start(t)
	people(t, a)
	v := newVisitor(t, a, "")
	if to := v.post(t, "/signin", "account", "123456789012", "user", "admin", "password", consolePassword); to != "/console/" {
		t.Errorf("to %q", to)
	}
	resp, _ := v.ask(t, http.MethodGet, "/", nil)
	if got := resp.Header.Get("Location"); got != "/console/" {
		t.Errorf("/ leads to %q", got)
	}
	here, err := url.Parse(v.url)
	if err != nil {
		t.Fatal(err)
	}
	kept := v.Jar.Cookies(here)
	if len(kept) != 2 || slices.ContainsFunc(kept, func(c *http.Cookie) bool { return !strings.HasPrefix(c.Name, "warder-") }) {
		t.Errorf("cookies %v", kept)
	}
	stop(t, a)
	a = p.start(t)
	again := newVisitor(t, a, "")
	if here, err = url.Parse(again.url); err != nil {
		t.Fatal(err)
	}
	again.Jar.SetCookies(here, kept)
	if resp, body := again.ask(t, http.MethodGet, "/console/session", nil); resp.StatusCode != http.StatusOK || !strings.Contains(body, `"name":"admin"`) {
		t.Errorf("after a restart: %d %s", resp.StatusCode, body)
	}
	stop(t, a)
}

// TestConsoleSettings: limits that are no limits are refused.
func TestConsoleSettings(t *testing.T) {
	for _, c := range []struct {
		setting string
		Console
	}{
		{"console-idle", Console{Idle: time.Second}},
		{"console-idle", Console{Idle: -time.Hour}},
		{"console-session", Console{Session: 31 * 24 * time.Hour}},
		{"passkey-sign-in", Console{PasskeySignIn: "perhaps"}},
	} {
		p := newPlace(t)
		p.Console = c.Console
		p.fails(t, c.setting)
	}
}
