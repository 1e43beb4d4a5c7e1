package app

import (
	"encoding/base32"
	"encoding/json"
	"io/fs"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/warder-iam/warder/internal/passkey/passkeytest"
)

// secret is one that stands nowhere but where it belongs.
type secret struct{ what, text string }

// is reports whether it is one of those.
func (s secret) is(what string) bool { return strings.HasPrefix(s.what, what) }

// in reports whether it stands in a text. Six digits may stand in any number, but not by themselves.
func (s secret) in(text string) bool {
	if s.is("code") {
		return regexp.MustCompile(`\b` + s.text + `\b`).MatchString(text)
	}
	return strings.Contains(text, s.text)
}

// secretive is a browser that notes every secret that it types or gets, and all pages.
type secretive struct {
	*visitor
	t       *testing.T
	secrets []secret
	pages   strings.Builder
	form    string // the token of the last page
}

func (s *secretive) note(what, text string) string {
	if len(text) < 6 {
		s.t.Fatalf("%s: %q", what, text)
	}
	s.secrets = append(s.secrets, secret{what, text})
	return text
}

var (
	formToken   = regexp.MustCompile(`name="form" value="([^"]+)"|"formToken":"([^"]+)"`)
	credentials = regexp.MustCompile(`"(?:secretAccessKey|sessionToken)":"([^"]+)"`)
)

// see makes a request, and gives the answer's text and where it leads.
func (s *secretive) see(method, path string, form url.Values) (body, to string) {
	s.t.Helper()
	resp, body := s.ask(s.t, method, path, form)
	if resp.StatusCode >= http.StatusInternalServerError {
		s.t.Errorf("%s %s: %d %s", method, path, resp.StatusCode, body)
	}
	if found := formToken.FindStringSubmatch(body); found != nil {
		s.form = s.note("form token", found[1]+found[2])
	}
	for _, found := range credentials.FindAllStringSubmatch(body, -1) {
		s.note("credentials", found[1])
	}
	for _, c := range resp.Cookies() {
		if c.Value != "" {
			s.note("cookie "+c.Name, c.Value)
		}
	}
	if !strings.HasPrefix(body, "{") {
		s.pages.WriteString(body)
	}
	return body, resp.Header.Get("Location")
}

// submit fills in the form on a page, and fails where it leads elsewhere than to.
func (s *secretive) submit(path, to string, fields ...string) string {
	s.t.Helper()
	s.see(http.MethodGet, path, nil)
	form := url.Values{"form": {s.form}}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	body, got := s.see(http.MethodPost, path, form)
	if got != to {
		s.t.Errorf("%s %v leads to %q, want %q: %s", path, fields, got, to, body)
	}
	return body
}

func (s *secretive) code(seed string, at time.Time) string {
	s.t.Helper()
	code, err := totp.GenerateCode(seed, at)
	if err != nil {
		s.t.Fatal(err)
	}
	return s.note("code", code)
}

// TestConsoleSecrets plants secrets all the way through set-up and signing in, and looks for them wherever the server wrote
// anything: in its log, its text, every page, and every file of the data directory, the state and the trail among them.
func TestConsoleSecrets(t *testing.T) {
	p := newPlace(t)
	p.Console.PasskeySignIn = passkeySignInAllow
	a := p.start(t)
	s := &secretive{t: t, visitor: newVisitor(t, a, "")}
	root, admin, changed := s.note("password", "Walrus-pepper_77x"), s.note("password", "Tangerine-orbit_41"), s.note("password", "Marmalade-comet_52")

	found := regexp.MustCompile(`/setup\?token=(\S+)`).FindStringSubmatch(p.text.String())
	if found == nil {
		t.Fatal(p.text.String())
	}
	token := found[1]
	s.see(http.MethodGet, "/setup?token="+s.note("wrong link", "canary-of-a-link"), nil)
	s.see(http.MethodGet, "/setup?token="+token, nil)
	s.submit("/setup/root", "", "email", "root@example.org", "password", s.note("weak password", "password1A"), "again", "password1A")
	s.submit("/setup/root", "/setup/root-mfa", "email", "root@example.org", "password", root, "again", root)
	s.submit("/setup/root-mfa", "/setup/root-mfa", "choice", "app")
	page, _ := s.see(http.MethodGet, "/setup/root-mfa", nil)
	seed := strings.ReplaceAll(regexp.MustCompile(`<code>([A-Z2-7 ]+)</code>`).FindStringSubmatch(page)[1], " ", "")
	s.pages.Reset() // the page of the seed shows it, and no other one may
	s.note("seed", seed)
	raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(seed)
	if err != nil {
		t.Fatal(err)
	}
	s.note("seed in bytes", string(raw))
	now := time.Now()
	s.submit("/setup/root-mfa", "/setup/administrator", "choice", "codes", "first", s.code(seed, now), "second", s.code(seed, now.Add(30*time.Second)))
	s.submit("/setup/administrator", "/setup/administrator-mfa", "name", "admin", "password", admin, "again", admin)
	key := passkeytest.New(t)
	options, _ := s.see(http.MethodPost, "/setup/administrator-mfa/options", url.Values{"form": {s.form}})
	s.submit("/setup/administrator-mfa", "/setup/finish", "choice", "passkey", "passkey", string(key.Create(t, json.RawMessage(options), s.url)))
	s.submit("/setup/finish", "/console/")

	s.see(http.MethodGet, "/console/session", nil)
	if body, _ := s.see(http.MethodPost, "/console/credentials", url.Values{"form": {s.form}}); !strings.Contains(body, "sessionToken") {
		t.Errorf("no credentials: %s", body)
	}
	s.submit("/signin/password", "", "old", s.note("wrong password", "Canary-wrong_old1"), "new", changed, "again", changed)
	s.submit("/signin/password", "", "old", admin, "new", changed, "again", changed) // may be refused: a policy is wanted
	s.submit("/signout", "/signout")

	s.submit("/signin", "", "account", "123456789012", "user", "admin", "password", s.note("wrong password", "Canary-wrong_pw2"))
	s.submit("/signin", "", "account", "123456789012", "user", s.note("password as name", "Canary-as_name3"), "password", "x")
	s.submit("/signin/root", "", "email", "nobody@example.org", "password", s.note("wrong password", "Canary-wrong_pw4"))
	s.submit("/signin/root", "/signin/mfa", "email", "root@example.org", "password", root)
	s.submit("/signin/mfa", "", "code", s.note("code", "000000"))
	page, _ = s.see(http.MethodGet, "/signin/mfa", nil)
	device := regexp.MustCompile(`name="device" value="([^"]+)"`).FindStringSubmatch(page)[1]
	s.submit("/signin/mfa", "", "device", device, "code", s.code(seed, now.Add(-5*time.Minute)))
	s.submit("/signin/mfa", "", "device", device, "code", s.code(seed, now.Add(30*time.Second))) // was used up
	s.submit("/signout", "/signout")
	s.see(http.MethodGet, "/signin/passkey", nil)
	options, _ = s.see(http.MethodPost, "/signin/passkey/options", url.Values{"form": {s.form}})
	s.submit("/signin/passkey", "/console/", "passkey", string(key.Get(t, json.RawMessage(options), s.url)))
	s.see(http.MethodGet, "/signin/static/none?x=%ff", nil)
	stop(t, a)
	s.look(p, token)
}

// look looks for what was noted. The link stands in the text that is for its holder, and what a person typed for a name in the page that
// shows it again.
func (s *secretive) look(p *place, link string) {
	s.t.Helper()
	places := map[string]string{"the log": p.log.String(), "a page": strings.ReplaceAll(s.pages.String(), "Canary-as_name3", ""), "the text": p.text.String()}
	err := filepath.WalkDir(p.Data, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(path)
		places[path] = string(text)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	all := strings.Join(slices.Collect(maps.Values(places)), "\n")
	for _, seen := range []string{"CompleteSetup", "ConsoleLogin", "GetConsoleCredentials", "HIDDEN_DUE_TO_SECURITY_REASONS"} {
		if !strings.Contains(all, seen) {
			s.t.Errorf("%s is nowhere: the trail was not looked at", seen)
		}
	}
	for where, text := range places {
		for _, one := range append(s.secrets, secret{"link", link}) {
			belongs := one.is("form token") && where == "a page" || one.is("link") && where == "the text"
			if one.in(text) && !belongs {
				s.t.Errorf("%s stands in %s", one.what, where)
			}
		}
	}
}
