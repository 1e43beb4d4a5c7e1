package report

import (
	"slices"
	"strconv"
	"strings"

	"github.com/warder-iam/warder/audit"
)

// Bounds of the picture: what is beyond stands in one node of its own.
const (
	mostStarts  = 16 // groups of principals that begin a way
	mostOutside = 8
	mostAdmins  = 10 // administrators that no way leads to
	nodeRunes   = 17 // of a name in a node
	labelRunes  = 22 // of a line beside an edge
	labelLines  = 3
)

// picture is who can become administrator and by what, as a graph from left to right that ends in one target.
type picture struct {
	Nodes []*pictureNode
	Edges []*pictureEdge
	// Width and Height in units of which a letter is about six wide.
	Width, Height int
	// Choices are the ways that can be highlighted, by their numbers.
	Choices []string
	// Loose: so many ways that those of one kind are drawn as one.
	Loose bool
}

// pictureNode is a principal, or several alike.
type pictureNode struct {
	Kind  string // "user", "role", "group", "outside", "target"
	Names []string
	Label string
	Sub   string // a second line, "" for none
	Routes

	key        string
	layer, at  int // column, and place in it
	x, y, w, h int
	in, out    []*pictureEdge
	dummy      bool
}

// pictureEdge is how one gets from one to another.
type pictureEdge struct {
	From, To *pictureNode
	Steps    []string // titles; none for what is an administrator as it is
	Needs    string
	Routes
	// Lines are the label, Path the curve and Head its point, as SVG has them.
	Lines      []pictureLine
	Path, Head string

	key   string
	via   []*pictureNode // dummies of the columns between
	ports []int          // y where it leaves From and each of via, in order
	ends  []int          // y where it comes to each of via and To
}

type pictureLine struct {
	X, Y  int
	Text  string
	Needs bool
}

// Routes are numbers of ways that lead over a node or edge.
type Routes []int

// String is for an attribute of HTML: "0 3".
func (r Routes) String() string {
	texts := make([]string, len(r))
	for i, n := range r {
		texts[i] = strconv.Itoa(n)
	}
	return strings.Join(texts, " ")
}

func (r *Routes) add(n int) {
	if n >= 0 && !slices.Contains(*r, n) {
		*r = append(*r, n)
	}
}

// newPicture draws the ways; nil where nobody is an administrator, so that there is nothing to see.
func newPicture(r *audit.Report, paths []pathView) *picture {
	if len(r.Administrators) == 0 && len(paths) == 0 {
		return nil
	}
	p := &painter{r: r, picture: &picture{}, nodes: map[string]*pictureNode{}, edges: map[string]*pictureEdge{}, admin: map[string]*audit.Administrator{}}
	for i := range r.Administrators {
		p.admin[r.Administrators[i].ARN] = &r.Administrators[i]
	}
	if len(paths) > mostStarts {
		paths, p.picture.Loose = groupPaths(r, looseShape), true
	}
	for i := range first(paths, mostStarts) {
		p.route(i, &paths[i])
	}
	p.rest(paths)
	p.administrators()
	p.outside()
	p.picture.layOut()
	return p.picture
}

// painter turns a report into nodes and edges.
type painter struct {
	r       *audit.Report
	picture *picture
	nodes   map[string]*pictureNode
	edges   map[string]*pictureEdge
	admin   map[string]*audit.Administrator
}

// node is that of the key; the first call makes it.
func (p *painter) node(key string, make func() pictureNode) *pictureNode {
	n := p.nodes[key]
	if n == nil {
		made := make()
		n = &made
		n.key = key
		p.nodes[key] = n
		p.picture.Nodes = append(p.picture.Nodes, n)
	}
	return n
}

func (p *painter) edge(from, to *pictureNode, steps []string, needed string, route int) *pictureEdge {
	key := from.key + "\x00" + to.key + "\x00" + strings.Join(steps, "\x00") + "\x00" + needed
	e := p.edges[key]
	if e == nil {
		e = &pictureEdge{From: from, To: to, Steps: steps, Needs: needed, key: key}
		p.edges[key] = e
		p.picture.Edges = append(p.picture.Edges, e)
	}
	for _, routes := range []*Routes{&e.Routes, &from.Routes, &to.Routes} {
		routes.add(route)
	}
	return e
}

func (p *painter) target() *pictureNode {
	return p.node("target", func() pictureNode {
		return pictureNode{Kind: "target", Label: "Everything", Sub: "administrator rights"}
	})
}

// principals is the node of one principal, or of several under a key.
func (p *painter) principals(key string, names []string) *pictureNode {
	if len(names) == 1 {
		return p.node(names[0], func() pictureNode { return p.one(names[0]) })
	}
	return p.node(key, func() pictureNode {
		_, name, _ := principal(names[0])
		return pictureNode{Kind: "group", Names: names, Label: kinds(names), Sub: clip(name, nodeRunes-3) + ", …"}
	})
}

func (p *painter) one(text string) pictureNode {
	kind, name, account := principal(text)
	n := pictureNode{Kind: "user", Names: []string{text}, Label: clip(name, nodeRunes), Sub: kind}
	if kind == "role" {
		n.Kind = "role"
	}
	switch {
	case account != p.r.Account && kind != "" && kind != "account":
		n.Sub += ", " + account
	case p.admin[text] != nil:
		n.Sub += ", administrator"
	}
	return n
}

// kinds counts principals: "38 users", "12 principals" where there are users and roles.
func kinds(names []string) string {
	for _, kind := range []string{"user", "role"} {
		if !slices.ContainsFunc(names, func(name string) bool { return !strings.Contains(name, ":"+kind+"/") }) {
			return plural(len(names), kind)
		}
	}
	return plural(len(names), "principal")
}

// route draws one way: an edge for each time that one becomes another, with the steps before it as its label.
func (p *painter) route(number int, path *pathView) {
	at := p.principals("start "+shapeOf(path.Escalation, looseShape)+path.Escalation.From, path.From)
	p.picture.Choices = append(p.picture.Choices, at.name(p.r)+" → "+p.goal(path))
	actor := path.Escalation.From
	var steps, needed []string
	for i := range path.Steps {
		s := &path.Steps[i]
		steps = append(steps, s.Title)
		if text := needs(s.Requirements); text != "" && !slices.Contains(needed, text) {
			needed = append(needed, text)
		}
		if s.To == "" || s.To == actor || i == len(path.Steps)-1 && path.Self() {
			continue
		}
		next := p.principals("inner "+strconv.Itoa(number)+" "+strconv.Itoa(i), p.those(path, i))
		if next != at {
			p.edge(at, next, steps, strings.Join(needed, " and "), number)
		}
		at, actor, steps, needed = next, s.To, nil, nil
	}
	if a := p.admin[actor]; a != nil && len(steps) == 0 {
		needed = []string{needs(a.Requirements)} // as it is drawn for the administrator itself
	} else if text := needs(path.Requirements); text != "" && !slices.Contains(needed, text) {
		needed = append(needed, text)
	}
	p.edge(at, p.target(), steps, strings.Join(needed, " and "), number)
}

// goal is whom a way leads to.
func (p *painter) goal(path *pathView) string {
	if path.Self() {
		return "administrator rights of its own"
	}
	return short(p.r, path.To)
}

// name is a node as a choice says it.
func (n *pictureNode) name(r *audit.Report) string {
	if len(n.Names) == 1 {
		return short(r, n.Names[0])
	}
	return n.Label
}

// those are whom step i of the ways that are drawn as one leads to.
func (p *painter) those(path *pathView, i int) []string {
	if !p.picture.Loose {
		return []string{path.Steps[i].To}
	}
	var names []string
	seen := map[string]bool{}
	for _, way := range path.Ways {
		if to := way.Steps[i].To; !seen[to] {
			seen[to] = true
			names = append(names, to)
		}
	}
	return names
}

// rest stands for the ways beyond the bound.
func (p *painter) rest(paths []pathView) {
	if len(paths) <= mostStarts {
		return
	}
	var names []string
	for _, path := range paths[mostStarts:] {
		names = append(names, path.From...)
	}
	n := p.node("rest", func() pictureNode {
		return pictureNode{Kind: "group", Names: names, Label: "and " + strconv.Itoa(len(names)) + " more", Sub: "in the list below"}
	})
	p.edge(n, p.target(), []string{"by " + count(len(paths)-mostStarts, "other way", "other ways")}, "", -1)
}

// administrators ties all to the target; those that no way leads to are drawn together if they are many.
func (p *painter) administrators() {
	var others []string
	for i := range p.r.Administrators {
		a := &p.r.Administrators[i]
		if n := p.nodes[a.ARN]; n != nil {
			p.edge(n, p.target(), nil, needs(a.Requirements), -1)
		} else {
			others = append(others, a.ARN)
		}
	}
	if len(others) > mostAdmins {
		n := p.principals("administrators", others)
		n.Sub = "administrators"
		p.edge(n, p.target(), nil, "", -1)
		return
	}
	for _, name := range others {
		p.edge(p.principals("", []string{name}), p.target(), nil, needs(p.admin[name].Requirements), -1)
	}
}

// outside draws who may come into a role of the picture from outside the account.
func (p *painter) outside() {
	drawn := 0
	for i := range p.r.External {
		e := &p.r.External[i]
		to := p.nodes[e.Resource]
		if to == nil || to.Kind != "role" {
			continue
		}
		if drawn++; drawn > mostOutside {
			return
		}
		from := p.node("outside "+e.Principal, func() pictureNode {
			_, name, _ := principal(e.Principal)
			n := pictureNode{Kind: "outside", Names: []string{e.Principal}, Label: clip(name, nodeRunes), Sub: "outside"}
			if e.Public {
				n.Label, n.Sub = "Anybody", "on the internet"
			}
			return n
		})
		p.edge(from, to, []string{"assumes the role"}, needs(e.Requirements), -1)
	}
}
