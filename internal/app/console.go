package app

import (
	"cmp"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/warder-iam/warder/internal/console"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/store"
)

// Defaults of a Console, and how far they may be changed.
const (
	DefaultConsoleIdle    = 30 * time.Minute
	DefaultConsoleSession = 12 * time.Hour
	leastConsoleTime      = time.Minute
	mostConsoleTime       = 30 * 24 * time.Hour
)

// The values of Console.PasskeySignIn.
const (
	passkeySignInRefuse = "refuse"
	passkeySignInAllow  = "allow"
)

// Console is how people sign in with a browser.
type Console struct {
	// URL is where browsers reach the console, and nowhere else; "" for every name that the server knows to be its own.
	URL string
	// SetupFile answers the questions of the first run; "" for none. It is read until the console is set up.
	SetupFile string
	// Idle ends a session that nobody uses for so long, Session every session so long after signing in; 0 are
	// DefaultConsoleIdle and DefaultConsoleSession.
	Idle, Session time.Duration
	// PasskeySignIn is "allow" to let a passkey that verifies its user stand for both factors, or "refuse", as "" is.
	PasskeySignIn string
}

func (c *Console) complete() {
	c.URL = strings.TrimSuffix(c.URL, "/")
	c.Idle, c.Session = cmp.Or(c.Idle, DefaultConsoleIdle), cmp.Or(c.Session, DefaultConsoleSession)
}

func (c *Console) check(data string) error {
	if err := c.checkURL(); err != nil {
		return err
	}
	if c.SetupFile != "" && inside(data, c.SetupFile) {
		return wrong("setup-file", "%s lies in the data directory, which holds no clear secret; name a file outside of %s", c.SetupFile, data)
	}
	for setting, life := range map[string]time.Duration{"console-idle": c.Idle, "console-session": c.Session} {
		if life < leastConsoleTime || life > mostConsoleTime {
			return wrong(setting, "%v is not from %v to 30 days", life, leastConsoleTime)
		}
	}
	switch c.PasskeySignIn {
	case "", passkeySignInRefuse, passkeySignInAllow:
		return nil
	}
	return wrong("passkey-sign-in", "%q is neither %s nor %s", c.PasskeySignIn, passkeySignInRefuse, passkeySignInAllow)
}

// checkURL: passkeys need a name, and browsers keep cookies to themselves over TLS only, on localhost aside.
func (c *Console) checkURL() error {
	if c.URL == "" {
		return nil
	}
	u, err := url.Parse(c.URL)
	if err != nil || u.Scheme != "https" && (u.Scheme != "http" || u.Hostname() != "localhost") || !isHost(u.Hostname()) ||
		u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return wrong("console-url", "%q is no URL such as https://iam.example.org, without a path; http for localhost only", c.URL)
	}
	if _, err := netip.ParseAddr(u.Hostname()); err == nil {
		return wrong("console-url", "%q names an address; passkeys need a host name", c.URL)
	}
	return nil
}

// limits are those of web sessions in the store.
func (c *Console) limits() store.WebSessionLimits {
	return store.WebSessionLimits{Idle: c.Idle, Absolute: c.Session}
}

func (a *App) pages(api *server.Server) (*console.Console, error) {
	c := &a.config.Console
	application, err := a.consoleFiles()
	if err != nil {
		return nil, err
	}
	return console.New(console.Options{
		API: api, Application: application, Site: a.site(), Setup: a.setup, Passkeys: a.passkeys, Idle: c.Idle, PasskeyAlone: c.passkeyAlone(),
	})
}

func (c *Console) passkeyAlone() bool { return c.PasskeySignIn == passkeySignInAllow }
