package accessmap

// homes decide what each node is drawn around: a user around its first group, a role around the service or the outsider that assumes
// it, a policy or resource that one alone has around that one, and what is left of users and roles around the account's
// root user.
func (b *builder) homes() {
	nodes := b.graph.Nodes
	for _, e := range b.graph.Edges {
		switch {
		case e.Relation == Member && nodes[e.From].Home < 0:
			nodes[e.From].Home = e.To
		case e.Relation == Trust && nodes[e.To].Home < 0 && gathers(nodes[e.From].Kind):
			nodes[e.To].Home = e.From
		}
	}
	for i := range nodes {
		if n := &nodes[i]; n.Home < 0 && (n.Kind == User || n.Kind == Role) {
			n.Home = 0 // the root user is the first node
		}
	}
	b.housed(Attached, Boundary)
	b.housed(Names)
}

// gathers: what such a node may assume is drawn around it.
func gathers(k Kind) bool {
	switch k {
	case Service, Provider, Account, Outsider, Everyone:
		return true
	}
	return false
}

// housed gives a home to what edges of such relations lead to: the one that has it, or the one around which all stand that
// have it.
func (b *builder) housed(relations ...Relation) {
	nodes := b.graph.Nodes
	const unknown, several = -1, -2
	only, around := make([]int, len(nodes)), make([]int, len(nodes))
	for i := range nodes {
		only[i], around[i] = unknown, unknown
	}
	one := func(known *int, next int) {
		switch {
		case *known == unknown:
			*known = next
		case *known != next:
			*known = several
		}
	}
	for _, e := range b.graph.Edges {
		for _, r := range relations {
			if e.Relation == r && nodes[e.To].Kind >= Policy {
				one(&only[e.To], e.From)
				one(&around[e.To], b.around(e.From))
			}
		}
	}
	for i := range nodes {
		switch {
		case nodes[i].Home >= 0:
		case only[i] >= 0:
			nodes[i].Home = only[i]
		case around[i] >= 0:
			nodes[i].Home = around[i]
		}
	}
}

// around is the node itself where others stand around it, and else its home.
func (b *builder) around(i int) int {
	if n := &b.graph.Nodes[i]; n.Home >= 0 {
		return n.Home
	}
	return i
}
