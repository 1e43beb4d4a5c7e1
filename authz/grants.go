package authz

import (
	"math/bits"
	"slices"

	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/policy"
	"github.com/warder-iam/warder/policy/eval"
)

// Grant is a service with those of its actions that policies grant, at least one, in the order of their names.
type Grant struct {
	Service *catalog.Service
	Actions []*catalog.Action
}

// Grants are the actions of the catalogue that identity policies together grant on some resource under some conditions, by
// service, in the order of the services' prefixes: a statement allows the action, and none denies it whatever the resource
// and the conditions are. No other kind of policy is looked at. That is how AWS decides which services the reports of
// last access list. Source: IAM API Reference, GetServiceLastAccessedDetails.
//
// The cost is that of matching each pattern of the policies once with the actions of its service.
func Grants(c *catalog.Catalog, policies ...*eval.Policy) []Grant {
	g := newGranting(c)
	for _, p := range policies {
		if doc := p.Document(); doc != nil {
			for i := range doc.Statements {
				g.add(&doc.Statements[i])
			}
		}
	}
	return g.grants()
}

// granting holds sets of actions. An action's number is its place in its service behind the number of the service's first.
type granting struct {
	catalog         *catalog.Catalog
	services        []*catalog.Service
	first           []int          // by place of the service
	places          map[string]int // by service prefix
	total           int
	allowed, denied actionNumbers
}

func newGranting(c *catalog.Catalog) *granting {
	g := &granting{catalog: c, places: map[string]int{}}
	for s := range c.Services() {
		g.places[s.Prefix] = len(g.services)
		g.services, g.first = append(g.services, s), append(g.first, g.total)
		g.total += len(s.Actions)
	}
	g.allowed, g.denied = g.none(), g.none()
	return g
}

func (g *granting) none() actionNumbers {
	return make(actionNumbers, (g.total+bits.UintSize-1)/bits.UintSize)
}

// add counts a statement.
func (g *granting) add(st *policy.Statement) {
	readable := (st.Action == nil) != (st.NotAction == nil) && (st.Resource == nil) != (st.NotResource == nil) &&
		st.Principal == nil && st.NotPrincipal == nil
	switch {
	case st.Effect == policy.Allow && readable:
		g.allowed.join(g.about(st))
	case st.Effect == policy.Allow: // what cannot be evaluated grants nothing
	case !readable: // and denies everything
		g.denied.fill()
	case len(st.Condition) == 0 && slices.ContainsFunc(st.Resource, func(v policy.Value) bool { return v.Text == "*" }):
		g.denied.join(g.about(st))
	}
}

// about are the actions that a statement is about.
func (g *granting) about(st *policy.Statement) actionNumbers {
	if st.NotAction == nil {
		return g.matching(st.Action)
	}
	excepted := g.matching(st.NotAction)
	for i := range excepted {
		excepted[i] = ^excepted[i]
	}
	return excepted
}

// matching are the actions that one of the patterns matches. No pattern is matched twice: a document may repeat one many
// times.
func (g *granting) matching(patterns []policy.Value) actionNumbers {
	found := g.none()
	seen := make(map[string]bool, len(patterns))
	for _, v := range patterns {
		if v.Text == "*" || v.Text == "*:*" {
			found.fill()
			return found
		}
		if seen[v.Text] {
			continue
		}
		seen[v.Text] = true
		at := 0 // in the service, whose actions come in order
		for a := range g.catalog.Matching(v.Text) {
			place := g.places[a.Service]
			for g.services[place].Actions[at].Name != a.Name {
				at++
			}
			found.add(g.first[place] + at)
		}
	}
	return found
}

func (g *granting) grants() []Grant {
	var all []Grant
	for place, service := range g.services {
		first := g.first[place]
		var actions []*catalog.Action
		for i := range service.Actions {
			if g.allowed.has(first+i) && !g.denied.has(first+i) {
				actions = append(actions, &service.Actions[i])
			}
		}
		if len(actions) > 0 {
			all = append(all, Grant{service, actions})
		}
	}
	return all
}

// actionNumbers is a set of the numbers of actions.
type actionNumbers []uint

func (n actionNumbers) add(number int) { n[number/bits.UintSize] |= 1 << (number % bits.UintSize) }

func (n actionNumbers) has(number int) bool {
	return n[number/bits.UintSize]&(1<<(number%bits.UintSize)) != 0
}

func (n actionNumbers) fill() {
	for i := range n {
		n[i] = ^uint(0)
	}
}

func (n actionNumbers) join(m actionNumbers) {
	for i := range n {
		n[i] |= m[i]
	}
}
