package escalation

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestHittingSetIsSmallest compares with all sets of elements there are.
func TestHittingSetIsSmallest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 10).Draw(t, "n")
		element := rapid.IntRange(0, n-1)
		sets := rapid.SliceOfN(rapid.SliceOfNDistinct(element, 1, n, rapid.ID[int]), 0, 12).Draw(t, "sets")
		found := hittingSet(n, sets)
		if !hits(found, sets) {
			t.Fatalf("%v does not hit all of %v", found, sets)
		}
		if want := smallestByTrying(n, sets); len(found) != want {
			t.Fatalf("%v has %d elements; there is one of %d", found, len(found), want)
		}
		greedy := greedyHittingSet(n, sets)
		if !hits(greedy, sets) {
			t.Fatalf("greedy %v does not hit all of %v", greedy, sets)
		}
		for i := range greedy {
			if hits(slices.Delete(slices.Clone(greedy), i, i+1), sets) {
				t.Fatalf("greedy %v can do without %d", greedy, greedy[i])
			}
		}
	})
}

func hits(chosen []int, sets [][]int) bool {
	return !slices.ContainsFunc(sets, func(s []int) bool {
		return !slices.ContainsFunc(s, func(e int) bool { return slices.Contains(chosen, e) })
	})
}

func smallestByTrying(n int, sets [][]int) int {
	best := n
	for mask := range 1 << n {
		var chosen []int
		for e := range n {
			if mask>>e&1 == 1 {
				chosen = append(chosen, e)
			}
		}
		if len(chosen) < best && hits(chosen, sets) {
			best = len(chosen)
		}
	}
	return best
}
