package authz

import (
	"strings"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/policy/eval"
)

// Simulation asks what a caller could do, with policies that are given and not looked up, under condition keys that are
// partly supposed. It decides by the same rules as Decide. It is for one goroutine.
type Simulation struct {
	// Caller is who would ask: a user, or a role. It need not exist. A role stands for any session of it: its ARN is the
	// role's, and Session is nil. Without an ARN it is some user of the account.
	Caller Caller
	// Tags of the principal.
	Tags []directory.Tag
	// Time is when.
	Time time.Time
	// Layers are all policies that apply, those of the organization too. ResourceKind follows from each ask.
	Layers eval.Layers
	// Supposed are condition keys of the request. Unlike those of an Ask they stand before what authz itself knows: here
	// nothing is decided, and to suppose something else about the caller is what a simulation is for.
	Supposed eval.Context

	sets [eval.Authoritative + 1]*eval.Set // by kind, made when first needed
}

// Explain decides one ask and says why. Of the ask it takes action, resource and the resource's account. known are all
// condition keys that the decision rests on: what is supposed, and what follows from caller, time and resource. Whatever
// else a request has (its address, transport, second factor, …) nobody knows before it is made.
func (s *Simulation) Explain(ask *Ask) (e eval.Explanation, known eval.Context) {
	known = s.context(ask)
	roleARN := s.roleARN()
	return s.set(ask).Explain(&eval.Request{
		Principal: eval.Principal{
			Kind: s.Caller.Kind, Account: s.Caller.Account, ARN: s.Caller.ARN, UniqueID: s.Caller.PrincipalID,
			RoleARN: roleARN, ServiceLinked: strings.Contains(roleARN, ":role"+serviceLinkedPath),
		},
		Action: ask.Action, Resource: ask.Resource, ResourceAccount: ask.ResourceAccount, Context: known,
	}), known
}

func (s *Simulation) set(ask *Ask) *eval.Set {
	kind := eval.KindOf(ask.Action, ask.Resource, s.Layers.Resource != nil)
	if s.sets[kind] == nil {
		layers := s.Layers
		layers.ResourceKind = kind
		s.sets[kind] = eval.NewSet(layers)
	}
	return s.sets[kind]
}

func (s *Simulation) roleARN() string {
	if s.Caller.Kind == eval.RoleSession {
		return s.Caller.ARN
	}
	return ""
}

func (s *Simulation) context(ask *Ask) eval.Context {
	var follows eval.Context
	clockKeys(&follows, s.Time)
	principalKeys(&follows, &subject{tags: s.Tags, roleARN: s.roleARN()}, &s.Caller)
	account := ask.ResourceAccount
	if account == "" {
		account = s.Caller.Account
	}
	setIf(&follows, "aws:ResourceAccount", account)
	ctx := s.Supposed.Clone()
	for key, v := range follows.All() {
		if _, supposed := ctx.Lookup(key); !supposed {
			ctx.Set(key, v.At(0)) // none of them is a list
		}
	}
	return ctx
}
