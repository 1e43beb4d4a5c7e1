package maplayout_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/warder-iam/warder/internal/maplayout"
)

// account is a graph as accounts have them, with n nodes, the oldest first: homes are groups and services, some of them large; a
// few nodes have none, and others are satellites of what stands around a home.
func account(n int) []maplayout.Node {
	r := rand.New(rand.NewPCG(7, uint64(n)))
	var nodes []maplayout.Node
	var groups []int
	for len(nodes) < n {
		switch i := len(nodes); {
		case len(groups) == 0 || r.IntN(60) == 0:
			groups = append(groups, i)
			nodes = append(nodes, maplayout.Node{Home: -1, Links: some(r, groups[:len(groups)-1], 2)})
		case r.IntN(20) == 0:
			nodes = append(nodes, maplayout.Node{Home: -1, Links: some(r, groups, 3)})
		case r.IntN(6) == 0:
			of := r.IntN(i)
			for nodes[of].Home >= 0 && nodes[nodes[of].Home].Home >= 0 {
				of = nodes[of].Home // homes are not deep
			}
			nodes = append(nodes, maplayout.Node{Home: of})
		default: // the oldest groups are the largest
			nodes = append(nodes, maplayout.Node{Home: groups[int(float64(len(groups))*math.Pow(r.Float64(), 3))], Links: some(r, groups, 1)})
		}
	}
	return nodes
}

func some(r *rand.Rand, of []int, n int) (list []int) {
	for range min(n, len(of)) {
		list = append(list, of[r.IntN(len(of))])
	}
	return list
}

var sizes = []int{1, 2, 5, 40, 300, 2000, 20_000}

func TestNoOverlap(t *testing.T) {
	for _, n := range sizes {
		places := maplayout.Place(account(n))
		if got := closest(places); n > 1 && got < maplayout.Pitch-2 { // rounding takes a little
			t.Errorf("%d nodes: two are %v apart, want %d", n, got, maplayout.Pitch)
		}
		if area, least := spread(places), float64(n)*maplayout.Pitch*maplayout.Pitch; n >= 40 && area > 12*least {
			t.Errorf("%d nodes: the picture is %v times as large as its nodes", n, area/least)
		}
	}
}

// closest is the least distance of two places.
func closest(places []maplayout.Point) float64 {
	cells := map[maplayout.Point][]maplayout.Point{}
	least := math.Inf(1)
	for _, p := range places {
		at := maplayout.Point{X: int32(math.Floor(float64(p.X) / maplayout.Pitch)), Y: int32(math.Floor(float64(p.Y) / maplayout.Pitch))}
		for x := at.X - 1; x <= at.X+1; x++ {
			for y := at.Y - 1; y <= at.Y+1; y++ {
				for _, q := range cells[maplayout.Point{X: x, Y: y}] {
					least = min(least, distance(p, q))
				}
			}
		}
		cells[at] = append(cells[at], p)
	}
	return least
}

func distance(p, q maplayout.Point) float64 { return math.Hypot(float64(p.X-q.X), float64(p.Y-q.Y)) }

// spread is the area of the rectangle around all.
func spread(places []maplayout.Point) float64 {
	low, high := places[0], places[0]
	for _, p := range places {
		low = maplayout.Point{X: min(low.X, p.X), Y: min(low.Y, p.Y)}
		high = maplayout.Point{X: max(high.X, p.X), Y: max(high.Y, p.Y)}
	}
	return float64(high.X-low.X) * float64(high.Y-low.Y)
}

// TestClusters: of all nodes around homes, nearly all have more of their own among their neighbours than of any other home's.
func TestClusters(t *testing.T) {
	for _, n := range []int{300, 2000, 20_000} {
		nodes := account(n)
		places := maplayout.Place(nodes)
		outer := make([]int, n)
		for i := range nodes {
			outer[i] = i
			for at := i; nodes[at].Home >= 0; at = nodes[at].Home {
				outer[i] = nodes[at].Home
			}
		}
		strangers, looked := 0, 0
		for i := 0; i < n; i += max(1, n/300) {
			if nodes[i].Home < 0 {
				continue
			}
			looked++
			own := 0.0
			for j := range nodes {
				if outer[j] == outer[i] {
					own = max(own, distance(places[outer[i]], places[j]))
				}
			}
			for j := range nodes { // nobody else's stands inside
				if outer[j] != outer[i] && distance(places[outer[i]], places[j]) < own {
					strangers++
				}
			}
		}
		if strangers > 0 || looked == 0 {
			t.Errorf("%d nodes: %d stand among another home's (%d looked at)", n, strangers, looked)
		}
	}
}

// TestLinksAreNear: homes that are linked with each other alone, in families of ten, stand together, in whatever order they came.
func TestLinksAreNear(t *testing.T) {
	const families, members = 20, 10
	r := rand.New(rand.NewPCG(1, 1))
	family := make([]int, families*members)
	for i := range family {
		family[i] = i % families
	}
	r.Shuffle(len(family), func(i, j int) { family[i], family[j] = family[j], family[i] })
	nodes := make([]maplayout.Node, len(family))
	for i := range nodes {
		nodes[i].Home = -1
		for j := range i {
			if family[j] == family[i] {
				nodes[i].Links = append(nodes[i].Links, j)
			}
		}
	}
	for i := range family {
		for range r.IntN(20) {
			nodes = append(nodes, maplayout.Node{Home: i})
		}
	}
	places := maplayout.Place(nodes)
	own, all, ownPairs, allPairs := 0.0, 0.0, 0.0, 0.0
	for i := range family {
		for j := range i {
			d := distance(places[i], places[j])
			all, allPairs = all+d, allPairs+1
			if family[i] == family[j] {
				own, ownPairs = own+d, ownPairs+1
			}
		}
	}
	if own/ownPairs > 0.6*all/allPairs {
		t.Errorf("of one family are %v apart, any two %v", own/ownPairs, all/allPairs)
	}
}

// TestStable: small changes move little. Of a picture of a few dozen nodes that is too much to ask: each is a part of it.
func TestStable(t *testing.T) {
	for _, n := range []int{300, 2000, 20_000} {
		nodes := account(n)
		before := maplayout.Place(nodes)
		if again := maplayout.Place(nodes); !slices.Equal(before, again) {
			t.Fatalf("%d nodes: placed twice they have other places", n)
		}
		r := rand.New(rand.NewPCG(3, 3))
		moved := map[string][]float64{}
		for range 8 {
			added := append(slices.Clone(nodes), maplayout.Node{Home: r.IntN(n)})
			moved["added around a home"] = append(moved["added around a home"], movement(before, maplayout.Place(added), -1))
			added[n].Home = -1
			added[n].Links = []int{r.IntN(n)}
			moved["added alone"] = append(moved["added alone"], movement(before, maplayout.Place(added), -1))
			gone := n - 1 - r.IntN(n/4)
			moved["taken away"] = append(moved["taken away"], movement(before, maplayout.Place(without(nodes, gone)), gone))
		}
		for name, all := range moved {
			slices.Sort(all)
			t.Logf("%d nodes, %s: share of the nodes that moved by more than a twentieth of the picture: %.2f", n, name, all)
			if median := all[len(all)/2]; median > 0.1 {
				t.Errorf("%d nodes, %s: half of the times more than a tenth moves: %.2f", n, name, all)
			}
			if name == "added alone" && all[len(all)-1] > 0 {
				t.Errorf("%d nodes: one that comes alone moves others", n)
			}
		}
	}
}

// without is the graph without one node; what stood around it has no home then.
func without(nodes []maplayout.Node, gone int) []maplayout.Node {
	index := func(i int) int {
		switch {
		case i == gone:
			return -1
		case i > gone:
			return i - 1
		}
		return i
	}
	var rest []maplayout.Node
	for i, n := range nodes {
		if i != gone {
			own := maplayout.Node{Home: index(n.Home)}
			for _, to := range n.Links {
				own.Links = append(own.Links, index(to))
			}
			rest = append(rest, own)
		}
	}
	return rest
}

// movement is the share of the nodes that went farther than a twentieth of the picture's width.
func movement(before, after []maplayout.Point, gone int) float64 {
	limit := max(math.Sqrt(spread(before))/20, maplayout.Pitch*2.5)
	count := 0.0
	for i := range before {
		j := i
		if gone >= 0 && i > gone {
			j--
		}
		if i != gone && distance(before[i], after[j]) > limit {
			count++
		}
	}
	return count / float64(len(before))
}

// TestOddHomes: homes in a circle, and ones that are not there, count as none.
func TestOddHomes(t *testing.T) {
	nodes := []maplayout.Node{{Home: 1}, {Home: 2}, {Home: 0}, {Home: 3}, {Home: 99, Links: []int{-5, 99, 4}}, {Home: -7}, {Home: 0}}
	places := maplayout.Place(nodes)
	if len(places) != len(nodes) || closest(places) < maplayout.Pitch-2 {
		t.Errorf("places %v", places)
	}
	if got := maplayout.Place(nil); len(got) != 0 {
		t.Errorf("no nodes have places %v", got)
	}
}

func BenchmarkPlace(b *testing.B) {
	for _, n := range []int{5, 2000, 20_000} {
		nodes := account(n)
		b.Run(fmt.Sprint("nodes=", n), func(b *testing.B) {
			for b.Loop() {
				maplayout.Place(nodes)
			}
		})
	}
	loose := make([]maplayout.Node, 20_000) // each alone, each linked to a few
	r := rand.New(rand.NewPCG(5, 5))
	for i := range loose {
		loose[i] = maplayout.Node{Home: -1, Links: []int{r.IntN(len(loose)), r.IntN(len(loose))}}
	}
	b.Run("loose", func(b *testing.B) {
		for b.Loop() {
			maplayout.Place(loose)
		}
	})
}
