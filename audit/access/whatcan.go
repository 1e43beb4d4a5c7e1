package access

import (
	"iter"
	"slices"
	"strings"

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
	Answer    Answer
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
	add := func(patterns []string, answer Answer) {
		for i := range list {
			if g := &list[i]; g.Answer.Text() == answer.Text() {
				for _, pattern := range patterns {
					if !slices.Contains(g.Resources, pattern) {
						g.Resources = append(g.Resources, pattern)
					}
				}
				return
			}
		}
		list = append(list, Grant{Service: s, Action: a, Resources: patterns, Answer: answer})
	}
	for _, e := range f.examples(p, s, a) {
		if answer := f.Can(p, f.Ask(a.String(), e.resource)); answer.Verdict != No {
			add(e.patterns, answer)
		}
	}
	return list
}

// mentionedIn reports whether a resource's own policy is about the action.
func (f *Finder) mentionedIn(r *Resource, a *catalog.Action) bool {
	doc := r.Policy.Policy.Document()
	return doc != nil && mentionsAction(doc, a.String())
}

// example is a resource, and the patterns that it stands for.
type example struct {
	resource string
	patterns []string
}

// examples are resources to ask about: one for each pattern of the Allow statements that concern the principal and the action, if
// there is one within what the other policies leave; and those that have policies of their own.
func (f *Finder) examples(p Principal, s *catalog.Service, a *catalog.Action) (list []example) {
	if len(a.Resources) == 0 {
		return []example{{"*", []string{"*"}}}
	}
	if isOf(a.String(), "sts") {
		for account := range f.snap.Accounts() {
			for r := range account.Roles() {
				list = append(list, example{account.ARN(r), []string{account.ARN(r)}})
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
			list = append(list, example{r.ARN, []string{r.ARN}})
		}
	}
	return list
}

// probe are the patterns of resources in the statements about an action.
type probe struct {
	allowed  []string   // of Allow statements in identity policies
	within   []textTest // each of which must pass: what boundary, session and SCPs leave
	excepted textTest   // by a Deny whatever the circumstances
	regions  []string   // that conditions ask for, and one that they do not
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
	probe := &probe{regions: []string{c.env.Region}}
	if p.Kind == eval.Root {
		probe.allowed = []string{everywhere}
	}
	level, last := -1, 0 // the last level of Allow statements, and its place in within
	for _, st := range set.About(req) {
		probe.addRegions(&st)
		patterns, not := st.Resources(&req.Context)
		switch {
		case st.Deny && not && len(st.Statement.Condition) == 0:
			probe.within = append(probe.within, globsOf(patterns))
		case st.Deny && len(st.Statement.Condition) == 0:
			probe.excepted = append(probe.excepted, globsOf(patterns)...)
		case st.Deny || st.Layer == eval.LayerResource || st.Layer == eval.LayerRCP:
		default:
			if not {
				patterns = []string{everywhere}
			}
			if st.Layer == eval.LayerIdentity {
				probe.allowed = append(probe.allowed, patterns...)
				continue
			}
			if at := int(st.Layer)<<8 | st.Level; at != level {
				level, last = at, len(probe.within)
				probe.within = append(probe.within, nil)
			}
			probe.within[last] = append(probe.within[last], globsOf(patterns)...)
		}
	}
	return probe
}

// addRegions adds the regions that a statement's conditions name.
func (p *probe) addRegions(st *eval.OpenStatement) {
	for _, c := range st.Statement.Condition {
		if eval.FoldKey(c.Key.Text) != "aws:requestedregion" {
			continue
		}
		for _, v := range c.Values {
			region := strings.NewReplacer("*", "west-1", "?", "1").Replace(v.Text)
			if !slices.Contains(p.regions, region) {
				p.regions = append(p.regions, region)
			}
		}
	}
}

func globsOf(patterns []string) (test textTest) {
	for _, text := range patterns {
		test = append(test, newGlob(text, false, false))
	}
	return test
}

// examples are resources of a form, one for each pattern and region, within what the other layers leave.
func (p *probe) examples(form func(region string) textTest) (list []example) {
	for _, pattern := range slices.Compact(slices.Sorted(slices.Values(p.allowed))) {
		for _, region := range p.regions {
			if resource, ok := p.example(pattern, form(region)); ok {
				list = append(list, example{resource, []string{unmarked(pattern)}})
			}
		}
	}
	return list
}

func (p *probe) example(pattern string, form textTest) (resource string, ok bool) {
	tests := append([]textTest{{newGlob(pattern, false, false)}, form}, p.within...)
	found, _ := texts(append(tests, p.excepted))
	for _, text := range found {
		if !p.excepted.passes(text) && !slices.ContainsFunc(tests, func(t textTest) bool { return !t.passes(text) }) {
			return text, true
		}
	}
	return "", false
}

// passes reports whether one of the globs fits.
func (t textTest) passes(text string) bool {
	return slices.ContainsFunc(t, func(g glob) bool { return g.matches(text) })
}
