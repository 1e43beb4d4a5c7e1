package guardrail

import (
	"slices"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/audit/access"
	"github.com/warder-iam/warder/audit/escalation"
	"github.com/warder-iam/warder/directory"
)

// wayIn is a credential by which an administrator gets in.
type wayIn struct {
	user string // ARN
	key  string // id; "" for a password
	// free: the administrator is one without further requirements, such as a second factor.
	free bool
}

// keepAdministrators takes those changes out of the plan after which no administrator would have an active key any more, or
// none a password: neither all of them, nor those who are one without further requirements. Administrators are those by
// effective rights. The credentials that were used last stay.
func (p *planner) keepAdministrators() {
	takes := func(c Change) bool { return c.User != nil && (c.Action == Call || c.Action == Finish) }
	if !slices.ContainsFunc(p.plan.Changes, takes) {
		return
	}
	ways := p.waysIn()
	order := make([]int, len(p.plan.Changes))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return p.plan.Changes[i].Since.Compare(p.plan.Changes[j].Since) })
	kept := map[int]bool{}
	for _, i := range order {
		c := &p.plan.Changes[i]
		if !takes(*c) {
			continue
		}
		key := ""
		if c.Key != nil {
			key = c.Key.ID
		}
		rest := slices.DeleteFunc(slices.Clone(ways), func(w wayIn) bool { return w.user == c.Resource && w.key == key })
		if shutsOut(ways, rest) {
			kept[i] = true
			p.skip(c.Guardrail, c.Resource, "it is the last credential of its kind of an administrator; else: "+c.Why)
			continue
		}
		ways = rest
	}
	var changes []Change
	for i, c := range p.plan.Changes {
		if !kept[i] {
			changes = append(changes, c)
		}
	}
	p.plan.Changes = changes
}

// shutsOut reports whether a kind of way in is there before and not after.
func shutsOut(before, after []wayIn) bool {
	for _, password := range []bool{false, true} {
		for _, free := range []bool{false, true} {
			of := func(w wayIn) bool { return (w.key == "") == password && (w.free || !free) }
			if slices.ContainsFunc(before, of) && !slices.ContainsFunc(after, of) {
				return true
			}
		}
	}
	return false
}

// waysIn are the active keys and the passwords of the account's administrators.
func (p *planner) waysIn() []wayIn {
	var ways []wayIn
	finder := access.New(p.Snapshot, access.Options{Now: p.Now})
	for _, a := range escalation.Administrators(finder) {
		if u := p.userAt(a.ARN); u != nil {
			free := len(a.Requirements) == 0
			for _, k := range p.Account.Keys(u.ID) {
				if k.Active {
					ways = append(ways, wayIn{a.ARN, k.ID, free})
				}
			}
			if p.Account.LoginProfile(u.ID) != nil {
				ways = append(ways, wayIn{a.ARN, "", free})
			}
		}
	}
	return ways
}

// userAt is the user of the account with that ARN, nil where it is another principal.
func (p *planner) userAt(name string) *directory.User {
	a, err := arn.Parse(name)
	if err != nil {
		return nil
	}
	if n, ok := a.Named(); ok && n.Kind == arn.KindUser && a.Account == p.Account.ID() {
		return p.Account.User(n.Name)
	}
	return nil
}
