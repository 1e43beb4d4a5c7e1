package authz

import (
	"maps"
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
	g := granting{catalog: c, allowed: actionNames{}, denied: actionNames{}}
	for _, p := range policies {
		if doc := p.Document(); doc != nil {
			for i := range doc.Statements {
				g.add(&doc.Statements[i])
			}
		}
	}
	return g.grants()
}

// actionNames are actions by service prefix and name.
type actionNames map[string]map[string]*catalog.Action

func (n actionNames) add(a *catalog.Action) {
	if n[a.Service] == nil {
		n[a.Service] = map[string]*catalog.Action{}
	}
	n[a.Service][a.Name] = a
}

func (n actionNames) has(a *catalog.Action) bool { return n[a.Service][a.Name] != nil }

type granting struct {
	catalog         *catalog.Catalog
	allowed, denied actionNames
}

func (g *granting) add(st *policy.Statement) {
	readable := (st.Action == nil) != (st.NotAction == nil) && (st.Resource == nil) != (st.NotResource == nil) &&
		st.Principal == nil && st.NotPrincipal == nil
	switch {
	case st.Effect == policy.Allow && readable:
		g.each(st, g.allowed.add)
	case st.Effect == policy.Allow: // what cannot be evaluated grants nothing
	case !readable: // and denies everything
		for a := range g.catalog.Matching("*") {
			g.denied.add(a)
		}
	case len(st.Condition) == 0 && slices.ContainsFunc(st.Resource, func(v policy.Value) bool { return v.Text == "*" }):
		g.each(st, g.denied.add)
	}
}

// each calls f with every action that the statement is about.
func (g *granting) each(st *policy.Statement, f func(*catalog.Action)) {
	if st.NotAction == nil {
		g.matching(st.Action, f)
		return
	}
	excepted := actionNames{}
	g.matching(st.NotAction, excepted.add)
	for a := range g.catalog.Matching("*") {
		if !excepted.has(a) {
			f(a)
		}
	}
}

// matching calls f with the actions that one of the patterns matches. No pattern is matched twice: a document may repeat
// one many times.
func (g *granting) matching(patterns []policy.Value, f func(*catalog.Action)) {
	seen := make(map[string]bool, len(patterns))
	for _, v := range patterns {
		if seen[v.Text] {
			continue
		}
		seen[v.Text] = true
		for a := range g.catalog.Matching(v.Text) {
			f(a)
		}
	}
}

func (g *granting) grants() []Grant {
	var all []Grant
	for _, prefix := range slices.Sorted(maps.Keys(g.allowed)) {
		service, ok := g.catalog.Service(prefix)
		if !ok {
			continue
		}
		var actions []*catalog.Action
		for i := range service.Actions {
			if a := &service.Actions[i]; g.allowed.has(a) && !g.denied.has(a) {
				actions = append(actions, a)
			}
		}
		if len(actions) > 0 {
			all = append(all, Grant{service, actions})
		}
	}
	return all
}
