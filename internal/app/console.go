package app

import (
	"cmp"
	"time"

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
	// Idle ends a session that nobody uses for so long, Session every session so long after signing in; 0 are
	// DefaultConsoleIdle and DefaultConsoleSession.
	Idle, Session time.Duration
	// PasskeySignIn is "allow" to let a passkey that verifies its user stand for both factors, or "refuse", as "" is.
	PasskeySignIn string
}

func (c *Console) complete() {
	c.Idle, c.Session = cmp.Or(c.Idle, DefaultConsoleIdle), cmp.Or(c.Session, DefaultConsoleSession)
}

func (c *Console) check() error {
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

// limits are those of web sessions in the store.
func (c *Console) limits() store.WebSessionLimits {
	return store.WebSessionLimits{Idle: c.Idle, Absolute: c.Session}
}

func (c *Console) passkeyAlone() bool { return c.PasskeySignIn == passkeySignInAllow }
