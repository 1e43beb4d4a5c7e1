package bench

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/app"
	"github.com/warder-iam/warder/internal/kv/sqlitekv"
	"github.com/warder-iam/warder/internal/seal"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/internal/sigv4"
	"github.com/warder-iam/warder/internal/store"
)

// accountID is the account of every server here.
const accountID = "123456789012"

// groupName is the group of the account's members.
const groupName = "everybody"

// size is what an account holds: so many users, the first of them members of a group, and so many changes of the last
// minutes whose answers are remembered for retries.
type size struct{ users, members, answers int }

// account is the data of a server.
type account struct {
	size
	folder string
	admin  credentials
	member credentials // of the first member, if there is one
}

func (a *account) data() string      { return filepath.Join(a.folder, "data") }
func (a *account) masterKey() string { return filepath.Join(a.folder, "keys", "master.key") }
func (a *account) keyFile() string   { return filepath.Join(a.folder, "admin-credentials") }

// warderSettings are the folders of a Warder to serve.
type warderSettings struct{ Data, MasterKey, KeyFile string }

// startWarder serves Warder as cmd/warder does, but for quotas that nothing here reaches.
func startWarder(settings []byte) (address string, stop func() error, err error) {
	var s warderSettings
	if err := json.Unmarshal(settings, &s); err != nil {
		return "", nil, err
	}
	a, err := app.Start(context.Background(), app.Config{
		Data: s.Data, Listen: "127.0.0.1:0", AccountID: accountID, AdminCredentials: s.KeyFile, MasterKeyFile: s.MasterKey,
		LogFormat: "text", Quotas: map[string]int{string(store.UsersPerAccount): 10_000_000},
	}, app.Output{Text: io.Discard, Log: io.Discard})
	if err != nil {
		return "", nil, err
	}
	return strings.TrimPrefix(a.Endpoint().URL, "http://"), a.Stop, nil
}

// serve starts a server on the account's data, and stops it when the test ends.
func (a *account) serve(tb testing.TB) *process {
	p := a.start(tb)
	tb.Cleanup(func() { p.stop(tb) })
	return p
}

func (a *account) start(tb testing.TB) *process {
	tb.Helper()
	return startProcess(tb, "warder", warderSettings{Data: a.data(), MasterKey: a.masterKey(), KeyFile: a.keyFile()})
}

// newAccount makes an account of that size, its administrator beside it. The server makes the account itself; the rest is
// put into its store while it is stopped.
func newAccount(tb testing.TB, n size) *account {
	tb.Helper()
	a := &account{size: n, folder: tb.TempDir()}
	check(tb, os.Mkdir(filepath.Dir(a.masterKey()), 0o700))
	a.start(tb).stop(tb)
	var err error
	a.admin, err = readCredentials(a.keyFile())
	check(tb, err)
	check(tb, a.fill())
	return a
}

// fill puts users, and the group of its members, into the store.
func (a *account) fill() (err error) {
	master, err := seal.LoadMasterFile(a.masterKey())
	if err != nil {
		return err
	}
	wrapped, err := os.ReadFile(filepath.Join(a.data(), "keyring"))
	if err != nil {
		return err
	}
	ring, err := seal.OpenKeyring(master, wrapped)
	if err != nil {
		return err
	}
	engine, err := sqlitekv.Open(a.data(), sqlitekv.Options{})
	if err != nil {
		return err
	}
	st, err := store.Open(context.Background(), engine, ring, store.Options{Library: directory.NewLibrary(catalog.Load())})
	if err != nil {
		return err
	}
	if err := a.put(st, session.NewKeys(ring)); err != nil {
		return err
	}
	if err := st.Close(); err != nil {
		return err
	}
	return engine.Close()
}

// batch is how many entities are put in one transaction; the store takes a few more.
const batch = 50

func (a *account) put(st *store.Store, keys *session.Keys) error {
	group := &directory.Group{ID: session.NewEntityID(session.PrefixGroup), Name: groupName, Path: "/"}
	err := change(st, func(tx *store.Tx) error {
		group.Created = tx.Now()
		return tx.Put(group)
	})
	if err != nil {
		return err
	}
	err = inParallel(a.users, batch, func(first int) error { return a.putBatch(st, group, first) })
	if err != nil {
		return err
	}
	if err := inParallel(a.answers, 1, func(int) error { return remember(st, group) }); err != nil || a.members == 0 {
		return err
	}
	key, err := keys.MintAccessKey(accountID)
	if err != nil {
		return err
	}
	a.member = credentials{key.ID, string(key.Secret.Reveal())}
	return change(st, func(tx *store.Tx) error {
		first := tx.Account().User(userName(0))
		return tx.Put(&directory.AccessKey{ID: key.ID, User: first.ID, Created: tx.Now(), Active: true, Sealed: key.Sealed})
	})
}

// inParallel calls fn for 0, step, 2·step … below n, some at a time, so that transactions share syncs.
func inParallel(n, step int, fn func(first int) error) error {
	var next atomic.Int64
	var errs [32]error
	var workers sync.WaitGroup
	for i := range errs {
		workers.Go(func() {
			for errs[i] == nil {
				first := int(next.Add(int64(step))) - step
				if first >= n {
					return
				}
				errs[i] = fn(first)
			}
		})
	}
	workers.Wait()
	return errors.Join(errs[:]...)
}

func (a *account) putBatch(st *store.Store, group *directory.Group, first int) error {
	return change(st, func(tx *store.Tx) error {
		for n := first; n < min(first+batch, a.users); n++ {
			u := &directory.User{ID: session.NewEntityID(session.PrefixUser), Name: userName(n), Path: "/", Created: tx.Now()}
			if n < a.members {
				u.Groups = []string{group.ID}
			}
			if err := tx.Put(u); err != nil {
				return err
			}
		}
		return nil
	})
}

// remember makes a change that is like any client's: with an answer that a retry would get.
func remember(st *store.Store, group *directory.Group) error {
	hash := make([]byte, 32)
	_, _ = rand.Read(hash) // never fails
	answer := bytes.Repeat([]byte("x"), 500)
	_, err := st.Update(context.Background(), &store.Change{Account: accountID, Retry: hash}, func(tx *store.Tx) ([]byte, error) {
		return answer, tx.Put(group)
	})
	return err
}

func userName(n int) string { return fmt.Sprintf("user-%07d", n) }

func change(st *store.Store, fn func(*store.Tx) error) error {
	_, err := st.Update(context.Background(), &store.Change{Account: accountID}, func(tx *store.Tx) ([]byte, error) { return nil, fn(tx) })
	return err
}

// iam and sts sign as the administrator.
func (a *account) iam() *sigv4.Signer { return a.admin.signer("iam") }
func (a *account) sts() *sigv4.Signer { return a.admin.signer("sts") }
