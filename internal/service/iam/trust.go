package iam

import (
	"strings"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/iam"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/policy"
)

// bindTrust checks a trust policy that is to be written, and binds the users and roles that it names to their unique ids:
// who is later made under the name of a deleted principal is somebody else.
func bindTrust(tx *store.Tx, text string) (directory.Document, error) {
	doc, err := policy.ParseFor(policy.Trust, text)
	if err != nil {
		return directory.Document{}, err
	}
	if limit := tx.Quotas().Limit(store.ACLSizePerRole); policy.Size(text) > limit {
		return directory.Document{}, api.LimitExceeded.New("Cannot exceed quota for ACLSizePerRole: %d", limit)
	}
	var unknown error
	bound := doc.ReplacePrincipals(func(name string) string {
		id, ok := principalID(tx.Directory(), name)
		if !ok && unknown == nil {
			unknown = noPrincipal(name)
		}
		return id
	})
	if unknown != nil {
		return directory.Document{}, unknown
	}
	return directory.NewDocument(policy.Trust, bound)
}

func noPrincipal(name string) *awsapi.Error {
	return api.MalformedPolicyDocument.New("%s", policy.InvalidPrincipal("AWS", name))
}

// principalID is the unique id of a user or role of an account that this Warder holds. Other principals stay as they are
// written: accounts, sessions, and what other installations hold, which cannot be looked up here. ok is false when the
// principal must exist and does not.
func principalID(snap *directory.Snapshot, name string) (id string, ok bool) {
	if policy.IsUniqueID(name) {
		_, _, ok := byUniqueID(snap, name)
		return name, ok
	}
	a, err := arn.Parse(name)
	if err != nil || a.Service != "iam" {
		return name, true
	}
	account := snap.Account(a.Account)
	kind, path, _ := strings.Cut(a.Resource, "/")
	if account == nil || kind != "user" && kind != "role" {
		return name, true
	}
	e := named(account, kind, path[strings.LastIndexByte(path, '/')+1:])
	if e == nil || account.ARN(e) != name {
		return name, false
	}
	_, id, _ = strings.Cut(e.Key(), "/")
	return id, true
}

// named finds a user or role by name; nil where there is none.
func named(a *directory.Account, kind, name string) directory.Entity {
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

// showTrust names bound principals by their ARNs of now. A principal that is gone shows as its unique id, as on AWS.
func showTrust(snap *directory.Snapshot, d directory.Document) string {
	doc, err := policy.Parse(d.Text)
	if err != nil {
		return d.Text
	}
	return doc.ReplacePrincipals(func(name string) string {
		if a, e, ok := byUniqueID(snap, name); ok {
			return a.ARN(e)
		}
		return name
	})
}

// byUniqueID finds a user or role of any account.
func byUniqueID(snap *directory.Snapshot, id string) (*directory.Account, directory.Entity, bool) {
	if !policy.IsUniqueID(id) {
		return nil, nil, false
	}
	for a := range snap.Accounts() {
		if u := a.UserByID(id); u != nil {
			return a, u, true
		}
		if r := a.RoleByID(id); r != nil {
			return a, r, true
		}
	}
	return nil, nil, false
}
