package compare

import (
	"maps"
	"slices"
	"strings"

	"github.com/warder-iam/warder/audit/access"
	"github.com/warder-iam/warder/policy"
	"github.com/warder-iam/warder/policy/eval"
)

// resources compares who inside of the accounts reaches resources whose own policies differ, trust policies of roles too.
func (c *comparison) resources() {
	for _, r := range c.changedResources() {
		for _, action := range c.actionsOf(r) {
			for _, target := range r.targets() {
				c.reach(action, target, r.services())
			}
		}
	}
}

// services are the service principals that the changed statements name.
func (r *changedResource) services() (names []string) {
	for i := range r.statements {
		for _, named := range []*policy.Principals{r.statements[i].Principal, r.statements[i].NotPrincipal} {
			if named == nil {
				continue
			}
			for _, v := range named.Service {
				if !slices.Contains(names, v.Text) {
					names = append(names, v.Text)
				}
			}
		}
	}
	return names
}

// reach compares who of the accounts, and which services, can do an action on a resource.
func (c *comparison) reach(action, target string, services []string) {
	for _, name := range services {
		p, ok := c.after.Principal(name)
		if !ok {
			continue
		}
		if d, differs := c.ask(p, action, target); differs {
			c.add(p, []Difference{d})
		}
	}
	for p := range principals(c.before, c.after) {
		if d, differs := c.ask(p, action, target); differs {
			c.add(p, []Difference{d})
		}
	}
}

// changedResource is a resource whose policy differs, with the statements that do.
type changedResource struct {
	arn        string
	trust      bool
	statements []policy.Statement
}

func (c *comparison) changedResources() (list []changedResource) {
	was, is := policiesByARN(c.before), policiesByARN(c.after)
	for _, name := range sortedNames(was, is) {
		a, b := was[name], is[name]
		changed := append(only(sourcesOf(a), sourcesOf(b)), only(sourcesOf(b), sourcesOf(a))...)
		if len(changed) > 0 {
			list = append(list, changedResource{arn: name, statements: changed, trust: isTrust(a, b)})
		}
	}
	return list
}

// held is a resource's policy.
type held struct {
	source eval.Source
	trust  bool
}

func policiesByARN(f *access.Finder) map[string]*held {
	all := map[string]*held{}
	for _, r := range f.Resources() {
		if r.Policy != nil {
			all[r.ARN] = &held{source: *r.Policy}
		}
	}
	for account := range f.Snapshot().Accounts() {
		for r := range account.Roles() {
			all[account.ARN(r)] = &held{source: eval.Source{Policy: r.Trust.Compiled()}, trust: true}
		}
	}
	return all
}

func sourcesOf(h *held) []eval.Source {
	if h == nil {
		return nil
	}
	return []eval.Source{h.source}
}

func isTrust(all ...*held) bool {
	return slices.ContainsFunc(all, func(h *held) bool { return h != nil && h.trust })
}

func sortedNames(all ...map[string]*held) (names []string) {
	for _, m := range all {
		for name := range m {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// actionsOf are the actions that the changed statements of a resource are about.
func (c *comparison) actionsOf(r changedResource) (list []string) {
	if r.trust {
		return []string{"sts:AssumeRole"}
	}
	const service = 2
	parts := strings.SplitN(r.arn, ":", service+2)
	if len(parts) <= service {
		return nil
	}
	for a := range matching(c.catalog, r.statements) {
		if a.Service == parts[service] && len(a.Resources) > 0 {
			list = append(list, a.String())
		}
	}
	return list
}

// targets are the resource, and what in it the changed statements name, with an example in place of a wildcard.
func (r *changedResource) targets() []string {
	list := []string{r.arn}
	if r.trust {
		return list
	}
	for i := range r.statements {
		for _, v := range slices.Concat(r.statements[i].Resource, r.statements[i].NotResource) {
			text := exampleOf(v.Text)
			if strings.HasPrefix(text, r.arn) && !strings.Contains(text, "${") && !slices.Contains(list, text) {
				list = append(list, text)
			}
		}
	}
	return list
}

// external compares who outside of the accounts reaches what.
func (c *comparison) external() {
	was, is := exposures(c.before), exposures(c.after)
	lists := map[access.Principal][]Difference{}
	for _, key := range slices.Sorted(maps.Keys(is)) {
		e := is[key]
		before, after, direction := "no", e.Answer.Text(), Gained
		if o, there := was[key]; there {
			before = o.Answer.Text()
			switch {
			case before == after:
				continue
			case e.Answer.Verdict < o.Answer.Verdict:
				direction = Lost
			case e.Answer.Verdict == o.Answer.Verdict:
				direction = Changed
			}
		}
		lists[e.Principal] = append(lists[e.Principal], exposed(direction, e, before, after))
	}
	for _, key := range slices.Sorted(maps.Keys(was)) {
		if _, there := is[key]; !there {
			e := was[key]
			lists[e.Principal] = append(lists[e.Principal], exposed(Lost, e, e.Answer.Text(), "no"))
		}
	}
	for p, list := range lists {
		c.add(p, list)
	}
}

func exposed(direction Direction, e access.Exposure, before, after string) Difference {
	return Difference{
		Direction: direction, Actions: e.Actions, Resource: e.Resource, Example: e.Resource, Before: before, After: after, Statements: e.Answer.Statements,
	}
}

// exposures are those of single actions, by resource, principal and action.
func exposures(f *access.Finder) map[string]access.Exposure {
	all := map[string]access.Exposure{}
	for e := range f.External() {
		for _, action := range e.Actions {
			one := e
			one.Actions = []string{action}
			all[e.Resource+"\x00"+e.Principal.ARN+"\x00"+action] = one
		}
	}
	return all
}
