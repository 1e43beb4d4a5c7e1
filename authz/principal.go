package authz

import (
	"time"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/policy/eval"
)

// Principal gives the caller that an ARN names: a user with a long-term key, an account's root user, a session of a role,
// or a role, which counts as a session of it that has no name. ok is false where snap has no such principal, and for ARNs
// of anything else; an ARN must be the principal's own, path and case included.
//
// An ARN says nothing of a session's policies, tags and second factor: the caller has none of them, and its session
// begins now. A caller that internal/authn made of credentials has them.
func Principal(snap *directory.Snapshot, principal string, now time.Time) (_ *Caller, ok bool) {
	a, err := arn.Parse(principal)
	if err != nil {
		return nil, false
	}
	named, ok := a.Named()
	if !ok {
		return nil, false
	}
	account := snap.Account(a.Account)
	if account == nil {
		return nil, false
	}
	switch named.Kind {
	case arn.KindRoot:
		if principal != account.Names().Root().String() {
			return nil, false
		}
		return &Caller{Kind: eval.Root, Account: account.ID(), ARN: principal, UserID: account.ID()}, true
	case arn.KindUser:
		u := account.User(named.Name)
		if u == nil || account.ARN(u) != principal {
			return nil, false
		}
		return &Caller{
			Kind: eval.User, Account: account.ID(), ARN: principal, UserID: u.ID, UserName: u.Name, PrincipalID: u.ID,
		}, true
	case arn.KindRole, arn.KindAssumedRole:
		return roleSession(account, principal, named, now)
	}
	return nil, false
}

func roleSession(account *directory.Account, principal string, named arn.Named, now time.Time) (*Caller, bool) {
	r := account.Role(named.Name)
	if r == nil {
		return nil, false
	}
	own := account.ARN(r)
	if named.Kind == arn.KindAssumedRole {
		own = account.Names().AssumedRole(r.Name, named.Session).String()
	}
	if own != principal {
		return nil, false
	}
	return &Caller{
		Kind: eval.RoleSession, Account: account.ID(), ARN: principal, UserID: r.ID + ":" + named.Session, PrincipalID: r.ID,
		Session: &Session{
			Type: AssumedRole, Name: named.Session, RoleARN: account.ARN(r), Issued: now, Expires: now.Add(time.Duration(r.MaxSession) * time.Second),
		},
	}, true
}

// PrincipalTags are the caller's tags as aws:PrincipalTag has them: its session's, laid over its user's or role's own.
func PrincipalTags(snap *directory.Snapshot, c *Caller) []directory.Tag {
	p, ok := lookUp(snap, c)
	if !ok {
		return nil
	}
	return p.tags
}
