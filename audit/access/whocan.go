package access

import (
	"iter"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/policy/eval"
)

// WhoCan gives all principals of the snapshot that can do what is asked, or of which it is undecided, in the order of Principals.
func (f *Finder) WhoCan(ask *authz.Ask) iter.Seq2[Principal, Answer] {
	return func(yield func(Principal, Answer) bool) {
		s := sieve{finder: f, ask: ask, grants: map[*eval.Policy]bool{}}
		for p := range f.Principals() {
			if !s.holds(p) {
				continue
			}
			if a := f.Can(p, ask); a.Verdict != No && !yield(p, a) {
				return
			}
		}
	}
}

// sieve leaves out the principals without an Allow statement that could apply to an ask, which are most of them. Each policy
// is looked at once, however many principals share it.
type sieve struct {
	finder *Finder
	ask    *authz.Ask
	grants map[*eval.Policy]bool
}

// holds is false only for principals to whom no policy grants anything of the ask.
func (s *sieve) holds(p Principal) bool {
	a := s.finder.snap.Account(p.Account)
	var e directory.Entity
	switch p.Kind {
	case eval.User:
		e = a.UserByID(p.ID)
	case eval.RoleSession:
		e = a.RoleByID(p.ID)
	default:
		return true
	}
	// What needs no identity policy: a grant of the resource's own, and STS's calls that need none at all.
	if isOf(s.ask.Action, "sts") || s.ask.ResourcePolicy != nil && s.ask.ResourcePolicy.Policy != nil {
		return true
	}
	for _, source := range a.IdentityPolicies(e) {
		if s.grant(source) {
			return true
		}
	}
	return false
}

// grant reports whether the policy has an Allow statement that could apply to somebody.
func (s *sieve) grant(source eval.Source) bool {
	known, ok := s.grants[source.Policy]
	if ok {
		return known
	}
	set := eval.NewSet(eval.Layers{Identity: []eval.Source{source}})
	somebody := eval.Principal{Kind: eval.User, Account: unknownAccount}
	for _, st := range set.Inquire(&eval.Request{Principal: somebody, Action: s.ask.Action, Resource: s.ask.Resource}).Open {
		known = known || !st.Deny
	}
	s.grants[source.Policy] = known
	return known
}
