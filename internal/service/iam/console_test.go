package iam_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/server/servertest"
	"github.com/warder-iam/warder/internal/service/iam"
	"github.com/warder-iam/warder/internal/store"
)

const consoleAccount = "111122223333"

func newConsoleFixture(t *testing.T) *servertest.Account {
	t.Helper()
	a := servertest.New(t, func(w *servertest.World) { iam.Register(w.Server, w.Store, w.Keys, "") }).Account(t, consoleAccount)
	a.Admin(t, "admin")
	return a
}

// refuses reports whether the credentials of a page are refused as those of a session that has ended are.
func refuses(t *testing.T, c *servertest.Console) bool {
	t.Helper()
	switch got := c.Call(t, "GetUser"); {
	case got.Status == http.StatusForbidden && got.Code == "ExpiredToken":
		return true
	case got.Status != http.StatusOK && got.Code != "AccessDenied":
		t.Errorf("GetUser answers %d %s: %s", got.Status, got.Code, got.Message)
	}
	return false
}

// What is done at the console is done by the user, IAM included, and on record as from there.
func TestConsoleIsTheUser(t *testing.T) {
	a := newConsoleFixture(t)
	mfa := time.Now().Add(-time.Minute)
	admin, root := a.Console(t, "admin", func(w *directory.WebSession) { w.MFA = mfa }), a.Console(t, "")
	for who, c := range map[string]*servertest.Console{"IAMUser true": admin, "Root false": root} {
		name := "by-" + who[:4]
		if got := c.Call(t, "CreateUser", "UserName", name); got.Status != http.StatusOK || a.Now().User(name) == nil {
			t.Errorf("%s: %d %s: %s", who, got.Status, got.Code, got.Message)
		}
		events := a.Outbox(t)
		e := events[len(events)-1]
		if e.SessionCredentialFromConsole != "true" || e.UserIdentity.Type+" "+e.UserIdentity.SessionContext.Attributes.MFAAuthenticated != who ||
			e.UserIdentity.SessionContext.SessionIssuer != nil || e.UserIdentity.AccessKeyID != c.AccessKeyID {
			t.Errorf("%s: the record is %+v", who, e)
		}
	}
	own := a.User(t, "api", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`)
	if own.Call(t, "CreateUser", "UserName", "by-key"); a.Outbox(t)[len(a.Outbox(t))-1].SessionCredentialFromConsole != "" {
		t.Error("a key's call is on record as from the console")
	}
}

// Policies see the second factor that was given when signing in, and its age.
func TestConsolePolicies(t *testing.T) {
	a := newConsoleFixture(t)
	a.User(t, "alice", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:GetUser","Resource":"*",
		"Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"},"NumericLessThan":{"aws:MultiFactorAuthAge":"300"},"Null":{"aws:TokenIssueTime":"false"}}}}`)
	for age, want := range map[time.Duration]int{time.Minute: 200, 10 * time.Minute: 403, -1: 403} {
		c := a.Console(t, "alice", func(w *directory.WebSession) {
			if age > 0 {
				w.MFA = time.Now().Add(-age)
			}
		})
		if got := c.Call(t, "GetUser"); got.Status != want {
			t.Errorf("a factor of age %v: %d %s", age, got.Status, got.Message)
		}
	}
}

// Every change of what people sign in with ends the sessions that rest on it, but for the one that it is made in.
func TestConsoleSessionsEnd(t *testing.T) {
	for name, c := range map[string]struct {
		own   bool // done in the session itself
		call  []string
		stays bool
	}{
		"password set by an administrator":     {call: []string{"UpdateLoginProfile", "UserName", "alice", "Password", secondPassword}},
		"access taken":                         {call: []string{"DeleteLoginProfile", "UserName", "alice"}},
		"device taken":                         {call: []string{"DeactivateMFADevice", "UserName", "alice", "SerialNumber", "arn:aws:iam::" + consoleAccount + ":mfa/phone"}},
		"a reset required":                     {call: []string{"UpdateLoginProfile", "UserName", "alice", "PasswordResetRequired", "true"}, stays: true},
		"password changed in it":               {own: true, call: []string{"ChangePassword", "OldPassword", firstPassword, "NewPassword", secondPassword}, stays: true},
		"password set in it":                   {own: true, call: []string{"UpdateLoginProfile", "UserName", "alice", "Password", secondPassword}, stays: true},
		"somebody else's password set in it":   {own: true, call: []string{"UpdateLoginProfile", "UserName", "bob", "Password", secondPassword}, stays: true},
		"own access given up in it":            {own: true, call: []string{"DeleteLoginProfile"}},
		"the device that it began with thrown": {own: true, call: []string{"DeactivateMFADevice", "SerialNumber", "arn:aws:iam::" + consoleAccount + ":mfa/phone"}},
	} {
		t.Run(name, func(t *testing.T) {
			a := newConsoleFixture(t)
			admin := a.Console(t, "admin")
			a.User(t, "alice", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`)
			a.User(t, "bob")
			for _, user := range []string{"alice", "bob"} {
				if got := admin.Call(t, "CreateLoginProfile", "UserName", user, "Password", firstPassword); got.Status != http.StatusOK {
					t.Fatalf("%d %s", got.Status, got.Message)
				}
			}
			a.Put(t, &directory.MFADevice{ID: "D1", Kind: directory.VirtualMFA, Path: "/", Name: "phone", User: a.Now().User("alice").ID})
			withDevice := func(w *directory.WebSession) { w.Device = "D1" }
			alice, other, bob := a.Console(t, "alice", withDevice), a.Console(t, "alice", withDevice), a.Console(t, "bob")
			by := admin
			if c.own {
				by = alice
			}
			if got := by.Call(t, c.call[0], c.call[1:]...); got.Status != http.StatusOK {
				t.Fatalf("%d %s: %s", got.Status, got.Code, got.Message)
			}
			ofBob := len(c.call) > 2 && c.call[2] == "bob"
			if refuses(t, alice) == c.stays || refuses(t, other) == (c.stays && !c.own || ofBob) || refuses(t, bob) != ofBob || refuses(t, admin) {
				t.Errorf("ended: its own %t, the user's other %t, bob's %t, admin's %t", refuses(t, alice), refuses(t, other), refuses(t, bob), refuses(t, admin))
			}
		})
	}
}

// A session that is revoked while a change is on its way makes no more change: what was authenticated is judged again on
// the state that the change meets.
func TestRevokedSessionChangesNothing(t *testing.T) {
	a := newConsoleFixture(t)
	for i := range 20 {
		admin := a.Console(t, "admin")
		revoked := make(chan struct{})
		go func() {
			defer close(revoked)
			_, err := a.Store.Update(t.Context(), &store.Change{Account: a.ID}, func(tx *store.Tx) ([]byte, error) {
				tx.EndWebSession(admin.SessionID)
				return nil, nil
			})
			if err != nil {
				t.Error(err)
			}
		}()
		admin.Call(t, "CreateUser", "UserName", fmt.Sprint("racing-", i)) // before or after: either is good
		<-revoked
		name := fmt.Sprint("late-", i)
		if got := admin.Call(t, "CreateUser", "UserName", name); got.Code != "ExpiredToken" || a.Now().User(name) != nil {
			t.Fatalf("after the revocation: %d %s", got.Status, got.Code)
		}
	}
}

// Passkeys are listed, looked at and taken away as AWS does with security keys; the root user's by the root user.
func TestPasskeysAreDevices(t *testing.T) {
	a := newConsoleFixture(t)
	admin, root := a.Console(t, "admin"), a.Console(t, "")
	alice := a.User(t, "alice")
	id := a.Now().User("alice").ID
	key := func(owner, path string) *directory.MFADevice {
		return &directory.MFADevice{
			ID: "K" + owner, Kind: directory.SecurityKey, Path: path, Name: "key-ABC", User: owner, Enabled: time.Now().UTC().Truncate(time.Second),
			Credential: []byte("c" + owner), PublicKey: []byte("p"), Passkey: &directory.Passkey{Party: "iam.example.com"},
		}
	}
	a.Put(t, key(id, "/user/alice/"), key(consoleAccount, "/root/"))
	signedIn := a.Console(t, "alice", func(w *directory.WebSession) { w.Method, w.Device = directory.SignInPasskey, "K"+id })
	const ofAlice, ofRoot = "arn:aws:iam::" + consoleAccount + ":u2f/user/alice/key-ABC", "arn:aws:iam::" + consoleAccount + ":u2f/root/key-ABC"
	for _, c := range []struct {
		by   *servertest.Credentials
		call []string
		has  string
		code string
	}{
		{admin.Credentials, []string{"ListMFADevices", "UserName", "alice"}, "<UserName>alice</UserName><SerialNumber>" + ofAlice, ""},
		{root.Credentials, []string{"ListMFADevices", "UserName", "alice"}, "<UserName>alice</UserName><SerialNumber>" + ofAlice, ""},
		{root.Credentials, []string{"ListMFADevices"}, "<UserName>root</UserName><SerialNumber>" + ofRoot, ""},
		{root.Credentials, []string{"GetMFADevice", "SerialNumber", ofRoot}, "<UserName>root</UserName>", ""},
		{alice, []string{"ListMFADevices"}, "", "AccessDenied"},
		{alice, []string{"DeactivateMFADevice", "SerialNumber", ofAlice}, "", "AccessDenied"},
		{admin.Credentials, []string{"DeactivateMFADevice", "SerialNumber", ofRoot}, "", "NoSuchEntity"},
		{admin.Credentials, []string{"DeactivateMFADevice", "UserName", "alice", "SerialNumber", ofRoot}, "", "NoSuchEntity"},
		{root.Credentials, []string{"DeactivateMFADevice", "SerialNumber", ofAlice}, "", "NoSuchEntity"},
		{admin.Credentials, []string{"DeactivateMFADevice", "UserName", "alice", "SerialNumber", ofAlice}, "", ""},
		{root.Credentials, []string{"DeactivateMFADevice", "SerialNumber", ofRoot}, "", ""},
	} {
		got := c.by.Call(t, c.call[0], c.call[1:]...)
		body := strings.Join(strings.Fields(got.Body), "")
		if got.Code != c.code || !strings.Contains(body, c.has) {
			t.Errorf("%v: %d %s: %s", c.call, got.Status, got.Code, got.Body)
		}
	}
	if a.Now().Get("mfa/K"+id) != nil || a.Now().Get("mfa/K"+consoleAccount) != nil {
		t.Error("they are there still")
	}
	if !refuses(t, signedIn) {
		t.Error("the session that the passkey opened goes on without it")
	}
}
