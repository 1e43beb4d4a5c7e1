package app

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/store"
)

// recover runs a recovery for a user, the key into a file of that name.
func (p *place) recover(t *testing.T, user, file string) (*Recovered, error) {
	t.Helper()
	c := p.Config
	c.AdminCredentials = filepath.Join(filepath.Dir(p.Data), file)
	return RecoverAdministrator(t.Context(), c, user, Output{Text: &p.text, Log: &p.log})
}

// change changes the account while no server runs.
func (p *place) change(t *testing.T, fn func(tx *store.Tx) error) {
	t.Helper()
	a, account, err := openOffline(t.Context(), p.Config, Output{Text: &p.text, Log: &p.log})
	if err != nil {
		t.Fatal(err)
	}
	_, err = a.store.Update(context.Background(), &store.Change{Account: account.ID()}, func(tx *store.Tx) ([]byte, error) { return nil, fn(tx) })
	if err != nil {
		t.Error(err)
	}
	if err := a.release(); err != nil {
		t.Error(err)
	}
}

// A group that lost its policy gets it back; what else binds the user is named, and a boundary refuses the user.
func TestRecoverAdministrator(t *testing.T) {
	p := newPlace(t)
	stop(t, p.start(t))
	p.change(t, func(tx *store.Tx) error {
		g, u := tx.Account().Group(adminGroup).Clone(), tx.Account().User(adminUser).Clone()
		g.Attached = []string{"arn:aws:iam::aws:policy/AWSDenyAll"}
		u.Groups = nil
		bounded := &directory.User{ID: "AIDABOUNDED", Name: "bounded", Path: "/", Created: tx.Now(), Boundary: adminPolicy}
		for _, e := range []directory.Entity{g, u, bounded} {
			if err := tx.Put(e); err != nil {
				return err
			}
		}
		return nil
	})
	s, err := ReadRootStatus(t.Context(), p.Config, Output{Text: &p.text, Log: &p.log})
	if err != nil || len(s.Administrators) != 0 || len(s.Recoveries) != 0 {
		t.Errorf("before: %+v %v", s, err)
	}
	if _, err := p.recover(t, "bounded", "new"); err == nil || !strings.Contains(err.Error(), "has the permissions boundary") {
		t.Errorf("a bounded user: %v", err)
	}
	r, err := p.recover(t, adminUser, "new")
	if err != nil || len(r.Bounds) != 1 || !strings.Contains(r.Bounds[0], "AWSDenyAll, attached to group") {
		t.Fatalf("%+v %v", r, err)
	}
	s, err = ReadRootStatus(t.Context(), p.Config, Output{Text: &p.text, Log: &p.log})
	if err != nil || len(s.Administrators) != 1 || s.Administrators[0].ActiveKeys != 2 || len(s.Recoveries) != 1 || s.Recoveries[0].KeyID != r.KeyID {
		t.Errorf("after: %+v %v", s, err)
	}
}

// A recovery that was killed once its key was in force ends with the same command, and with that key.
func TestRecoveryInterrupted(t *testing.T) {
	p := newPlace(t)
	stop(t, p.start(t))
	first, err := p.recover(t, "second", "new")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(filepath.Dir(p.Data), "new")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_, profile, _ := strings.Cut(string(text), "\n")
	wrapped, err := os.ReadFile(filepath.Join(p.Data, keyringName))
	if err != nil {
		t.Fatal(err)
	}
	write(t, path, newCredentialsFile(path, wrapped, byRecovery, "second").pending+profile)
	again, err := p.recover(t, "second", "new")
	if err != nil || again.KeyID != first.KeyID {
		t.Errorf("%+v %v, want the key %s", again, err, first.KeyID)
	}
	if after, err := os.ReadFile(path); err != nil || string(after) != string(text) {
		t.Errorf("the file: %v", err)
	}
	// Before it was in force, its file is written anew.
	write(t, path, newCredentialsFile(path, wrapped, byRecovery, "second").pending+"[warder]\naws_access_key_id = AKIAAAAAAAAAAAAAAAAA\naws_secret_access_key = x\n")
	if third, err := p.recover(t, "third", "new"); err != nil || third.User != "third" {
		t.Errorf("%+v %v", third, err)
	}
	if strings.Contains(p.log.String()+p.text.String(), strings.Fields(profile)[6]) {
		t.Error("the secret shows")
	}
}
