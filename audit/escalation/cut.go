package escalation

import (
	"slices"
	"strings"

	"github.com/warder-iam/warder/policy/eval"
)

// Cut is a set of statements without which nobody can become an administrator who is none.
type Cut struct {
	// Statements to remove. One of a managed policy of AWS is removed by replacing the policy, for its holder, by a copy
	// without it.
	Statements []Statement
	// Exact: no smaller set breaks all paths. Otherwise none of Statements can be left out, and every set that breaks all
	// paths has at least Bound.
	Exact bool
	Bound int
	// Candidates is the number of statements that bear some path.
	Candidates int
	// Open are paths that no removal of statements breaks; the cut leaves them.
	Open []Escalation
}

// mostExact is the number of candidates up to which a smallest cut is found.
const mostExact = 30

// Cut finds the statements to remove. A path is broken by removing any one statement that some request of it needs; so a
// cut is a set that has a statement of every path. There are too many paths to list them all: the smallest set for those that
// are known is removed, and what paths are left then are added, until none is. All that is removed allows something, so
// no new path comes up; and a set that is smallest for some paths is never larger than one for all.
func (g *Graph) Cut() Cut {
	c := &cutting{graph: g, numbers: map[place]int{}}
	c.learn(g.Escalations)
	var chosen []int
	for {
		chosen = c.smallest()
		left := c.left(chosen)
		if !c.learn(left) {
			c.cut.Open = left
			break
		}
	}
	if len(c.candidates) > mostExact {
		chosen = c.irreducible(chosen)
	}
	c.cut.Exact = len(chosen) == c.cut.Bound
	c.cut.Candidates = len(c.candidates)
	for _, n := range chosen {
		c.cut.Statements = append(c.cut.Statements, c.candidates[n])
	}
	return c.cut
}

type cutting struct {
	graph      *Graph
	cut        Cut
	candidates []Statement
	numbers    map[place]int
	paths      [][]int // numbers of the statements of each path
}

// learn takes paths in; it is false if none of them is new and can be broken.
func (c *cutting) learn(paths []Escalation) bool {
	learnt := false
	for i := range paths {
		numbers := append(c.numbersOf(&paths[i], eval.LayerIdentity), c.numbersOf(&paths[i], eval.LayerResource)...)
		slices.Sort(numbers)
		known := slices.ContainsFunc(c.paths, func(p []int) bool { return slices.Equal(p, numbers) })
		if len(numbers) > 0 && !known {
			c.paths = append(c.paths, numbers)
			learnt = true
		}
	}
	return learnt
}

// numbersOf are the numbers of a path's statements of one layer. Those of identity policies come first: of two that do
// as well, the one with the lower number is removed, and a trust policy is what others may rely on.
func (c *cutting) numbersOf(path *Escalation, layer eval.Layer) []int {
	var numbers []int
	for _, e := range path.Steps {
		for _, st := range e.Statements {
			if st.Layer != layer {
				continue
			}
			if n, ok := c.number(st); ok && !slices.Contains(numbers, n) {
				numbers = append(numbers, n)
			}
		}
	}
	return numbers
}

// place is what tells statements apart, on the account as it is and on one with less statements.
type place struct {
	holder, policy string
	layer          eval.Layer
	index          int
}

// number of a statement that may be removed: one of the account as it is, of an identity or trust policy.
func (c *cutting) number(st Statement) (int, bool) {
	if st.Holder == "" || st.written || st.Layer != eval.LayerIdentity && st.Layer != eval.LayerResource {
		return 0, false
	}
	if name, ok := strings.CutPrefix(st.Policy, inlinePrefix+"arn:"); ok {
		st.Policy = "arn:" + name // a copy of a policy of AWS
	}
	at := place{st.Holder, st.Policy, st.Layer, st.Index}
	n, known := c.numbers[at]
	if !known {
		n = len(c.candidates)
		c.numbers[at] = n
		c.candidates = append(c.candidates, c.original(st))
	}
	return n, true
}

// original is the statement as the account has it.
func (c *cutting) original(st Statement) Statement {
	d, ok := documentOf(c.graph.model.root.snapshot(), st)
	if doc := d.Compiled().Document(); ok && doc != nil && st.Index < len(doc.Statements) {
		at := doc.Statements[st.Index].Span.Start
		st.Line, st.Column = at.Line, at.Column
	}
	return st
}

// smallest is a set of statements that breaks all known paths, and notes how many it takes at least.
func (c *cutting) smallest() []int {
	n := len(c.candidates)
	if n > mostExact {
		c.cut.Bound = max(c.cut.Bound, disjoint(minimal(n, c.paths), newBitset(n)))
		return greedyHittingSet(n, c.paths)
	}
	chosen := hittingSet(n, c.paths)
	c.cut.Bound = len(chosen)
	return chosen
}

// left are the paths that there are without some statements.
func (c *cutting) left(chosen []int) []Escalation {
	removed := make([]Statement, 0, len(chosen))
	for _, n := range chosen {
		removed = append(removed, c.candidates[n])
	}
	old := c.graph.model
	m := newModel(old.unfixed.On(without(old.root.snapshot(), removed)), old.options)
	var left []Escalation
	for _, name := range m.candidates {
		if _, escalates := c.graph.paths[name]; !escalates && !c.graph.short[name] && !old.isAdmin(name) {
			continue // with less it can do no more than before
		}
		if found := m.newSearch(name, "").run(); found != nil {
			left = append(left, *found)
		}
	}
	return left
}

// irreducible leaves out, one by one, what the others can do without.
func (c *cutting) irreducible(chosen []int) []int {
	open := len(c.left(chosen))
	for i := len(chosen) - 1; i >= 0; i-- {
		fewer := slices.Delete(slices.Clone(chosen), i, i+1)
		if len(c.left(fewer)) <= open {
			chosen = fewer
		}
	}
	return chosen
}
