package servertest

import (
	"testing"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/store"
)

// Console is a person who is signed in at the console, with the credentials of its page.
type Console struct {
	*Credentials
	// SessionID and Cookie of the web session.
	SessionID, Cookie string
}

// Console signs a user in, or the root user for the name "", with no second factor but what change adds. Who has no password
// gets one.
func (a *Account) Console(t testing.TB, name string, change ...func(*directory.WebSession)) *Console {
	t.Helper()
	principal := a.ID
	if name != "" {
		principal = a.Now().User(name).ID
	}
	c := &Console{}
	a.Change(t, func(tx *store.Tx) error {
		profile := tx.Account().LoginProfile(principal)
		if profile == nil {
			profile = &directory.LoginProfile{User: principal, Created: tx.Now(), Changed: tx.Now(), Sealed: []byte("password of " + principal)}
			if err := tx.Put(profile); err != nil {
				return err
			}
		}
		w := directory.WebSession{
			Principal: principal, Stage: directory.SignInComplete, Method: directory.SignInPassword, Proof: profile.Fingerprint(),
			Address: "192.0.2.7", Agent: "Browser/1",
		}
		for _, f := range change {
			f(&w)
		}
		made, cookie, err := tx.StartWebSession(w)
		if err != nil {
			return err
		}
		c.SessionID, c.Cookie = made.ID, cookie.Show()
		return nil
	})
	if w, ok := a.Store.WebSession(c.Cookie, time.Now()); ok && w.Complete() {
		minted, err := a.Keys.MintConsole(a.ID, w.WebSession, w.Ends, time.Now())
		Check(t, err)
		c.Credentials = a.credentials(minted.AccessKeyID, minted.Show(), minted.Token)
	}
	return c
}
