package access

import (
	"slices"
	"strings"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/policy/eval"
)

// worksOn reports whether an action is about resources of the kind that an ARN has, as far as the catalogue knows both.
func worksOn(c *catalog.Catalog, a *catalog.Action, resource string) bool {
	if len(a.Resources) == 0 {
		return resource == "*"
	}
	kind, ok := kindOf(c, resource)
	if !ok {
		return true
	}
	return kind.Service != a.Service ||
		slices.ContainsFunc(a.Resources, func(r catalog.ActionResource) bool { return strings.EqualFold(r.Type, kind.Type) })
}

// kindOf gives the form of ARN that fits best: the one with most fixed text.
func kindOf(c *catalog.Catalog, resource string) (best catalog.ARNPattern, ok bool) {
	const service, last, parts = 2, 5, 6
	at := strings.SplitN(resource, ":", parts)
	if len(at) != parts {
		return best, false
	}
	most := -1
	for _, p := range c.ARNs(at[service]) {
		g := newGlob(withRuns(p.Resource), false, false)
		fixed := 0
		for _, t := range g.tokens {
			if t.kind == literal {
				fixed++
			}
		}
		if fixed > most && g.matches(at[last]) {
			best, most, ok = p, fixed, true
		}
	}
	return best, ok
}

// withRuns puts a run of any characters in place of what differs in a form of ARN: "${Name}".
func withRuns(text string) string {
	var out strings.Builder
	for {
		before, after, found := strings.Cut(text, "${")
		out.WriteString(before)
		if !found {
			return out.String()
		}
		_, text, _ = strings.Cut(after, "}")
		out.WriteByte(eval.AnyRun)
	}
}

// forms are the globs of the resources of an action in an account and a region, in their own service's ARNs.
func forms(s *catalog.Service, a *catalog.Action, account, region string) textTest {
	var test textTest
	fill := strings.NewReplacer("${Partition}", arn.PartitionOf(region), "${Account}", account, "${Region}", region)
	for _, r := range a.Resources {
		t, ok := s.Resource(r.Type)
		if !ok {
			continue
		}
		for _, text := range t.ARNs {
			test = append(test, newGlob(withRuns(fill.Replace(text)), false, true))
		}
	}
	return test
}
