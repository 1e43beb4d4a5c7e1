package eval

import "bytes"

// This file holds the rules about calls and credentials that no policy can change.

// actionCharacters gives for each byte the one that it counts as in an action, 0 where it may not stand in one: printable
// ASCII but the wildcards may, without case.
const actionCharacters = "" +
	"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00" +
	"\x00!\"#$%&'()\x00+,-./0123456789:;<=>\x00" +
	"@abcdefghijklmnopqrstuvwxyz[\\]^_" +
	"`abcdefghijklmnopqrstuvwxyz{|}~\x00" +
	"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00" +
	"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00" +
	"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00" +
	"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"

// readAction gives the action in lower case, and whether it can be judged: a service and a name, of such characters.
func readAction(action string, space *actionSpace) (lower []byte, ok bool) {
	lower = space[:]
	if len(action) > len(lower) {
		lower = make([]byte, len(action))
	}
	lower = lower[:len(action)]
	ok = true
	for i := range lower {
		c := actionCharacters[action[i]]
		lower[i] = c
		if c == 0 {
			ok = false
		}
	}
	colon := bytes.IndexByte(lower, ':')
	return lower, ok && colon > 0 && colon < len(lower)-1
}

// is reports whether the action is this one, in lower case.
func (q *question) is(action string) bool { return string(q.action) == action }

// of reports whether the action is one of the service, in lower case with its colon.
func (q *question) of(service string) bool {
	return len(q.action) >= len(service) && string(q.action[:len(service)]) == service
}

// alwaysAllowed: whoever has credentials may ask whose they are, and nothing can take that away.
func (q *question) alwaysAllowed() bool {
	return q.is("sts:getcalleridentity") && q.Principal.hasAccount()
}

// needsNoPermission: users and root may get a session token unless a Deny applies.
func (q *question) needsNoPermission() bool {
	k := q.Principal.Kind
	return (k == User || k == Root) && q.is("sts:getsessiontoken")
}

// refused says why this kind of caller may not make the call, whatever policies say; "" if it may. PassRole, TagSession
// and SetSourceIdentity are permissions that other calls need, and not calls: they go with the call that asks for them.
func (q *question) refused() string {
	if !q.of("iam:") && !q.of("sts:") {
		return ""
	}
	p := &q.Principal
	iam := q.of("iam:") && !q.is("iam:passrole")
	sts := q.of("sts:")
	assume := q.is("sts:assumerole")
	switch {
	case p.Kind == Root && assume:
		return "a root user may not assume roles"
	case p.Kind == RoleSession && (q.is("sts:getsessiontoken") || q.is("sts:getfederationtoken")):
		return "a role session may not ask for a session token or a federation token"
	case p.Kind == FederatedUser && (iam || sts):
		return "credentials of GetFederationToken reach no IAM operation, and of STS only GetCallerIdentity"
	case p.Credential != SessionToken || p.Kind != User && p.Kind != Root:
		return ""
	case iam && !q.hasMFA():
		return "credentials of GetSessionToken reach IAM only if they were made with MFA"
	case sts && !assume && !q.is("sts:tagsession") && !q.is("sts:setsourceidentity"):
		return "credentials of GetSessionToken reach of STS only AssumeRole and GetCallerIdentity"
	default:
		return ""
	}
}

func (q *question) hasMFA() bool {
	v := q.Context.lookup("aws:multifactorauthpresent")
	if v == nil || v.Len() != 1 {
		return false
	}
	present, isBool := parseBool(v.At(0))
	return present && isBool
}
