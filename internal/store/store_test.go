package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/kv"
	"github.com/warder-iam/warder/internal/seal"
	"github.com/warder-iam/warder/trail"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	here      = "111122223333"
	elsewhere = "444455556666"
)

func testKeyring(t testing.TB) *seal.Keyring {
	t.Helper()
	keyring, _, err := seal.NewKeyring(seal.NewMaster())
	if err != nil {
		t.Fatal(err)
	}
	return keyring
}

func testOpen(t testing.TB, engine kv.Store, keyring *seal.Keyring) *Store {
	t.Helper()
	s, err := Open(t.Context(), engine, keyring, Options{Library: directory.NewLibrary(nil)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// put makes a change that puts entities.
func put(ctx context.Context, s *Store, account string, entities ...directory.Entity) error {
	_, err := s.Update(ctx, &Change{Account: account}, func(tx *Tx) ([]byte, error) {
		for _, e := range entities {
			if err := tx.Put(e); err != nil {
				return nil, err
			}
		}
		return nil, nil
	})
	return err
}

func mustPut(t testing.TB, s *Store, account string, entities ...directory.Entity) {
	t.Helper()
	if err := put(t.Context(), s, account, entities...); err != nil {
		t.Fatal(err)
	}
}

func user(name string) *directory.User {
	return &directory.User{ID: "AIDA" + strings.ToUpper(name), Name: name, Path: "/"}
}

func userNames(s *directory.Snapshot, account string) (names []string) {
	if a := s.Account(account); a != nil {
		for u := range a.Users() {
			names = append(names, u.Name)
		}
	}
	return names
}

func wantUsers(t *testing.T, s *Store, account string, want ...string) {
	t.Helper()
	if got := userNames(s.Snapshot(), account); !slices.Equal(got, want) {
		t.Errorf("users %v, want %v", got, want)
	}
}

// everything is one entity of each kind.
func everything(account string) []directory.Entity {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	document := directory.Document{Text: `{ "Version": "2012-10-17", "Statement": [] }`}
	inline := []directory.InlinePolicy{{Name: "needle-inline", Document: document}}
	return []directory.Entity{
		&directory.AccountInfo{ID: account, Alias: "needle-" + account, Email: "needle@" + account, Created: at},
		&directory.Setup{Administrator: "AIDA1", Token: []byte("needle-token"), Made: at, Browser: []byte("needle-browser"), Until: at, RootFactor: true},
		&directory.User{ID: "AIDA1", Name: "needle-user", Path: "/needle/", Created: at, Boundary: "needle-arn", Tags: []directory.Tag{{Key: "needle", Value: "<&> \u2028"}}, Groups: []string{"AGPA1"}, Inline: inline},
		&directory.Group{ID: "AGPA1", Name: "needle-group", Path: "/", Created: at, Attached: []string{"arn:aws:iam::aws:policy/needle"}, Inline: inline},
		&directory.Role{ID: "AROA1", Name: "needle-role", Path: "/", Created: at, Trust: document, MaxSession: 3600},
		&directory.Policy{ID: "ANPA1", Name: "needle-policy", Path: "/", Created: at, Updated: at, Default: 2, Latest: 3, Versions: []directory.PolicyVersion{{Number: 2, Created: at, Document: document}}},
		&directory.InstanceProfile{ID: "AIPA1", Name: "needle-profile", Path: "/", Created: at, Role: "AROA1"},
		&directory.AccessKey{ID: "AKIA" + account, User: "AIDA1", Created: at, Active: true, Sealed: []byte("needle-sealed")},
		&directory.SSHPublicKey{ID: "APKA1", User: "AIDA1", Uploaded: at, Active: true, Body: "needle-ssh", Fingerprint: "needle:fingerprint"},
		&directory.SigningCertificate{ID: "CERT1", User: "AIDA1", Uploaded: at, Body: "needle-signing"},
		&directory.ServerCertificate{ID: "ASCA1", Name: "needle-server", Path: "/", Uploaded: at, Expires: at, Body: "needle-body", Sealed: []byte("needle-key")},
		&directory.ServiceCredential{ID: "ACCA1", User: "AIDA1", Service: "needle.amazonaws.com", Name: "needle-at-1", Created: at, Hash: []byte("needle-hash")},
		&directory.RoleDeletion{ID: "uuid1", Service: "needle.amazonaws.com", RoleName: "needle-deleted", Finished: at},
		&directory.PasswordPolicy{MinLength: 12, RequireSymbols: true, MaxAge: 90},
		&directory.LoginProfile{User: "AIDA1", Created: at, Changed: at, Sealed: []byte("needle-hash")},
		&directory.MFADevice{ID: "D1", Kind: directory.VirtualMFA, Path: "/", Name: "needle-phone", Created: at, User: "AIDA1", Enabled: at, Sealed: []byte("needle-seed"), Step: 7},
		&directory.SAMLProvider{
			ID: "SAMLP1", Name: "needle-provider", Created: at, Metadata: "needle-metadata", EntityID: "needle-idp", Certificates: [][]byte{[]byte("needle-cert")},
			ValidUntil: at, EncryptionMode: directory.EncryptionAllowed, Keys: []directory.SAMLKey{{ID: "SAMLK1", Created: at, Sealed: []byte("needle-sealed")}},
		},
		&directory.Trail{
			ID: "T1", Name: "needle-trail", Region: "us-east-1", Created: at, Bucket: "needle-bucket", Prefix: "needle-prefix", GlobalEvents: true, MultiRegion: true, Validation: true,
			Selectors: []directory.EventSelector{{ReadWrite: directory.AllEvents, Management: true, Excluded: []string{"needle"}, Data: []directory.DataResource{{Type: directory.DecisionResource, Values: []string{"needle-arn"}}}}},
			Advanced:  []directory.AdvancedEventSelector{{Name: "needle-selector", Fields: []directory.FieldSelector{{Field: "eventName", Equals: []string{"needle-event"}}}}},
			Tags:      []directory.Tag{{Key: "needle", Value: "x"}}, Logging: true, Started: at, Stopped: at,
		},
	}
}

func TestFirstStartIsOneTransaction(t *testing.T) {
	engine, keyring := newMemKV(t), testKeyring(t)
	s := testOpen(t, engine, keyring)
	if !s.Empty() || s.Snapshot().Revision() != 0 {
		t.Errorf("a new store: empty %t, revision %d", s.Empty(), s.Snapshot().Revision())
	}
	change := &Change{
		Account: here,
		Event: func(answer []byte, at time.Time) *trail.Event {
			return &trail.Event{EventName: string(answer), EventTime: at}
		},
	}
	answer, err := s.Update(t.Context(), change, func(tx *Tx) ([]byte, error) {
		if tx.Account() != nil {
			return nil, errors.New("the account is there already")
		}
		for _, e := range everything(here) {
			if err := tx.Put(e); err != nil {
				return nil, err
			}
		}
		if u := tx.Account().User("needle-user"); u == nil || tx.Directory().AccountByAlias("needle-"+here) == nil {
			return nil, errors.New("own changes are not seen")
		}
		return []byte("made"), nil
	})
	if err != nil || string(answer) != "made" {
		t.Fatalf("answer %q, error %v", answer, err)
	}
	if s.Empty() || engine.rev != 1 || change.Revision != 1 || s.Snapshot().Revision() != 1 {
		t.Errorf("empty %t, engine's revision %d, change's %d, snapshot's %d", s.Empty(), engine.rev, change.Revision, s.Snapshot().Revision())
	}
	again := testOpen(t, engine, keyring)
	sameAccounts(t, again.Snapshot(), s.Snapshot())
	for o, err := range again.Outbox(t.Context(), "") {
		if err != nil || o.Event.EventName != "made" {
			t.Errorf("event %+v, error %v", o.Event, err)
		}
	}
}

// sameAccounts compares all entities of two snapshots.
func sameAccounts(t *testing.T, got, want *directory.Snapshot) {
	t.Helper()
	list := func(s *directory.Snapshot) (all []string) {
		for a := range s.Accounts() {
			for e := range a.Entities() {
				text, err := json.Marshal(e)
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, a.ID()+" "+e.Key()+" "+string(text))
			}
		}
		return all
	}
	if g, w := list(got), list(want); !slices.Equal(g, w) {
		t.Errorf("got  %s\nwant %s", strings.Join(g, "\n     "), strings.Join(w, "\n     "))
	}
}

// Nothing that a user chose stands in clear in the engine.
func TestEngineHoldsNoNames(t *testing.T) {
	engine := newMemKV(t)
	s := testOpen(t, engine, testKeyring(t))
	mustPut(t, s, here, everything(here)...)
	_, err := s.Update(t.Context(), &Change{Account: here, Retry: make([]byte, 32), Event: func([]byte, time.Time) *trail.Event {
		return &trail.Event{EventName: "needle-event"}
	}}, func(*Tx) ([]byte, error) { return []byte("needle-answer"), nil })
	if err != nil {
		t.Fatal(err)
	}
	s.Touch(here, "AROA1", Use{At: time.Now(), Service: "needle"})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	prefixes := make(map[string]bool)
	for key, value := range engine.data {
		if strings.Contains(key+string(value), "needle") {
			t.Errorf("record %q holds a name in clear", key)
		}
		prefixes[key[:strings.Index(key, "/")+1]] = true
	}
	for _, prefix := range []string{entityPrefix, versionPrefix, outboxPrefix, retryPrefix, usedPrefix} {
		if !prefixes[prefix] {
			t.Errorf("no record %s… was looked at", prefix)
		}
	}
}

func TestNothingShowsBeforeItIsDurable(t *testing.T) {
	for _, c := range []struct {
		name string
		sync error
		want []string
	}{
		{"durable", nil, []string{"a", "b", "c"}},
		{"disk full", kv.ErrFull, []string{"a"}},
		{"sync failed", kv.ErrReadOnly, []string{"a"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				engine, keyring := newMemKV(t), testKeyring(t)
				s := testOpen(t, engine, keyring)
				mustPut(t, s, here, user("a"))
				before := s.Snapshot()

				// The first change occupies the writer, so that the other two wait and make one batch, in which c sees b.
				hold := make(chan error)
				engine.onSync(func(int) error { return <-hold })
				var (
					running      sync.WaitGroup
					errB, errC   error
					seenB, seenC []string
				)
				running.Go(func() {
					_, _ = engine.Update(t.Context(), "x", func(txn kv.Txn) error { return txn.Put("x", nil) })
				})
				synctest.Wait()
				add := func(name string, seen *[]string) error {
					_, err := s.Update(t.Context(), &Change{Account: here}, func(tx *Tx) ([]byte, error) {
						*seen = userNames(tx.Directory(), here)
						return nil, tx.Put(user(name))
					})
					return err
				}
				running.Go(func() { errB = add("b", &seenB) })
				synctest.Wait()
				running.Go(func() { errC = add("c", &seenC) })
				synctest.Wait()
				hold <- nil // x is durable; b and c run
				synctest.Wait()
				if s.Snapshot() != before {
					t.Error("a change shows that is not durable")
				}
				engine.onSync(nil)
				hold <- c.sync
				running.Wait()
				if !slices.Equal(seenB, []string{"a"}) || !slices.Equal(seenC, []string{"a", "b"}) {
					t.Errorf("b met %v, c met %v", seenB, seenC)
				}
				if !errors.Is(errB, c.sync) || !errors.Is(errC, c.sync) {
					t.Errorf("errors %v and %v, want %v", errB, errC, c.sync)
				}
				wantUsers(t, s, here, c.want...)
				mustPut(t, s, here, user("z"))
				wantUsers(t, s, here, append(c.want, "z")...)
				sameAccounts(t, testOpen(t, engine, keyring).Snapshot(), s.Snapshot())
			})
		})
	}
}

// A change whose outcome the engine cannot tell is found out about.
func TestUnknownOutcome(t *testing.T) {
	for name, c := range map[string]struct {
		sync error
		want []string
	}{
		"came to be":    {errApplied, []string{"a", "b"}},
		"did not":       {fmt.Errorf("cut off: %w", kv.ErrUnknown), []string{"a"}},
		"engine closed": {fmt.Errorf("cut off: %w", kv.ErrUnknown), []string{"a"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				engine, keyring := newMemKV(t), testKeyring(t)
				s := testOpen(t, engine, keyring)
				mustPut(t, s, here, user("a"))
				syncs := 0
				engine.onSync(func(int) error {
					syncs++
					switch {
					case syncs == 1:
						return c.sync
					case syncs == 2:
						return errors.New("still cut off")
					case name == "engine closed":
						return kv.ErrClosed
					}
					return nil
				})
				if err := put(t.Context(), s, here, user("b")); !errors.Is(err, kv.ErrUnknown) {
					t.Errorf("error %v", err)
				}
				time.Sleep(time.Second) // of the bubble's clock: until it was asked again
				synctest.Wait()
				wantUsers(t, s, here, c.want...)
				engine.onSync(nil)
				mustPut(t, s, here, user("z"))
				wantUsers(t, s, here, append(c.want, "z")...)
			})
		})
	}
}

// What another process wrote is met by the next change of that account, and shows from then on.
func TestForeignChanges(t *testing.T) {
	engine, keyring := newMemKV(t), testKeyring(t)
	s, other := testOpen(t, engine, keyring), testOpen(t, engine, keyring)
	mustPut(t, s, here, user("a"), user("b"))
	mustPut(t, s, elsewhere, user("x"))
	_, err := other.Update(t.Context(), &Change{Account: here}, func(tx *Tx) ([]byte, error) {
		tx.Delete(tx.Account().User("a"))
		return nil, tx.Put(user("c"))
	})
	if err != nil {
		t.Fatal(err)
	}
	wantUsers(t, s, here, "a", "b")
	rejudged := false
	change := &Change{Account: here, Judged: s.Snapshot().Revision(), Rejudge: func(now *directory.Snapshot) error {
		rejudged = slices.Equal(userNames(now, here), []string{"b", "c"})
		return nil
	}}
	if _, err := s.Update(t.Context(), change, func(tx *Tx) ([]byte, error) { return nil, tx.Put(user("d")) }); err != nil {
		t.Fatal(err)
	}
	if !rejudged {
		t.Error("the change was not judged on what the other process left")
	}
	wantUsers(t, s, here, "b", "c", "d")
	wantUsers(t, s, elsewhere, "x")
	sameAccounts(t, testOpen(t, engine, keyring).Snapshot(), s.Snapshot())
}

func TestRejudge(t *testing.T) {
	s := testOpen(t, newMemKV(t), testKeyring(t))
	mustPut(t, s, here, user("a"))
	mustPut(t, s, here, &directory.AccessKey{ID: "AKIA1", User: "AIDAA", Active: true})
	revoked := errors.New("the key was revoked")
	judge := func(s *directory.Snapshot) error {
		if k, _ := s.AccessKey("AKIA1"); k == nil || !k.Active {
			return revoked
		}
		return nil
	}
	judged := 0
	change := func(revision uint64) *Change {
		return &Change{Account: here, Judged: revision, Rejudge: func(s *directory.Snapshot) error { judged++; return judge(s) }}
	}
	add := func(c *Change, name string) error {
		_, err := s.Update(t.Context(), c, func(tx *Tx) ([]byte, error) { return nil, tx.Put(user(name)) })
		return err
	}
	old := s.Snapshot().Revision()
	if err := add(change(old), "b"); err != nil || judged != 0 {
		t.Errorf("on the judged state: error %v, judged %d times", err, judged)
	}
	if err := add(change(old), "c"); err != nil || judged != 1 {
		t.Errorf("on a newer state: error %v, judged %d times", err, judged)
	}
	// What changes no entity moves nothing.
	now := s.Snapshot().Revision()
	s.Touch(here, "AKIA1", Use{At: time.Now()})
	if err := errors.Join(s.writeUses(t.Context()), s.Acknowledge(t.Context(), "none")); err != nil {
		t.Fatal(err)
	}
	if err := add(change(now), "d"); err != nil || judged != 1 {
		t.Errorf("after the last use was written: error %v, judged %d times", err, judged)
	}
	now = s.Snapshot().Revision()
	mustPut(t, s, here, &directory.AccessKey{ID: "AKIA1", User: "AIDAA"})
	if err := add(change(now), "e"); err != revoked {
		t.Errorf("after the key was revoked: error %v", err)
	}
	wantUsers(t, s, here, "a", "b", "c", "d")
}

// An error of fn comes back as it is and leaves nothing behind.
func TestErrorsOfFn(t *testing.T) {
	engine := newMemKV(t)
	s := testOpen(t, engine, testKeyring(t))
	mustPut(t, s, here, user("a"))
	before, keys := s.Snapshot(), engine.keys()
	mine := errors.New("mine")
	change := &Change{Account: here, Retry: make([]byte, 32), Event: func([]byte, time.Time) *trail.Event {
		t.Error("an event of what was not done")
		return nil
	}}
	if _, err := s.Update(t.Context(), change, func(tx *Tx) ([]byte, error) {
		tx.Delete(user("a"))
		return nil, errors.Join(tx.Put(user("b")), mine)
	}); !errors.Is(err, mine) || errors.Is(err, kv.ErrLimit) {
		t.Errorf("error %v", err)
	}
	_, err := s.Update(t.Context(), &Change{Account: here}, func(tx *Tx) ([]byte, error) {
		for i := range 70 {
			if err := tx.Put(user(fmt.Sprint("u", i))); err != nil {
				return nil, err
			}
		}
		return nil, nil
	})
	if !errors.Is(err, kv.ErrLimit) {
		t.Errorf("error %v, want kv.ErrLimit", err)
	}
	for _, bad := range []*Change{{}, {Account: "1"}, {Account: "a/../b"}, {Account: here, Retry: []byte("short")}} {
		if _, err := s.Update(t.Context(), bad, func(*Tx) ([]byte, error) { t.Error("fn ran"); return nil, nil }); err == nil {
			t.Errorf("%+v was taken", bad)
		}
	}
	if s.Snapshot() != before || !slices.Equal(engine.keys(), keys) {
		t.Error("something was left behind")
	}
	mustPut(t, s, here, user("b"))
	wantUsers(t, s, here, "a", "b")
}

// An engine may run the function of a transaction more than once.
func TestFnRunsTwice(t *testing.T) {
	engine, keyring := newMemKV(t), testKeyring(t)
	engine.runs = 3
	s := testOpen(t, engine, keyring)
	for i := range 5 {
		mustPut(t, s, here, user(fmt.Sprint("u", i)))
	}
	wantUsers(t, s, here, "u0", "u1", "u2", "u3", "u4")
	if _, err := s.Update(t.Context(), &Change{Account: here}, func(tx *Tx) ([]byte, error) {
		tx.Delete(tx.Account().User("u0"))
		return nil, nil
	}); err != nil {
		t.Fatal(err)
	}
	wantUsers(t, s, here, "u1", "u2", "u3", "u4")
	sameAccounts(t, testOpen(t, engine, keyring).Snapshot(), s.Snapshot())
}

func TestConflicts(t *testing.T) {
	s := testOpen(t, newMemKV(t), testKeyring(t))
	mustPut(t, s, here, everything(here)...)
	mustPut(t, s, elsewhere, everything(elsewhere)...) // the same names and unique ids: accounts do not share them
	for of, e := range map[string]directory.Entity{
		"name of user":               &directory.User{ID: "AIDA2", Name: "Needle-User"},
		"name of group":              &directory.Group{ID: "AGPA2", Name: "NEEDLE-group"},
		"name of role":               &directory.Role{ID: "AROA2", Name: "needle-role"},
		"name of policy":             &directory.Policy{ID: "ANPA2", Name: "needle-policy"},
		"name of profile":            &directory.InstanceProfile{ID: "AIPA2", Name: "needle-profile"},
		"name of server certificate": &directory.ServerCertificate{ID: "ASCA2", Name: "needle-SERVER"},
		"name of service credential": &directory.ServiceCredential{ID: "ACCA2", Name: "needle-AT-1"},
		"name of saml":               &directory.SAMLProvider{ID: "SAMLP2", Name: "needle-Provider"},
		"id of key":                  &directory.AccessKey{ID: "AKIA" + elsewhere, User: "AIDA1"},
		"alias":                      &directory.AccountInfo{ID: here, Alias: "needle-" + elsewhere},
		"address":                    &directory.AccountInfo{ID: here, Email: "NEEDLE@" + elsewhere},
		"id of account":              &directory.AccountInfo{ID: elsewhere},
	} {
		var conflict *ConflictError
		if err := put(t.Context(), s, here, e); !errors.As(err, &conflict) || !strings.HasPrefix(of, conflict.Of) || conflict.Key != e.Key() {
			t.Errorf("%s: error %v", of, err)
		}
	}
	for what, entities := range map[string][]directory.Entity{
		"two of one name":  {&directory.User{ID: "AIDA3", Name: "twin"}, &directory.User{ID: "AIDA4", Name: "TWIN"}},
		"renamed to a new": {&directory.User{ID: "AIDA3", Name: "new"}, &directory.User{ID: "AIDA1", Name: "new"}},
	} {
		var conflict *ConflictError
		if err := put(t.Context(), s, here, entities...); !errors.As(err, &conflict) {
			t.Errorf("%s: error %v", what, err)
		}
	}
	// A user and a group may have one name, and a name is free once its holder has another.
	if err := put(t.Context(), s, elsewhere, &directory.User{ID: "AIDA1", Name: "needle-group"}, &directory.User{ID: "AIDA2", Name: "needle-user"}); err != nil {
		t.Error(err)
	}
	// A name is free again once its holder is gone, in the same transaction too.
	_, err := s.Update(t.Context(), &Change{Account: here}, func(tx *Tx) ([]byte, error) {
		tx.Delete(tx.Account().User("needle-user"))
		return nil, tx.Put(&directory.User{ID: "AIDA2", Name: "needle-user"})
	})
	if u := s.Snapshot().Account(here).User("needle-user"); err != nil || u.ID != "AIDA2" {
		t.Errorf("user %+v, error %v", u, err)
	}
}

func TestQuotas(t *testing.T) {
	_, err := Open(t.Context(), newMemKV(t), testKeyring(t), Options{Library: directory.NewLibrary(nil), Quotas: map[QuotaName]int{"Users": 3}})
	if err == nil {
		t.Error("an unknown quota was taken")
	}
	s, err := Open(t.Context(), newMemKV(t), testKeyring(t), Options{Library: directory.NewLibrary(nil), Quotas: map[QuotaName]int{UsersPerAccount: 2}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	add := func(name string) error {
		_, err := s.Update(t.Context(), &Change{Account: here}, func(tx *Tx) ([]byte, error) {
			have := 0
			if a := tx.Account(); a != nil {
				have = a.Counts().Users
			}
			if err := tx.Quota(UsersPerAccount, have); err != nil {
				return nil, err
			}
			return nil, tx.Put(user(name))
		})
		return err
	}
	if err := errors.Join(add("a"), add("b")); err != nil {
		t.Fatal(err)
	}
	var quota *QuotaError
	if err := add("c"); !errors.As(err, &quota) || err.Error() != "Cannot exceed quota for UsersPerAccount: 2" {
		t.Errorf("error %v", err)
	}
	summary := s.Quotas().Summary()
	for name, want := range map[string]int{"UsersQuota": 2, "GroupsQuota": 300, "AccessKeysPerUserQuota": 2, "AssumeRolePolicySizeQuota": 2048} {
		if summary[name] != want {
			t.Errorf("%s is %d, want %d", name, summary[name], want)
		}
	}
	for name := range defaults {
		if s.Quotas().Limit(name) <= 0 {
			t.Errorf("%s is %d", name, s.Quotas().Limit(name))
		}
	}
}

// A policy whose versions are blown up with white space as far as a request allows still fits into a record.
func TestLargeDocuments(t *testing.T) {
	engine, keyring := newMemKV(t), testKeyring(t)
	s := testOpen(t, engine, keyring)
	p := &directory.Policy{ID: "ANPA1", Name: "p", Path: "/", Default: 1}
	for v := range 5 {
		text := []byte(`{"Version":"2012-10-17","Statement":[]}`)
		for i := 0; len(text) < 131072; i++ {
			text = append(text, " \t\n\r"[(i*i*7+i/3+v)&3])
		}
		p.Versions = append(p.Versions, directory.PolicyVersion{Number: v + 1, Document: directory.Document{Text: string(text)}})
	}
	mustPut(t, s, here, p)
	sameAccounts(t, testOpen(t, engine, keyring).Snapshot(), s.Snapshot())
}

func TestClose(t *testing.T) {
	engine := newMemKV(t)
	s, err := Open(t.Context(), engine, testKeyring(t), Options{Library: directory.NewLibrary(nil)})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); !errors.Is(err, kv.ErrClosed) {
		t.Errorf("a second Close: %v", err)
	}
	if err := put(t.Context(), s, here, user("a")); !errors.Is(err, kv.ErrClosed) {
		t.Errorf("a change after Close: %v", err)
	}
}

// TestChanged: the channel is closed once there is a newer state, however many wait for it, and not by a change that fails.
func TestChanged(t *testing.T) {
	s := testOpen(t, newMemKV(t), testKeyring(t))
	first, second := s.Changed(), s.Changed()
	closed := func(c <-chan struct{}) bool {
		select {
		case <-c:
			return true
		default:
			return false
		}
	}
	refused := errors.New("refused")
	if _, err := s.Update(t.Context(), &Change{Account: here}, func(*Tx) ([]byte, error) { return nil, refused }); !errors.Is(err, refused) {
		t.Fatal(err)
	}
	if closed(first) || closed(second) {
		t.Error("closed without a change")
	}
	if err := put(t.Context(), s, here, &directory.AccountInfo{ID: here}); err != nil {
		t.Fatal(err)
	}
	if !closed(first) || !closed(second) || s.Snapshot().Account(here) == nil {
		t.Error("open after a change")
	}
	if closed(s.Changed()) {
		t.Error("closed before the next change")
	}
}
