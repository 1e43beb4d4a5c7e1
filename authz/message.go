package authz

import (
	"strings"

	"github.com/warder-iam/warder/policy/eval"
)

// Message is the denial as AWS words it: who, what, on which resource, and the layer that decided.
// Source: IAM User Guide, "Troubleshoot access denied error messages".
func (d *Decision) Message() string {
	if d.Restricted() {
		return d.restriction()
	}
	who := d.Caller.ARN
	switch {
	case who == "" && len(d.Caller.Services) > 0:
		who = d.Caller.Services[0]
	case who == "":
		who = "anonymous"
	}
	text := "User: " + who + " is not authorized to perform: " + d.Ask.Action
	if d.Ask.Resource != "" && d.Ask.Resource != "*" {
		text += " on resource: " + d.Ask.Resource
	} else {
		text += " on resource: *"
	}
	return text + reason(d)
}

// policyNames are the layers' names in denials: with an article for an explicit deny, bare for an implicit one.
var policyNames = map[eval.Layer]struct{ explicit, implicit string }{
	eval.LayerIdentity: {"an identity-based policy", "identity-based policy"},
	eval.LayerBoundary: {"a permissions boundary", "permissions boundary"},
	eval.LayerSession:  {"a session policy", "session policy"},
	eval.LayerResource: {"a resource-based policy", "resource-based policy"},
	eval.LayerSCP:      {"a service control policy", "service control policy"},
	eval.LayerRCP:      {"a resource control policy", "resource control policy"},
}

func reason(d *Decision) string {
	names, ok := policyNames[d.Layer]
	if d.Layer == eval.LayerResource && d.Ask.ResourceKind == eval.Authoritative && isOf(d.Ask.Action, "sts") {
		names.explicit, names.implicit = "the role trust policy", "role trust policy"
	}
	switch {
	case !ok:
		return ""
	case d.Verdict == eval.ExplicitDeny:
		return " with an explicit deny in " + names.explicit
	default:
		return " because no " + names.implicit + " allows the " + d.Ask.Action + " action"
	}
}

// restriction says why this kind of credentials may not make the call at all; policy/eval has the rules.
// Source: IAM User Guide, "Compare AWS STS credentials"; the first two texts are AWS's own.
func (d *Decision) restriction() string {
	_, operation, _ := strings.Cut(d.Ask.Action, ":")
	iam := isOf(d.Ask.Action, "iam")
	switch {
	case d.Caller.Kind == eval.Root && strings.EqualFold(operation, "AssumeRole"):
		return "Roles may not be assumed by root accounts."
	case !iam && d.Caller.Kind != eval.FederatedUser:
		return "Cannot call " + operation + " with session credentials"
	case d.Caller.Kind == eval.FederatedUser:
		return "Credentials from GetFederationToken cannot call IAM, and of STS only GetCallerIdentity."
	default:
		return "Credentials from GetSessionToken cannot call IAM unless they were issued with MFA."
	}
}
