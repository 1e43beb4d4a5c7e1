package signin

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/seal"
	"github.com/warder-iam/warder/internal/session"
)

func newChecker(t *testing.T, o Options) *Checker {
	t.Helper()
	ring, _, err := seal.NewKeyring(seal.NewMaster())
	if err != nil {
		t.Fatal(err)
	}
	return New(session.NewKeys(ring), o)
}

func secret(text string) seal.Secret { return seal.NewSecret([]byte(text)) }

const goodPassword = "Tangerine-orbit_41"

// people is an account with alice, who has a password, and bob, who has none.
func people(t *testing.T, c *Checker, p *directory.PasswordPolicy, changed time.Time) *directory.Account {
	t.Helper()
	alice := &directory.User{ID: "AIDAALICE", Name: "alice"}
	bob := &directory.User{ID: "AIDABOB", Name: "bob"}
	sealed, err := c.NewPassword(t.Context(), account(nil), alice, nil, secret(goodPassword))
	if err != nil {
		t.Fatal(err)
	}
	return account(p, alice, bob, &directory.LoginProfile{User: alice.ID, Changed: changed, Sealed: sealed})
}

func TestPassword(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		uses := 0
		c := newChecker(t, Options{Used: func(_, userID string, at time.Time) {
			if uses++; userID != "AIDAALICE" || !at.Equal(time.Now()) {
				t.Errorf("used by %s at %v", userID, at)
			}
		}})
		set := time.Now()
		a := people(t, c, &directory.PasswordPolicy{MinLength: 8, MaxAge: 90}, set)
		sign := func(a *directory.Account, name, password string) (*Login, error) {
			time.Sleep(time.Hour) // no throttle is in the way
			return c.Password(t.Context(), a, name, secret(password), Attempt{Address: "192.0.2.1", Time: time.Now()})
		}
		login, err := sign(a, "ALICE", goodPassword)
		if err != nil || login.User.ID != "AIDAALICE" || login.MustChange || login.Locked {
			t.Fatalf("%+v %v", login, err)
		}
		for _, bad := range []struct {
			account        *directory.Account
			name, password string
		}{
			{a, "alice", "Tangerine-orbit_42"}, {a, "alice", ""}, {a, "bob", goodPassword}, {a, "nobody", goodPassword}, {a, "", ""}, {nil, "alice", goodPassword},
		} {
			if login, err := sign(bad.account, bad.name, bad.password); !errors.Is(err, ErrWrongPassword) || login != nil {
				t.Errorf("%s: %+v %v", bad.name, login, err)
			}
		}
		if uses != 1 {
			t.Errorf("%d uses, of one right password", uses)
		}
		time.Sleep(time.Until(set.AddDate(0, 0, 90)))
		if login, err := sign(a, "alice", goodPassword); err != nil || !login.MustChange || login.Locked {
			t.Errorf("after ninety days: %+v %v", login, err)
		}
		hard := people(t, c, &directory.PasswordPolicy{MinLength: 8, MaxAge: 90, HardExpiry: true}, set)
		if login, err := sign(hard, "alice", goodPassword); err != nil || !login.Locked {
			t.Errorf("with hard expiry: %+v %v", login, err)
		}
	})
}

// TestResetRequired: a password that is good once.
func TestResetRequired(t *testing.T) {
	c := newChecker(t, Options{})
	a := people(t, c, nil, time.Now())
	profile := a.LoginProfile("AIDAALICE").Clone()
	profile.ResetRequired = true
	a = account(nil, a.User("alice"), profile)
	login, err := c.Password(t.Context(), a, "alice", secret(goodPassword), Attempt{Time: time.Now()})
	if err != nil || !login.MustChange || login.Locked {
		t.Errorf("%+v %v", login, err)
	}
}

// TestSameThrottleForAll: names that exist and names that do not are slowed down alike, and so is an address that tries
// many. A browser that the user has used before is not slowed down with the strangers.
func TestSameThrottleForAll(t *testing.T) {
	c := newChecker(t, Options{})
	a := people(t, c, nil, time.Now())
	now := time.Now()
	c.pool.slots = make(chan struct{}) // nothing is hashed: this is about the counts
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	tries := func(name, address, device string) int {
		for n := 0; ; n++ {
			var wait *WaitError
			if _, err := c.Password(gone, a, name, secret("x"), Attempt{Address: address, Device: device, Time: now}); errors.As(err, &wait) {
				return n
			} else if !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
		}
	}
	for _, name := range []string{"alice", "bob", "nobody", "no user's name"} {
		if n := tries(name, "", ""); n != freeFailures {
			t.Errorf("%d tries for %s", n, name)
		}
	}
	if n := tries("ALICE", "", ""); n != 0 {
		t.Errorf("%d more tries by another spelling", n)
	}
	if n := tries("alice", "", "known"); n != freeFailures {
		t.Errorf("%d tries with a known device", n)
	}
	n := 0
	for ; n < 200; n++ {
		var wait *WaitError
		address := fmt.Sprintf("2001:db8::%x", n)
		if _, err := c.Password(gone, a, fmt.Sprint("user", n), secret("x"), Attempt{Address: address, Time: now}); errors.As(err, &wait) {
			break
		}
	}
	if n != freeAtAddress {
		t.Errorf("%d tries from one network", n)
	}
}

// TestStrangersCountApart: what is typed tells the tries of nobody's names apart just as it does those of people: by account and
// user, and the case of ASCII letters does not count.
func TestStrangersCountApart(t *testing.T) {
	now := time.Now()
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	a := people(t, newChecker(t, Options{}), nil, now)
	for _, x := range []struct {
		account, user, otherAccount, otherUser string
		same                                   bool
	}{
		{"acme", "alice", "acme", "alice", true},
		{"acme", "alice", "ACME", "Alice", true},
		{"acme", "alice", "acne", "alice", false},
		{"acme", "alice", "acme", "alicia", false},
		{"acme", "kim", "acme", "\u212aim", false}, // U+212A KELVIN SIGN, whose small letter is a k
		{"acme", "i", "acme", "\u0130", false},     // U+0130, whose small letter begins with an i
		{"a", "b/c", "a/b", "c", false},
		{"", "alice", "acme", "alice", false},
	} {
		c := newChecker(t, Options{})
		c.pool.slots = make(chan struct{}) // nothing is hashed: this is about the counts
		try := func(account, user string) error {
			known := a // which has none of these users but alice
			if account != "acme" || user == "alice" {
				known = nil
			}
			_, err := c.Password(gone, known, user, secret("x"), Attempt{Account: account, Time: now})
			return err
		}
		for range freeFailures {
			if err := try(x.account, x.user); !errors.Is(err, context.Canceled) {
				t.Fatalf("%+v: %v", x, err)
			}
		}
		var wait *WaitError
		if err := try(x.otherAccount, x.otherUser); errors.As(err, &wait) != x.same {
			t.Errorf("%+v: %v", x, err)
		}
	}
}

// TestAddressForgets: people who share an address mistype every day, and are not slowed down for it; who guesses without pause
// gets no more than what is forgotten.
func TestAddressForgets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newChecker(t, Options{})
		try := func() error {
			return c.BeginAtAddress(Attempt{Address: "192.0.2.1", Time: time.Now()})
		}
		for range 30 * 24 { // a month with a failure each hour
			if err := try(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Hour)
		}
		looked, end := 0, time.Now().Add(24*time.Hour)
		for time.Now().Before(end) {
			var wait *WaitError
			if err := try(); errors.As(err, &wait) {
				time.Sleep(wait.Wait)
			} else {
				looked++
			}
		}
		if most := freeAtAddress + int(24*time.Hour/drainAtAddress) + 12; looked > most || looked < most/2 {
			t.Errorf("%d tries of one address are looked at in a day, want about %d", looked, most)
		}
	})
}

// TestKnownBrowserIsNotSlowed: neither by who guesses at the same address, nor by who knows the password and guesses codes.
func TestKnownBrowserIsNotSlowed(t *testing.T) {
	c := newChecker(t, Options{})
	a := people(t, c, nil, time.Now())
	now := time.Now()
	for range 3 * freeAtAddress {
		_ = c.BeginAtAddress(Attempt{Address: "192.0.2.1", Time: now})
		_ = c.BeginCode("AIDAALICE", Attempt{Address: "192.0.2.1", Time: now})
	}
	at := Attempt{Address: "192.0.2.1", Device: "known", Time: now}
	if _, err := c.Password(t.Context(), a, "alice", secret(goodPassword), at); err != nil {
		t.Error(err)
	}
	if err := c.BeginCode("AIDAALICE", at); err != nil {
		t.Error(err)
	}
	var wait *WaitError
	if _, err := c.Password(t.Context(), a, "alice", secret(goodPassword), Attempt{Address: "192.0.2.1", Time: now}); !errors.As(err, &wait) {
		t.Errorf("any other browser: %v", err)
	}
}

// TestPasswordAlone: who knows the password of somebody who has a second factor begins a few sign-ins and no more, until that was
// given too. Whoever has none has signed in with it.
func TestPasswordAlone(t *testing.T) {
	c := newChecker(t, Options{})
	now := time.Now()
	single := people(t, c, nil, now)
	alice, profile := single.User("alice"), single.LoginProfile("AIDAALICE")
	double := account(nil, alice, profile, &directory.MFADevice{ID: "AIDMPHONE", Kind: directory.VirtualMFA, Path: "/", Name: "phone", User: alice.ID, Enabled: now})
	try := Attempt{Address: "192.0.2.1", Time: now}
	begun := func(a *directory.Account) (n int) {
		for range 2 * freeFailures {
			var wait *WaitError
			if _, err := c.Password(t.Context(), a, "alice", secret(goodPassword), try); err == nil {
				n++
			} else if !errors.As(err, &wait) {
				t.Fatal(err)
			}
		}
		return n
	}
	if n := begun(single); n != 2*freeFailures {
		t.Errorf("%d sign-ins with a password alone", n)
	}
	if n := begun(double); n != freeFailures {
		t.Errorf("%d sign-ins wait for a second factor", n)
	}
	c.PasswordAccepted(alice.ID, try)
	if n := begun(double); n != freeFailures {
		t.Errorf("%d sign-ins after one with the second factor", n)
	}
}

// TestUnknownCostsTheSame: a password is hashed whoever it is for. The pool has no room here, so that whoever gets an
// answer has not waited for it.
func TestUnknownCostsTheSame(t *testing.T) {
	c := newChecker(t, Options{})
	a := people(t, c, nil, time.Now())
	c.pool.slots = make(chan struct{})
	for _, name := range []string{"alice", "bob", "nobody"} {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := c.Password(ctx, a, name, secret("x"), Attempt{Time: time.Now()}); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestPoolIsBounded: with the pool full, some wait and the rest are refused at once.
func TestPoolIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPool()
		p.slots = make(chan struct{})
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		results := make(chan error, 3*maxWaiting)
		for range 3 * maxWaiting {
			go func() {
				_, err := p.hash(ctx, secret("x"), make([]byte, saltLen))
				results <- err
			}()
		}
		busy, late := 0, 0
		for range 3 * maxWaiting {
			switch err := <-results; {
			case errors.Is(err, ErrBusy):
				busy++
			case errors.Is(err, context.DeadlineExceeded):
				late++
			default:
				t.Fatal(err)
			}
		}
		if late != maxWaiting || busy != 2*maxWaiting {
			t.Errorf("%d waited, %d were refused", late, busy)
		}
	})
}

func TestNewPassword(t *testing.T) {
	c := newChecker(t, Options{})
	a := people(t, c, &directory.PasswordPolicy{MinLength: 6, Reuse: 1}, time.Now())
	u, old := a.User("alice"), a.LoginProfile("AIDAALICE")
	set := func(password string) error {
		_, err := c.NewPassword(t.Context(), a, u, old, secret(password))
		return err
	}
	var refused *PolicyError
	for password, want := range map[string]string{
		goodPassword: "reuse prevention", "monkey": "most common", "aaaaaaaaaaaa": "easy to guess", "x": "minimum length",
	} {
		if err := set(password); !errors.As(err, &refused) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", password, err)
		}
	}
	if err := set("Walrus-pepper_77x"); err != nil {
		t.Error(err)
	}
	weak := newChecker(t, Options{AllowWeak: true})
	if _, err := weak.NewPassword(t.Context(), a, u, nil, secret("monkey")); err != nil {
		t.Errorf("a weak password where those are allowed: %v", err)
	}
}

// A record that was changed, or is another user's, is a fault and never a wrong password.
func TestDamagedProfile(t *testing.T) {
	c := newChecker(t, Options{})
	a := people(t, c, nil, time.Now())
	sealed := a.LoginProfile("AIDAALICE").Sealed
	for _, profile := range []*directory.LoginProfile{{User: "AIDABOB", Sealed: sealed}, {User: "AIDAALICE", Sealed: sealed[1:]}} {
		err := c.OldPassword(t.Context(), profile, secret(goodPassword), Attempt{Time: time.Now()})
		if err == nil || errors.Is(err, ErrWrongPassword) {
			t.Errorf("%v", err)
		}
	}
}

// TestImportedProfile: of a profile whose password nobody has told, every password is wrong, and a new one can be set.
func TestImportedProfile(t *testing.T) {
	c := newChecker(t, Options{})
	a := people(t, c, &directory.PasswordPolicy{MinLength: 6, Reuse: 24}, time.Now())
	imported := &directory.LoginProfile{User: "AIDAALICE"}
	if err := c.OldPassword(t.Context(), imported, secret(goodPassword), Attempt{Time: time.Now()}); !errors.Is(err, ErrWrongPassword) {
		t.Errorf("%v", err)
	}
	sealed, err := c.NewPassword(t.Context(), a, a.User("alice"), imported, secret("Walrus-pepper_77x"))
	if err != nil {
		t.Fatal(err)
	}
	set := &directory.LoginProfile{User: "AIDAALICE", Sealed: sealed}
	if err := c.OldPassword(t.Context(), set, secret("Walrus-pepper_77x"), Attempt{Time: time.Now()}); err != nil {
		t.Errorf("%v", err)
	}
}

func device(t *testing.T, c *Checker) (*directory.MFADevice, seal.Secret) {
	t.Helper()
	seed := NewSeed()
	d := &directory.MFADevice{ID: "D1", Kind: directory.VirtualMFA, User: "AIDAALICE"}
	var err error
	if d.Sealed, err = c.keys.SealSeed(d.ID, seed); err != nil {
		t.Fatal(err)
	}
	return d, seed
}

// TestCodesWorkOnce walks through an hour of codes: each is good once, and none before one that was used.
func TestCodesWorkOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newChecker(t, Options{})
		d, seed := device(t, c)
		for range 120 {
			time.Sleep(codeStep * time.Second)
			now := time.Now()
			given := code(seed, step(now))
			used, err := c.UseCode(d, given, now)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := c.UseCode(d, given, now); err != nil || d.Step == used.Step {
				t.Errorf("the device itself was changed: %v", err)
			}
			for _, old := range []string{given, code(seed, step(now)-1)} {
				if _, err := c.UseCode(used, old, now); !errors.Is(err, ErrWrongCode) {
					t.Errorf("a used code: %v", err)
				}
			}
			d = used
		}
	})
}

// TestDriftingClock: a device whose clock is off is enabled, drifts on, and is brought back into step.
func TestDriftingClock(t *testing.T) {
	c := newChecker(t, Options{})
	d, seed := device(t, c)
	now := time.Unix(2e9, 0)
	shows := func(at int64) string { return code(seed, step(now)+at) }
	d, err := c.UsePair(d, shows(39), shows(40), now)
	if err != nil || d.Drift != 40 || d.Step != step(now)+40 {
		t.Fatalf("%+v %v", d, err)
	}
	if _, err := c.UseCode(d, " "+shows(41)[:3]+"\u00a0"+shows(41)[3:], now); err != nil {
		t.Errorf("as an application shows it: %v", err)
	}
	if _, err := c.UseCode(d, shows(0), now); !errors.Is(err, ErrWrongCode) {
		t.Error("the code of the server's own time is taken")
	}
	now = now.Add(time.Hour)
	if d, err = c.UsePair(d, shows(-1), shows(0), now); err != nil || d.Drift != 0 {
		t.Fatalf("%+v %v", d, err)
	}
	key := &directory.MFADevice{ID: "D2", Kind: directory.SecurityKey}
	if _, err := c.UseCode(key, "123456", now); !errors.Is(err, ErrNoCodes) {
		t.Errorf("a code of a security key: %v", err)
	}
	if _, err := c.UsePair(key, "123456", "123456", now); !errors.Is(err, ErrNoCodes) {
		t.Errorf("codes of a security key: %v", err)
	}
}

// TestCodesAreThrottled apart from passwords.
func TestCodesAreThrottled(t *testing.T) {
	c := newChecker(t, Options{})
	now := time.Now()
	for n := range freeFailures {
		if err := c.BeginCode("AIDAALICE", Attempt{ID: fmt.Sprint(n), Time: now}); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.BeginCode("AIDAALICE", Attempt{ID: "more", Time: now}); err == nil {
		t.Error("codes are tried without end")
	}
	a := people(t, c, nil, now)
	if _, err := c.Password(t.Context(), a, "alice", secret(goodPassword), Attempt{Time: now}); err != nil {
		t.Errorf("the password waits for the codes: %v", err)
	}
	c.CodeAccepted("AIDAALICE", Attempt{})
	if err := c.BeginCode("AIDAALICE", Attempt{ID: "again", Time: now}); err != nil {
		t.Error(err)
	}
}
