package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Measures of the picture.
const (
	nodeWidth  = 152
	nodeHeight = 46
	nodeGap    = 16
	lineHeight = 14
	dummyWidth = 1
	bend       = 44 // where curves bend, before a column
	runeWidth  = 6  // of a label, at most
	plainGap   = 86 // between columns without labels between them
	labelSpace = 8
	margin     = 12
	sweeps     = 8
)

// layOut gives nodes and edges their places, as Sugiyama, Tagawa and Toda do: columns by the way that is left to the target,
// an order in each by the middle of its neighbours, then heights.
func (p *picture) layOut() {
	for _, e := range p.Edges {
		e.From.out, e.To.in = append(e.From.out, e), append(e.To.in, e)
	}
	columns := p.columns()
	for range sweeps {
		order(columns)
	}
	for _, column := range columns {
		for _, n := range column {
			n.measure()
		}
	}
	p.place(columns)
	p.route()
}

// columns puts each node one column before the first that it leads to, and those that nothing leads to at the left. Edges
// over more than one column get dummies between.
func (p *picture) columns() [][]*pictureNode {
	rank := map[*pictureNode]int{}
	var visit func(n *pictureNode) int
	visit = func(n *pictureNode) int {
		if have, ok := rank[n]; ok {
			return have // of a node that is being visited 0: an edge that closes a circle does not count
		}
		rank[n] = 0
		most := 0
		for _, e := range n.out {
			most = max(most, visit(e.To)+1)
		}
		rank[n] = most
		return most
	}
	last := 0
	for _, n := range p.Nodes {
		last = max(last, visit(n))
	}
	columns := make([][]*pictureNode, last+1)
	for _, n := range p.Nodes {
		n.layer = last - rank[n]
		if len(n.in) == 0 && slices.ContainsFunc(n.out, func(e *pictureEdge) bool { return len(e.Steps) > 0 }) {
			n.layer = 0
		}
		columns[n.layer] = append(columns[n.layer], n)
	}
	for _, e := range p.Edges {
		for layer := e.From.layer + 1; layer < e.To.layer; layer++ {
			d := &pictureNode{dummy: true, layer: layer}
			e.via = append(e.via, d)
			columns[layer] = append(columns[layer], d)
		}
	}
	for _, column := range columns {
		renumber(column)
	}
	return columns
}

func renumber(column []*pictureNode) {
	for i, n := range column {
		n.at = i
	}
}

// stops are the nodes and dummies of an edge in order.
func (e *pictureEdge) stops() []*pictureNode {
	return slices.Concat([]*pictureNode{e.From}, e.via, []*pictureNode{e.To})
}

// order sorts each column by the mean place of its neighbours in the column before, then after.
func order(columns [][]*pictureNode) {
	edges := edgesOf(columns)
	sortBy := func(column []*pictureNode, side int) {
		sum, n := map[*pictureNode]float64{}, map[*pictureNode]float64{}
		for _, e := range edges {
			stops := e.stops()
			for i := range stops {
				if j := i + side; j >= 0 && j < len(stops) {
					sum[stops[i]] += float64(stops[j].at)
					n[stops[i]]++
				}
			}
		}
		mean := func(x *pictureNode) float64 {
			if n[x] == 0 {
				return float64(x.at)
			}
			return sum[x] / n[x]
		}
		slices.SortStableFunc(column, func(a, b *pictureNode) int { return cmp.Compare(mean(a), mean(b)) })
		renumber(column)
	}
	for i := 1; i < len(columns); i++ {
		sortBy(columns[i], -1)
	}
	for i := len(columns) - 2; i >= 0; i-- {
		sortBy(columns[i], 1)
	}
}

func edgesOf(columns [][]*pictureNode) []*pictureEdge {
	var edges []*pictureEdge
	for _, column := range columns {
		for _, n := range column {
			edges = append(edges, n.out...)
		}
	}
	return edges
}

// measure makes room for the labels of what leaves a node, in the order of where it goes.
func (n *pictureNode) measure() {
	if n.dummy {
		n.w, n.h = dummyWidth, lineHeight
		return
	}
	next := func(e *pictureEdge) int { return e.stops()[1].at }
	slices.SortStableFunc(n.out, func(a, b *pictureEdge) int { return cmp.Compare(next(a), next(b)) })
	before := func(e *pictureEdge) int { s := e.stops(); return s[len(s)-2].at }
	slices.SortStableFunc(n.in, func(a, b *pictureEdge) int { return cmp.Compare(before(a), before(b)) })
	need := 10
	for _, e := range n.out {
		e.label()
		need += e.height()
	}
	n.w, n.h = nodeWidth, max(nodeHeight, need, 10+8*len(n.in))
}

// label breaks what an edge says into lines.
func (e *pictureEdge) label() {
	e.Lines = nil
	text := strings.Join(e.Steps, ", then ")
	for _, line := range wrap(text, labelRunes, labelLines) {
		e.Lines = append(e.Lines, pictureLine{Text: line})
	}
	if e.Needs != "" {
		e.Lines = append(e.Lines, pictureLine{Text: clip("only "+e.Needs, labelRunes), Needs: true})
	}
}

func (e *pictureEdge) height() int { return lineHeight*max(len(e.Lines), 1) + 6 }

// wrap breaks a text between words into at most so many lines.
func wrap(text string, width, most int) []string {
	var lines []string
	line := ""
	words := strings.Fields(text)
	for i, word := range words {
		switch {
		case line == "":
			line = word
		case len([]rune(line))+1+len([]rune(word)) <= width:
			line += " " + word
		case len(lines) == most-1:
			return append(lines, clip(line+" "+strings.Join(words[i:], " "), width))
		default:
			lines, line = append(lines, clip(line, width)), word
		}
	}
	if line != "" {
		lines = append(lines, clip(line, width))
	}
	return lines
}

// place gives columns their x, and nodes a y near the middle of their neighbours, without overlap.
func (p *picture) place(columns [][]*pictureNode) {
	x := margin
	for i, column := range columns {
		gap := plainGap
		for _, n := range column {
			n.x = x
			for _, e := range n.out {
				for _, line := range e.Lines {
					gap = max(gap, bend+2*labelSpace+runeWidth*len([]rune(line.Text)))
				}
			}
		}
		x += nodeWidth
		if i < len(columns)-1 {
			x += gap
		}
	}
	p.Width = x + margin
	for _, column := range columns {
		stack(column)
	}
	edges := edgesOf(columns)
	for i := range 2 * sweeps {
		align(columns, edges, 1-2*(i%2))
	}
	least := 1 << 30
	for _, column := range columns {
		for _, n := range column {
			least = min(least, n.y)
		}
	}
	for _, column := range columns {
		for _, n := range column {
			n.y += margin - least
			p.Height = max(p.Height, n.y+n.h+margin)
		}
	}
}

func stack(column []*pictureNode) {
	y := 0
	for _, n := range column {
		n.y = y
		y += n.h + nodeGap
	}
}

// align moves the nodes of each column towards the middle of their neighbours on one side.
func align(columns [][]*pictureNode, edges []*pictureEdge, side int) {
	for i := range columns {
		column := columns[i]
		if side > 0 {
			column = columns[len(columns)-1-i]
		}
		wish := map[*pictureNode]int{}
		for _, n := range column {
			sum, count := 0, 0
			for _, e := range edges {
				stops := e.stops()
				at := slices.Index(stops, n)
				if j := at + side; at >= 0 && j >= 0 && j < len(stops) {
					sum += stops[j].y + stops[j].h/2
					count++
				}
			}
			wish[n] = n.y
			if count > 0 {
				wish[n] = sum/count - n.h/2
			}
		}
		settle(column, wish)
	}
}

// settle gives each node the place that it wishes as far as order and gaps let it: nodes that would overlap share the mean
// of their wishes.
func settle(column []*pictureNode, wish map[*pictureNode]int) {
	type block struct{ nodes, sum, height, y int }
	var blocks []block
	for _, n := range column {
		b := block{1, wish[n], n.h, wish[n]}
		for len(blocks) > 0 {
			last := &blocks[len(blocks)-1]
			if last.y+last.height+nodeGap <= b.y {
				break
			}
			shift := (last.height + nodeGap) * b.nodes
			b = block{last.nodes + b.nodes, last.sum + b.sum - shift, last.height + nodeGap + b.height, 0}
			b.y = b.sum / b.nodes
			blocks = blocks[:len(blocks)-1]
		}
		blocks = append(blocks, b)
	}
	i := 0
	for _, b := range blocks {
		y := b.y
		for range b.nodes {
			column[i].y = y
			y += column[i].h + nodeGap
			i++
		}
	}
}

// route draws the edges: straight beside their label, bent before the next column.
func (p *picture) route() {
	for _, n := range p.Nodes {
		total := 0
		for _, e := range n.out {
			total += e.height()
		}
		y := n.y + (n.h-total)/2
		for _, e := range n.out {
			above := len(e.Lines)
			if above > 0 && e.Lines[above-1].Needs {
				above--
			}
			port := y + lineHeight*above + 3
			if above == 0 {
				port = y + e.height()/2
			}
			for i := range e.Lines {
				e.Lines[i].X, e.Lines[i].Y = n.x+n.w+labelSpace, y+lineHeight*(i+1)-2
				if i >= above {
					e.Lines[i].Y = port + lineHeight - 2
				}
			}
			e.ports = []int{port}
			y += e.height()
		}
		for i, e := range n.in {
			e.ends = append(e.ends, n.y+n.h*(i+1)/(len(n.in)+1))
		}
	}
	for _, e := range p.Edges {
		e.draw()
	}
}

func (e *pictureEdge) draw() {
	var path strings.Builder
	x, y := e.From.x+e.From.w, e.ports[0]
	fmt.Fprintf(&path, "M%d,%d", x, y)
	for _, stop := range append(slices.Clone(e.via), e.To) {
		toX, toY := stop.x, stop.y+stop.h/2
		if stop == e.To {
			toY = e.ends[0]
		}
		if from := toX - bend; from > x {
			fmt.Fprintf(&path, " H%d", from)
			x = from
		}
		fmt.Fprintf(&path, " C%d,%d %d,%d %d,%d", (x+toX)/2, y, (x+toX)/2, toY, toX, toY)
		x, y = toX, toY
		if stop.dummy {
			x += nodeWidth
			fmt.Fprintf(&path, " H%d", x)
		}
	}
	e.Path = path.String()
	e.Head = fmt.Sprintf("M%d,%d L%d,%d L%d,%d", x-7, y-4, x, y, x-7, y+4)
}

// X, Y, W and H are its place.
func (n *pictureNode) X() int { return n.x }
func (n *pictureNode) Y() int { return n.y }
func (n *pictureNode) W() int { return n.w }
func (n *pictureNode) H() int { return n.h }

// TextX and TextY are where its label begins.
func (n *pictureNode) TextX() int { return n.x + 12 }
func (n *pictureNode) TextY() int {
	if n.Sub == "" {
		return n.y + n.h/2 + 5
	}
	return n.y + n.h/2 - 2
}

// SubY is where its second line begins.
func (n *pictureNode) SubY() int { return n.y + n.h/2 + 14 }
