package authz

import (
	"strings"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/policy/eval"
)

// Decision is the answer to one Ask.
type Decision struct {
	eval.Decision
	Caller *Caller
	Ask    *Ask
	// Restriction is what refuses these credentials whatever policies say, as a whole sentence; "" when policies decided.
	Restriction string
}

// Allowed reports whether the caller may.
func (d *Decision) Allowed() bool { return d.Verdict == eval.Allow }

// Decide answers ask for caller on the account as snap holds it. A principal that snap does not hold is denied.
func Decide(snap *directory.Snapshot, caller *Caller, env *Environment, ask *Ask) Decision {
	d := Decision{Caller: caller, Ask: ask}
	if d.Restriction = restriction(caller, ask); d.Restriction != "" {
		return d
	}
	set, req, ok := question(snap, caller, env, ask)
	if !ok {
		return d
	}
	d.Decision = set.Decide(req)
	return d
}

// Explain answers like Decide and says why. ok is false when no policy took part: the principal is unknown, or its
// credentials are restricted.
func Explain(snap *directory.Snapshot, caller *Caller, env *Environment, ask *Ask) (eval.Explanation, bool) {
	if restriction(caller, ask) != "" {
		return eval.Explanation{}, false
	}
	set, req, ok := question(snap, caller, env, ask)
	if !ok {
		return eval.Explanation{}, false
	}
	return set.Explain(req), true
}

// restriction says what some kinds of credentials can never do. Source: IAM User Guide, "Compare AWS STS credentials".
func restriction(c *Caller, ask *Ask) string {
	action := strings.ToLower(ask.Action)
	if action == "sts:getcalleridentity" {
		return ""
	}
	service, _, _ := strings.Cut(action, ":")
	_, operation, _ := strings.Cut(ask.Action, ":")
	switch {
	case c.Kind == eval.Root && action == "sts:assumerole":
		return "Roles may not be assumed by root accounts."
	case c.Session == nil:
		return ""
	case (c.Session.Type == AssumedRole || c.Session.Type == SessionToken) && (action == "sts:getsessiontoken" || action == "sts:getfederationtoken"):
		return "Cannot call " + operation + " with session credentials"
	case c.Session.Type == SessionToken && service == "sts" && action != "sts:assumerole":
		return "Credentials from GetSessionToken can call only AssumeRole and GetCallerIdentity of STS."
	case c.Session.Type == SessionToken && service == "iam" && c.Session.MFA.IsZero():
		return "Credentials from GetSessionToken cannot call IAM unless they were issued with MFA."
	case c.Session.Type == Federation && (service == "iam" || service == "sts"):
		return "Credentials from GetFederationToken cannot call IAM, and of STS only GetCallerIdentity."
	}
	return ""
}

// subject is the caller as the snapshot holds it.
type subject struct {
	account  *directory.Account
	entity   directory.Entity // *directory.User or *directory.Role; nil for root, services and outsiders
	tags     []directory.Tag
	linked   bool // a service-linked role
	roleARN  string
	userARN  string
	identity []eval.Source
	boundary *eval.Source
}

// serviceLinkedPath is where service-linked roles live. Source: IAM User Guide, service-linked roles.
const serviceLinkedPath = "/aws-service-role/"

func lookUp(snap *directory.Snapshot, c *Caller) (*subject, bool) {
	p := &subject{}
	switch c.Kind {
	case eval.Anonymous, eval.Service, eval.WebIdentity:
		return p, true
	}
	p.account = snap.Account(c.Account)
	if p.account == nil {
		return nil, false
	}
	switch c.Kind {
	case eval.Root:
		return p, true
	case eval.User, eval.FederatedUser:
		u := p.account.UserByID(c.PrincipalID)
		if u == nil {
			return nil, false
		}
		p.entity, p.tags, p.userARN = u, u.Tags, p.account.ARN(u)
	case eval.RoleSession:
		r := p.account.RoleByID(c.PrincipalID)
		if r == nil || c.Session == nil {
			return nil, false
		}
		p.entity, p.tags, p.roleARN = r, r.Tags, p.account.ARN(r)
		p.linked = strings.HasPrefix(r.Path, serviceLinkedPath)
	default:
		return nil, false
	}
	if c.Session != nil {
		p.tags = mergeTags(p.tags, c.Session.Tags)
	}
	p.identity = p.account.IdentityPolicies(p.entity)
	p.boundary = p.account.BoundaryPolicy(p.entity)
	return p, true
}

// question puts together what eval needs.
func question(snap *directory.Snapshot, c *Caller, env *Environment, ask *Ask) (*eval.Set, *eval.Request, bool) {
	p, ok := lookUp(snap, c)
	if !ok {
		return nil, nil, false
	}
	layers := eval.Layers{
		Identity: p.identity, Boundary: p.boundary,
		Resource: ask.ResourcePolicy, ResourceKind: ask.ResourceKind,
	}
	if c.Session != nil {
		layers.Session = c.Session.Policies
	}
	req := &eval.Request{
		Principal: eval.Principal{
			Kind: c.Kind, Account: c.Account, ARN: c.ARN, UniqueID: c.PrincipalID,
			RoleARN: p.roleARN, UserARN: p.userARN,
			Services: c.Services, Provider: c.Provider, ServiceLinked: p.linked,
		},
		Action: ask.Action, Resource: ask.Resource, ResourceAccount: ask.ResourceAccount,
		Context: requestContext(p, c, env, ask),
	}
	return eval.Compile(layers), req, true
}
