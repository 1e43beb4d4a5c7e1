package authn_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/authn"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/server/servertest"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/internal/sigv4"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/policy/eval"
)

const account = "111122223333"

// fixture is an account with the user alice and the role deploy.
type fixture struct {
	*servertest.Account
	alice *servertest.Credentials
	user  *directory.User
	role  *directory.Role
}

const trustsAll = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}}`

func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{Account: servertest.New(t).Account(t, account)}
	f.alice = f.User(t, "alice")
	f.user = f.Now().User("alice")
	f.role = f.Role(t, "deploy", trustsAll)
	return f
}

// claims of a session that was given out just now.
func (f *fixture) claims(kind session.Type) session.Claims {
	c := session.Claims{Type: kind, Account: account, PrincipalID: f.user.ID, SessionName: "s1",
		Issued: time.Now().Add(-time.Minute), Expires: time.Now().Add(time.Hour)}
	if kind == session.AssumedRole {
		c.PrincipalID = f.role.ID
	}
	return c
}

// claim is what a request says that these credentials sign for a service at that time.
func claim(t *testing.T, c *servertest.Credentials, service string, at time.Time) *sigv4.Claim {
	t.Helper()
	r := c.Request(t, service, "Action=X", nil, at)
	got, err := sigv4.Parse(&sigv4.Request{Method: r.Method, RawTarget: "/", Header: r.Header, Host: r.URL.Host, Body: []byte("Action=X")})
	servertest.Check(t, err)
	return got
}

func (f *fixture) identify(t *testing.T, c *servertest.Credentials) error {
	t.Helper()
	_, _, err := f.Authn.Identify(f.Store.Snapshot(), claim(t, c, "iam", time.Now()), "iam", time.Now())
	return err
}

// A key that is unknown, inactive, or whose user is gone, and credentials whose parts do not belong together, are refused
// with one and the same answer, whether the signature is right or not.
func TestOneRefusal(t *testing.T) {
	f := newFixture(t)
	bob, dave := f.User(t, "bob"), f.User(t, "dave")
	inactive := f.Key(t, f.user)
	f.Change(t, func(tx *store.Tx) error {
		k := tx.Account().AccessKey(inactive.AccessKeyID).Clone()
		k.Active = false
		tx.Delete(tx.Account().User("dave")) // and not its key: no operation does that
		return tx.Put(k)
	})
	with := func(c *servertest.Credentials, change func(*servertest.Credentials)) *servertest.Credentials {
		changed := *c
		change(&changed)
		return &changed
	}
	sess, other := f.Mint(t, f.claims(session.AssumedRole)), f.Mint(t, f.claims(session.AssumedRole))
	gone := f.claims(session.AssumedRole)
	gone.PrincipalID = session.NewEntityID(session.PrefixRole)
	elsewhere := f.claims(session.AssumedRole)
	elsewhere.Account = "999988887777"
	cases := map[string]*servertest.Credentials{
		"unknown key":                     with(bob, func(c *servertest.Credentials) { c.AccessKeyID = "AKIAAAAAAAAAAAAAAAAA" }),
		"key in another case":             with(bob, func(c *servertest.Credentials) { c.AccessKeyID = strings.ToLower(c.AccessKeyID) }),
		"inactive key":                    inactive,
		"inactive key, wrong secret":      with(inactive, func(c *servertest.Credentials) { c.Secret = bob.Secret }),
		"user gone":                       dave,
		"user gone, wrong secret":         with(dave, func(c *servertest.Credentials) { c.Secret = bob.Secret }),
		"token with a long-term key":      with(bob, func(c *servertest.Credentials) { c.SessionToken = sess.SessionToken }),
		"long-term secret with token":     with(sess, func(c *servertest.Credentials) { c.AccessKeyID, c.Secret = bob.AccessKeyID, bob.Secret }),
		"temporary key without its token": with(sess, func(c *servertest.Credentials) { c.SessionToken = "" }),
		"another session's token":         with(sess, func(c *servertest.Credentials) { c.SessionToken = other.SessionToken }),
		"tampered token":                  with(sess, func(c *servertest.Credentials) { c.SessionToken = flip(c.SessionToken) }),
		"no token at all":                 with(sess, func(c *servertest.Credentials) { c.SessionToken = "x" }),
		"role gone":                       f.Mint(t, gone),
		"account unknown":                 f.Mint(t, elsewhere),
	}
	for name, c := range cases {
		err := f.identify(t, c)
		var e *awsapi.Error
		if !errors.As(err, &e) || e.Kind != awsapi.InvalidClientTokenID || e.Message != sigv4.ErrUnknownKey.Message {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, c := range map[string]*servertest.Credentials{"key": bob, "session": sess} {
		if err := f.identify(t, c); err != nil {
			t.Errorf("good %s: %v", name, err)
		}
		wrong := with(c, func(c *servertest.Credentials) { c.Secret = f.alice.Secret })
		if err := f.identify(t, wrong); !errors.Is(err, awsapi.SignatureDoesNotMatch.New("")) {
			t.Errorf("%s with a wrong secret: %v", name, err)
		}
	}
}

// flip changes a character in the middle of a token.
func flip(token string) string {
	b := []byte(token)
	if b[len(b)/2]++; b[len(b)/2] == '{' || b[len(b)/2] == ':' || b[len(b)/2] == '[' {
		b[len(b)/2] = 'A'
	}
	return string(b)
}

// Every single-character change of a token is refused.
func TestTamperedToken(t *testing.T) {
	f := newFixture(t)
	good := f.Mint(t, f.claims(session.AssumedRole))
	for i := range good.SessionToken {
		bad := *good
		b := []byte(good.SessionToken)
		if b[i] == 'A' {
			b[i] = 'B'
		} else {
			b[i] = 'A'
		}
		bad.SessionToken = string(b)
		if f.identify(t, &bad) == nil {
			t.Errorf("a token changed at %d of %d is taken", i, len(b))
		}
	}
}

// The clock of iam's and sts's clients may be off by fifteen minutes, of others' by five.
func TestSkew(t *testing.T) {
	f := newFixture(t)
	now := time.Now().UTC().Truncate(time.Second)
	cases := []struct {
		service string
		off     time.Duration
		ok      bool
	}{
		{"iam", 15 * time.Minute, true}, {"iam", -15 * time.Minute, true}, {"iam", 15*time.Minute + time.Second, false}, {"iam", -15*time.Minute - time.Second, false},
		{"sts", 14 * time.Minute, true}, {"sts", -16 * time.Minute, false},
		{"cloudtrail", 5 * time.Minute, true}, {"cloudtrail", 6 * time.Minute, false}, {"cloudtrail", -6 * time.Minute, false},
	}
	for _, c := range cases {
		_, _, err := f.Authn.Identify(f.Store.Snapshot(), claim(t, f.alice, c.service, now.Add(c.off)), c.service, now)
		if (err == nil) != c.ok || err != nil && !errors.Is(err, awsapi.SignatureDoesNotMatch.New("")) {
			t.Errorf("%s off by %v: %v", c.service, c.off, err)
		}
	}
	if _, _, err := f.Authn.Identify(f.Store.Snapshot(), claim(t, f.alice, "sts", now), "iam", now); !errors.Is(err, awsapi.SignatureDoesNotMatch.New("")) {
		t.Errorf("signed for another service: %v", err)
	}
}

// Callers are what the current state makes of a credential: new names show, lost principals are gone, and those who
// were made anew under the same name are somebody else.
func TestResolveLater(t *testing.T) {
	f := newFixture(t)
	creds := map[string]*servertest.Credentials{
		"user": f.alice, "role": f.Mint(t, f.claims(session.AssumedRole)),
		"token": f.Mint(t, f.claims(session.SessionToken)), "federated": f.Mint(t, f.claims(session.Federation)),
	}
	proofs := map[string]*authn.Proof{}
	for name, c := range creds {
		_, proof, err := f.Authn.Identify(f.Store.Snapshot(), claim(t, c, "iam", time.Now()), "iam", time.Now())
		servertest.Check(t, err)
		proofs[name] = proof
	}
	expect := func(step string, want map[string]string) {
		t.Helper()
		for name, proof := range proofs {
			caller, err := f.Authn.Resolve(f.Store.Snapshot(), proof, time.Now())
			switch {
			case want[name] == "" && !errors.Is(err, awsapi.InvalidClientTokenID.New("")):
				t.Errorf("%s, %s: %v", step, name, err)
			case want[name] != "" && err != nil:
				t.Errorf("%s, %s: %v", step, name, err)
			case want[name] != "" && caller.ARN != want[name]:
				t.Errorf("%s, %s: %s, want %s", step, name, caller.ARN, want[name])
			}
		}
	}
	const iam, sts = "arn:aws:iam::" + account + ":", "arn:aws:sts::" + account + ":"
	expect("at first", map[string]string{"user": iam + "user/alice", "token": iam + "user/alice", "federated": sts + "federated-user/s1", "role": sts + "assumed-role/deploy/s1"})

	renamed, moved := f.user.Clone(), f.role.Clone()
	renamed.Name, renamed.Path, moved.Path = "carol", "/x/", "/y/"
	f.Put(t, renamed, moved)
	expect("renamed", map[string]string{"user": iam + "user/x/carol", "token": iam + "user/x/carol", "federated": sts + "federated-user/s1", "role": sts + "assumed-role/deploy/s1"})

	f.Change(t, func(tx *store.Tx) error {
		k := tx.Account().AccessKey(f.alice.AccessKeyID).Clone()
		k.Active = false
		return tx.Put(k)
	})
	expect("key inactive", map[string]string{"token": iam + "user/x/carol", "federated": sts + "federated-user/s1", "role": sts + "assumed-role/deploy/s1"})

	f.Change(t, func(tx *store.Tx) error {
		tx.Delete(renamed)
		tx.Delete(moved)
		return nil
	})
	expect("deleted", nil)
	f.User(t, "carol")
	f.User(t, "alice")
	f.Role(t, "deploy", trustsAll)
	expect("made anew", nil)
}

// The caller of every kind of credential, as policies and records see it.
func TestCallers(t *testing.T) {
	f := newFixture(t)
	f.Put(t, func() *directory.Role { r := f.role.Clone(); r.Path = "/ci/"; return r }())
	mfa := time.Now().Add(-time.Minute).UTC().Truncate(time.Second)
	full := f.claims(session.AssumedRole)
	full.MFA, full.SourceIdentity, full.FederatedProvider = mfa, "dana", "accounts.example.com"
	full.Tags, full.TransitiveTagKeys = []directory.Tag{{Key: "a", Value: "b"}}, []string{"a"}
	full.Policies = []string{`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`}
	full.PolicyARNs = []string{servertest.Administrator, "arn:aws:iam::" + account + ":policy/gone"}
	c, _, err := f.Authn.Identify(f.Store.Snapshot(), claim(t, f.Mint(t, full), "sts", time.Now()), "sts", time.Now())
	servertest.Check(t, err)
	s := c.Session
	if c.Kind != eval.RoleSession || c.UserID != f.role.ID+":s1" || c.UserName != "" || c.PrincipalID != f.role.ID || c.Account != account ||
		s.RoleARN != "arn:aws:iam::"+account+":role/ci/deploy" || !s.MFA.Equal(mfa) || s.SourceIdentity != "dana" || s.FederatedProvider != "accounts.example.com" ||
		len(s.Tags) != 1 || len(s.TransitiveTagKeys) != 1 || len(s.Policies) != 3 {
		t.Errorf("role session: %+v %+v", c, s)
	}
	c, _, err = f.Authn.Identify(f.Store.Snapshot(), claim(t, f.Mint(t, f.claims(session.Federation)), "sts", time.Now()), "sts", time.Now())
	servertest.Check(t, err)
	if c.Kind != eval.FederatedUser || c.UserID != account+":s1" || c.UserName != "" || c.PrincipalID != f.user.ID || c.Session.UserARN != f.ARN(f.user) {
		t.Errorf("federated: %+v", c)
	}
	c, _, err = f.Authn.Identify(f.Store.Snapshot(), claim(t, f.Mint(t, f.claims(session.SessionToken)), "sts", time.Now()), "sts", time.Now())
	servertest.Check(t, err)
	if c.Kind != eval.User || c.UserID != f.user.ID || c.UserName != "alice" || c.Session == nil || c.Session.Policies != nil {
		t.Errorf("session token: %+v", c)
	}
}

// A session ends at its second, for who can prove that it was his; a stranger learns nothing.
func TestExpired(t *testing.T) {
	f := newFixture(t)
	c := f.Mint(t, f.claims(session.SessionToken))
	expires := f.claims(session.SessionToken).Expires.UTC().Truncate(time.Second)
	for _, tt := range []struct {
		at   time.Time
		code string
	}{{expires.Add(-time.Second), ""}, {expires, "ExpiredToken"}, {expires.Add(time.Hour), "ExpiredToken"}} {
		_, _, err := f.Authn.Identify(f.Store.Snapshot(), claim(t, c, "iam", tt.at), "iam", tt.at)
		var e *awsapi.Error
		if tt.code == "" && err != nil || tt.code != "" && (!errors.As(err, &e) || e.Kind.Code != tt.code || e.Kind.Status != http.StatusForbidden) {
			t.Errorf("at %v: %v", tt.at, err)
		}
	}
	wrong := *c
	wrong.Secret = f.alice.Secret
	if _, _, err := f.Authn.Identify(f.Store.Snapshot(), claim(t, &wrong, "iam", expires), "iam", expires); !errors.Is(err, awsapi.SignatureDoesNotMatch.New("")) {
		t.Errorf("a wrong signature on an expired token: %v", err)
	}
}

// A stored secret that does not open is a fault to be reported, not an unknown key.
func TestDamagedKey(t *testing.T) {
	f := newFixture(t)
	k := f.Now().AccessKey(f.alice.AccessKeyID).Clone()
	k.Sealed[len(k.Sealed)-1] ^= 1
	f.Put(t, k)
	err := f.identify(t, f.alice)
	if public := new(awsapi.Error); err == nil || errors.As(err, &public) {
		t.Errorf("%v", err)
	}
}
