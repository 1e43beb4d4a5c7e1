package store

import (
	"strings"

	"github.com/warder-iam/warder/directory"
)

// ConflictError: a record that is put would take a name, an alias, a root user's address or an id that another holds. Operations look before
// they put, so this shows a mistake in Warder, and stops it from doing harm.
type ConflictError struct {
	Key string // of the record that was put
	// Of says what belongs to another: "name", "alias", "address" or "id".
	Of string
}

func (e *ConflictError) Error() string {
	return "store: the " + e.Of + " of record " + e.Key + " belongs to another"
}

// conflict looks into the state as it was when it was last asked for, and at what was put since: to make the state for
// every Put would cost more than all the rest of a change.
func (tx *Tx) conflict(e directory.Entity) error {
	of := ""
	switch e := e.(type) {
	case *directory.AccountInfo:
		if other := tx.state.AccountByAlias(e.Alias); e.Alias != "" && other != nil && other.ID() != tx.account {
			of = "alias"
		} else if other := tx.state.AccountByEmail(e.Email); e.Email != "" && other != nil && other.ID() != tx.account {
			of = "address"
		} else if e.ID != tx.account {
			of = "id"
		}
	case *directory.AccessKey:
		if _, other := tx.state.AccessKey(e.ID); other != nil && other.ID() != tx.account {
			of = "id"
		}
	default:
		if tx.nameTaken(e) {
			of = "name"
		}
	}
	if of == "" {
		return nil
	}
	return &ConflictError{Key: e.Key(), Of: of}
}

// nameTaken reports whether another entity of its kind has e's name.
func (tx *Tx) nameTaken(e directory.Entity) bool {
	kind, name := nameOf(e)
	if kind == "" {
		return false
	}
	for _, w := range tx.writes {
		if k, n := nameOf(w.entity); !w.gone && k == kind && strings.EqualFold(n, name) && w.entity.Key() != e.Key() {
			return true
		}
	}
	a := tx.state.Account(tx.account)
	if a == nil {
		return false
	}
	holder := holderOf(a, e)
	if holder == nil || holder.Key() == e.Key() {
		return false
	}
	_, changed := tx.writes[holder.Key()] // then what it is now was looked at above
	return !changed
}

// holderOf gives the entity of e's kind that has e's name, or nil.
func holderOf(a *directory.Account, e directory.Entity) directory.Entity {
	switch e := e.(type) {
	case *directory.User:
		if u := a.User(e.Name); u != nil {
			return u
		}
	case *directory.Group:
		if g := a.Group(e.Name); g != nil {
			return g
		}
	case *directory.Role:
		if r := a.Role(e.Name); r != nil {
			return r
		}
	case *directory.Policy:
		if p := a.Policy(e.Name); p != nil {
			return p
		}
	case *directory.InstanceProfile:
		if p := a.InstanceProfile(e.Name); p != nil {
			return p
		}
	case *directory.ServerCertificate:
		if c := a.ServerCertificate(e.Name); c != nil {
			return c
		}
	case *directory.ServiceCredential:
		if c := a.ServiceCredential(e.Name); c != nil {
			return c
		}
	case *directory.MFADevice:
		if d := a.MFADeviceAt(e.Resource()); d != nil {
			return d
		}
	case *directory.SAMLProvider:
		if p := a.SAMLProvider(e.Name); p != nil {
			return p
		}
	}
	return nil
}

// nameOf gives an entity's kind and name; kinds without names have the kind "".
func nameOf(e directory.Entity) (kind, name string) {
	switch e := e.(type) {
	case *directory.User:
		return "user", e.Name
	case *directory.Group:
		return "group", e.Name
	case *directory.Role:
		return "role", e.Name
	case *directory.Policy:
		return "policy", e.Name
	case *directory.InstanceProfile:
		return "profile", e.Name
	case *directory.ServerCertificate:
		return "servercertificate", e.Name
	case *directory.ServiceCredential:
		return "servicecredential", e.Name
	case *directory.MFADevice:
		return "mfa", e.Resource()
	case *directory.SAMLProvider:
		return "saml", e.Name
	}
	return "", ""
}
