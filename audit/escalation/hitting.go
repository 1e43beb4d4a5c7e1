package escalation

import (
	"cmp"
	"math/bits"
	"slices"
)

// hittingSet is a smallest set of elements that has at least one of every set in sets, which are not empty: branch and
// bound. Elements are numbers below n. The answer is in ascending order.
func hittingSet(n int, sets [][]int) []int {
	h := &hitting{n: n, sets: minimal(n, sets)}
	h.best = greedyHittingSet(n, sets)
	h.search(newBitset(n), newBitset(n), 0)
	return h.best
}

type hitting struct {
	n    int
	sets []bitset
	best []int
}

// search extends chosen, without the elements of banned, to a hitting set smaller than the best.
func (h *hitting) search(chosen, banned bitset, size int) {
	open := h.open(chosen)
	if len(open) == 0 {
		if size < len(h.best) {
			h.best = chosen.elements()
		}
		return
	}
	if size+disjoint(open, banned) >= len(h.best) {
		return
	}
	// The set with the fewest elements left to choose from: one of them must be chosen.
	narrow := slices.MinFunc(open, func(a, b bitset) int { return cmp.Compare(a.without(banned).count(), b.without(banned).count()) })
	without := banned.clone()
	for _, e := range byUse(narrow.without(banned), open) {
		next := chosen.clone()
		next.add(e)
		h.search(next, without, size+1)
		without = without.clone()
		without.add(e) // every hitting set with it has been looked at
	}
}

// open are the sets that chosen does not hit.
func (h *hitting) open(chosen bitset) []bitset {
	var open []bitset
	for _, s := range h.sets {
		if !s.meets(chosen) {
			open = append(open, s)
		}
	}
	return open
}

// disjoint is a number of sets no two of which share an element: as many elements at least are needed. A set with nothing
// left to choose makes it more than any answer has.
func disjoint(sets []bitset, banned bitset) int {
	var used bitset
	n := 0
	for _, s := range sets {
		left := s.without(banned)
		if left.count() == 0 {
			return len(s)*bits.UintSize + 1
		}
		if used == nil {
			used = left.clone()
			n++
		} else if !left.meets(used) {
			used.join(left)
			n++
		}
	}
	return n
}

// byUse are the elements of a set, those first that hit the most.
func byUse(s bitset, sets []bitset) []int {
	uses := map[int]int{}
	elements := s.elements()
	for _, e := range elements {
		for _, other := range sets {
			if other.has(e) {
				uses[e]++
			}
		}
	}
	slices.SortStableFunc(elements, func(a, b int) int { return cmp.Compare(uses[b], uses[a]) })
	return elements
}

// minimal leaves out sets that have another one inside: who hits that one hits them.
func minimal(n int, sets [][]int) []bitset {
	all := make([]bitset, 0, len(sets))
	for _, s := range sets {
		b := newBitset(n)
		for _, e := range s {
			b.add(e)
		}
		all = append(all, b)
	}
	slices.SortStableFunc(all, func(a, b bitset) int { return cmp.Compare(a.count(), b.count()) })
	var kept []bitset
	for _, s := range all {
		if !slices.ContainsFunc(kept, func(k bitset) bool { return k.within(s) }) {
			kept = append(kept, s)
		}
	}
	return kept
}

// greedyHittingSet takes what hits the most, again and again, and then leaves out what is not needed. No element of the
// answer can be left out, but it need not be a smallest one.
func greedyHittingSet(n int, sets [][]int) []int {
	all := minimal(n, sets)
	chosen := newBitset(n)
	for {
		uses := make([]int, n)
		for _, s := range all {
			if !s.meets(chosen) {
				for _, e := range s.elements() {
					uses[e]++
				}
			}
		}
		most := slices.Max(append(uses, 0))
		if most == 0 {
			break
		}
		chosen.add(slices.Index(uses, most))
	}
	for _, e := range chosen.elements() {
		fewer := chosen.clone()
		fewer.remove(e)
		if !slices.ContainsFunc(all, func(s bitset) bool { return !s.meets(fewer) }) {
			chosen = fewer
		}
	}
	return chosen.elements()
}

// bitset is a set of small numbers.
type bitset []uint

func newBitset(n int) bitset { return make(bitset, (n+bits.UintSize-1)/bits.UintSize) }

func (b bitset) add(e int)    { b[e/bits.UintSize] |= 1 << (e % bits.UintSize) }
func (b bitset) remove(e int) { b[e/bits.UintSize] &^= 1 << (e % bits.UintSize) }

func (b bitset) has(e int) bool { return b[e/bits.UintSize]&(1<<(e%bits.UintSize)) != 0 }

func (b bitset) clone() bitset { return slices.Clone(b) }

func (b bitset) count() int {
	n := 0
	for _, word := range b {
		n += bits.OnesCount(word)
	}
	return n
}

func (b bitset) meets(other bitset) bool {
	for i := range b {
		if b[i]&other[i] != 0 {
			return true
		}
	}
	return false
}

// within reports whether every element of b is one of other.
func (b bitset) within(other bitset) bool {
	for i := range b {
		if b[i]&^other[i] != 0 {
			return false
		}
	}
	return true
}

func (b bitset) without(other bitset) bitset {
	left := b.clone()
	for i := range left {
		left[i] &^= other[i]
	}
	return left
}

func (b bitset) join(other bitset) {
	for i := range b {
		b[i] |= other[i]
	}
}

func (b bitset) elements() []int {
	var all []int
	for i, word := range b {
		for ; word != 0; word &= word - 1 {
			all = append(all, i*bits.UintSize+bits.TrailingZeros(word))
		}
	}
	return all
}
