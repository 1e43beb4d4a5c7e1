package console

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/passkey/passkeytest"
	"github.com/warder-iam/warder/internal/server/servertest"
	"github.com/warder-iam/warder/internal/setup"
	"github.com/warder-iam/warder/internal/store"
)

// setupScript is one about an account after its first start: the root user has nothing, the user admin an access key, and the console is to
// be set up by $TOKEN.
type setupScript struct {
	*script
	key     *passkeytest.Key
	secrets []string // beside passwords
}

// Passwords that scripts type, and no other place shows.
var setupSecrets = []string{"Walrus-pepper_77x", "Tangerine-orbit_41", "monkey-canary"}

func newSetupScript(t *testing.T) *setupScript {
	s := &setupScript{key: passkeytest.New(t)}
	s.script = newScript(t, func(o *Options) {
		o.Setup = setup.New(setup.Options{
			Store: o.API.Store, Keys: o.API.Authn.Keys, SignIn: o.API.SignIn, Recorder: o.API.Recorder, Region: o.API.Region,
		})
	})
	s.server.URL = "https://example.com" // a name, which the client leads to the server
	s.Admin(t, setup.AdminUser)
	info := s.Now().Info().Clone()
	info.Email = ""
	s.Put(t, info)
	s.Change(t, func(tx *store.Tx) error { tx.Delete(tx.Account().LoginProfile(s.ID)); return nil })
	s.changes = map[string]func(){
		"a new link is made":                func() { s.link(time.Now()) },
		"the link is fifteen minutes old":   func() { s.link(time.Now().Add(-setup.LinkTime)) },
		"the browser waits fifteen minutes": s.wait,
		"the app scans the code":            s.scan,
		"a passkey answers":                 s.answer,
	}
	s.link(time.Now())
	return s
}

func (s *setupScript) link(made time.Time) {
	link := setup.NewLink()
	s.kept["TOKEN"] = link.Show()
	s.secrets = append(s.secrets, link.Show())
	now := &directory.Setup{Administrator: s.Now().User(setup.AdminUser).ID}
	if old := s.Now().Setup(); old != nil {
		now = old.Clone()
	}
	now.Token, now.Made = link.Hash, made.UTC().Truncate(time.Second)
	s.Put(s.t, now)
}

func (s *setupScript) wait() {
	late := s.Now().Setup().Clone()
	late.Until = time.Now()
	s.Put(s.t, late)
}

// scan takes the seed that the page shows into the application of that name.
func (s *setupScript) scan() {
	found := regexp.MustCompile(`<code>([A-Z2-7 ]+)</code>`).FindStringSubmatch(s.now.body)
	path := regexp.MustCompile(`<svg class="qr" [^>]*viewBox="0 0 (\d+) (\d+)"[^>]*><rect [^>]*/><path d="M[0-9Mhvz -]+"`)
	if found == nil || !path.MatchString(s.now.body) {
		s.t.Fatalf("line %d: no code: %s", s.line, s.now.body)
	}
	s.seeds["app"] = strings.ReplaceAll(found[1], " ", "")
	s.secrets = append(s.secrets, s.seeds["app"], found[1])
}

// answer registers the passkey as the page's script does, and keeps what it posts.
func (s *setupScript) answer() {
	options := regexp.MustCompile(`data-options="([^"]+)"`).FindStringSubmatch(s.now.body)
	if options == nil {
		s.t.Fatalf("line %d: no passkey is offered: %s", s.line, s.now.body)
	}
	s.now.header.Set("X-Warder-Form", s.now.token)
	s.send(http.MethodPost, options[1], nil, "")
	s.kept["ANSWER"] = string(s.key.Create(s.t, json.RawMessage(s.now.body), s.server.URL))
}

// TestSetupScripts plays the scripts in testdata/setup, and looks for secrets wherever anything is written.
func TestSetupScripts(t *testing.T) {
	scripts(t, "testdata/setup/*.txt", func(t *testing.T, text string) {
		s := newSetupScript(t)
		s.play(text)
		s.lookForSecrets()
	})
}

func (s *setupScript) lookForSecrets() {
	var kept []string
	for _, e := range append(s.Recorder.Events(), s.Outbox(s.t)...) {
		text, err := json.Marshal(e)
		servertest.Check(s.t, err)
		kept = append(kept, string(text))
	}
	kept = append(kept, s.Log.String())
	for _, secret := range slices.Concat(s.secrets, s.fixture.secrets, setupSecrets) {
		if secret == "" {
			continue // a cookie that was taken away
		}
		if text := strings.Join(kept, "\n"); strings.Contains(text, secret) {
			s.t.Errorf("%q stands in %s", secret, text)
		}
		if strings.Contains(secret, " ") || secret == s.seeds["app"] {
			continue // the page of the code shows it
		}
		if text := strings.Join(s.said, "\n"); strings.Contains(text, secret) {
			s.t.Errorf("%q stands in a page", secret)
		}
	}
}

// No page that has the link's secret in its address says so to anybody: it sends no referrer, and a good one leads out of it at once.
func TestLinkLeavesTheAddress(t *testing.T) {
	s := newSetupScript(t)
	for _, target := range []string{"/setup?token=$TOKEN", "/setup?token=wrong", "/setup?token=$TOKEN&token=$TOKEN", "/setup?a=b&token=$TOKEN", "/setup"} {
		s.send(http.MethodGet, target, nil, "")
		if got := s.now.Header.Get("Referrer-Policy"); got != "no-referrer" {
			t.Errorf("%s: Referrer-Policy %q", target, got)
		}
		if got := s.now.Header.Get("Cache-Control"); got != "no-store" {
			t.Errorf("%s: Cache-Control %q", target, got)
		}
		if strings.Contains(s.now.Header.Get("Location")+s.now.body, s.kept["TOKEN"]) {
			t.Errorf("%s: the answer holds the link's secret", target)
		}
	}
}

// Whoever has an administrator's key takes the password away that was set, while the last page is being answered: that says what to do,
// and leads there.
func TestStepUndoneMeanwhile(t *testing.T) {
	s := newSetupScript(t)
	s.lines(`
		get /setup?token=$TOKEN
		event OpenSetup -
		get /setup/root
		post /setup/root email=root@example.org password=Walrus-pepper_77x again=Walrus-pepper_77x
		event SetUpRootUser -
		post /setup/root-mfa choice=later
		event SkipSetupMFADevice -
		post /setup/administrator name=admin password=Tangerine-orbit_41 again=Tangerine-orbit_41
		event SetUpAdministrator -
		post /setup/administrator-mfa choice=later
		event SkipSetupMFADevice -`)
	browser := s.now.cookies()["setup"]
	run, err := s.console.Setup.Resume(t.Context(), browser, time.Now())
	servertest.Check(t, err)
	admin := s.Now().User(setup.AdminUser).ID
	s.Change(t, func(tx *store.Tx) error { tx.Delete(tx.Account().LoginProfile(admin)); return nil })
	w := httptest.NewRecorder()
	v := &visit{Console: s.console, w: w, r: httptest.NewRequest(http.MethodPost, pathOf(setup.StepFinish), nil), now: time.Now()}
	v.finishSetup(run)
	if body := w.Body.String(); w.Code != http.StatusConflict || !strings.Contains(body, "A step is still to be done") || !strings.Contains(body, `href="/setup"`) {
		t.Errorf("%d %s", w.Code, body)
	}
	s.lines(`
		get /setup
		to /setup/administrator`)
	s.play("")
}

// Nothing is set up where there is nothing to: the paths are the API's then, which knows none.
func TestNoSetup(t *testing.T) {
	s := newScript(t)
	s.send(http.MethodGet, "/setup?token=x", nil, "")
	if s.now.StatusCode != http.StatusTeapot {
		t.Errorf("status %d", s.now.StatusCode)
	}
}
