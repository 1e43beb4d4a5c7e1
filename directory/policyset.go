package directory

import (
	"slices"
	"sync"
	"sync/atomic"

	"github.com/warder-iam/warder/policy/eval"
)

// PolicySet is the identity policies and the permissions boundary of a user or role as IdentityPolicies and BoundaryPolicy
// give them, ready to decide. A principal that decisions are made for again and again gets a compiled one. It is always
// that of this account as it is: what was compiled for an earlier state is used only if the policies are the same.
func (a *Account) PolicySet(e Entity) *eval.Set {
	return a.library.sets.get(a, e)
}

// edition identifies one state of one account: every Account value has its own. It is not of size zero, so that two
// have two addresses.
type edition struct{ _ byte }

// policySets keeps the sets of principals that were asked for. What it keeps is bounded by statements; beyond that any
// may go, to be made again when it is needed.
type policySets struct {
	sets       sync.Map // setKey -> *policySet
	statements atomic.Int64
}

// maxStatements bounds what policySets keeps: some 120 MB of compiled policies.
const maxStatements = 1 << 20

type setKey struct{ account, entity string }

// policySet is the policies of a principal at some state of its account.
type policySet struct {
	edition  *edition
	identity []eval.Source
	boundary *eval.Source
	set      *eval.Set
	uses     *atomic.Int32 // of a set that is not compiled yet; else nil
}

// hot is how often a set is asked for before it is compiled: what is decided once or twice is not worth it.
const hot = 3

func (p *policySets) get(a *Account, e Entity) *eval.Set {
	key := setKey{a.id, e.Key()}
	var known *policySet
	if found, ok := p.sets.Load(key); ok {
		known = found.(*policySet)
	}
	if known == nil || known.edition != a.edition {
		identity, boundary := a.IdentityPolicies(e), a.BoundaryPolicy(e)
		if known == nil || !slices.Equal(known.identity, identity) || !sameSource(known.boundary, boundary) {
			set := eval.NewSet(eval.Layers{Identity: identity, Boundary: boundary})
			known = &policySet{identity: identity, boundary: boundary, set: set, uses: new(atomic.Int32)}
		}
		renewed := *known
		renewed.edition = a.edition
		known = &renewed
		p.put(key, known)
	}
	if known.uses == nil || known.uses.Add(1) < hot {
		return known.set
	}
	compiled := *known
	compiled.set = eval.Compile(eval.Layers{Identity: known.identity, Boundary: known.boundary})
	compiled.uses = nil
	p.put(key, &compiled)
	return compiled.set
}

func sameSource(a, b *eval.Source) bool {
	return a == b || a != nil && b != nil && *a == *b
}

// put keeps a set, and lets others go where there are too many.
func (p *policySets) put(key setKey, s *policySet) {
	before, there := p.sets.Swap(key, s)
	grown := weightOf(s)
	if there {
		grown -= weightOf(before.(*policySet))
	}
	if p.statements.Add(grown) <= maxStatements {
		return
	}
	for other, value := range p.sets.Range {
		if other == any(key) {
			continue
		}
		if p.sets.CompareAndDelete(other, value) && p.statements.Add(-weightOf(value.(*policySet))) <= maxStatements*3/4 {
			return
		}
	}
}

// weightOf counts a set's own share of memory in statements.
func weightOf(s *policySet) int64 { return 8 + int64(s.set.Statements()) }
