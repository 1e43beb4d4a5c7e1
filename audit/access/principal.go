package access

import (
	"iter"

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
	return func(func(Principal) bool) {}
}

// Principal finds one by the ARN of a user, role, root user or identity provider, by the name of a service
// ("ec2.amazonaws.com") or of a built-in provider, or by "*". Users and roles of accounts that the snapshot does not hold
// are taken to exist; ok is false for one that its account does not have, and for what is no principal.
func (f *Finder) Principal(arn string) (p Principal, ok bool) { return Principal{}, false }
