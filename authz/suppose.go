package authz

import (
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/policy/eval"
)

// Supposition is what a question supposes of a session or a time that an ARN does not tell of.
type Supposition struct {
	// Keys stand before what authz itself knows of the caller, its session and the time.
	Keys eval.Context
	// Policies of the session, which limit it; nil where it has none. A user that has some is the federated user of its own name.
	Policies []eval.Source
}

// Suppose explains like Explain, under a supposition. It is for people who want to know, and decides nothing. ok is false
// when the principal is unknown.
func Suppose(snap *directory.Snapshot, caller *Caller, env *Environment, ask *Ask, s *Supposition) (eval.Explanation, bool) {
	set, req, ok := Question(snap, s.caller(snap, caller), env, ask)
	if !ok {
		return eval.Explanation{}, false
	}
	for key, v := range s.Keys.All() {
		if v.List() {
			req.Context.SetList(key, v.Texts()...)
		} else {
			req.Context.Set(key, v.At(0))
		}
	}
	return set.Explain(req), true
}

// caller is who would ask: c, in the session that is supposed.
func (s *Supposition) caller(snap *directory.Snapshot, c *Caller) *Caller {
	if s.Policies == nil {
		return c
	}
	limited, session := *c, Session{}
	if c.Session != nil {
		session = *c.Session
	}
	session.Policies = s.Policies
	limited.Session = &session
	if c.Kind != eval.User {
		return &limited
	}
	session.Type, session.Name, session.UserARN = Federation, c.UserName, c.ARN
	limited.Kind, limited.UserName, limited.UserID = eval.FederatedUser, "", c.Account+":"+c.UserName
	limited.ARN = snap.Account(c.Account).Names().FederatedUser(c.UserName).String()
	return &limited
}
