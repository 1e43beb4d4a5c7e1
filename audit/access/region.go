package access

import (
	"slices"

	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/policy/eval"
)

// Region is a set of resources that the statements about an action treat alike, and one of them.
type Region struct {
	Resource string
	// Within are the patterns of statements that all of them fit, the narrowest first; none of an action without resources.
	Within []string
}

// Resources are those that the Finder was made with.
func (f *Finder) Resources() []Resource { return f.options.Resources }

// Regions are the sets of resources between which the policies of several states of an account tell a difference for a
// principal and an action: whoever compares the states asks about one resource of each. complete is false where there are too
// many.
func Regions(p Principal, a *catalog.Action, finders ...*Finder) (list []Region, complete bool) {
	if len(a.Resources) == 0 {
		return []Region{{Resource: "*"}}, true
	}
	if isOf(a.String(), "sts") {
		return roleRegions(finders), true
	}
	r := regions{}
	for _, f := range finders {
		r.add(f, p, a)
	}
	list, complete = r.cells()
	for _, f := range finders {
		for i := range f.options.Resources {
			own := &f.options.Resources[i]
			if own.Policy == nil || !worksOn(f.catalog(), a, own.ARN) || !f.mentionedIn(own, a) {
				continue
			}
			if !slices.ContainsFunc(list, func(l Region) bool { return l.Resource == own.ARN }) {
				list = append(list, Region{Resource: own.ARN, Within: []string{own.ARN}})
			}
		}
	}
	return list, complete
}

// roleRegions are the roles that anybody might assume.
func roleRegions(finders []*Finder) (list []Region) {
	for _, f := range finders {
		for account := range f.snap.Accounts() {
			for r := range account.Roles() {
				name := account.ARN(r)
				if !slices.ContainsFunc(list, func(l Region) bool { return l.Resource == name }) {
					list = append(list, Region{Resource: name, Within: []string{name}})
				}
			}
		}
	}
	return list
}

// regions are the resources of the statements about an action, and the forms of all its resources.
type regions struct {
	patterns   []string   // of all statements, each once
	statements []textTest // the patterns of each, those of a kind once
	forms      textTest
}

func (r *regions) add(f *Finder, p Principal, a *catalog.Action) {
	c, ok := f.plainCircumstances(p, f.Ask(a.String(), "*"))
	if !ok {
		return
	}
	set, req, ok := c.question()
	if !ok {
		return
	}
	s, ok := f.catalog().Service(a.Service)
	if !ok {
		return
	}
	where := awsRegions{home: c.env.Region}
	for _, st := range set.About(req) {
		where.add(&st, &req.Context)
		if st.Layer == eval.LayerResource {
			continue
		}
		patterns, not := st.Resources(&req.Context)
		if not {
			r.pattern(everywhere)
		}
		r.statement(patterns)
	}
	for _, at := range where.all() {
		for _, g := range forms(s, a, p.Account, at.region) {
			if !slices.ContainsFunc(r.forms, func(o glob) bool { return slices.Equal(o.tokens, g.tokens) }) {
				r.forms = append(r.forms, g)
			}
		}
	}
}

func (r *regions) pattern(text string) {
	if !slices.Contains(r.patterns, text) {
		r.patterns = append(r.patterns, text)
	}
}

// statement adds the patterns of a statement. One that fits everything tells nothing apart.
func (r *regions) statement(patterns []string) {
	fresh := false
	var test textTest
	for _, text := range patterns {
		fresh = fresh || !slices.Contains(r.patterns, text)
		r.pattern(text)
		test = append(test, newGlob(text, false, false))
	}
	if fresh && !slices.Contains(patterns, everywhere) || len(patterns) > 1 {
		r.statements = append(r.statements, test)
	}
}

// cells are one resource for each form, pattern and combination of statements.
func (r *regions) cells() (list []Region, complete bool) {
	complete = true
	globs := make([]glob, len(r.patterns))
	for i, pattern := range r.patterns {
		globs[i] = newGlob(pattern, false, false)
	}
	for _, form := range r.forms {
		for i := range globs {
			if !mayMeet(&form, &globs[i]) {
				continue
			}
			found, all := r.within(&form, &globs[i])
			complete = complete && all
			for _, text := range found {
				if !slices.ContainsFunc(list, func(l Region) bool { return l.Resource == text }) {
					list = append(list, Region{Resource: text, Within: r.fitting(globs, text)})
				}
			}
		}
	}
	return list, complete
}

// within are texts of a form that fit a pattern, one for each combination of statements.
func (r *regions) within(form, pattern *glob) (found []string, complete bool) {
	tests := []textTest{{*form}, {*pattern}}
	for _, st := range r.statements {
		near := func(g glob) bool { return mayMeet(form, &g) && mayMeet(pattern, &g) }
		if own := slices.DeleteFunc(slices.Clone(st), func(g glob) bool { return !near(g) }); len(own) > 0 {
			tests = append(tests, own)
		}
	}
	if text := form.example(); len(tests) == 2 && pattern.matches(text) {
		return []string{text}, true
	}
	all, complete, _ := texts(tests)
	for _, text := range all {
		if form.matches(text) && pattern.matches(text) {
			found = append(found, text)
		}
	}
	return found, complete
}

// mayMeet is false where what stands before the first wildcards of two globs rules out that a text fits both.
func mayMeet(a, b *glob) bool {
	for i := range min(len(a.tokens), len(b.tokens)) {
		s, t := a.tokens[i], b.tokens[i]
		if s.kind == run || t.kind == run {
			return true
		}
		if s.kind == literal && t.kind == literal && s.r != t.r {
			return false
		}
	}
	return true
}

// fitting are the patterns that a text fits, the narrowest first.
func (r *regions) fitting(globs []glob, text string) (patterns []string) {
	for i, pattern := range r.patterns {
		if globs[i].matches(text) {
			patterns = append(patterns, unmarked(pattern))
		}
	}
	slices.SortStableFunc(patterns, func(a, b string) int { return len(b) - len(a) })
	return patterns
}
