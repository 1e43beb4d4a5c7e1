package access

import (
	"iter"
	"slices"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/policy/eval"
)

// WhoCan gives all principals of the snapshot that can do what is asked, or of which it is undecided, in the order of Principals.
func (f *Finder) WhoCan(ask *authz.Ask) iter.Seq2[Principal, Answer] {
	return func(yield func(Principal, Answer) bool) {
		s := sieve{finder: f, ask: ask, grants: map[*eval.Policy]bool{}, groups: map[*directory.Group]bool{}}
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
	groups map[*directory.Group]bool
}

// holds is false only for principals to whom no policy grants anything of the ask.
func (s *sieve) holds(p Principal) bool {
	if p.Kind != eval.User && p.Kind != eval.RoleSession {
		return true
	}
	// What needs no identity policy: a grant of the resource's own, and STS's calls that need none at all.
	if isOf(s.ask.Action, "sts") || s.ask.ResourcePolicy != nil && s.ask.ResourcePolicy.Policy != nil {
		return true
	}
	a := s.finder.snap.Account(p.Account)
	if p.Kind == eval.RoleSession {
		return s.any(a.IdentityPolicies(a.RoleByID(p.ID)))
	}
	u := *a.UserByID(p.ID)
	for g := range a.GroupsOf(&u) {
		if s.group(a, g) {
			return true
		}
	}
	u.Groups = nil
	return s.any(a.IdentityPolicies(&u))
}

func (s *sieve) group(a *directory.Account, g *directory.Group) bool {
	known, ok := s.groups[g]
	if !ok {
		known = s.any(a.IdentityPolicies(g))
		s.groups[g] = known
	}
	return known
}

func (s *sieve) any(policies []eval.Source) bool { return slices.ContainsFunc(policies, s.grant) }

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
