package app

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/kv"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/internal/setup"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/trail"
)

// What the first start makes beside the account itself. The root user has no key, and no password until the console is set up.
const (
	adminUser   = setup.AdminUser
	adminGroup  = setup.AdminGroup
	adminPolicy = setup.AdminPolicy
)

// internalSource is the service in events about what Warder does on its own.
const internalSource = setup.Source

// founding is the account that a first start is about to make.
type founding struct {
	account string
	key     *session.AccessKey
	user    *directory.User
	group   *directory.Group
	link    setup.Link
}

// newFounding prepares an account, with a random id where none is given. Nothing is stored yet.
func newFounding(keys *session.Keys, account string) (*founding, error) {
	if account == "" {
		var err error
		if account, err = newAccountID(); err != nil {
			return nil, err
		}
	}
	key, err := keys.MintAccessKey(account)
	if err != nil {
		return nil, fmt.Errorf("make the administrator's key: %w", err)
	}
	group := &directory.Group{ID: session.NewEntityID(session.PrefixGroup), Name: adminGroup, Path: "/", Attached: []string{adminPolicy}}
	user := &directory.User{ID: session.NewEntityID(session.PrefixUser), Name: adminUser, Path: "/", Groups: []string{group.ID}}
	return &founding{account: account, key: key, user: user, group: group, link: setup.NewLink()}, nil
}

// newAccountID gives 12 random digits, the first of them no 0: spreadsheets and careless scripts drop it.
func newAccountID() (string, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(900_000_000_000))
	if err != nil {
		return "", err
	}
	return n.Add(n, big.NewInt(100_000_000_000)).String(), nil
}

// commit makes the account, in one transaction with the event that records it.
func (f *founding) commit(ctx context.Context, st *store.Store) error {
	change := &store.Change{Account: f.account, Event: f.event}
	_, err := st.Update(ctx, change, func(tx *store.Tx) ([]byte, error) {
		if tx.Account() != nil {
			return nil, fmt.Errorf("account %s is there already", f.account)
		}
		user, group := f.user.Clone(), f.group.Clone()
		user.Created, group.Created = tx.Now(), tx.Now()
		for _, e := range []directory.Entity{
			&directory.AccountInfo{ID: f.account, Created: tx.Now()},
			group,
			user,
			&directory.AccessKey{ID: f.key.ID, User: user.ID, Created: tx.Now(), Active: true, Sealed: f.key.Sealed},
			&directory.Setup{Administrator: user.ID, Token: f.link.Hash, Made: tx.Now()},
		} {
			if err := tx.Put(e); err != nil {
				return nil, err
			}
		}
		return nil, nil
	})
	if err != nil {
		return fmt.Errorf("make account %s: %w", f.account, err)
	}
	return nil
}

// mayStand tells whether an account whose commit failed with err may be there all the same.
func mayStand(err error) bool { return errors.Is(err, kv.ErrUnknown) || errors.Is(err, kv.ErrReadOnly) }

// event is the record of the first start: an event of Warder itself, since nobody called.
func (f *founding) event(_ []byte, at time.Time) *trail.Event {
	details, err := json.Marshal(map[string]string{
		"userName": f.user.Name, "groupName": f.group.Name, "policyArn": adminPolicy, "accessKeyId": f.key.ID,
	})
	if err != nil {
		return nil // a map of strings always encodes
	}
	return trail.ServiceEvent(uuid.NewString(), internalSource, f.account, Region, "CreateAccount", at, details)
}

// checkAccount refuses an --account-id that is not that of the data.
func checkAccount(st *store.Store, want string) error {
	accounts := slices.Collect(st.Snapshot().Accounts())
	if want == "" || len(accounts) == 0 || st.Snapshot().Account(want) != nil {
		return nil
	}
	return wrong("account-id", "the data hold account %s, not %s; leave the setting out, or name another --data directory",
		accounts[0].ID(), want)
}
