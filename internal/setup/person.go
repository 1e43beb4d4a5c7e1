package setup

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/seal"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/internal/signin"
	"github.com/warder-iam/warder/internal/store"
)

// What makes a user an administrator, and the name of the first.
const (
	AdminUser   = "admin"
	AdminGroup  = "Administrators"
	AdminPolicy = "arn:aws:iam::aws:policy/AdministratorAccess"
)

// FieldError: what was chosen cannot be. Field says which: "email", "password" or "name"; the text is for people.
type FieldError struct{ Field, Message string }

func (e *FieldError) Error() string { return e.Message }

// SetRoot gives the root user its address and password. Errors beside those of the store: a *FieldError, signin.ErrBusy, ErrNoRun.
func (r *Run) SetRoot(ctx context.Context, v Visitor, email string, password seal.Secret) error {
	profile, err := r.setup.rootProfile(ctx, r.Account, email, password)
	if err != nil {
		return err
	}
	return r.step(ctx, v, rootSet, map[string]string{"email": email}, func(tx *store.Tx, _ *directory.Setup) error {
		return putRoot(tx, email, profile)
	})
}

// rootProfile checks address and password, and makes what is kept of the latter.
func (s *Setup) rootProfile(ctx context.Context, a *directory.Account, email string, password seal.Secret) (sealed []byte, err error) {
	if !signin.IsEmail(email) {
		return nil, &FieldError{"email", "That is no e-mail address, such as root@example.com, of at most 64 characters."}
	}
	sealed, err = s.SignIn.NewRootPassword(ctx, a, email, nil, password)
	return sealed, ofPassword(err)
}

// ofPassword makes the refusal of a password one of its field.
func ofPassword(err error) error {
	var refused *signin.PolicyError
	if errors.As(err, &refused) {
		return &FieldError{"password", strings.TrimSuffix(refused.Message, ".") + "."}
	}
	return err
}

func putRoot(tx *store.Tx, email string, sealed []byte) error {
	if other := tx.Directory().AccountByEmail(email); other != nil && other.ID() != tx.Account().ID() {
		return &FieldError{"email", "Another account's root user has this address."}
	}
	info := tx.Account().Info().Clone()
	info.Email = email
	if err := tx.Put(info); err != nil {
		return err
	}
	return putPassword(tx, tx.Account().ID(), sealed)
}

func putPassword(tx *store.Tx, id string, sealed []byte) error {
	profile := &directory.LoginProfile{User: id, Created: tx.Now()}
	if old := tx.Account().LoginProfile(id); old != nil {
		profile = old.Clone()
	}
	profile.Changed, profile.ResetRequired, profile.Sealed = tx.Now(), false, sealed
	return tx.Put(profile)
}

// Administrator is the user who is to be set up: the one that was chosen before, the one of the first start, or nil for one that is to be
// made.
func Administrator(a *directory.Account) *directory.User {
	if s := a.Setup(); s != nil {
		if u := a.UserByID(s.Administrator); u != nil && IsAdministrator(a, u) {
			return u
		}
	}
	if u := a.User(AdminUser); u != nil && IsAdministrator(a, u) {
		return u
	}
	return nil
}

// IsAdministrator reports whether the user has AdministratorAccess, its own or through a group.
func IsAdministrator(a *directory.Account, u *directory.User) bool {
	return slices.Contains(u.Attached, AdminPolicy) || slices.ContainsFunc(u.Groups, func(id string) bool {
		g := a.GroupByID(id)
		return g != nil && slices.Contains(g.Attached, AdminPolicy)
	})
}

// IsUserName: the characters of a user's name. Source: IAM API reference, CreateUser.
func IsUserName(s string) bool {
	return len(s) >= 1 && len(s) <= 64 && strings.IndexFunc(s, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_+=,.@-", r))
	}) < 0
}

// SetAdministrator gives the administrator a password, and another name where that is another. The user of the first start stays who
// it is, with its access key; where it is gone, one is made. Errors as SetRoot's.
func (r *Run) SetAdministrator(ctx context.Context, v Visitor, name string, password seal.Secret) error {
	user, sealed, err := r.setup.administrator(ctx, r.Account, name, password)
	if err != nil {
		return err
	}
	details := map[string]string{"userName": name, "userId": user.ID}
	return r.step(ctx, v, administratorSet, details, func(tx *store.Tx, s *directory.Setup) error {
		if s.Administrator != user.ID {
			s.AdministratorFactor = false
		}
		s.Administrator, s.AdministratorPassword = user.ID, true
		return putAdministrator(tx, user, name, sealed)
	})
}

// administrator is the user and the password that it is to have.
func (s *Setup) administrator(ctx context.Context, a *directory.Account, name string, password seal.Secret) (*directory.User, []byte, error) {
	if !IsUserName(name) {
		return nil, nil, &FieldError{"name", "A user's name has 1 to 64 letters, digits and any of _+=,.@-"}
	}
	user := Administrator(a)
	if user == nil {
		user = &directory.User{ID: session.NewEntityID(session.PrefixUser), Path: "/"}
	}
	named := user.Clone()
	named.Name = name
	sealed, err := s.SignIn.NewPassword(ctx, a, named, nil, password)
	return user, sealed, ofPassword(err)
}

func putAdministrator(tx *store.Tx, user *directory.User, name string, sealed []byte) error {
	a := tx.Account()
	if now := Administrator(a); now != nil && now.ID != user.ID || now == nil && a.UserByID(user.ID) != nil {
		return &FieldError{"name", "Somebody changed who the administrator is at the same time. Look at the name, and try again."}
	}
	if other := a.User(name); other != nil && other.ID != user.ID {
		return &FieldError{"name", fmt.Sprintf("There is a user %s already, who is not the administrator of the first start.", other.Name)}
	}
	if found := a.UserByID(user.ID); found == nil {
		group, made := MakeAdministrator(tx, name)
		made.ID = user.ID
		if err := errors.Join(tx.Put(group), tx.Put(made)); err != nil {
			return err
		}
	} else if found.Name != name {
		renamed := found.Clone()
		renamed.Name = name
		if err := tx.Put(renamed); err != nil {
			return err
		}
	}
	return putPassword(tx, user.ID, sealed)
}

// MakeAdministrator gives the group of the administrators and the user of that name as they are to be, made where they are not there.
func MakeAdministrator(tx *store.Tx, name string) (*directory.Group, *directory.User) {
	group := &directory.Group{ID: session.NewEntityID(session.PrefixGroup), Name: AdminGroup, Path: "/", Created: tx.Now()}
	if found := tx.Account().Group(AdminGroup); found != nil {
		group = found.Clone()
	}
	if !slices.Contains(group.Attached, AdminPolicy) {
		group.Attached = append(group.Attached, AdminPolicy)
	}
	user := &directory.User{ID: session.NewEntityID(session.PrefixUser), Name: name, Path: "/", Created: tx.Now()}
	if found := tx.Account().User(name); found != nil {
		user = found.Clone()
	}
	if !slices.Contains(user.Groups, group.ID) {
		user.Groups = append(user.Groups, group.ID)
	}
	return group, user
}
