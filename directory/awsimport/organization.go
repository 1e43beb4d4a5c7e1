package awsimport

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/policy/eval"
)

// Organization is what the bundle holds of the organization.
type Organization struct {
	// ID is "o-…", Management the id of its management account; "" if unknown.
	ID, Management string
	// NotInUse: the account that asked belongs to no organization.
	NotInUse bool
	// Features is ALL or CONSOLIDATED_BILLING; "" if unknown.
	Features string
	// PolicyTypes are those that are enabled in the root: SERVICE_CONTROL_POLICY, RESOURCE_CONTROL_POLICY. nil if unknown.
	PolicyTypes []string
	// Roots, of which there is one, units and accounts, by id.
	Roots, Units map[string]*OrganizationUnit
	Accounts     map[string]*OrganizationAccount
	// Policies by id: "p-…".
	Policies map[string]*OrganizationPolicy
	// Listed are the types of which all policies are listed. TargetsAsked has, by root, unit or account, the types whose
	// policies on it are listed.
	Listed       []string
	TargetsAsked map[string][]string
	// Incomplete says which lists are cut off.
	Incomplete []string
}

// OrganizationUnit is a root or an organizational unit.
type OrganizationUnit struct {
	ID, ARN, Name string
	Parent        string // "" of a root, or if unknown
}

// OrganizationAccount is a member account.
type OrganizationAccount struct {
	ID, ARN, Name, Email string
	// State is ACTIVE, SUSPENDED, …
	State  string
	Parent string // id of its unit or root, "" if unknown
}

// OrganizationPolicy is an SCP or RCP, or of a type that has no part in authorization.
type OrganizationPolicy struct {
	ID, ARN, Name string
	Type          string // SERVICE_CONTROL_POLICY, RESOURCE_CONTROL_POLICY, …
	AWSManaged    bool
	// Document is nil where only the list is there. One that is no policy has Err, denies everything, and has a Problem.
	Document *directory.Document
	// Targets are ids of roots, units and accounts; TargetsKnown tells whether somebody asked.
	Targets      []string
	TargetsKnown bool
}

// Guardrails are the SCPs or RCPs that bind one account, level by level, the root first.
type Guardrails struct {
	// Levels is nil where policies of that type are not enabled, or the account is none of the organization's.
	Levels [][]eval.Source
	// Management: this is the management account, which none of them binds.
	Management bool
	// Extent is Complete where the account's place, the policies on the way to it and their documents are all known.
	// Where it is not, what the Levels deny is denied, and a level that is not fully known allows everything: there may be
	// more that they deny.
	Extent Extent
	// Missing says in words what is not known.
	Missing []string
}

// fullAccess are the policies that AWS itself attaches everywhere. DescribePolicy gives their documents, which never
// change; an export without them loses nothing.
var fullAccess = map[string]string{
	"p-FullAWSAccess":    `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`,
	"p-RCPFullAWSAccess": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}`,
}

// Guardrails of one type, ServiceControlPolicy or ResourceControlPolicy, that bind an account.
func (o *Organization) Guardrails(account, policyType string) Guardrails {
	g := Guardrails{Management: account == o.Management && account != "", Extent: Complete}
	if o.NotInUse && o.Accounts[account] == nil || o.PolicyTypes != nil && !slices.Contains(o.PolicyTypes, policyType) {
		return g
	}
	if o.PolicyTypes == nil {
		g.miss("whether policies of type %s are enabled", policyType)
	}
	for _, reason := range o.Incomplete {
		g.miss("%s", reason)
	}
	for _, node := range o.way(account, &g) {
		g.Levels = append(g.Levels, o.level(node, policyType, &g))
	}
	return g
}

func (g *Guardrails) miss(format string, args ...any) {
	g.Extent = Partial
	g.Missing = append(g.Missing, fmt.Sprintf(format, args...))
}

// way are the root, the units and the account itself, as far up as is known.
func (o *Organization) way(account string, g *Guardrails) []string {
	a := o.Accounts[account]
	if a == nil {
		g.Extent = Absent
		g.Missing = append(g.Missing, "account "+account+" is not listed in the organization")
		return nil
	}
	way := []string{account}
	for id := a.Parent; ; {
		if id == "" {
			g.miss("the parent of %s", way[0])
			break
		}
		if slices.Contains(way, id) {
			g.miss("the parent of %s: its parents form a circle", way[0])
			break
		}
		way = slices.Insert(way, 0, id)
		if strings.HasPrefix(id, "r-") {
			break
		}
		unit := o.Units[id]
		if unit == nil {
			g.miss("the unit %s", id)
			break
		}
		id = unit.Parent
	}
	return way
}

// level are the policies on one node.
func (o *Organization) level(node, policyType string, g *Guardrails) []eval.Source {
	attached, whole := o.attached(node, policyType, g)
	var level []eval.Source
	for _, p := range attached {
		if source, ok := p.source(g); ok {
			level = append(level, source)
		}
	}
	if !whole {
		open := directory.Document{Text: fullAccess["p-FullAWSAccess"]}
		if policyType == ResourceControlPolicy {
			open.Text = fullAccess["p-RCPFullAWSAccess"]
		}
		level = append(level, eval.Source{Name: "unknown policies of " + node, Policy: open.Compiled()})
	}
	return level
}

// attached are the policies on one node that can be read; whole tells whether those are all.
func (o *Organization) attached(node, policyType string, g *Guardrails) (list []*OrganizationPolicy, whole bool) {
	known := slices.Contains(o.TargetsAsked[node], policyType)
	all := slices.Contains(o.Listed, policyType)
	whole = true
	for _, id := range slices.Sorted(maps.Keys(o.Policies)) {
		p := o.Policies[id]
		if p.Type != policyType {
			continue
		}
		all = all && p.TargetsKnown
		if !slices.Contains(p.Targets, node) {
			continue
		}
		if _, ok := p.source(g); ok {
			list = append(list, p)
		} else {
			whole = false
		}
	}
	if !known && !all {
		g.miss("which policies are attached to %s", node)
		whole = false
	}
	return list, whole
}

// tree is the organization as a Snapshot takes it. As in Guardrails, a level that is not fully known allows everything.
func (o *Organization) tree() *directory.Organization {
	t := &directory.Organization{
		ID: o.ID, Management: o.Management, ServiceControl: o.enabled(ServiceControlPolicy), ResourceControl: o.enabled(ResourceControlPolicy),
	}
	for _, units := range []map[string]*OrganizationUnit{o.Roots, o.Units} {
		for _, id := range slices.Sorted(maps.Keys(units)) {
			t.Units = append(t.Units, directory.Unit{ID: id, Name: units[id].Name, Parent: units[id].Parent, Attached: o.idsOn(id)})
		}
	}
	for _, id := range slices.Sorted(maps.Keys(o.Accounts)) {
		t.Accounts = append(t.Accounts, directory.Member{Account: id, Parent: o.Accounts[id].Parent, Attached: o.idsOn(id)})
	}
	for _, id := range slices.Sorted(maps.Keys(o.Policies)) {
		p, kind := o.Policies[id], directory.ServiceControl
		if p.Type == ResourceControlPolicy {
			kind = directory.ResourceControl
		}
		if p.Document != nil && (p.Type == ServiceControlPolicy || p.Type == ResourceControlPolicy) {
			t.Policies = append(t.Policies, directory.ControlPolicy{ID: id, Name: p.Name, Type: kind, Document: *p.Document})
		}
	}
	return t
}

// enabled reports whether policies of a type bind anybody, as far as is known.
func (o *Organization) enabled(policyType string) bool {
	return o.PolicyTypes == nil || slices.Contains(o.PolicyTypes, policyType)
}

// idsOn are the policies on a node, of both types, with the one that allows everything where not all SCPs are known.
func (o *Organization) idsOn(node string) []string {
	var ids []string
	for _, policyType := range []string{ServiceControlPolicy, ResourceControlPolicy} {
		list, whole := o.attached(node, policyType, &Guardrails{})
		for _, p := range list {
			ids = append(ids, p.ID)
		}
		if !whole && policyType == ServiceControlPolicy && !slices.Contains(ids, "p-FullAWSAccess") {
			ids = append(ids, "p-FullAWSAccess")
		}
	}
	return ids
}

func (p *OrganizationPolicy) source(g *Guardrails) (eval.Source, bool) {
	doc := p.Document
	if text, ok := fullAccess[p.ID]; ok && doc == nil {
		doc = &directory.Document{Text: text}
	}
	switch {
	case doc == nil:
		g.miss("the document of the policy %s", p.ID)
	case doc.Err() != nil:
		g.miss("the policy %s, which is no policy: %v", p.ID, doc.Err())
	default:
		return eval.Source{Name: p.ID, Policy: doc.Compiled()}, true
	}
	return eval.Source{}, false
}

// The types of organization policy that take part in authorization.
const (
	ServiceControlPolicy  = "SERVICE_CONTROL_POLICY"
	ResourceControlPolicy = "RESOURCE_CONTROL_POLICY"
)
