package eval

// This file holds the rules about calls and credentials that no policy can change.

// readAction gives the action in lower case, and whether it can be judged: printable ASCII, a service and a name, and no
// wildcard.
func readAction(action string, space *actionSpace) (lower []byte, ok bool) {
	lower = space[:0]
	colon := -1
	ok = true
	for i := range len(action) {
		c := action[i]
		switch {
		case 'a' <= c && c <= 'z':
		case 'A' <= c && c <= 'Z':
			c += 'a' - 'A'
		case c == ':' && colon < 0:
			colon = i
		case c <= ' ' || c > '~' || c == '*' || c == '?':
			ok = false
		}
		lower = append(lower, c)
	}
	return lower, ok && colon > 0 && colon < len(action)-1
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

func (r *Request) hasMFA() bool {
	v, ok := r.Context.lookup("aws:multifactorauthpresent")
	if !ok || v.Len() != 1 {
		return false
	}
	present, isBool := parseBool(v.At(0))
	return present && isBool
}
