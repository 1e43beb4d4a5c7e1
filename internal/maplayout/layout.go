package maplayout

import "math"

// Node is one thing to place.
type Node struct {
	// Home is the index of the node around which it stands, or none of its own: -1. A home that leads back to the node
	// itself counts as none.
	Home int
	// Links are indexes of nodes that it should stand near to. They count for the whole of what stands around a home.
	Links []int
}

// Point is a place. Neighbours that belong together are Pitch apart.
type Point struct{ X, Y int32 }

// Pitch is the least distance of two nodes.
const Pitch = 100

// Place gives every node its place: what has a home stands around it, homes that are linked stand near each other, and no
// two nodes nearer than Pitch. The order is that of age, the oldest first: a node that comes last moves no other, unless
// what it stands around grows over the room that is kept for it.
func Place(nodes []Node) []Point {
	l := &layout{nodes: nodes, home: homes(nodes), inner: make([]point, len(nodes)), radius: make([]float64, len(nodes)), spiral: &spiral{}}
	l.nest()
	l.arrange()
	places := make([]Point, len(nodes))
	at := make([]point, len(nodes))
	for _, i := range l.outward {
		at[i] = l.inner[i]
		if h := l.home[i]; h >= 0 {
			at[i] = at[i].plus(at[h])
		}
		places[i] = Point{int32(math.Round(at[i].x * Pitch)), int32(math.Round(at[i].y * Pitch))}
	}
	return places
}

// layout is a picture that is being made. Its unit is the Pitch.
type layout struct {
	nodes   []Node
	home    []int     // that lead to no node twice
	outward []int     // every node behind its home
	inner   []point   // from the home, or from the middle of all
	radius  []float64 // of the disc of a node and all that stands around it
	spiral  *spiral
}

// A node alone takes half a pitch to each side, one that many stand around twice that. Between what stands around two homes is a gap.
const (
	leafRadius = 0.5
	homeRadius = 1.0
	many       = 7
	gap        = 0.75
)

// homes are those of nodes, without the ones that lead back to where they come from.
func homes(nodes []Node) []int {
	const open, under, done = 0, 1, 2
	home, state := make([]int, len(nodes)), make([]int8, len(nodes))
	for i := range nodes {
		home[i] = nodes[i].Home
		if home[i] >= len(nodes) || home[i] < 0 {
			home[i] = -1
		}
	}
	for i := range nodes {
		var path []int
		at := i
		for at >= 0 && state[at] == open {
			state[at] = under
			path = append(path, at)
			at = home[at]
		}
		if at >= 0 && state[at] == under {
			home[at] = -1
		}
		for _, p := range path {
			state[p] = done
		}
	}
	return home
}

// nest puts all that stands around a home there, from the innermost homes to the outermost.
func (l *layout) nest() {
	around := make([][]int, len(l.nodes))
	var queue []int
	for i, h := range l.home {
		if h < 0 {
			queue = append(queue, i)
		} else {
			around[h] = append(around[h], i)
		}
	}
	for at := 0; at < len(queue); at++ {
		queue = append(queue, around[queue[at]]...)
	}
	l.outward = queue
	for at := len(queue) - 1; at >= 0; at-- {
		i := queue[at]
		l.radius[i] = leafRadius
		if len(around[i]) == 0 {
			continue
		}
		p := newPlane(l.spiral)
		reach := leafRadius
		if len(around[i]) >= many {
			reach = homeRadius
		}
		p.put(disc{point{}, reach})
		for _, child := range around[i] {
			l.inner[child] = p.near(point{}, l.radius[child])
			reach = max(reach, l.inner[child].length()+l.radius[child])
		}
		l.radius[i] = roomFor(reach)
	}
}

// roomFor rounds a radius up so that a few more nodes fit: what grows by one seldom needs another place.
func roomFor(radius float64) float64 {
	room := 1.5
	for room < radius-touching {
		room = max(room+0.5, room*1.15)
	}
	return room
}

// arrange puts the outermost homes, each near the middle of those before it that it is linked to.
func (l *layout) arrange() {
	outer := make([]int, len(l.nodes))
	links := make([][]int, len(l.nodes)) // of outer ones
	for _, i := range l.outward {
		outer[i] = i
		if h := l.home[i]; h >= 0 {
			outer[i] = outer[h]
		}
	}
	for i := range l.nodes {
		for _, to := range l.nodes[i].Links {
			if to >= 0 && to < len(l.nodes) && outer[to] != outer[i] {
				links[outer[i]] = append(links[outer[i]], outer[to])
				links[outer[to]] = append(links[outer[to]], outer[i])
			}
		}
	}
	p := newPlane(l.spiral)
	placed := make([]bool, len(l.nodes))
	for i, h := range l.home {
		if h >= 0 {
			continue
		}
		room := l.radius[i] + gap/2
		if l.radius[i] == leafRadius {
			room = leafRadius
		}
		if middle, ok := l.middle(links[i], placed); ok {
			l.inner[i] = p.towards(middle, room)
		} else {
			l.inner[i] = p.near(point{}, room)
		}
		placed[i] = true
	}
}

// middle of those that have a place.
func (l *layout) middle(all []int, placed []bool) (m point, ok bool) {
	count := 0.0
	for _, i := range all {
		if placed[i] {
			m = m.plus(l.inner[i])
			count++
		}
	}
	if count == 0 {
		return m, false
	}
	return point{snap * math.Round(m.x/count/snap), snap * math.Round(m.y/count/snap)}, true
}

// snap is the grid of the middles: where a neighbour moves by a little, what stands near it moves not at all.
const snap = 8.0
