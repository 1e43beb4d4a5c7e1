package eval

import "strings"

// KindOf says how a resource policy takes part in a request that is known by its action and resource alone. given is
// whether there is such a policy: one for an action of STS is a trust policy, whatever the resource is called.
//
// Role trust policies and KMS key policies are authoritative, absent ones too: a role that trusts nobody is assumed by
// nobody.
func KindOf(action, resource string, given bool) ResourceKind {
	has := func(part string) bool { return given || strings.Contains(resource, part) }
	if hasPrefixFold(action, "sts:") && has(":role/") || hasPrefixFold(action, "kms:") && has(":key/") {
		return Authoritative
	}
	return Ordinary
}
