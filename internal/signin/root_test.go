package signin

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/directory"
)

func TestIsEmail(t *testing.T) {
	for text, want := range map[string]bool{
		"root@example.org": true, "r.o+ot@mail.example.org": true, "a@b": true, "ROOT@EXAMPLE.ORG": true, "a@" + strings.Repeat("b", 62): true,
		"": false, "root": false, "@example.org": false, "root@": false, "a@" + strings.Repeat("b", 63): false, "Root <root@example.org>": false,
		"<root@example.org>": false, " root@example.org": false, "root@example.org\n": false, "a@b, c@d": false, "r oot@example.org": false,
		"root@exämple.org": false, "root@example.org\x00": false, `"a b"@example.org`: false,
	} {
		if IsEmail(text) != want {
			t.Errorf("%q: %v", text, !want)
		}
	}
}

// FuzzIsEmail: an address is found again as it is, is short, and is no two.
func FuzzIsEmail(f *testing.F) {
	for _, text := range []string{"root@example.org", `"a@b"@c`, "a@b@c", "(x)a@b"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if IsEmail(text) && (len(text) > maxEmail || strings.ContainsAny(text, " ,<>\r\n\x00") || !strings.Contains(text, "@")) {
			t.Errorf("%q", text)
		}
	})
}

// The root user's password is judged as a user's: it does not expire, nor is it of the users' policy; who has no such address costs and
// answers the same, and is slowed down alike.
func TestRootPassword(t *testing.T) {
	c := newChecker(t, Options{})
	const email = "root@example.org"
	a := account(&directory.PasswordPolicy{MinLength: 40, MaxAge: 1})
	for _, bad := range []string{"short", "monkey", "aaaaaaaaaaaa", email, strings.ToUpper(email)} {
		var refused *PolicyError
		if _, err := c.NewRootPassword(t.Context(), a, email, nil, secret(bad)); !errors.As(err, &refused) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	sealed, err := c.NewRootPassword(t.Context(), a, email, nil, secret(goodPassword))
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	a = account(a.PasswordPolicy(), &directory.LoginProfile{User: a.ID(), Changed: now.AddDate(-1, 0, 0), Sealed: sealed})
	login, err := c.RootPassword(t.Context(), a, email, secret(goodPassword), Attempt{Time: now})
	if err != nil || login.User.ID != a.ID() || login.MustChange || login.Locked {
		t.Errorf("%+v %v", login, err)
	}
	for name, in := range map[string]*directory.Account{"another password": a, "no such address": nil, "no password": account(nil)} {
		if login, err := c.RootPassword(t.Context(), in, email, secret("x"), Attempt{Time: now.Add(time.Hour)}); !errors.Is(err, ErrWrongPassword) || login != nil {
			t.Errorf("%s: %+v %v", name, login, err)
		}
	}
	c = newChecker(t, Options{})
	c.pool.slots = make(chan struct{}) // nothing is hashed: this is about the counts
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for name, in := range map[string]*directory.Account{"there": a, "nobody's": nil} {
		tries := 0
		var wait *WaitError
		for ; !errors.As(err, &wait) && tries < 100; tries++ {
			_, err = c.RootPassword(gone, in, name+"@example.org", secret("x"), Attempt{Time: now})
		}
		if err = nil; tries != freeFailures+1 {
			t.Errorf("%s: %d tries", name, tries)
		}
	}
}

// Links count with the passwords of their address; a right one gives its try back.
func TestBeginAtAddress(t *testing.T) {
	c := newChecker(t, Options{})
	try := Attempt{Address: "192.0.2.1", Time: time.Now()}
	for range 3 * freeAtAddress {
		if err := c.BeginAtAddress(try); err != nil {
			t.Fatal(err)
		}
		c.RightAtAddress(try)
	}
	var wait *WaitError
	for n := range freeAtAddress + 1 {
		if err := c.BeginAtAddress(try); (err != nil) != (n == freeAtAddress) || err != nil && !errors.As(err, &wait) {
			t.Errorf("%d: %v", n, err)
		}
	}
	if err := c.BeginAtAddress(Attempt{Address: "", Time: try.Time}); err != nil {
		t.Error(err)
	}
}
