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

// regions are the patterns of statements about an action, and the forms of its resources.
type regions struct {
	patterns []string
	forms    textTest
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
	places := probe{regions: []string{c.env.Region}}
	for _, st := range set.About(req) {
		places.addRegions(&st)
		if st.Layer == eval.LayerResource {
			continue
		}
		patterns, _ := st.Resources(&req.Context)
		for _, pattern := range patterns {
			if !slices.Contains(r.patterns, pattern) {
				r.patterns = append(r.patterns, pattern)
			}
		}
	}
	for _, region := range places.regions {
		r.forms = append(r.forms, forms(s, a, p.Account, region)...)
	}
}

// cells are one resource for each combination of patterns.
func (r *regions) cells() (list []Region, complete bool) {
	tests := []textTest{r.forms}
	for _, pattern := range r.patterns {
		tests = append(tests, textTest{newGlob(pattern, false, false)})
	}
	found, complete, _ := texts(tests)
	for _, text := range found {
		if !r.forms.passes(text) {
			continue
		}
		region := Region{Resource: text}
		for i, pattern := range r.patterns {
			if tests[i+1].passes(text) {
				region.Within = append(region.Within, unmarked(pattern))
			}
		}
		slices.SortStableFunc(region.Within, func(a, b string) int { return len(b) - len(a) })
		list = append(list, region)
	}
	return list, complete
}
