package session

import (
	"errors"
	"time"

	"github.com/warder-iam/warder/directory"
)

// consoleLife is how long console credentials last at most. The page gets new ones while its web session lasts.
const consoleLife = 15 * time.Minute

var (
	errConsole        = errors.New("session: the web session is not complete, or has ended")
	errConsoleClaims  = errors.New("session: a web session and console credentials belong together")
	errConsoleExpires = errors.New("session: console credentials last too long")
)

// MintConsole makes the credentials of a web session of that account for the console's page. Whoever has them is the
// session's user, or the root user, with the session's second factor: for 15 minutes, and no longer than until ends, which is
// when the web session ends if nobody is seen. A session that is not complete gets none.
func (k *Keys) MintConsole(account string, w *directory.WebSession, ends, now time.Time) (*Credentials, error) {
	now = now.UTC().Truncate(time.Second)
	expires := now.Add(consoleLife)
	for _, limit := range []time.Time{ends, w.Expires} {
		if limit = limit.UTC().Truncate(time.Second); limit.Before(expires) {
			expires = limit
		}
	}
	if w.Stage != directory.SignInComplete || !expires.After(now) {
		return nil, errConsole
	}
	return k.Mint(Claims{
		Type: Console, Account: account, PrincipalID: w.Principal, WebSession: w.ID,
		Issued: now, Expires: expires, MFA: w.MFA,
	})
}

// checkConsole refuses claims of console credentials that no web session gets, and a web session in any others.
func (c *Claims) checkConsole() error {
	switch {
	case c.Type != Console && c.WebSession == "":
		return nil
	case c.Type != Console, c.WebSession == "", len(c.ProviderKeys) > 0:
		return errConsoleClaims
	case c.Expires.Sub(c.Issued) > consoleLife:
		return errConsoleExpires
	}
	return nil
}
