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
	return a.library.sets.get(a, e, true)
}

// RarePolicySet is PolicySet for those who ask about many principals once each: being asked for in this way makes no set
// a compiled one.
func (a *Account) RarePolicySet(e Entity) *eval.Set {
	return a.library.sets.get(a, e, false)
}

// edition identifies one state of one account: every Account value has its own. It is not of size zero, so that two
// have two addresses.
type edition struct{ _ byte }

// policySets keeps the sets of principals that were asked for. What it keeps is bounded in bytes; beyond that any may go,
// to be made again when it is needed.
type policySets struct {
	sets sync.Map // setKey -> *policySet
	size atomic.Int64
	most int64 // bytes
}

// maxSets bounds what policySets keeps, in bytes.
const maxSets = 128 << 20

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

func (p *policySets) get(a *Account, e Entity, counted bool) *eval.Set {
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
	if known.uses == nil || !counted || known.uses.Add(1) < hot {
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
	grown := s.size()
	if there {
		grown -= before.(*policySet).size()
	}
	if p.size.Add(grown) <= p.most {
		return
	}
	for other, value := range p.sets.Range {
		if other == any(key) {
			continue
		}
		if p.sets.CompareAndDelete(other, value) && p.size.Add(-value.(*policySet).size()) <= p.most*3/4 {
			return
		}
	}
}

// size is about how many bytes a set has for itself: what it shares with others, the policies, it does not count.
func (s *policySet) size() int64 {
	const entry, source = 512, 64
	return entry + int64(source*len(s.identity)+s.set.Size())
}
