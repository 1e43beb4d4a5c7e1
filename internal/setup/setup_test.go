package setup_test

import (
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/seal"
	"github.com/warder-iam/warder/internal/server/servertest"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/internal/setup"
	"github.com/warder-iam/warder/internal/signin"
	"github.com/warder-iam/warder/internal/store"
)

const (
	email         = "root@example.org"
	rootPassword  = "Walrus-pepper_77x"
	adminPassword = "Tangerine-orbit_41"
)

func secret(text string) seal.Secret { return seal.NewSecret([]byte(text)) }

// first is an account after its first start, and what sets its console up.
type first struct {
	*servertest.Account
	setup *setup.Setup
	link  setup.Link
	// now is the time of everything; it begins when the link was made.
	now time.Time
	n   int
}

func newFirst(t *testing.T) *first {
	t.Helper()
	f := &first{Account: servertest.New(t).Account(t, "123456789012"), link: setup.NewLink(), now: time.Now().UTC().Truncate(time.Second)}
	f.setup = f.another()
	f.Admin(t, setup.AdminUser)
	f.Put(t, &directory.Setup{Administrator: f.Now().User(setup.AdminUser).ID, Token: f.link.Hash, Made: f.now})
	return f
}

// another is a Setup of the same store, as after a restart.
func (f *first) another() *setup.Setup {
	return setup.New(setup.Options{Store: f.Store, Keys: f.Keys, SignIn: signin.New(f.Keys, signin.Options{}), Recorder: f.Recorder, Region: servertest.Region})
}

// visitor is the next request.
func (f *first) visitor() setup.Visitor {
	f.n++
	return setup.Visitor{Address: "192.0.2.7", Agent: "browser", Request: fmt.Sprint("request-", f.n), Time: f.now}
}

// open opens the link and gives the browser's run.
func (f *first) open(t *testing.T) (string, *setup.Run) {
	t.Helper()
	browser, err := f.setup.Open(t.Context(), f.link.Show(), f.visitor())
	servertest.Check(t, err)
	return browser, f.resume(t, browser)
}

func (f *first) resume(t *testing.T, browser string) *setup.Run {
	t.Helper()
	run, err := f.setup.Resume(t.Context(), browser, f.now)
	servertest.Check(t, err)
	return run
}

// steps goes through everything up to the finish, without second factors.
func (f *first) steps(t *testing.T, run *setup.Run) {
	t.Helper()
	servertest.Check(t, run.SetRoot(t.Context(), f.visitor(), email, secret(rootPassword)))
	servertest.Check(t, run.Later(t.Context(), f.visitor(), run.RootFactor()))
	servertest.Check(t, run.SetAdministrator(t.Context(), f.visitor(), setup.AdminUser, secret(adminPassword)))
	servertest.Check(t, run.Later(t.Context(), f.visitor(), run.AdministratorFactor()))
}

func nothing(*store.Tx, directory.WebSession) error { return nil }

// The link opens for fifteen minutes, by its own secret only, and until set-up is done.
func TestOpen(t *testing.T) {
	for name, x := range map[string]struct {
		before func(t *testing.T, f *first)
		secret string // "" for the link's own
		want   error
		event  string // error message on record; "" for none
	}{
		"good":      {},
		"just good": {before: func(_ *testing.T, f *first) { f.now = f.now.Add(setup.LinkTime - time.Nanosecond) }},
		"expired":   {before: func(_ *testing.T, f *first) { f.now = f.now.Add(setup.LinkTime) }, want: setup.ErrExpired, event: "The link has expired."},
		"again":     {before: func(t *testing.T, f *first) { f.open(t) }},
		"wrong":     {secret: "wrong", want: setup.ErrLink, event: "The link is not good."},
		"used up": {before: func(t *testing.T, f *first) {
			_, run := f.open(t)
			f.steps(t, run)
			servertest.Check(t, run.Finish(t.Context(), f.visitor(), nothing))
		}, want: setup.ErrLink},
		"replaced": {before: func(t *testing.T, f *first) {
			servertest.Check(t, f.setup.Renew(t.Context(), f.ID, setup.NewLink().Hash, f.now, f.now, false))
		}, want: setup.ErrLink, event: "The link is not good."},
		"renewed": {before: func(t *testing.T, f *first) {
			f.now = f.now.Add(time.Hour)
			f.link = setup.NewLink()
			servertest.Check(t, f.setup.Renew(t.Context(), f.ID, f.link.Hash, f.now, f.now, false))
		}},
		"after a restart": {before: func(_ *testing.T, f *first) { f.setup = f.another() }},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFirst(t)
			if x.before != nil {
				x.before(t, f)
			}
			text := x.secret
			if text == "" {
				text = f.link.Show()
			}
			browser, err := f.setup.Open(t.Context(), text, f.visitor())
			if !errors.Is(err, x.want) || (browser == "") != (x.want != nil) {
				t.Fatalf("%q %v, want %v", browser, err, x.want)
			}
			if x.event == "" {
				if n := len(f.Recorder.Events()); n != 0 {
					t.Errorf("%d refusals on record", n)
				}
				return
			}
			e := f.Recorder.Last(t)
			if e.EventName != "OpenSetup" || e.ErrorMessage != x.event || e.SourceIPAddress != "192.0.2.7" || e.UserIdentity.Type != "Unknown" {
				t.Errorf("%+v", e)
			}
		})
	}
}

// Who guesses links waits, with the passwords that are guessed from the same address, and is not recorded while waiting.
func TestGuessing(t *testing.T) {
	f := newFirst(t)
	var wait *signin.WaitError
	for n := 0; ; n++ {
		_, err := f.setup.Open(t.Context(), fmt.Sprint(n), f.visitor())
		if errors.As(err, &wait) {
			if len(f.Recorder.Events()) != n || n > 100 {
				t.Errorf("%d refusals of %d tries on record", len(f.Recorder.Events()), n)
			}
			break
		} else if !errors.Is(err, setup.ErrLink) {
			t.Fatal(err)
		}
	}
	if _, err := f.setup.Open(t.Context(), f.link.Show(), f.visitor()); !errors.As(err, &wait) {
		t.Errorf("the right one at once: %v", err)
	}
	f.now = f.now.Add(wait.Wait)
	f.open(t)
}

// Of two browsers the later one sets up, the other's request that is under way too. A browser has fifteen minutes for each step.
func TestBrowsers(t *testing.T) {
	f := newFirst(t)
	one, run := f.open(t)
	two, other := f.open(t)
	if _, err := f.setup.Resume(t.Context(), one, f.now); !errors.Is(err, setup.ErrNoRun) {
		t.Errorf("the first browser: %v", err)
	}
	if err := run.SetRoot(t.Context(), f.visitor(), email, secret(rootPassword)); !errors.Is(err, setup.ErrNoRun) {
		t.Errorf("a step of the first browser: %v", err)
	}
	f.now = f.now.Add(setup.LinkTime - time.Second)
	servertest.Check(t, other.SetRoot(t.Context(), f.visitor(), email, secret(rootPassword)))
	f.now = f.now.Add(setup.LinkTime - time.Second)
	f.resume(t, two)
	f.now = f.now.Add(time.Second)
	for _, browser := range []string{two, "", "x"} {
		if _, err := f.setup.Resume(t.Context(), browser, f.now); !errors.Is(err, setup.ErrNoRun) {
			t.Errorf("%q: %v", browser, err)
		}
	}
	if err := other.Later(t.Context(), f.visitor(), other.RootFactor()); !errors.Is(err, setup.ErrNoRun) {
		t.Errorf("a late step: %v", err)
	}
	if f.Now().Info().Email != email {
		t.Error("what was done is not kept")
	}
}

// codes are two in a row of the device that waits.
func codes(t *testing.T, run *setup.Run, p setup.Person, at time.Time) (first, second string) {
	t.Helper()
	text, rows, err := run.Seed(p, run.Device(p))
	servertest.Check(t, err)
	if _, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(text); err != nil || len(rows) < 21 || len(rows) != len(rows[0]) {
		t.Errorf("%d rows: %v", len(rows), err)
	}
	return codesOf(t, text, at)
}

// codesOf are two codes in a row of a seed.
func codesOf(t *testing.T, seed string, at time.Time) (first, second string) {
	t.Helper()
	first, err := totp.GenerateCode(seed, at)
	servertest.Check(t, err)
	second, err = totp.GenerateCode(seed, at.Add(30*time.Second))
	servertest.Check(t, err)
	return first, second
}

func (f *first) enable(t *testing.T, run *setup.Run, p setup.Person) {
	t.Helper()
	servertest.Check(t, run.NewDevice(t.Context(), f.visitor(), p))
	one, two := codes(t, run, p, f.now)
	servertest.Check(t, run.EnableDevice(t.Context(), f.visitor(), p, one, two))
}

// Everything in its order, each step in force and on record as it is done; the administrator keeps who it is under another name.
func TestSteps(t *testing.T) {
	f := newFirst(t)
	admin := f.Now().User(setup.AdminUser)
	_, run := f.open(t)
	var next []setup.Step
	at := func() { next = append(next, setup.Next(run.Account)) }
	at()
	servertest.Check(t, run.SetRoot(t.Context(), f.visitor(), email, secret(rootPassword)))
	at()
	f.enable(t, run, run.RootFactor())
	at()
	servertest.Check(t, run.SetAdministrator(t.Context(), f.visitor(), "alice", secret(adminPassword)))
	at()
	f.enable(t, run, run.AdministratorFactor())
	at()
	if !slices.Equal(next, setup.Steps()) {
		t.Errorf("%v", next)
	}
	var got directory.WebSession
	servertest.Check(t, run.Finish(t.Context(), f.visitor(), func(_ *store.Tx, w directory.WebSession) error {
		got = w
		return nil
	}))
	if got.Principal != admin.ID || got.Stage != directory.SignInComplete || got.MFA.IsZero() || got.Device == "" {
		t.Errorf("%+v", got)
	}
	a := f.Now()
	if u := a.User("alice"); u == nil || u.ID != admin.ID || len(a.Keys(u.ID)) != 1 || a.User(setup.AdminUser) != nil {
		t.Errorf("%+v", a.User("alice"))
	}
	if s := a.Setup(); s.Done.IsZero() || s.Token != nil || s.Browser != nil || setup.Pending(f.Store.Snapshot()) {
		t.Errorf("%+v", s)
	}
	login, err := f.setup.SignIn.RootPassword(t.Context(), f.Store.Snapshot().AccountByEmail("ROOT@example.org"), email, secret(rootPassword), signin.Attempt{Time: f.now})
	if err != nil || login.User.ID != a.ID() {
		t.Errorf("%+v %v", login, err)
	}
	if _, err := f.setup.SignIn.Password(t.Context(), a, "alice", secret(adminPassword), signin.Attempt{Time: f.now}); err != nil {
		t.Error(err)
	}
	if d := a.MFADevice("arn:aws:iam::123456789012:mfa/root-account-mfa-device"); d == nil || d.User != a.ID() {
		t.Errorf("%+v", d)
	}
	var names []string
	for _, e := range f.Outbox(t) {
		names = append(names, e.EventName)
		if e.UserIdentity.Type != "Root" || e.SourceIPAddress != "192.0.2.7" || e.UserAgent != "browser" || e.RequestID == "" || e.ErrorCode != "" {
			t.Errorf("%+v", e)
		}
	}
	if want := []string{"OpenSetup", "SetUpRootUser", "CreateSetupMFADevice", "EnableSetupMFADevice", "SetUpAdministrator", "CreateSetupMFADevice",
		"EnableSetupMFADevice", "CompleteSetup"}; !slices.Equal(names, want) {
		t.Errorf("%v", names)
	}
}

// What cannot be is refused by its field, and changes nothing.
func TestRefusals(t *testing.T) {
	f := newFirst(t)
	f.User(t, "bob")
	_, run := f.open(t)
	if err := run.Finish(t.Context(), f.visitor(), nothing); !errors.Is(err, setup.ErrNotYet) {
		t.Errorf("finish at first: %v", err)
	}
	for _, x := range []struct {
		email, password, field string
	}{
		{"", rootPassword, "email"}, {"root", rootPassword, "email"}, {"Root <root@example.org>", rootPassword, "email"},
		{"root@example.org, b@example.org", rootPassword, "email"}, {strings.Repeat("a", 60) + "@example.org", rootPassword, "email"},
		{"root@exämple.org", rootPassword, "email"}, {email, "short", "password"}, {email, "Password123", "password"}, {email, email, "password"},
		{email, "alllowercaseletters", "password"},
	} {
		refused(t, run.SetRoot(t.Context(), f.visitor(), x.email, secret(x.password)), x.field)
	}
	other := f.World.Account(t, "210987654321")
	other.Put(t, &directory.AccountInfo{ID: other.ID, Email: email})
	refused(t, run.SetRoot(t.Context(), f.visitor(), "Root@Example.org", secret(rootPassword)), "email")
	servertest.Check(t, run.SetRoot(t.Context(), f.visitor(), "root@example.net", secret(rootPassword)))
	servertest.Check(t, run.Later(t.Context(), f.visitor(), run.RootFactor()))
	for _, x := range []struct{ name, password, field string }{
		{"", adminPassword, "name"}, {"a b", adminPassword, "name"}, {strings.Repeat("a", 65), adminPassword, "name"}, {"BOB", adminPassword, "name"},
		{"alice", "short", "password"}, {"alice", "monkey", "password"},
	} {
		refused(t, run.SetAdministrator(t.Context(), f.visitor(), x.name, secret(x.password)), x.field)
	}
	if s := f.Now().Setup(); s.AdministratorPassword || setup.Next(f.Now()) != setup.StepAdministrator || f.Now().User("alice") != nil {
		t.Errorf("%+v", s)
	}
}

func refused(t *testing.T, err error, field string) {
	t.Helper()
	var wrong *setup.FieldError
	if !errors.As(err, &wrong) || wrong.Field != field || wrong.Message == "" {
		t.Errorf("%v, want a refusal of %s", err, field)
	}
}

// Two codes in a row of the device that waits are needed; guesses are counted. A device that is begun anew makes the old one's codes worthless.
func TestCodes(t *testing.T) {
	f := newFirst(t)
	_, run := f.open(t)
	servertest.Check(t, run.SetRoot(t.Context(), f.visitor(), email, secret(rootPassword)))
	root := run.RootFactor()
	if err := run.EnableDevice(t.Context(), f.visitor(), root, "000000", "000000"); !errors.Is(err, signin.ErrWrongCode) || run.Device(root) != nil {
		t.Errorf("without a device: %v", err)
	}
	servertest.Check(t, run.NewDevice(t.Context(), f.visitor(), root))
	one, two := codes(t, run, root, f.now)
	servertest.Check(t, run.NewDevice(t.Context(), f.visitor(), root))
	for _, pair := range [][2]string{{one, two}, {"", ""}, {one, one}} {
		if err := run.EnableDevice(t.Context(), f.visitor(), root, pair[0], pair[1]); !errors.Is(err, signin.ErrWrongCode) {
			t.Errorf("%q: %v", pair, err)
		}
	}
	var wait *signin.WaitError
	for n := 0; !errors.As(run.EnableDevice(t.Context(), f.visitor(), root, "1", "2"), &wait); n++ {
		if n > 20 {
			t.Fatal("guesses are not counted")
		}
	}
	f.now = f.now.Add(wait.Wait)
	one, two = codes(t, run, root, f.now)
	servertest.Check(t, run.EnableDevice(t.Context(), f.visitor(), root, one, two))
	if setup.Next(f.Now()) != setup.StepAdministrator {
		t.Errorf("next is %s", setup.Next(f.Now()))
	}
}

// Whoever finishes is signed in only as somebody whose password and devices were set since the link was made.
func TestFinishSignsIn(t *testing.T) {
	for name, x := range map[string]struct {
		before func(t *testing.T, f *first)
		want   bool
	}{
		"all of it was set": {want: true},
		"a device that was there": {before: func(t *testing.T, f *first) {
			f.Put(t, &directory.MFADevice{ID: session.NewEntityID(""), Kind: directory.VirtualMFA, Path: "/", Name: "old",
				User: f.Now().User(setup.AdminUser).ID, Enabled: f.now.Add(-time.Hour)})
		}},
		"another link since": {before: func(t *testing.T, f *first) {
			_, run := f.open(t)
			f.steps(t, run)
			f.link, f.now = setup.NewLink(), f.now.Add(time.Minute)
			servertest.Check(t, f.setup.Renew(t.Context(), f.ID, f.link.Hash, f.now, f.now, false))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFirst(t)
			if x.before != nil {
				x.before(t, f)
			}
			_, run := f.open(t)
			if setup.Next(run.Account) != setup.StepFinish {
				f.steps(t, run)
			}
			signed := false
			servertest.Check(t, run.Finish(t.Context(), f.visitor(), func(*store.Tx, directory.WebSession) error {
				signed = true
				return nil
			}))
			if signed != x.want || f.Now().Setup().Done.IsZero() {
				t.Errorf("signed in: %v", signed)
			}
			if err := run.Finish(t.Context(), f.visitor(), nothing); !errors.Is(err, setup.ErrNoRun) {
				t.Errorf("twice: %v", err)
			}
		})
	}
}

// The administrator of the first start is gone, or is none any more: another is made, or nobody else's name is taken.
func TestAdministratorGone(t *testing.T) {
	f := newFirst(t)
	browser, run := f.open(t)
	servertest.Check(t, run.SetRoot(t.Context(), f.visitor(), email, secret(rootPassword)))
	servertest.Check(t, run.Later(t.Context(), f.visitor(), run.RootFactor()))
	u := f.Now().User(setup.AdminUser).Clone()
	u.Attached = nil
	f.Put(t, u)
	refused(t, run.SetAdministrator(t.Context(), f.visitor(), setup.AdminUser, secret(adminPassword)), "name")
	run = f.resume(t, browser)
	refused(t, run.SetAdministrator(t.Context(), f.visitor(), setup.AdminUser, secret(adminPassword)), "name")
	servertest.Check(t, run.SetAdministrator(t.Context(), f.visitor(), "carol", secret(adminPassword)))
	carol := f.Now().User("carol")
	if carol == nil || !setup.IsAdministrator(f.Now(), carol) || f.Now().Group(setup.AdminGroup) == nil || f.Now().Setup().Administrator != carol.ID {
		t.Errorf("%+v", carol)
	}
	servertest.Check(t, run.SetAdministrator(t.Context(), f.visitor(), "carol", secret(rootPassword)))
	if f.Now().User("carol").ID != carol.ID {
		t.Error("carol was made twice")
	}
}

// A new link: only for what is not set up, but for a reset, which takes from the root user what it had, and nothing of anybody else.
func TestRenew(t *testing.T) {
	f := newFirst(t)
	for name, x := range map[string]struct {
		account    string
		hash       []byte
		made       time.Duration
		doneBefore bool
	}{
		"another account": {account: "210987654321", hash: f.link.Hash},
		"no hash":         {account: f.ID},
		"old":             {account: f.ID, hash: setup.NewLink().Hash, made: -setup.LinkTime},
		"future":          {account: f.ID, hash: setup.NewLink().Hash, made: 2 * time.Minute},
	} {
		if err := f.setup.Renew(t.Context(), x.account, x.hash, f.now.Add(x.made), f.now, false); !errors.Is(err, setup.ErrLink) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, run := f.open(t)
	servertest.Check(t, run.SetRoot(t.Context(), f.visitor(), email, secret(rootPassword)))
	f.enable(t, run, run.RootFactor())
	servertest.Check(t, run.SetAdministrator(t.Context(), f.visitor(), setup.AdminUser, secret(adminPassword)))
	f.enable(t, run, run.AdministratorFactor())
	servertest.Check(t, run.Finish(t.Context(), f.visitor(), nothing))
	again := setup.NewLink()
	if err := f.setup.Renew(t.Context(), f.ID, again.Hash, f.now, f.now, false); !errors.Is(err, setup.ErrLink) {
		t.Errorf("once it is set up: %v", err)
	}
	before := len(f.Outbox(t))
	for range 2 { // the second time it is in force already
		servertest.Check(t, f.setup.Renew(t.Context(), f.ID, again.Hash, f.now, f.now, true))
	}
	events := f.Outbox(t)[before:]
	if len(events) != 1 || events[0].EventName != "CreateSetupLink" || events[0].UserIdentity.Type != "Root" || !strings.Contains(string(events[0].ServiceEventDetails), "reset") {
		t.Errorf("%d events: %+v", len(events), events)
	}
	a := f.Now()
	admin := a.User(setup.AdminUser).ID
	if a.LoginProfile(a.ID()) != nil || len(a.MFADevicesOf(a.ID())) != 0 || a.LoginProfile(admin) == nil || len(a.MFADevicesOf(admin)) != 1 {
		t.Error("not the root user's password and devices are gone, or more than those")
	}
	f.link = again
	_, run = f.open(t)
	if next := setup.Next(run.Account); next != setup.StepRoot {
		t.Errorf("next is %s", next)
	}
}

// No password, seed, code or link stands in any event, error, record or log.
func TestSecretsStayHidden(t *testing.T) {
	f := newFirst(t)
	browser, run := f.open(t)
	_, wrong := f.setup.Open(t.Context(), "canary-wrong-link", f.visitor())
	said := []string{fmt.Sprint(wrong), fmt.Sprintf("%+v %v", f.link, f.link)}
	say := func(err error) { said = append(said, fmt.Sprint(err)) }
	say(run.SetRoot(t.Context(), f.visitor(), email, secret("canary-1")))
	say(run.SetRoot(t.Context(), f.visitor(), email, secret(rootPassword)))
	root := run.RootFactor()
	servertest.Check(t, run.NewDevice(t.Context(), f.visitor(), root))
	one, two := codes(t, run, root, f.now)
	seed, _, err := run.Seed(root, run.Device(root))
	servertest.Check(t, err)
	say(run.EnableDevice(t.Context(), f.visitor(), root, "918273", "645546"))
	say(run.EnableDevice(t.Context(), f.visitor(), root, one, two))
	say(run.SetAdministrator(t.Context(), f.visitor(), "alice", secret(adminPassword)))
	say(run.Later(t.Context(), f.visitor(), run.AdministratorFactor()))
	for _, e := range append(f.Recorder.Events(), f.Outbox(t)...) {
		said = append(said, encoded(t, e))
	}
	if len(said) < 12 {
		t.Fatalf("only %d texts were looked at", len(said))
	}
	for e := range f.Now().Entities() {
		said = append(said, encoded(t, e), fmt.Sprintf("%+v", e))
	}
	said = append(said, f.Log.String())
	for _, text := range said {
		for _, s := range []string{f.link.Show(), browser, "canary-wrong-link", "canary-1", rootPassword, adminPassword, seed, one, two, "918273", "645546"} {
			if strings.Contains(text, s) {
				t.Errorf("%q stands in %s", s, text)
			}
		}
	}
}

func encoded(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	servertest.Check(t, err)
	return string(text)
}
