package iam

import (
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/store"
)

// holder is a user, group or role, as a copy to change, seen as something that holds policies.
type holder struct {
	entity     directory.Entity
	kind, name string // kind is "user", "group" or "role"
	attached   *[]string
	inline     *[]directory.InlinePolicy
	// mostAttached and inlineSize are the quotas of its kind.
	mostAttached, inlineSize store.QuotaName
}

// finder finds a holder by name; its error says that there is none, or that it cannot be changed.
type finder func(a *directory.Account, name string) (*holder, error)

func userHolder(a *directory.Account, name string) (*holder, error) {
	u := a.User(name)
	if u == nil {
		return nil, noUser(name)
	}
	u = u.Clone()
	return &holder{u, "user", u.Name, &u.Attached, &u.Inline, store.PoliciesPerUser, store.UserPolicySize}, nil
}

func groupHolder(a *directory.Account, name string) (*holder, error) {
	g := a.Group(name)
	if g == nil {
		return nil, noGroup(name)
	}
	g = g.Clone()
	return &holder{g, "group", g.Name, &g.Attached, &g.Inline, store.PoliciesPerGroup, store.GroupPolicySize}, nil
}

func roleHolder(a *directory.Account, name string) (*holder, error) {
	r := a.Role(name)
	if r == nil {
		return nil, noRole(name)
	}
	r = r.Clone()
	return &holder{r, "role", r.Name, &r.Attached, &r.Inline, store.PoliciesPerRole, store.RolePolicySize}, nil
}

// ownRoleHolder refuses the roles that are their service's.
func ownRoleHolder(a *directory.Account, name string) (*holder, error) {
	if _, err := roleToChange(a, name); err != nil {
		return nil, err
	}
	return roleHolder(a, name)
}

// changeHolder finds a holder, has it edited and stores it; the output is an empty one.
func changeHolder[Out any](c *server.Call, find finder, name string, edit func(tx *store.Tx, h *holder) error) (*Out, error) {
	return server.Change(c, func(tx *store.Tx) (*Out, error) {
		h, err := find(tx.Account(), name)
		if err != nil {
			return nil, err
		}
		if err := edit(tx, h); err != nil {
			return nil, err
		}
		return new(Out), tx.Put(h.entity)
	})
}
