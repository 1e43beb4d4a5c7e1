package session

import (
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/directory"
)

func webSession() *directory.WebSession {
	return &directory.WebSession{
		ID: "WEBSABCDEFGHIJKLMNOPQ", Principal: "AIDAEXAMPLE", Stage: directory.SignInComplete, MFA: issued.Add(-time.Minute),
		Expires: issued.Add(12 * time.Hour),
	}
}

// Console credentials end after 15 minutes, with the web session, or when it would be idle: whatever comes first.
func TestMintConsole(t *testing.T) {
	keys := newKeys(t)
	later := func(d time.Duration) time.Time { return issued.Add(d) }
	for name, c := range map[string]struct {
		ends, expires time.Time
		want          time.Duration // 0 for a refusal
	}{
		"a fresh session":       {later(30 * time.Minute), later(12 * time.Hour), 15 * time.Minute},
		"nearly idle":           {later(5*time.Minute + time.Millisecond), later(12 * time.Hour), 5 * time.Minute},
		"nearly over":           {later(30 * time.Minute), later(time.Minute), time.Minute},
		"idle":                  {issued, later(12 * time.Hour), 0},
		"over":                  {later(30 * time.Minute), later(-time.Second), 0},
		"over within a second":  {later(time.Second / 2), later(12 * time.Hour), 0},
		"no end at all":         {time.Time{}, later(12 * time.Hour), 0},
		"a second that is left": {later(time.Second), later(time.Second), time.Second},
	} {
		w := webSession()
		w.Expires = c.expires
		made, err := keys.MintConsole(account, w, c.ends, issued.Add(time.Second/3))
		if c.want == 0 {
			if err == nil {
				t.Errorf("%s: credentials until %v", name, made.Expires)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got, _, err := keys.Open(made.Token)
		if err != nil || got.Expires.Sub(issued) != c.want || !got.Issued.Equal(issued) || got.Type != Console || got.WebSession != w.ID ||
			got.PrincipalID != w.Principal || got.Account != account || !got.MFA.Equal(w.MFA) || !made.Expires.Equal(got.Expires) {
			t.Errorf("%s: %+v, error %v", name, got, err)
		}
	}
	for _, stage := range []directory.SignInStage{"", directory.SignInSecondFactor, directory.SignInNewPassword} {
		w := webSession()
		w.Stage = stage
		if _, err := keys.MintConsole(account, w, later(time.Hour), issued); err == nil {
			t.Errorf("a session at the stage %q gets credentials", stage)
		}
	}
}

// What no web session gets is refused when it is made and when it is opened.
func TestConsoleClaims(t *testing.T) {
	console := func() Claims {
		return Claims{Type: Console, Account: account, PrincipalID: "AIDAEXAMPLE", WebSession: "WEBS1", Issued: issued, Expires: issued.Add(consoleLife)}
	}
	good := console()
	if err := good.check(); err != nil {
		t.Errorf("good ones: %v", err)
	}
	for name, spoil := range map[string]func(*Claims){
		"no session":            func(c *Claims) { c.WebSession = "" },
		"a long id":             func(c *Claims) { c.WebSession = strings.Repeat("W", maxField+1) },
		"too long":              func(c *Claims) { c.Expires = c.Expires.Add(time.Second) },
		"a provider":            func(c *Claims) { c.ProviderKeys = []ProviderKey{{Name: "sub", Values: []string{"x"}}} },
		"a session of a role":   func(c *Claims) { c.Type = AssumedRole },
		"a session of a key":    func(c *Claims) { c.Type = SessionToken },
		"a federated user's":    func(c *Claims) { c.Type = Federation },
		"a type beyond console": func(c *Claims) { c.Type = Console + 1 },
	} {
		c := console()
		spoil(&c)
		if c.check() == nil {
			t.Errorf("%s is taken", name)
		}
	}
}
