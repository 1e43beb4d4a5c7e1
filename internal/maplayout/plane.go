package maplayout

import (
	"cmp"
	"math"
	"slices"
)

type point struct{ x, y float64 }

func (p point) plus(q point) point       { return point{p.x + q.x, p.y + q.y} }
func (p point) by(k float64) point       { return point{p.x * k, p.y * k} }
func (p point) length() float64          { return math.Hypot(p.x, p.y) }
func (p point) distance(q point) float64 { return math.Hypot(p.x-q.x, p.y-q.y) }

type disc struct {
	at     point
	radius float64
}

// plane holds discs that do not overlap.
type plane struct {
	spiral *spiral
	cells  map[cell][]disc // each disc in every cell that it touches
	next   map[ask]int     // where on the spiral the last search for the same ended: nothing before is free
}

type cell struct{ x, y int32 }

type ask struct {
	target point
	radius float64
}

// cellSize is that of a cell, in pitches.
const cellSize = 2.0

// touching is how far discs may overlap: what rounding makes of discs that touch.
const touching = 1e-6

func newPlane(s *spiral) *plane { return &plane{s, map[cell][]disc{}, map[ask]int{}} }

// near puts a disc at the free place nearest to the target, of those on a lattice around it.
func (p *plane) near(target point, radius float64) point {
	key := ask{target, radius}
	step := max(1, radius/2)
	for i := p.next[key]; ; i++ {
		at := target.plus(p.spiral.at(i).by(step))
		if d := (disc{at, radius}); p.free(d) {
			p.next[key] = i + 1
			p.put(d)
			return at
		}
	}
}

// towards is near for targets of which none is like another: it looks at fewer places the farther they are, so that a search in a
// crowd ends soon.
func (p *plane) towards(target point, radius float64) point {
	step := max(1, radius/2)
	for ring := 0; ; ring++ {
		distance := step * float64(ring) * (1 + float64(ring)/8)
		places := 1
		if ring > 0 {
			places = 6 * min(ring, 8)
		}
		for i := range places {
			sin, cos := math.Sincos(2 * math.Pi * (float64(i)/float64(places) + float64(ring)*golden))
			d := disc{target.plus(point{distance * cos, distance * sin}), radius}
			if p.free(d) {
				p.put(d)
				return d.at
			}
		}
	}
}

// golden turns each ring against the one before, so that they leave no lanes.
const golden = 0.381966

func (p *plane) free(d disc) bool {
	for c := range d.cells {
		for _, other := range p.cells[c] {
			if d.at.distance(other.at) < d.radius+other.radius-touching {
				return false
			}
		}
	}
	return true
}

func (p *plane) put(d disc) {
	for c := range d.cells {
		p.cells[c] = append(p.cells[c], d)
	}
}

// cells that the disc touches, the middle first: that is where a search most often ends.
func (d disc) cells(yield func(cell) bool) {
	at := func(v float64) int32 { return int32(math.Floor(v / cellSize)) }
	middle := cell{at(d.at.x), at(d.at.y)}
	if !yield(middle) {
		return
	}
	for x := at(d.at.x - d.radius); x <= at(d.at.x+d.radius); x++ {
		for y := at(d.at.y - d.radius); y <= at(d.at.y+d.radius); y++ {
			if c := (cell{x, y}); c != middle && d.touches(c) && !yield(c) {
				return
			}
		}
	}
}

func (d disc) touches(c cell) bool {
	nearest := func(v float64, low int32) float64 { return min(max(v, float64(low)*cellSize), float64(low+1)*cellSize) }
	return d.at.distance(point{nearest(d.at.x, c.x), nearest(d.at.y, c.y)}) <= d.radius
}

// spiral are the points of a hexagonal lattice of pitch 1 around its middle, ring by ring. Two that follow each other are mostly
// neighbours: where one goes, the others behind it move by one place.
type spiral struct {
	points []point
	radius int // up to which there are all
}

func (s *spiral) at(i int) point {
	for i >= len(s.points) {
		s.grow()
	}
	return s.points[i]
}

// grow doubles the radius. What was there stays where it was.
func (s *spiral) grow() {
	before := s.radius
	s.radius = max(8, 2*before)
	rows := int(float64(s.radius)/rowHeight) + 1
	var more []ringPoint
	for row := -rows; row <= rows; row++ {
		for column := -s.radius - rows; column <= s.radius+rows; column++ {
			p := point{float64(column) + float64(row)*0.5, float64(row) * rowHeight}
			if ring := ringOf(p); ring >= before && ring < s.radius {
				more = append(more, ringPoint{p, ring, math.Atan2(p.y, p.x)})
			}
		}
	}
	slices.SortFunc(more, func(a, b ringPoint) int { return cmp.Or(cmp.Compare(a.ring, b.ring), cmp.Compare(a.angle, b.angle)) })
	for _, p := range more {
		s.points = append(s.points, p.point)
	}
}

type ringPoint struct {
	point
	ring  int
	angle float64
}

const rowHeight = 0.8660254037844386 // of a lattice of equilateral triangles: sqrt(3)/2

// ringOf is the ring that a point is in; those of a lattice that are as far from the middle as each other are in one.
func ringOf(p point) int { return int(p.length() + touching) }
