package access

import (
	"math/bits"

	"github.com/warder-iam/warder/policy/eval"
)

// status is what is known of a statement, or a demand.
type status uint8

const (
	open status = iota
	applies
	fails
)

// search goes through the settings of the free circumstances of a problem, one circumstance after the other, and leaves a
// branch as soon as the statements that are decided rule out an allow. It is exact as far as the settings are: each stands
// for all values that the statements do not tell apart from it.
type search struct {
	*problem
	chosen   []*setting
	assigned freeSet
	work     *int        // trials left
	known    [][]setting // options, of the circumstances that do not depend on others
}

// find gives settings under which the request is allowed, or nil.
func (s *search) find() []*setting {
	s.chosen, s.known = make([]*setting, len(s.free)), make([][]setting, len(s.free))
	if !s.try(make([]status, len(s.inquiry.Open))) {
		return nil
	}
	return s.chosen
}

// possible reports whether the request is allowed if all that is open turns out well.
func (p *problem) possible(st []status) bool { return allows(p.best(st)) }

// best is the decision if all that is open turns out well.
func (p *problem) best(st []status) eval.Decision {
	return p.inquiry.Outcome(func(i int) bool { return st[i] == applies || st[i] == open && !p.inquiry.Open[i].Deny })
}

// certain reports whether the request is allowed whatever happens to what is open.
func (p *problem) certain(st []status) bool {
	d := p.inquiry.Outcome(func(i int) bool { return st[i] == applies || st[i] == open && p.inquiry.Open[i].Deny })
	return allows(d)
}

// settle decides the open statements as far as the chosen settings do.
func (s *search) settle(st []status) {
	ctx := s.context(s.chosen)
	for i := range st {
		if st[i] != open {
			continue
		}
		st[i] = applies
		for _, at := range s.of[i] {
			d := &s.demands[at]
			if d.free&^s.assigned != 0 {
				st[i] = open
			} else if !d.Met(&ctx) {
				st[i] = fails
				break
			}
		}
	}
}

// try goes on from what is assigned; known is what was found out about the statements before.
func (s *search) try(known []status) bool {
	if *s.work--; *s.work < 0 {
		s.incomplete = "the search was given up after too many trials"
		return false
	}
	st := append([]status(nil), known...)
	s.settle(st)
	if !s.possible(st) {
		return false
	}
	if s.certain(st) {
		if s.allowed(s.chosen) {
			return true
		}
		s.incomplete = "a request that should be allowed was not"
		return false
	}
	at := s.next(st)
	if at < 0 {
		return false
	}
	s.assigned |= 1 << at
	for _, option := range s.options(at) {
		s.chosen[at] = &option
		if s.try(st) {
			return true
		}
		if *s.work < 0 {
			break
		}
	}
	s.assigned &^= 1 << at
	s.chosen[at] = nil
	return false
}

// next picks the circumstance to choose: one that an open statement depends on, preferably one that decides a statement
// alone, and none before those that the meaning of its demands depends on.
func (s *search) next(st []status) int {
	best, fewest := -1, mostFree+1
	for i := range s.demands {
		d := &s.demands[i]
		rest := d.free &^ s.assigned
		if st[d.statement] != open || rest == 0 {
			continue
		}
		if n := bits.OnesCount64(uint64(rest)); n < fewest {
			best, fewest = s.first(d, rest), n
		}
	}
	return best
}

// first picks one of the rest: variables come before what is compared with them, the time before what is counted from it.
func (s *search) first(d *demand, rest freeSet) int {
	at := bits.TrailingZeros64(uint64(rest))
	for j := len(d.Keys) - 1; j > 0; j-- {
		for _, place := range s.byKey[d.Keys[j]] {
			if rest.has(place) {
				at = place
			}
		}
	}
	if k := s.free[at].kind; k == freeIssue {
		for i, f := range s.free {
			if f.kind == freeTime && !s.assigned.has(i) {
				return i
			}
		}
	}
	return at
}
