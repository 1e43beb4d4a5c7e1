package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/kv/sqlitekv"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/internal/setup"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/internal/trailstore"
	"github.com/warder-iam/warder/trail"
)

// recoverEvent is the name of the event of a recovery.
const recoverEvent = "RecoverAdministrator"

// openOffline opens the data of a server that does not run, and keeps it from starting until release. Whoever may do that
// holds the data and the master key: on the host itself that is the root user's proof of who it is.
func openOffline(ctx context.Context, config Config, out Output) (*App, *directory.Account, error) {
	a, err := openStateOffline(ctx, config, out)
	if err != nil {
		return nil, nil, err
	}
	if err := a.openLog(ctx); err != nil {
		return nil, nil, errors.Join(err, a.release())
	}
	account, err := a.theAccount()
	if err != nil {
		return nil, nil, errors.Join(err, a.release())
	}
	return a, account, nil
}

// openStateOffline is openOffline without the trail.
func openStateOffline(ctx context.Context, config Config, out Output) (*App, error) {
	config, err := config.complete()
	if err != nil {
		return nil, err
	}
	for _, name := range []string{stateName, keyringName} { // nothing is made where nothing is
		if there, err := exists(filepath.Join(config.Data, name)); err != nil {
			return nil, err
		} else if !there {
			return nil, wrong("data", "%s holds no data of a server: there is no %s", config.Data, name)
		}
	}
	a := &App{config: config, log: newLogger(out.Log, config.LogFormat), endJobs: func() {}}
	if err := a.openState(ctx); err != nil {
		if errors.Is(err, sqlitekv.ErrLocked) {
			err = fmt.Errorf("%w; this works on the data themselves, so stop the server first", err)
		}
		return nil, errors.Join(err, a.release())
	}
	return a, nil
}

// theAccount is the one that the configuration names, or the only one.
func (a *App) theAccount() (*directory.Account, error) {
	accounts := slices.Collect(a.store.Snapshot().Accounts())
	switch {
	case a.config.AccountID != "":
		return a.store.Snapshot().Account(a.config.AccountID), nil // openData looked whether it is there
	case len(accounts) == 1:
		return accounts[0], nil
	case len(accounts) == 0:
		return nil, wrong("data", "%s holds no account yet; the first start of warder serve makes one", a.config.Data)
	}
	return nil, wrong("account-id", "the data hold %d accounts; name one", len(accounts))
}

// Recovered is an administrator that the root user restored.
type Recovered struct {
	Account, User, Group, KeyID string
	// Bounds are other policies that bind the user. A Deny in one of them holds.
	Bounds []string
}

// RecoverAdministrator makes a user of that name an administrator, as the account's root user: in the group Administrators with
// AdministratorAccess, and with a new access key. User and group are made where they are not there. The key goes to the
// file that the configuration names, or is shown on out.Text; it is told before it is in force, as at the first start.
//
// It works on the host alone, on the data of a server that does not run. The change is on the trail, done by Root.
func RecoverAdministrator(ctx context.Context, config Config, user string, out Output) (_ *Recovered, err error) {
	a, account, err := openOffline(ctx, config, out)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, a.release()) }()
	var file *credentialsFile
	if a.config.AdminCredentials != "" {
		file = newCredentialsFile(a.config.AdminCredentials, a.wrapped, byRecovery, user)
	}
	r, err := a.interrupted(file, account)
	if err == nil && r == nil {
		r, err = a.recover(ctx, account, user, file, out)
	}
	if err != nil {
		return nil, err
	}
	if file != nil {
		err = file.confirm()
	}
	d := &outbox{store: a.store, recorder: a.recorder, log: a.log}
	return r.done(a.store.Snapshot().Account(r.account)), errors.Join(err, d.flush(context.WithoutCancel(ctx)))
}

// interrupted finds the recovery that was stopped after its key came into force and before the file said so; nil for none.
func (a *App) interrupted(file *credentialsFile, account *directory.Account) (*recovery, error) {
	if file == nil {
		return nil, nil
	}
	id, err := file.pendingKey()
	if err != nil || id == "" {
		return nil, err
	}
	key := account.AccessKey(id)
	if key == nil {
		return nil, nil // it never came into force: the file is written anew
	}
	return &recovery{account: account.ID(), user: account.UserByID(key.User).Name, key: &session.AccessKey{ID: id}}, nil
}

func (a *App) recover(ctx context.Context, account *directory.Account, user string, file *credentialsFile, out Output) (*recovery, error) {
	key, err := a.keys.MintAccessKey(account.ID())
	if err != nil {
		return nil, fmt.Errorf("make the administrator's key: %w", err)
	}
	r := &recovery{account: account.ID(), user: user, key: key}
	if err := r.check(account); err != nil {
		return nil, err
	}
	if err := r.tell(out, file); err != nil {
		return nil, err
	}
	err = r.commit(context.WithoutCancel(ctx), a.store)
	if err != nil && file != nil && !mayStand(err) {
		err = errors.Join(err, file.withdraw())
	}
	return r, err
}

// recovery is an administrator who is about to be restored.
type recovery struct {
	account, user string
	key           *session.AccessKey
}

// maxKeysPerUser is AWS's limit. A recovery does not go beyond it: that key would be one too many for ever.
const maxKeysPerUser = 2

// check refuses what would restore nobody.
func (r *recovery) check(a *directory.Account) error {
	if !setup.IsUserName(r.user) {
		return wrong("user", "%q is no user's name: 1 to 64 letters, digits and any of _+=,.@-", r.user)
	}
	u := a.User(r.user)
	if u == nil {
		return nil
	}
	if keys := a.Keys(u.ID); len(keys) >= maxKeysPerUser {
		return fmt.Errorf("user %s has two access keys already, %s and %s; name another user, a new one perhaps: nothing was changed", u.Name, keys[0].ID, keys[1].ID)
	}
	if u.Boundary != "" {
		return fmt.Errorf("user %s has the permissions boundary %s, so it would not be an administrator; name another user, a new one perhaps: nothing was changed", u.Name, u.Boundary)
	}
	return nil
}

// tell writes the key to the file, or shows it.
func (r *recovery) tell(out Output, file *credentialsFile) error {
	if file != nil {
		return file.write(r.key)
	}
	_, err := fmt.Fprintf(out.Text, "access key      %s\nsecret          %s\n                shown this once; in force once the lines below say so\n", r.key.ID, r.key.Show())
	return err
}

func (r *recovery) commit(ctx context.Context, st *store.Store) error {
	_, err := st.Update(ctx, &store.Change{Account: r.account, Event: r.event}, func(tx *store.Tx) ([]byte, error) {
		if taken, _ := tx.Directory().AccessKey(r.key.ID); taken != nil {
			return nil, errors.New("the new key's id is taken; run this again")
		}
		group, user := setup.MakeAdministrator(tx, r.user)
		for _, e := range []directory.Entity{
			group, user, &directory.AccessKey{ID: r.key.ID, User: user.ID, Created: tx.Now(), Active: true, Sealed: r.key.Sealed},
		} {
			if err := tx.Put(e); err != nil {
				return nil, err
			}
		}
		return nil, nil
	})
	if err != nil {
		return fmt.Errorf("restore an administrator of account %s: %w", r.account, err)
	}
	return nil
}

// event is the record of the recovery.
func (r *recovery) event(_ []byte, at time.Time) *trail.Event {
	details, err := json.Marshal(map[string]string{
		"userName": r.user, "groupName": adminGroup, "policyArn": adminPolicy, "accessKeyId": r.key.ID,
	})
	if err != nil {
		return nil // a map of strings always encodes
	}
	return setup.RootEvent(r.account, Region, recoverEvent, details, at)
}

func (r *recovery) done(a *directory.Account) *Recovered {
	out := &Recovered{Account: r.account, User: r.user, Group: adminGroup, KeyID: r.key.ID}
	u := a.User(r.user)
	note := func(kind, name string, attached []string, inline []directory.InlinePolicy) {
		for _, p := range attached {
			if p != adminPolicy {
				out.Bounds = append(out.Bounds, fmt.Sprintf("%s, attached to %s %s", p, kind, name))
			}
		}
		for _, p := range inline {
			out.Bounds = append(out.Bounds, fmt.Sprintf("%s, inline in %s %s", p.Name, kind, name))
		}
	}
	note("user", u.Name, u.Attached, u.Inline)
	for _, id := range u.Groups {
		if g := a.GroupByID(id); g != nil {
			note("group", g.Name, g.Attached, g.Inline)
		}
	}
	return out
}

// RootStatus is what there is to know of an account's root user and of those who could do without it.
type RootStatus struct {
	Account string
	// Email is "" where the root user has none. Password is when it was set; zero where there is none.
	Email    string
	Password time.Time
	// Devices are the serial numbers of its MFA devices.
	Devices []string
	// SetUp is when the console was; zero where it is still to be, or going on.
	SetUp          time.Time
	Administrators []Administrator
	Recoveries     []Recovery
}

// Administrator is a user with AdministratorAccess, its own or through a group.
type Administrator struct {
	User       string
	ActiveKeys int
	Boundary   string // policy ARN, "" for none
}

// Recovery is an earlier RecoverAdministrator, as the trail has it.
type Recovery struct {
	At          time.Time
	User, KeyID string
}

// ReadRootStatus reads it from the data of a server that does not run.
func ReadRootStatus(ctx context.Context, config Config, out Output) (_ *RootStatus, err error) {
	config.AdminCredentials = "" // nothing is written
	a, account, err := openOffline(ctx, config, out)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, a.release()) }()
	s := &RootStatus{Account: account.ID(), Email: account.Info().Email}
	if p := account.LoginProfile(account.ID()); p != nil {
		s.Password = p.Changed
	}
	for _, d := range account.MFADevicesOf(account.ID()) {
		s.Devices = append(s.Devices, account.ARN(d))
	}
	if done := account.Setup(); done != nil {
		s.SetUp = done.Done
	}
	for u := range account.Users() {
		if setup.IsAdministrator(account, u) {
			s.Administrators = append(s.Administrators, Administrator{u.Name, activeKeys(account, u), u.Boundary})
		}
	}
	s.Recoveries, err = recoveries(ctx, TrailDir(a.config.Data), s.Account)
	return s, err
}

func activeKeys(a *directory.Account, u *directory.User) (n int) {
	for _, k := range a.Keys(u.ID) {
		if k.Active {
			n++
		}
	}
	return n
}

func recoveries(ctx context.Context, dir, account string) (list []Recovery, err error) {
	for record, err := range trailstore.Read(ctx, dir, trailstore.All()) {
		if err != nil {
			return nil, err
		}
		e := record.Event
		if e.EventSource != internalSource || e.EventName != recoverEvent || e.RecipientAccountID != account {
			continue
		}
		var details struct {
			User  string `json:"userName"`
			KeyID string `json:"accessKeyId"`
		}
		if err := json.Unmarshal(e.ServiceEventDetails, &details); err != nil {
			return nil, fmt.Errorf("event %s: %w", e.EventID, err)
		}
		list = append(list, Recovery{e.EventTime, details.User, details.KeyID})
	}
	return list, nil
}
