package awsimport

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/policy"
)

// detailsSeen counts what the pages of the authorization details held.
type detailsSeen struct {
	pages, truncated                            int
	users, groups, roles, policies, awsPolicies int // items
	why                                         []string
}

// found counts the items of a list.
func (d *detailsSeen) found(v *value, list string, n *int) { *n += len(v.list(list)) }

// mostReasons bounds the reasons that are kept; more say nothing more.
const mostReasons = 20

// missing notes why the details are not complete.
func (d *detailsSeen) missing(format string, args ...any) {
	if len(d.why) < mostReasons {
		d.why = append(d.why, fmt.Sprintf(format, args...))
	}
}

// joinGroups turns the groups' names, which the answer has, into ids. A group that is missing stays in the user by name:
// no group has that id, so that what it may hold is not taken for nothing.
func (a *account) joinGroups() {
	for _, user := range slices.Sorted(maps.Keys(a.memberOf)) {
		u, ok := a.entities[user].(*directory.User)
		if !ok {
			continue
		}
		for _, name := range a.memberOf[user] {
			id := name
			if g := a.groupNamed(name); g != nil {
				id = g.ID
			} else {
				a.incomplete(user, "group "+name+" is not in the bundle")
				a.missingGroup(user, name)
			}
			u.Groups = append(u.Groups, id)
		}
	}
}

// missingGroup reports a group once.
func (a *account) missingGroup(user, name string) {
	if !a.missingGroups[name] {
		a.problem(a.places[user], "", "", "the group %q of %s is not in the bundle", cut(name), user)
	}
	a.missingGroups[name] = true
}

func (a *account) groupNamed(name string) *directory.Group {
	if a.groupNames == nil {
		a.groupNames = map[string]*directory.Group{}
		for _, e := range a.entities {
			if g, ok := e.(*directory.Group); ok {
				a.groupNames[strings.ToLower(g.Name)] = g
			}
		}
	}
	return a.groupNames[strings.ToLower(name)]
}

// incomplete notes that not all permissions of a principal are known. The first reason stays.
func (a *account) incomplete(principal, why string) {
	if _, known := a.r.bundle.Incomplete[principal]; !known {
		a.r.bundle.Incomplete[principal] = why
	}
}

// managedBy are the managed policies of a user, group or role, its boundary among them, and its groups.
func managedBy(e directory.Entity) (policies, groups []string) {
	switch e := e.(type) {
	case *directory.User:
		policies, groups = slices.Clone(e.Attached), e.Groups
		if e.Boundary != "" {
			policies = append(policies, e.Boundary)
		}
	case *directory.Group:
		policies = e.Attached
	case *directory.Role:
		policies = slices.Clone(e.Attached)
		if e.Boundary != "" {
			policies = append(policies, e.Boundary)
		}
	}
	return policies, groups
}

// checkManaged finds the managed policies that principals have and the bundle has not, or has broken, and then the
// members of groups that are incomplete.
func (a *account) checkManaged(snap *directory.Account) {
	absent := map[string]bool{}
	names := slices.Sorted(maps.Keys(a.entities))
	for _, name := range names {
		policies, _ := managedBy(a.entities[name])
		for _, p := range policies {
			if why := a.broken[p]; why != "" {
				a.incomplete(name, p+": "+why)
			} else if snap.Managed(p) == nil {
				if !absent[p] {
					a.problem(a.places[name], p, "", "is a managed policy of %s, and is not in the bundle", name)
				}
				absent[p] = true
				a.incomplete(name, p+" is not in the bundle")
			}
		}
	}
	for p := range absent {
		if name, err := arn.Parse(p); err != nil || name.Account != arn.AWS {
			a.missingPolicies++
		}
	}
	for _, name := range names {
		_, groups := managedBy(a.entities[name])
		for _, id := range groups {
			g := snap.GroupByID(id)
			if g == nil {
				continue
			}
			if why, bad := a.r.bundle.Incomplete[snap.ARN(g)]; bad {
				a.incomplete(name, "group "+g.Name+": "+why)
			}
		}
	}
}

// awsVersions are the AWS-managed policies that the account has in another version than the catalog.
func (a *account) awsVersions(snap *directory.Account) []directory.AWSPolicy {
	var differ []directory.AWSPolicy
	for _, name := range slices.Sorted(maps.Keys(a.aws)) {
		p := a.aws[name]
		known := snap.Managed(name)
		if known == nil || known.Version != p.Version || !sameDocument(known.Document.Text, p.Document.Text) {
			differ = append(differ, p)
		}
	}
	return differ
}

// sameDocument tells whether two texts are one policy, laid out differently.
func sameDocument(a, b string) bool {
	if a == b {
		return true
	}
	p, err := policy.Parse(a)
	if err != nil {
		return false
	}
	q, err := policy.Parse(b)
	return err == nil && p.Canonical() == q.Canonical()
}

// coverage sums up how much of the account's entities there is.
func (a *account) coverage(snap *directory.Account) Coverage {
	d := &a.details
	if d.pages == 0 {
		return Coverage{}
	}
	if d.truncated == d.pages {
		d.missing("the last page: every page says that more follow")
	}
	cut := len(d.why) > 0
	var n directory.Counts
	if snap != nil {
		n = snap.Counts()
	}
	unfiltered := d.users > 0 && d.roles > 0 && d.policies > 0
	noUsers := a.ev.CredentialReport != nil && len(a.ev.CredentialReport.Rows) == 1 && a.ev.CredentialReport.Root() != nil
	c := Coverage{
		Users:    a.extent("Users", n.Users, cut, unfiltered || noUsers),
		Groups:   a.extent("Groups", n.Groups, cut || len(a.missingGroups) > 0 && n.Groups > 0, unfiltered && len(a.missingGroups) == 0),
		Roles:    a.extent("Roles", n.Roles, cut, unfiltered),
		Policies: a.extent("Policies", n.Policies, cut || a.missingPolicies > 0 && n.Policies > 0, unfiltered && a.missingPolicies == 0),
	}
	c.AWSPolicies = a.awsExtent(cut)
	if c.Users == Complete {
		c.Users = a.againstReport(snap)
	}
	c.Missing = d.why
	kinds := []Extent{c.Users, c.Groups, c.Roles, c.Policies}
	c.Extent = slices.Min(kinds)
	if c.Extent == Absent && slices.Max(kinds) != Absent {
		c.Extent = Partial
	}
	return c
}

// extent is that of one kind of entity: n are there, of as many as the summary says. confirmed: none means that there is none.
func (a *account) extent(kind string, n int, cut, confirmed bool) Extent {
	all, known := a.ev.Summary[kind]
	switch {
	case known && n < all:
		a.details.missing("%d of %d %s", all-n, all, strings.ToLower(kind))
		if n == 0 {
			return Absent
		}
		return Partial
	case n == 0 && !known && !confirmed:
		a.details.missing("%s: there is none, which may be due to a filter", strings.ToLower(kind))
		return Absent
	case cut:
		return Partial
	}
	return Complete
}

// awsExtent is how many of the AWS-managed policies in use came with the details.
func (a *account) awsExtent(cut bool) Extent {
	var used, there int
	seen := map[string]bool{}
	for _, e := range a.entities {
		policies, _ := managedBy(e)
		for _, p := range policies {
			if name, err := arn.Parse(p); err != nil || name.Account != arn.AWS || seen[p] {
				continue
			}
			seen[p] = true
			used++
			if _, ok := a.aws[p]; ok {
				there++
			}
		}
	}
	switch {
	case there == used && !cut:
		return Complete
	case there > 0:
		return Partial
	}
	return Absent
}

// againstReport looks for users of the credential report that the details lack.
func (a *account) againstReport(snap *directory.Account) Extent {
	if a.ev.CredentialReport == nil {
		return Complete
	}
	x := Complete
	for i := range a.ev.CredentialReport.Rows {
		row := &a.ev.CredentialReport.Rows[i]
		if !row.Root && (snap == nil || snap.User(row.User) == nil) {
			a.details.missing("user %s of the credential report", row.User)
			x = Partial
		}
	}
	return x
}
