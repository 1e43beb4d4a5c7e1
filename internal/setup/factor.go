package setup

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/internal/signin"
	"github.com/warder-iam/warder/internal/store"
)

// Person is who gets a second factor: one of the two that are set up.
type Person struct {
	// ID is the user's, the account's for the root user.
	ID string
	// Name for people: the user's, the root user's address.
	Name string
	// Label names the account too, as authenticators show it.
	Label string
	root  bool
}

// RootFactor is whose second factor StepRootFactor is about.
func (r *Run) RootFactor() Person {
	email := r.Account.Info().Email
	return Person{ID: r.Account.ID(), Name: email, Label: email, root: true}
}

// AdministratorFactor is whose second factor StepAdministratorFactor is about. The step before it must be done.
func (r *Run) AdministratorFactor() Person {
	u := r.Account.UserByID(r.Account.Setup().Administrator)
	return Person{ID: u.ID, Name: u.Name, Label: u.Name + "@" + accountName(r.Account)}
}

func accountName(a *directory.Account) string { return cmp.Or(a.Info().Alias, a.ID()) }

// rootDevice is the name that AWS gives the root user's virtual device. Source: IAM User Guide, "MFA for the root user".
const rootDevice = "root-account-mfa-device"

// device is the virtual one that set-up makes for a person.
func (p Person) device() *directory.MFADevice {
	d := &directory.MFADevice{Kind: directory.VirtualMFA, Path: "/", Name: p.Name}
	if p.root {
		d.Name = rootDevice
	}
	return d
}

// Device is the person's virtual device that waits for its two codes, or nil. It was made by set-up: whoever made another one of its
// name knows that one's seed.
func (r *Run) Device(p Person) *directory.MFADevice {
	d := r.Account.MFADeviceAt(p.device().Resource())
	if d == nil || d.User != "" || d.ID != r.Account.Setup().Device {
		return nil
	}
	return d
}

// Seed shows what an application needs of a device that waits for its codes: the seed as text, and as QR code.
func (r *Run) Seed(p Person, d *directory.MFADevice) (text string, code [][]bool, err error) {
	seed, err := r.setup.Keys.OpenSeed(d.ID, d.Sealed)
	if err != nil {
		return "", nil, err
	}
	name, account := p.Name, accountName(r.Account)
	if p.root {
		name = "root"
	}
	code, err = signin.SeedModules(name, account, seed)
	return signin.SeedText(seed), code, err
}

// NewDevice makes a virtual device for a person, in the place of one that waits.
func (r *Run) NewDevice(ctx context.Context, v Visitor, p Person) error {
	d := p.device()
	d.ID = session.NewEntityID("")
	sealed, err := r.setup.Keys.SealSeed(d.ID, signin.NewSeed())
	if err != nil {
		return err
	}
	d.Sealed = sealed
	return r.step(ctx, v, factorBegun, r.aboutDevice(p, d), func(tx *store.Tx, s *directory.Setup) error {
		if old := tx.Account().MFADeviceAt(d.Resource()); old != nil && old.User != "" {
			return &FieldError{"", fmt.Sprintf("The name of the device, %s, is taken. Use a passkey, or do this after signing in.", old.Name)}
		} else if old != nil {
			tx.Delete(old)
		}
		d.Created, s.Device = tx.Now(), d.ID
		return tx.Put(d)
	})
}

// about is what the trail tells of a person.
func (p Person) about() map[string]string {
	about := map[string]string{"principalId": p.ID}
	if !p.root {
		about["userName"] = p.Name
	}
	return about
}

// aboutDevice is what it tells of the person's device.
func (r *Run) aboutDevice(p Person, d *directory.MFADevice) map[string]string {
	about := p.about()
	about["serialNumber"] = r.Account.ARN(d)
	return about
}

// EnableDevice gives the person the device that waits, by two of its codes in a row. Errors beside those of the store:
// signin.ErrWrongCode, a *signin.WaitError, ErrNoRun.
func (r *Run) EnableDevice(ctx context.Context, v Visitor, p Person, first, second string) error {
	waits := r.Device(p)
	if waits == nil {
		return signin.ErrWrongCode
	}
	try := signin.Attempt{ID: v.Request, Time: v.Time}
	if err := r.setup.SignIn.BeginCode(p.ID, try); err != nil {
		return err
	}
	err := r.step(ctx, v, factorEnabled, r.aboutDevice(p, waits), func(tx *store.Tx, s *directory.Setup) error {
		d := tx.Account().MFADeviceByID(waits.ID)
		if d == nil || d.User != "" || d.ID != s.Device {
			return signin.ErrWrongCode
		}
		d, err := r.setup.SignIn.UsePair(d, first, second, v.Time)
		if err != nil {
			return err
		}
		d.User, d.Enabled, s.Device = p.ID, tx.Now(), ""
		decide(s, p)
		return tx.Put(d)
	})
	if err == nil {
		r.setup.SignIn.CodeAccepted(p.ID, try)
	}
	return err
}

// AddPasskey gives the person a passkey that was registered just now, under a name of its own. The error is a *FieldError where somebody
// has it already.
func (r *Run) AddPasskey(ctx context.Context, v Visitor, p Person, registered *directory.MFADevice) error {
	d := registered.Clone()
	d.ID, d.Name, d.Path, d.User = session.NewEntityID(""), "passkey-"+rand.Text(), p.passkeyPath(), p.ID
	return r.step(ctx, v, factorEnabled, r.aboutDevice(p, d), func(tx *store.Tx, s *directory.Setup) error {
		if tx.Account().HoldsPasskey(d.Credential) {
			return &FieldError{"", "This passkey is registered already. Use another one."}
		}
		d.Enabled = tx.Now()
		decide(s, p)
		return tx.Put(d)
	})
}

// passkeyPath is that of the person's passkeys, as AWS has them.
func (p Person) passkeyPath() string {
	if p.root {
		return "/root/"
	}
	return "/user/" + p.Name + "/"
}

// Later leaves the person without a second factor for now.
func (r *Run) Later(ctx context.Context, v Visitor, p Person) error {
	return r.step(ctx, v, factorLater, p.about(), func(_ *store.Tx, s *directory.Setup) error {
		decide(s, p)
		return nil
	})
}

// decide notes that the step of a person's second factor is done.
func decide(s *directory.Setup, p Person) {
	if p.root {
		s.RootFactor = true
	} else {
		s.AdministratorFactor = true
	}
}
