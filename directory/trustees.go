package directory

import (
	"strings"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/policy"
)

// This file binds the principals that a trust policy names. A stored one names users and roles of accounts of this state by
// their unique ids: who is later made under the name of a deleted principal is somebody else.

// BindPrincipals gives the text of a trust policy with the users and roles that it names by ARN bound to their unique ids.
// Other principals stay as they are written: accounts, sessions, and those of accounts that the state does not hold, which
// cannot be looked up. missing is the first principal that would have to exist and does not, "" for none.
func (s *Snapshot) BindPrincipals(doc *policy.Document) (text, missing string) {
	text = doc.ReplacePrincipals(func(name string) string {
		id, ok := s.principalID(name)
		if !ok && missing == "" {
			missing = name
		}
		return id
	})
	return text, missing
}

// principalID is the unique id of a principal that has to exist, or else the name as it is; ok is false where one is missing.
func (s *Snapshot) principalID(name string) (id string, ok bool) {
	if policy.IsUniqueID(name) {
		_, _, ok := s.ByUniqueID(name)
		return name, ok
	}
	a, err := arn.Parse(name)
	if err != nil || a.Service != "iam" {
		return name, true
	}
	account := s.Account(a.Account)
	kind, path, _ := strings.Cut(a.Resource, "/")
	if account == nil || kind != "user" && kind != "role" {
		return name, true
	}
	e := account.Principal(kind, path[strings.LastIndexByte(path, '/')+1:])
	if e == nil || account.ARN(e) != name {
		return name, false
	}
	_, id, _ = strings.Cut(e.Key(), "/")
	return id, true
}

// Principal finds a "user" or a "role" by name; nil where there is none.
func (a *Account) Principal(kind, name string) Entity {
	if kind == "user" {
		if u := a.User(name); u != nil {
			return u
		}
		return nil
	}
	if r := a.Role(name); r != nil {
		return r
	}
	return nil
}

// ShowPrincipals gives the text of a trust policy with bound principals named by their ARNs of now. A principal that is gone
// shows as its unique id, as on AWS.
func (s *Snapshot) ShowPrincipals(d Document) string {
	doc, err := policy.Parse(d.Text)
	if err != nil {
		return d.Text
	}
	return doc.ReplacePrincipals(func(name string) string {
		if a, e, ok := s.ByUniqueID(name); ok {
			return a.ARN(e)
		}
		return name
	})
}

// ByUniqueID finds a user or role of any account by its unique id, "AIDA…" or "AROA…".
func (s *Snapshot) ByUniqueID(id string) (*Account, Entity, bool) {
	if !policy.IsUniqueID(id) {
		return nil, nil, false
	}
	for a := range s.Accounts() {
		if u := a.UserByID(id); u != nil {
			return a, u, true
		}
		if r := a.RoleByID(id); r != nil {
			return a, r, true
		}
	}
	return nil, nil, false
}
