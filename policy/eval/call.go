package eval

import "strings"

// This file holds the rules about calls and credentials that no policy can change.

// malformed reports a request that cannot be judged; it is denied. An action is printable ASCII, has a service and a
// name, and no wildcard; a caller with credentials has an account.
func (r *Request) malformed() bool {
	service, name, ok := strings.Cut(r.Action, ":")
	if !ok || service == "" || name == "" || r.Resource == "" {
		return true
	}
	for i := range len(r.Action) {
		if c := r.Action[i]; c <= ' ' || c > '~' || c == '*' || c == '?' {
			return true
		}
	}
	return r.Principal.hasAccount() && r.Principal.Account == ""
}

// is reports whether the action is this one.
func (r *Request) is(action string) bool { return strings.EqualFold(r.Action, action) }

// alwaysAllowed: whoever has credentials may ask whose they are, and nothing can take that away.
func (r *Request) alwaysAllowed() bool {
	return r.Principal.hasAccount() && r.is("sts:GetCallerIdentity")
}

// needsNoPermission: users and root may get a session token unless a Deny applies.
func (r *Request) needsNoPermission() bool {
	k := r.Principal.Kind
	return (k == User || k == Root) && r.is("sts:GetSessionToken")
}

// refused says why this kind of caller may not make the call, whatever policies say; "" if it may. PassRole, TagSession
// and SetSourceIdentity are permissions that other calls need, and not calls: they go with the call that asks for them.
func (r *Request) refused() string {
	p := &r.Principal
	iam := hasPrefixFold(r.Action, "iam:") && !r.is("iam:PassRole")
	sts := hasPrefixFold(r.Action, "sts:")
	assume := r.is("sts:AssumeRole")
	switch {
	case p.Kind == Root && assume:
		return "a root user may not assume roles"
	case p.Kind == RoleSession && (r.is("sts:GetSessionToken") || r.is("sts:GetFederationToken")):
		return "a role session may not ask for a session token or a federation token"
	case p.Kind == FederatedUser && (iam || sts):
		return "credentials of GetFederationToken reach no IAM operation, and of STS only GetCallerIdentity"
	case p.Credential != SessionToken || p.Kind != User && p.Kind != Root:
		return ""
	case iam && !r.hasMFA():
		return "credentials of GetSessionToken reach IAM only if they were made with MFA"
	case sts && !assume && !r.is("sts:TagSession") && !r.is("sts:SetSourceIdentity"):
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
