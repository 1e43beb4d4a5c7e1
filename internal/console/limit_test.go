package console

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/server/servertest"
	"github.com/warder-iam/warder/internal/store"
)

// clock is a script's server on a clock that the test sets.
type clock struct {
	*script
	since time.Time
	later time.Duration
}

func newClock(t *testing.T) *clock {
	c := &clock{since: time.Now()}
	c.script = newScript(t, func(o *Options) { o.Now = func() time.Time { return c.since.Add(c.later) } })
	return c
}

// signIn signs alice in at the beginning, in a browser of that name.
func (c *clock) signIn(browser string) {
	c.t.Helper()
	c.since, c.later = time.Now(), 0
	c.lines("as " + browser + `
		get /signin
		post /signin account=acme user=alice password=` + canary + `
		to /console/
		json GET /console/session`)
	all := c.Store.WebSessions(account, c.Now().User("alice").ID, time.Now())
	newest := slices.MaxFunc(all, func(x, y *store.WebSession) int { return x.Made.Compare(y.Made) })
	c.since = newest.Made // the password takes its time
}

// asks has the page ask for credentials so much later, and gives how long they last; 0 for none.
func (c *clock) asks(later time.Duration, unattended bool) time.Duration {
	c.t.Helper()
	c.later = later
	if unattended {
		c.now.header.Set("X-Warder-Unattended", "true")
	}
	c.json(http.MethodPost, "/console/credentials")
	if c.now.StatusCode == http.StatusUnauthorized && strings.Contains(c.now.body, "not signed in") {
		return 0
	}
	var got credentials
	servertest.Check(c.t, json.Unmarshal([]byte(c.now.body), &got))
	if c.now.StatusCode != http.StatusOK || got.SecretAccessKey == "" {
		c.t.Fatalf("after %v: %d", later, c.now.StatusCode)
	}
	return got.Expiration.Sub(c.since.Add(later))
}

// TestIdle: a page that says that nobody is there gets credentials as long as the session lasts, and no longer by it; neither does
// one that asks whose session it is. Somebody who is there makes it last.
func TestIdle(t *testing.T) {
	c := newClock(t)
	const idle, almost = 30 * time.Minute, 2 * time.Second // times are whole seconds
	c.signIn("unattended")
	for at := time.Duration(0); at < idle-almost; at += 3 * time.Minute {
		life := c.asks(at, true)
		if most := min(15*time.Minute, idle-at); life > most+almost || life < most-almost {
			t.Errorf("after %v the credentials last %v", at, life)
		}
		c.lines("json GET /console/session\nstatus 200")
	}
	for _, unattended := range []bool{true, false} {
		if life := c.asks(idle, unattended); life != 0 {
			t.Errorf("after half an hour, unattended %v: %v", unattended, life)
		}
	}
	c.lines("json GET /console/session\nstatus 401\nget /console/\nto /signin")

	c.signIn("attended")
	for at := 20 * time.Minute; at < 12*time.Hour-almost; at += 20 * time.Minute {
		if life := c.asks(at, false); life < 15*time.Minute-almost && life < 12*time.Hour-at-almost {
			t.Fatalf("after %v the credentials last %v", at, life)
		}
	}
	if life := c.asks(12*time.Hour-time.Minute, false); life > time.Minute+almost || life == 0 {
		t.Errorf("a minute before the end of the session the credentials last %v", life)
	}
	if life := c.asks(12*time.Hour+time.Second, false); life != 0 {
		t.Errorf("after the end of the session the credentials last %v", life)
	}
}

// TestNoAlias: an account without an alias has none, and not an empty one.
func TestNoAlias(t *testing.T) {
	s := newScript(t)
	s.Put(t, &directory.AccountInfo{ID: account, Email: rootEmail})
	s.lines(`
		get /signin
		post /signin account=acme user=alice password=` + canary + `
		status 403
		get /signin
		post /signin account=` + account + ` user=alice password=` + canary + `
		to /console/
		json GET /console/session
		status 200
		lacks alias
		has "account":"` + account + `"`)
}
