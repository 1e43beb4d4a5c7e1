package access

import (
	"iter"
	"strings"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/policy/eval"
)

// Principal is who might ask. It is comparable: two that are equal are the same one.
type Principal struct {
	// Kind is eval.User; eval.RoleSession for a role, which stands for any of its sessions without session policies;
	// eval.Root; eval.Service; eval.WebIdentity for whom an identity provider vouches for; or eval.Anonymous.
	Kind eval.PrincipalKind
	// Account is the 12-digit account; "" for a service and anonymous callers; of a web identity, the provider's.
	Account string
	// ARN of the user, role (not session), root user or provider; the name of a service or of a built-in provider; "*"
	// for anonymous callers.
	ARN string
	// ID is the unique id of the user or role; "" for others.
	ID string
	// Outside is true for principals of accounts that the snapshot does not hold: what their own account lets them do is
	// unknown, and taken to be everything.
	Outside bool
}

// Principals are those of the snapshot: account by account the root user, users and roles, in the order of their names.
func (f *Finder) Principals() iter.Seq[Principal] {
	return func(yield func(Principal) bool) {
		for a := range f.snap.Accounts() {
			if !yield(rootOf(a.ID())) {
				return
			}
			for u := range a.Users() {
				if !yield(userOf(a, u)) {
					return
				}
			}
			for r := range a.Roles() {
				if !yield(roleOf(a, r)) {
					return
				}
			}
		}
	}
}

func rootOf(account string) Principal {
	return Principal{Kind: eval.Root, Account: account, ARN: arn.In(account).Root().String()}
}

func userOf(a *directory.Account, u *directory.User) Principal {
	return Principal{Kind: eval.User, Account: a.ID(), ARN: a.ARN(u), ID: u.ID}
}

func roleOf(a *directory.Account, r *directory.Role) Principal {
	return Principal{Kind: eval.RoleSession, Account: a.ID(), ARN: a.ARN(r), ID: r.ID}
}

// Principal finds one by the ARN of a user, role, root user or identity provider, by the name of a service
// ("ec2.amazonaws.com") or of a built-in provider, or by "*". Users and roles of accounts that the snapshot does not hold
// are taken to exist; ok is false for one that its account does not have, and for what is no principal.
func (f *Finder) Principal(name string) (p Principal, ok bool) {
	switch {
	case name == "*":
		return Principal{Kind: eval.Anonymous, ARN: name}, true
	case builtInProviders[name]:
		return Principal{Kind: eval.WebIdentity, ARN: name}, true
	case strings.HasSuffix(name, ".amazonaws.com"):
		return Principal{Kind: eval.Service, ARN: name}, true
	}
	a, err := arn.Parse(name)
	if err != nil {
		return Principal{}, false
	}
	named, ok := a.Named()
	if !ok {
		return Principal{}, false
	}
	account := f.snap.Account(a.Account)
	if account == nil {
		return stranger(a, named, name)
	}
	switch named.Kind {
	case arn.KindRoot:
		return rootOf(a.Account), true
	case arn.KindUser:
		if u := account.User(named.Name); u != nil && account.ARN(u) == name {
			return userOf(account, u), true
		}
	case arn.KindRole:
		if r := account.Role(named.Name); r != nil && account.ARN(r) == name {
			return roleOf(account, r), true
		}
	case arn.KindOIDCProvider, arn.KindSAMLProvider:
		return Principal{Kind: eval.WebIdentity, Account: a.Account, ARN: name}, true
	}
	return Principal{}, false
}

// builtInProviders are the web identity providers that every account has. Source: IAM User Guide, "AWS JSON policy
// elements: Principal".
var builtInProviders = map[string]bool{
	"accounts.google.com": true, "cognito-identity.amazonaws.com": true, "www.amazon.com": true, "graph.facebook.com": true,
}

// stranger is a principal of an account that the snapshot does not hold.
func stranger(a arn.ARN, named arn.Named, name string) (p Principal, ok bool) {
	p = Principal{Account: a.Account, ARN: name, Outside: true}
	switch named.Kind {
	case arn.KindRoot:
		p.Kind = eval.Root
	case arn.KindUser:
		p.Kind, p.ID = eval.User, "AIDA"+strangerID
	case arn.KindRole:
		p.Kind, p.ID = eval.RoleSession, "AROA"+strangerID
	case arn.KindOIDCProvider, arn.KindSAMLProvider:
		p.Kind = eval.WebIdentity
	default:
		return Principal{}, false
	}
	return p, true
}

// strangerID is behind the prefix of the unique id of every principal that is taken to exist: no policy names it.
const strangerID = "OUTSIDE0000000000"

// everything is what a stranger's own account is taken to allow.
const everything = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`

// snapshotFor gives the snapshot that has the principal: the Finder's own, or one with the account of a stranger.
func (f *Finder) snapshotFor(p Principal) *directory.Snapshot {
	if !p.Outside || p.Kind == eval.WebIdentity {
		return f.snap
	}
	if snap, ok := f.strangers.Load(p.ARN); ok {
		return snap.(*directory.Snapshot)
	}
	entities := []directory.Entity{&directory.AccountInfo{ID: p.Account}}
	full := []directory.InlinePolicy{{Name: "everything", Document: directory.Document{Text: everything}}}
	if a, err := arn.Parse(p.ARN); err == nil {
		named, _ := a.Named()
		switch p.Kind {
		case eval.User:
			entities = append(entities, &directory.User{ID: p.ID, Name: named.Name, Path: named.Path, Inline: full})
		case eval.RoleSession:
			entities = append(entities, &directory.Role{ID: p.ID, Name: named.Name, Path: named.Path, Inline: full, MaxSession: 3600})
		}
	}
	snap := f.snap.With(f.snap.Revision(), p.Account, entities, nil)
	f.strangers.Store(p.ARN, snap)
	return snap
}

// sessionGrants tells what whoever assumes the role may add to the session: tags, a source identity. Of a stranger's role
// that is for its own account to say, and taken to be all.
func (f *Finder) sessionGrants(p Principal, snap *directory.Snapshot) (tags, identity bool) {
	if p.Kind != eval.RoleSession || p.Outside {
		return p.Outside, p.Outside
	}
	a := snap.Account(p.Account)
	if a == nil {
		return false, false
	}
	r := a.RoleByID(p.ID)
	if r == nil {
		return false, false
	}
	return grantsTrust(r, "sts:tagsession"), grantsTrust(r, "sts:setsourceidentity")
}
