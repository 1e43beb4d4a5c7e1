package accessmap

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/maplayout"
)

// build makes the graph of an account as it is; a is nil while it is not known who may become whom.
func build(account *directory.Account, a *analysis) *Graph {
	b := &builder{account: account, graph: &Graph{}, index: map[string]int{}, edges: map[Edge]bool{}, notes: map[string]int{}}
	b.entities()
	b.relations()
	if a != nil {
		b.analysed(a)
	}
	b.homes()
	b.sort()
	b.place()
	return b.graph
}

type builder struct {
	account   *directory.Account
	graph     *Graph
	index     map[string]int // of nodes, by name
	edges     map[Edge]bool  // those that there are
	notes     map[string]int // of notes, by what they say
	resources int
}

// node gives the index of a node, which is made where it is not there; -1 where there is no more room. It is as old as the
// oldest that asks for it.
func (b *builder) node(name string, kind Kind, created time.Time) int {
	if i, ok := b.index[name]; ok {
		if n := &b.graph.Nodes[i]; created.Before(n.Created) {
			n.Created = created
		}
		return i
	}
	if len(b.graph.Nodes) >= maxNodes {
		b.graph.Truncated = true
		return -1
	}
	b.graph.Nodes = append(b.graph.Nodes, Node{Name: name, Kind: kind, Home: -1, Created: created})
	b.index[name] = len(b.graph.Nodes) - 1
	return len(b.graph.Nodes) - 1
}

// known gives the index of a node that is there, or -1.
func (b *builder) known(name string) int {
	if i, ok := b.index[name]; ok {
		return i
	}
	return -1
}

// edge draws one, once. Ends of -1 have none.
func (b *builder) edge(from, to int, r Relation, note int) {
	e := Edge{from, to, r, note}
	if from < 0 || to < 0 || from == to || b.edges[e] {
		return
	}
	if len(b.graph.Edges) >= maxEdges {
		b.graph.Truncated = true
		return
	}
	b.edges[e] = true
	b.graph.Edges = append(b.graph.Edges, e)
}

// note gives the index of a note; those that say the same are one.
func (b *builder) note(n Note) int {
	key := strings.Join(append([]string{n.Title, n.Step, n.Object}, n.Requirements...), "\x00")
	if i, ok := b.notes[key]; ok {
		return i
	}
	b.graph.Notes = append(b.graph.Notes, n)
	b.notes[key] = len(b.graph.Notes) - 1
	return len(b.graph.Notes) - 1
}

// entities are the nodes that the account itself has.
func (b *builder) entities() {
	a := b.account
	b.node(a.Names().Root().String(), Root, a.Info().Created)
	for g := range a.Groups() {
		i := b.node(a.ARN(g), Group, g.Created)
		if i >= 0 && a.MemberCount(g.ID) == 0 {
			b.graph.Nodes[i].Flags |= Unused
		}
	}
	for r := range a.Roles() {
		b.node(a.ARN(r), Role, r.Created)
	}
	for u := range a.Users() {
		b.node(a.ARN(u), User, u.Created)
	}
	for p := range a.Policies() {
		i := b.node(a.ARN(p), Policy, p.Created)
		if i >= 0 && a.AttachedCount(a.ARN(p))+a.BoundaryCount(a.ARN(p)) == 0 {
			b.graph.Nodes[i].Flags |= Unused
		}
	}
}

// relations are the edges that stand in the account, and the nodes that are known by them alone.
func (b *builder) relations() {
	a := b.account
	for g := range a.Groups() {
		b.policies(g, g.Created, g.Attached, "", g.Inline)
	}
	for r := range a.Roles() {
		b.policies(r, r.Created, r.Attached, r.Boundary, r.Inline)
		b.trusts(r)
	}
	for u := range a.Users() {
		at := b.known(a.ARN(u))
		for _, id := range u.Groups {
			if g := a.GroupByID(id); g != nil {
				b.edge(at, b.known(a.ARN(g)), Member, -1)
			}
		}
		b.policies(u, u.Created, u.Attached, u.Boundary, u.Inline)
	}
	for p := range a.Policies() {
		for i := range p.Versions {
			if v := &p.Versions[i]; v.Number == p.Default {
				b.named(b.known(a.ARN(p)), p.Created, v.Document)
			}
		}
	}
}

// policies are those of a user, group or role.
func (b *builder) policies(e directory.Entity, created time.Time, attached []string, boundary string, inline []directory.InlinePolicy) {
	at := b.known(b.account.ARN(e))
	if at < 0 {
		return
	}
	for _, name := range attached {
		b.edge(at, b.policy(name, created), Attached, -1)
	}
	if boundary != "" {
		b.edge(at, b.policy(boundary, created), Boundary, -1)
	}
	for i := range inline {
		b.named(at, created, inline[i].Document)
	}
}

// policy is a managed one: of the account, which is there, or AWS's.
func (b *builder) policy(name string, holder time.Time) int {
	if i, ok := b.index[name]; ok && b.graph.Nodes[i].Kind != AWSPolicy {
		return i
	}
	return b.node(name, AWSPolicy, holder)
}

// sort puts the oldest nodes first.
func (b *builder) sort() {
	nodes := b.graph.Nodes
	order := make([]int, len(nodes))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int {
		return cmp.Or(nodes[i].Created.Compare(nodes[j].Created), cmp.Compare(nodes[i].Kind, nodes[j].Kind), strings.Compare(nodes[i].Name, nodes[j].Name))
	})
	place := make([]int, len(nodes))
	sorted := make([]Node, len(nodes))
	for now, before := range order {
		place[before], sorted[now] = now, nodes[before]
	}
	for i := range sorted {
		if h := sorted[i].Home; h >= 0 {
			sorted[i].Home = place[h]
		}
	}
	for i := range b.graph.Edges {
		e := &b.graph.Edges[i]
		e.From, e.To = place[e.From], place[e.To]
	}
	b.graph.Nodes = sorted
}

// place gives every node its place. What nobody has stands around a place of its own, beside all others.
func (b *builder) place() {
	nodes := b.graph.Nodes
	loose := len(nodes)
	layout := make([]maplayout.Node, len(nodes)+1)
	layout[loose].Home = -1
	for i := range nodes {
		layout[i].Home = nodes[i].Home
		if nodes[i].Home < 0 && nodes[i].Kind == Policy && nodes[i].Flags&Unused != 0 {
			layout[i].Home = loose
		}
	}
	for _, e := range b.graph.Edges {
		if len(layout[e.To].Links) < maxLinks {
			layout[e.To].Links = append(layout[e.To].Links, e.From)
		}
	}
	places := maplayout.Place(layout)
	for i := range nodes {
		nodes[i].At = places[i]
	}
}

// maxLinks bounds what one node says of where its home stands: more do not make the middle of all any better.
const maxLinks = 40
