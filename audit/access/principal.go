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
	// unknown, and taken to be everything. The root user of such an account stands for whomever it lets ask.
	Outside bool
}

// Principals are those of the snapshot: account by account the root user, users and roles, in the order of their names.
func (f *Finder) Principals() iter.Seq[Principal] {
	return func(yield func(Principal) bool) {
		for a := range f.snap.Accounts() {
			if !yield(rootOf(a)) {
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

func rootOf(a *directory.Account) Principal {
	return Principal{Kind: eval.Root, Account: a.ID(), ARN: a.Names().Root().String()}
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
	case strings.HasSuffix(name, anyRoot):
		return anyAccountNamed(name)
	case builtInProviders[name]:
		return Principal{Kind: eval.WebIdentity, ARN: name}, true
	case arn.IsServicePrincipal(name):
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
		if p := rootOf(account); p.ARN == name {
			return p, true
		}
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
	"accounts.google.com": true, "www.amazon.com": true, "graph.facebook.com": true,
	"cognito-identity.amazonaws.com": true, "cognito-identity-us-gov.amazonaws.com": true, "cognito-identity.cn-north-1.amazonaws.com.cn": true,
}

// BuiltInProvider is whether a web identity provider is there in every account, without an ARN.
func BuiltInProvider(name string) bool { return builtInProviders[name] }

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
	doc := r.Trust.Compiled().Document()
	return grantsTrust(doc, "sts:tagsession"), grantsTrust(doc, "sts:setsourceidentity")
}
