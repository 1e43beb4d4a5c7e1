package console

import (
	"crypto/rand"
	"encoding/base32"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/passkey"
	"github.com/warder-iam/warder/internal/seal"
	"github.com/warder-iam/warder/internal/server/servertest"
	"github.com/warder-iam/warder/internal/service/iam"
	"github.com/warder-iam/warder/internal/service/warder"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/internal/signin"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/policy"
)

const (
	account   = "111122223333"
	rootEmail = "root@example.com"
	// canary is everybody's password. It is looked for wherever anything is written.
	canary = "Tangerine-orbit_41"
	// canary2 is what they change it to.
	canary2 = "Marmalade-comet_52"
)

// fixture is a console over an account with the alias acme: alice has a password, bob one authenticator app, carol two,
// dave must set a new password, erin has none, frank has one, and the root user has an address.
type fixture struct {
	*servertest.Account
	console *Console
	server  *httptest.Server
	seeds   map[string]string // of devices, by their names, base32
	said    []string          // bodies of all answers
	secrets []string          // values of cookies
	changes map[string]func() // beside those that change knows
}

func newFixture(t *testing.T, change ...func(*Options)) *fixture {
	t.Helper()
	w := servertest.New(t, func(w *servertest.World) {
		iam.Register(w.Server, w.Store, w.Keys, "")
		warder.Register(w.Server, w.Keys)
		warder.RegisterConsole(w.Server, warder.Console{Store: w.Store, Passkeys: passkey.New()})
	})
	f := &fixture{Account: w.Account(t, account), seeds: map[string]string{}}
	f.Put(t, &directory.AccountInfo{ID: account, Alias: "acme", Email: rootEmail})
	for _, name := range []string{"alice", "bob", "carol", "dave", "erin", "frank"} {
		f.User(t, name)
	}
	for _, name := range []string{"alice", "bob", "carol", "frank"} {
		f.password(t, f.Now().User(name), false)
	}
	f.password(t, f.Now().User("dave"), true)
	f.password(t, signin.RootUser(f.Now()), false)
	f.device(t, "bob", "phone")
	f.device(t, "carol", "tablet")
	f.device(t, "carol", "watch")
	o := Options{API: w.Server, Idle: 30 * time.Minute}
	for _, c := range change {
		c(&o)
	}
	var err error
	f.console, err = New(o)
	servertest.Check(t, err)
	f.server = httptest.NewTLSServer(f.handler())
	t.Cleanup(f.server.Close)
	return f
}

func (f *fixture) handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if f.console.Takes(r) {
			f.console.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Security-Policy", "of the API")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.WriteHeader(http.StatusTeapot)
	})
}

func (f *fixture) password(t testing.TB, u *directory.User, reset bool) {
	t.Helper()
	sealed, err := f.SignIn.NewPassword(t.Context(), f.Now(), u, nil, seal.NewSecret([]byte(canary)))
	servertest.Check(t, err)
	now := time.Now().UTC().Truncate(time.Second)
	f.Put(t, &directory.LoginProfile{User: u.ID, Created: now, Changed: now, ResetRequired: reset, Sealed: sealed})
}

func (f *fixture) device(t testing.TB, user, name string) {
	t.Helper()
	owner, path := f.ID, "/"
	if user != "" {
		owner = f.Now().User(user).ID
	}
	seed := make([]byte, 20)
	_, _ = rand.Read(seed)
	d := &directory.MFADevice{
		ID: session.NewEntityID("AIDM"), Kind: directory.VirtualMFA, Path: path, Name: name, User: owner, Enabled: time.Now().Add(-time.Hour).UTC().Truncate(time.Second),
	}
	var err error
	d.Sealed, err = f.Keys.SealSeed(d.ID, seal.NewSecret(seed))
	servertest.Check(t, err)
	f.Put(t, d)
	f.seeds[name] = base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(seed)
}

var errTrail = errors.New("the trail is full")

// change does what a script's line "do" names.
func (f *fixture) change(t testing.TB, what string) {
	t.Helper()
	rules := &directory.PasswordPolicy{MinLength: 8, MaxAge: 30}
	old := func(name string) {
		p := f.Now().LoginProfile(f.Now().User(name).ID).Clone()
		p.Changed = p.Changed.AddDate(0, 0, -31)
		f.Put(t, p)
	}
	switch what {
	case "the trail fails":
		f.Recorder.Fail(errTrail)
	case "the trail works":
		f.Recorder.Fail(nil)
	case "passwords expire":
		f.Put(t, rules)
		old("alice")
	case "passwords expire for good":
		rules.HardExpiry = true
		f.Put(t, rules)
		old("alice")
		old("bob")
	case "the root user gets a device":
		f.device(t, "", "safe")
	case "alice gets a device":
		f.device(t, "alice", "key")
	case "alice may not change her password":
		u := f.Now().User("alice").Clone()
		u.Inline = append(u.Inline, directory.InlinePolicy{Name: "deny", Document: servertest.Document(t, policy.Identity, `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"iam:ChangePassword","Resource":"*"}}`)})
		f.Put(t, u)
	case "alice's password is set anew":
		p := f.Now().LoginProfile(f.Now().User("alice").ID).Clone()
		sealed, err := f.SignIn.NewPassword(t.Context(), f.Now(), f.Now().User("alice"), p, seal.NewSecret([]byte(canary2)))
		servertest.Check(t, err)
		p.Sealed = sealed
		f.Put(t, p)
	case "alice's sessions end":
		f.Change(t, func(tx *store.Tx) error { tx.EndWebSessions(tx.Account().User("alice").ID, ""); return nil })
	case "users may change their passwords":
		f.Put(t, &directory.PasswordPolicy{MinLength: 8, UsersMayChange: true})
	default:
		if f.changes[what] == nil {
			t.Fatalf("no such change: %s", what)
		}
		f.changes[what]()
	}
}
