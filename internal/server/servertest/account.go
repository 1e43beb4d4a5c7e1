package servertest

import (
	"strconv"
	"testing"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/policy"
)

// Administrator is the AWS-managed policy that allows everything.
const Administrator = "arn:aws:iam::aws:policy/AdministratorAccess"

// Account is one account of a World.
type Account struct {
	*World
	ID string
}

// Account makes an empty account with this id, of 12 digits.
func (w *World) Account(t testing.TB, id string) *Account {
	t.Helper()
	a := &Account{World: w, ID: id}
	a.Put(t, &directory.AccountInfo{ID: id})
	return a
}

// Change runs a change of the account that nobody asked for and that leaves no event.
func (a *Account) Change(t testing.TB, fn func(tx *store.Tx) error) {
	t.Helper()
	_, err := a.Store.Update(t.Context(), &store.Change{Account: a.ID}, func(tx *store.Tx) ([]byte, error) { return nil, fn(tx) })
	Check(t, err)
}

// Put writes entities.
func (a *Account) Put(t testing.TB, entities ...directory.Entity) {
	t.Helper()
	a.Change(t, func(tx *store.Tx) error {
		for _, e := range entities {
			if err := tx.Put(e); err != nil {
				return err
			}
		}
		return nil
	})
}

// Now is the account as it is.
func (a *Account) Now() *directory.Account { return a.Store.Snapshot().Account(a.ID) }

// ARN is the ARN of an entity of the account.
func (a *Account) ARN(e directory.Entity) string { return a.Now().ARN(e) }

// User makes a user with an active access key, and these inline policies.
func (a *Account) User(t testing.TB, name string, policies ...string) *Credentials {
	t.Helper()
	u := &directory.User{ID: session.NewEntityID(session.PrefixUser), Name: name, Path: "/", Inline: inline(t, policies)}
	a.Put(t, u)
	return a.Key(t, u)
}

// Admin makes a user who may do everything.
func (a *Account) Admin(t testing.TB, name string) *Credentials {
	t.Helper()
	c := a.User(t, name)
	u := a.Now().User(name).Clone()
	u.Attached = []string{Administrator}
	a.Put(t, u)
	return c
}

// Key makes one more active access key of a user.
func (a *Account) Key(t testing.TB, u *directory.User) *Credentials {
	t.Helper()
	key, err := a.Keys.MintAccessKey(a.ID)
	Check(t, err)
	a.Put(t, &directory.AccessKey{ID: key.ID, User: u.ID, Active: true, Sealed: key.Sealed})
	return a.Holder(key)
}

// Role makes a role with a trust policy, in which principals stand as they are given, and these inline policies.
func (a *Account) Role(t testing.TB, name, trust string, policies ...string) *directory.Role {
	t.Helper()
	r := &directory.Role{
		ID: session.NewEntityID(session.PrefixRole), Name: name, Path: "/", MaxSession: 3600,
		Trust: Document(t, policy.Trust, trust), Inline: inline(t, policies),
	}
	a.Put(t, r)
	return r
}

// Document parses a policy document.
func Document(t testing.TB, kind policy.Kind, text string) directory.Document {
	t.Helper()
	d, err := directory.NewDocument(kind, text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return d
}

func inline(t testing.TB, texts []string) []directory.InlinePolicy {
	t.Helper()
	var list []directory.InlinePolicy
	for i, text := range texts {
		list = append(list, directory.InlinePolicy{Name: "inline" + strconv.Itoa(i), Document: Document(t, policy.Identity, text)})
	}
	return list
}
