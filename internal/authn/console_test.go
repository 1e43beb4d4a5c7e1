package authn_test

import (
	"errors"
	"testing"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/authn"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/server/servertest"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/policy/eval"
)

// Who signed in at the console is the user, or the root user, itself.
func TestConsoleCaller(t *testing.T) {
	f := newFixture(t)
	mfa := time.Now().UTC().Add(-time.Minute).Truncate(time.Second)
	alice := f.Console(t, "alice", func(w *directory.WebSession) { w.MFA = mfa })
	root := f.Console(t, "")
	for name, c := range map[string]struct {
		*servertest.Console
		kind                         eval.PrincipalKind
		arn, id, userName, principal string
		mfa                          time.Time
	}{
		"alice": {alice, eval.User, "arn:aws:iam::" + account + ":user/alice", f.user.ID, "alice", f.user.ID, mfa},
		"root":  {root, eval.Root, "arn:aws:iam::" + account + ":root", account, "", "", time.Time{}},
	} {
		got, proof, err := f.Authn.Identify(f.Store.Snapshot(), claim(t, c.Credentials, "iam", time.Now()), "iam", time.Now())
		servertest.Check(t, err)
		s := got.Session
		if got.Kind != c.kind || got.ARN != c.arn || got.UserID != c.id || got.UserName != c.userName || got.PrincipalID != c.principal ||
			got.Account != account || got.AccessKeyID != c.AccessKeyID || s.WebSession != c.SessionID || !s.MFA.Equal(c.mfa) || s.Policies != nil ||
			s.Expires.Sub(s.Issued) != 15*time.Minute || s.UserARN != c.arn {
			t.Errorf("%s: %+v %+v", name, got, s)
		}
		if proof.Claims.Type != session.Console {
			t.Errorf("%s: claims %+v", name, proof.Claims)
		}
	}
}

// Whatever ends a web session ends its credentials at once, and the bearer tokens that were made with them; the refusal
// tells a stranger nothing, who has no signature.
func TestConsoleCredentialsEnd(t *testing.T) {
	for name, end := range map[string]func(tx *store.Tx, id string) error{
		"revoked":      func(tx *store.Tx, id string) error { tx.EndWebSession(id); return nil },
		"everywhere":   func(tx *store.Tx, id string) error { tx.EndWebSessions(tx.Account().User("alice").ID, ""); return nil },
		"user deleted": func(tx *store.Tx, _ string) error { tx.Delete(tx.Account().User("alice")); return nil },
		"access taken": func(tx *store.Tx, _ string) error {
			tx.Delete(tx.Account().LoginProfile(tx.Account().User("alice").ID))
			return nil
		},
		"password set":    func(tx *store.Tx, _ string) error { return newPassword(tx, "") },
		"to be completed": func(tx *store.Tx, id string) error { return stage(tx, id, directory.SignInNewPassword) },
	} {
		f := newFixture(t)
		alice, other := f.Console(t, "alice"), f.Console(t, "")
		bearer := f.bearer(t, alice)
		resolve := func() error {
			t.Helper()
			_, _, byToken := f.Authn.Bearer(f.Store.Snapshot(), bearer, time.Now())
			_, asked := f.Authn.Holder(f.Store.Snapshot(), alice.AccessKeyID, alice.SessionToken, time.Now())
			err := f.identify(t, alice.Credentials)
			if (err == nil) != (byToken == nil) || (err == nil) != (asked == nil) {
				t.Errorf("%s: by signature %v, by bearer token %v, asked about %v", name, err, byToken, asked)
			}
			return err
		}
		if err := resolve(); err != nil {
			t.Errorf("%s: at first %v", name, err)
		}
		f.Change(t, func(tx *store.Tx) error { return end(tx, alice.SessionID) })
		if err := resolve(); !errors.Is(err, awsapi.ExpiredToken.New("")) {
			t.Errorf("%s: then %v", name, err)
		}
		stranger := *alice.Credentials
		stranger.Secret = f.alice.Secret
		if err := f.identify(t, &stranger); !errors.Is(err, awsapi.SignatureDoesNotMatch.New("")) {
			t.Errorf("%s: with a wrong secret %v", name, err)
		}
		if err := f.identify(t, other.Credentials); err != nil {
			t.Errorf("%s: the root user's %v", name, err)
		}
	}
}

func newPassword(tx *store.Tx, keep string) error {
	p := tx.Account().LoginProfile(tx.Account().User("alice").ID).Clone()
	p.Sealed = []byte("new")
	return tx.PutLoginProfile(p, keep)
}

func stage(tx *store.Tx, id string, to directory.SignInStage) error {
	_, _, err := tx.RenewWebSession(id, func(w *directory.WebSession) { w.Stage = to })
	return err
}

func (f *fixture) bearer(t *testing.T, c *servertest.Console) string {
	t.Helper()
	claims, _, err := f.Keys.Open(c.SessionToken)
	servertest.Check(t, err)
	token, err := f.Keys.MintBearer(*claims)
	servertest.Check(t, err)
	return token
}

// The session in which a user sets a new password goes on, and so do its credentials.
func TestConsoleCredentialsStay(t *testing.T) {
	f := newFixture(t)
	alice := f.Console(t, "alice")
	f.Change(t, func(tx *store.Tx) error { return newPassword(tx, alice.SessionID) })
	f.Change(t, func(tx *store.Tx) error { return stage(tx, alice.SessionID, directory.SignInComplete) }) // with a new cookie
	if err := f.identify(t, alice.Credentials); err != nil {
		t.Error(err)
	}
}

// Claims that name another's session, one on its way, or none that is there, are nobody's. Only this keyring could have
// made them.
func TestConsoleClaimsOfAnother(t *testing.T) {
	f := newFixture(t)
	f.User(t, "bob")
	bob := f.Console(t, "bob")
	onItsWay := f.Console(t, "alice", func(w *directory.WebSession) { w.Stage = directory.SignInSecondFactor })
	if onItsWay.Credentials != nil {
		t.Fatal("a session on its way has credentials")
	}
	for name, id := range map[string]string{"another's": bob.SessionID, "on its way": onItsWay.SessionID, "none": "WEBSAAAAAAAAAAAAAAAAA", "a user": f.user.ID} {
		claims := session.Claims{
			Type: session.Console, Account: account, PrincipalID: f.user.ID, WebSession: id, Issued: time.Now(), Expires: time.Now().Add(time.Minute),
		}
		if err := f.identify(t, f.Mint(t, claims)); !errors.Is(err, awsapi.ExpiredToken.New("")) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The credentials outlast neither themselves nor the web session's own end.
func TestConsoleCredentialsExpire(t *testing.T) {
	f := newFixture(t)
	alice := f.Console(t, "alice")
	_, proof, err := f.Authn.Identify(f.Store.Snapshot(), claim(t, alice.Credentials, "iam", time.Now()), "iam", time.Now())
	servertest.Check(t, err)
	longer := *proof.Claims
	longer.Expires = longer.Expires.Add(24 * time.Hour)
	for name, c := range map[string]struct {
		proof *authn.Proof
		after time.Duration
		ends  bool
	}{
		"in time": {proof, 14 * time.Minute, false}, "late": {proof, 15 * time.Minute, true},
		"longer than the session": {&authn.Proof{KeyID: proof.KeyID, Claims: &longer}, 12*time.Hour + time.Second, true},
	} {
		_, err := f.Authn.Resolve(f.Store.Snapshot(), c.proof, longer.Issued.Add(c.after))
		if errors.Is(err, awsapi.ExpiredToken.New("")) != c.ends || err != nil && !c.ends {
			t.Errorf("%s: %v", name, err)
		}
	}
}
