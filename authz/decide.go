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
}

// Allowed reports whether the caller may.
func (d *Decision) Allowed() bool { return d.Verdict == eval.Allow }

// Decide answers ask for caller on the account as snap holds it. A principal that snap does not hold is denied.
func Decide(snap *directory.Snapshot, caller *Caller, env *Environment, ask *Ask) Decision {
	d := Decision{Caller: caller, Ask: ask}
	set, req, ok := question(snap, caller, env, ask, (*directory.Account).PolicySet)
	if !ok {
		return d
	}
	d.Decision = set.Decide(req)
	return d
}

// Restricted reports whether the kind of credentials was refused, which no policy could change.
func (d *Decision) Restricted() bool { return d.Layer == eval.LayerCredential }

// Explain answers like Decide and says why. ok is false when the principal is unknown: nothing was evaluated.
func Explain(snap *directory.Snapshot, caller *Caller, env *Environment, ask *Ask) (eval.Explanation, bool) {
	set, req, ok := question(snap, caller, env, ask, (*directory.Account).PolicySet)
	if !ok {
		return eval.Explanation{}, false
	}
	return set.Explain(req), true
}

// subject is the caller as the snapshot holds it.
type subject struct {
	account *directory.Account
	entity  directory.Entity // *directory.User or *directory.Role; nil for root, services and outsiders
	tags    []directory.Tag
	linked  bool // a service-linked role
	roleARN string
	userARN string
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
	return p, true
}

// Question is what eval decides for Decide: the policies that apply, and the request with all of its condition keys. ok is
// false when the principal is unknown. It is for those who ask more about a decision than Explain tells.
func Question(snap *directory.Snapshot, c *Caller, env *Environment, ask *Ask) (set eval.Set, req *eval.Request, ok bool) {
	return question(snap, c, env, ask, (*directory.Account).RarePolicySet)
}

// Keys are the condition keys of the request of Question. ok is false when the principal is unknown.
func Keys(snap *directory.Snapshot, c *Caller, env *Environment, ask *Ask) (keys eval.Context, ok bool) {
	p, ok := lookUp(snap, c)
	if !ok {
		return eval.Context{}, false
	}
	return p.keys(snap, c, env, ask), true
}

// keys are the condition keys of a request, those of the organizations too.
func (p *subject) keys(snap *directory.Snapshot, c *Caller, env *Environment, ask *Ask) eval.Context {
	keys := requestContext(p, c, env, ask)
	organizationKeys(&keys, snap.Membership(c.home()), snap.Membership(ownerOf(c, ask)))
	return keys
}

// question puts together what eval needs. policies gives those of a user or role.
func question(
	snap *directory.Snapshot, c *Caller, env *Environment, ask *Ask, policies func(*directory.Account, directory.Entity) *eval.Set,
) (set eval.Set, req *eval.Request, ok bool) {
	p, ok := lookUp(snap, c)
	if !ok {
		return eval.Set{}, nil, false
	}
	own := eval.NewSet(eval.Layers{})
	if p.entity != nil {
		own = policies(p.account, p.entity)
	}
	var session []eval.Source
	if c.Session != nil {
		session = c.Session.Policies
	}
	credential := eval.LongTerm
	if c.Session != nil && c.Session.Type == SessionToken {
		credential = eval.SessionToken
	}
	req = &eval.Request{
		Principal: eval.Principal{
			Credential: credential,
			Kind:       c.Kind, Account: c.home(), ARN: c.ARN, UniqueID: c.PrincipalID,
			RoleARN: p.roleARN, UserARN: p.userARN,
			Services: c.Services, Provider: c.Provider, ServiceLinked: p.linked,
		},
		Action: ask.Action, Resource: ask.Resource, ResourceAccount: ask.ResourceAccount,
		Context: p.keys(snap, c, env, ask),
	}
	set = own.With(session, ask.ResourcePolicy, ask.ResourceKind)
	if caller, resource := snap.Membership(c.home()), snap.Membership(ownerOf(c, ask)); caller != nil || resource != nil {
		set = under(&set, caller, resource)
	}
	return set, req, true
}

// ownerOf is the account that owns the resource.
func ownerOf(c *Caller, ask *Ask) string {
	if ask.ResourceAccount != "" {
		return ask.ResourceAccount
	}
	return c.Account
}

// under binds the caller by the SCPs of its organization and the resource by the RCPs of its own; either may have none.
func under(set *eval.Set, caller, resource *directory.Membership) eval.Set {
	var scp, rcp [][]eval.Source
	if caller != nil {
		scp = caller.SCP
	}
	if resource != nil {
		rcp = resource.RCP
	}
	return set.Under(scp, rcp, caller != nil && caller.Management, resource != nil && resource.Management)
}
