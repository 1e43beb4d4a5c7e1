package access

import (
	"iter"
	"slices"

	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/policy/eval"
)

// Grant is an action that a principal can do, and where.
type Grant struct {
	Service *catalog.Service
	Action  *catalog.Action
	// Resources are patterns as the Allow statements have them, with variables filled in: "*" for an action without
	// resource types. Not everything that fits one need be allowed: a Deny may except some, which the Answer's witness avoids.
	Resources []string
	// Regions are those in which alone it is so, of those that statements tell apart, and OtherRegions for the rest; nil where
	// it is so wherever such resources are.
	Regions []string
	Answer  Answer
}

// WhatCan gives the actions of the catalogue that a principal can do on some resource, by service and name; service "" is
// all. Grants of one action with different answers come one after the other. Resources of other accounts are among them as
// far as the Finder knows these or their policies.
func (f *Finder) WhatCan(p Principal, service string) iter.Seq[Grant] {
	return func(yield func(Grant) bool) {
		if f.catalog() == nil {
			return
		}
		for s := range f.catalog().Services() {
			if service != "" && s.Prefix != service {
				continue
			}
			for i := range s.Actions {
				for _, g := range f.grants(p, s, &s.Actions[i]) {
					if !yield(g) {
						return
					}
				}
			}
		}
	}
}

// grants are those of one action.
func (f *Finder) grants(p Principal, s *catalog.Service, a *catalog.Action) (list []Grant) {
	for _, group := range byPattern(f.examples(p, s, a)) {
		var own []Grant // of the pattern, one for each answer
		for _, e := range group {
			if answer := f.Can(p, f.Ask(a.String(), e.resource)); answer.Verdict != No {
				own = join(own, Grant{Service: s, Action: a, Resources: []string{e.pattern}, Regions: []string{e.region}, Answer: answer})
			}
		}
		for _, g := range own {
			if len(g.Regions) == len(group) {
				g.Regions = nil
			}
			list = join(list, g)
		}
	}
	return list
}

// byPattern puts examples of the same pattern together.
func byPattern(list []example) (groups [][]example) {
	for _, e := range list {
		last := len(groups) - 1
		if last < 0 || groups[last][0].pattern != e.pattern {
			groups = append(groups, nil)
			last++
		}
		groups[last] = append(groups[last], e)
	}
	return groups
}

// join adds a grant to the one with the same answer, if it differs from that in resources or in regions only.
func join(list []Grant, g Grant) []Grant {
	for i := range list {
		o := &list[i]
		switch {
		case o.Answer.Text() != g.Answer.Text():
		case slices.Equal(o.Resources, g.Resources):
			o.Regions = append(o.Regions, g.Regions...)
			return list
		case slices.Equal(o.Regions, g.Regions):
			o.Resources = append(o.Resources, g.Resources...)
			return list
		}
	}
	return append(list, g)
}

// mentionedIn reports whether a resource's own policy is about the action.
func (f *Finder) mentionedIn(r *Resource, a *catalog.Action) bool {
	doc := r.Policy.Policy.Document()
	return doc != nil && mentionsAction(doc, a.String())
}

// example is a resource, and the pattern and the region that it stands for.
type example struct {
	resource, pattern, region string
}

// examples are resources to ask about: one for each pattern of the Allow statements that concern the principal and the action, if
// there is one within what the other policies leave; and those that have policies of their own.
func (f *Finder) examples(p Principal, s *catalog.Service, a *catalog.Action) (list []example) {
	if len(a.Resources) == 0 {
		return []example{{"*", "*", ""}}
	}
	if isOf(a.String(), "sts") && slices.ContainsFunc(a.Resources, func(r catalog.ActionResource) bool { return r.Type == "role" }) {
		for account := range f.snap.Accounts() {
			for r := range account.Roles() {
				list = append(list, example{account.ARN(r), account.ARN(r), ""})
			}
		}
		return list
	}
	probe := probeOf(f, p, a)
	if probe == nil {
		return nil
	}
	list = probe.examples(func(region string) textTest { return forms(s, a, p.Account, region) })
	for i := range f.options.Resources {
		if r := f.options.Resources[i]; r.Policy != nil && worksOn(f.catalog(), a, r.ARN) && f.mentionedIn(&r, a) {
			list = append(list, example{r.ARN, r.ARN, ""})
		}
	}
	return list
}

// probe are the patterns of resources in the statements about an action.
type probe struct {
	allowed  []cover   // Allow statements of identity policies
	within   [][]cover // of each of which one must cover the resource: the boundary, session policies, each level of SCPs
	excepted []cover   // by a Deny whatever the circumstances
	regions  awsRegions
}

// cover are the resources of a statement.
type cover struct {
	patterns []string
	globs    textTest
	not      bool // all but these
}

func (c *cover) has(text string) bool { return c.globs.passes(text) != c.not }

// passes reports whether one of the globs fits.
func (t textTest) passes(text string) bool {
	return slices.ContainsFunc(t, func(g glob) bool { return g.matches(text) })
}

func coverOf(st *eval.OpenStatement, keys *eval.Context) cover {
	patterns, not := st.Resources(keys)
	return newCover(patterns, not)
}

func newCover(patterns []string, not bool) cover {
	c := cover{patterns: patterns, not: not}
	for _, text := range patterns {
		c.globs = append(c.globs, newGlob(text, false, false))
	}
	return c
}

// everywhere is the pattern of all resources.
var everywhere = string([]byte{eval.AnyRun})

// probeOf reads the statements that concern the principal and the action, whatever the resource.
func probeOf(f *Finder, p Principal, a *catalog.Action) *probe {
	c, ok := f.plainCircumstances(p, f.Ask(a.String(), "*"))
	if !ok {
		return nil
	}
	set, req, ok := c.question()
	if !ok {
		return nil
	}
	probe := &probe{regions: awsRegions{home: c.env.Region}}
	if p.Kind == eval.Root {
		probe.allowed = []cover{newCover([]string{everywhere}, false)}
	}
	last := -1 // the level of the last element of within
	for _, st := range set.About(req) {
		probe.regions.add(&st, &req.Context)
		covered := coverOf(&st, &req.Context)
		switch {
		case st.Deny && len(st.Statement.Condition) == 0:
			probe.excepted = append(probe.excepted, covered)
		case st.Deny || st.Layer == eval.LayerResource || st.Layer == eval.LayerRCP:
		case st.Layer == eval.LayerIdentity:
			probe.allowed = append(probe.allowed, covered)
		default:
			if at := int(st.Layer)<<8 | st.Level; at != last {
				last, probe.within = at, append(probe.within, nil)
			}
			level := len(probe.within) - 1
			probe.within[level] = append(probe.within[level], covered)
		}
	}
	return probe
}

// examples are resources of a form, one for each pattern and region, within what the other layers leave.
func (p *probe) examples(form func(region string) textTest) (list []example) {
	var seen []string
	where := p.regions.all()
	for _, a := range p.allowed {
		patterns := a.patterns
		if a.not {
			patterns = []string{everywhere}
		}
		for _, pattern := range patterns {
			if !a.not && slices.Contains(seen, pattern) {
				continue
			}
			seen = append(seen, pattern)
			for _, at := range where {
				own := newCover([]string{pattern}, false)
				if resource, ok := p.example(append([]cover{own, a}, cover{globs: form(at.region)})); ok {
					list = append(list, example{resource, unmarked(pattern), at.label})
				}
			}
		}
	}
	return list
}

// example is a resource that all the covers have, and that the other layers leave.
func (p *probe) example(all []cover) (resource string, ok bool) {
	var tests []textTest
	for _, covers := range append([][]cover{all, p.excepted}, p.within...) {
		for _, c := range covers {
			tests = append(tests, c.globs)
		}
	}
	return textWith(tests, func(text string) bool {
		has := func(c cover) bool { return c.has(text) }
		lacks := func(c cover) bool { return !c.has(text) }
		none := func(level []cover) bool { return !slices.ContainsFunc(level, has) }
		return !slices.ContainsFunc(all, lacks) && !slices.ContainsFunc(p.excepted, has) && !slices.ContainsFunc(p.within, none)
	})
}
