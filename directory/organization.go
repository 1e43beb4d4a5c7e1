package directory

import (
	"slices"

	"github.com/warder-iam/warder/policy/eval"
)

// Organization is a tree of units with accounts in it, and the policies that bind them from above. It is no record of any
// account: whoever makes a Snapshot gives it with WithOrganization.
type Organization struct {
	ID string // "o-…"
	// Management is the account that no SCP and no customer RCP binds.
	Management string
	// Units are the root and all organizational units; a unit whose parent is missing counts as one directly below nothing.
	Units    []Unit
	Accounts []Member
	// ServiceControl and ResourceControl tell whether policies of that type are enabled: disabled ones bind nobody.
	ServiceControl, ResourceControl bool
	Policies                        []ControlPolicy
}

// Unit is the root ("r-…") or an organizational unit ("ou-…").
type Unit struct {
	ID, Name string
	Parent   string   // id of a Unit; "" for the root
	Attached []string // ids of ControlPolicies, of both types
}

// Member is an account of an organization.
type Member struct {
	Account  string // 12 digits
	Parent   string // id of a Unit
	Attached []string
}

// ControlPolicy is an SCP or an RCP.
type ControlPolicy struct {
	ID, Name string // "p-…"
	Type     ControlType
	Document Document
}

// ControlType is a type of policies of organizations.
type ControlType uint8

// The types.
const (
	ServiceControl ControlType = iota
	ResourceControl
)

// Membership is an account's place in its organization, and what binds it there.
type Membership struct {
	Organization string // id
	// Path is the account's value of aws:PrincipalOrgPaths: "o-…/r-…/ou-…/".
	Path string
	// Management is true for the management account.
	Management bool
	// SCP and RCP have a list for each level: the root, each unit on the way down, the account. nil: that type binds nobody.
	SCP, RCP [][]eval.Source
}

// WithOrganization gives the snapshot in which the accounts of an organization are bound by it; of two organizations that
// have the same account, the later one. It takes the organization over: the caller does not change it afterwards. A policy
// that is attached and cannot be found or read denies everything, like any other; but AWS's own two that allow everything
// are known.
func (s *Snapshot) WithOrganization(o *Organization) *Snapshot {
	next := *s
	next.memberships = s.memberships.edit()
	place := placement{organization: o, library: s.library, units: map[string]*Unit{}, policies: map[string]*ControlPolicy{}}
	for i := range o.Units {
		place.units[o.Units[i].ID] = &o.Units[i]
	}
	for i := range o.Policies {
		p := &o.Policies[i]
		p.Document = s.library.adopt(p.Document)
		place.policies[p.ID] = p
	}
	for i := range o.Accounts {
		next.memberships.set(o.Accounts[i].Account, place.membership(&o.Accounts[i]))
	}
	return &next
}

// Membership of the account with that id, or nil where it belongs to no organization.
func (s *Snapshot) Membership(account string) *Membership {
	return valueOf[*Membership](&s.memberships, account)
}

// placement finds the place of accounts in one organization.
type placement struct {
	organization *Organization
	library      *Library
	units        map[string]*Unit
	policies     map[string]*ControlPolicy
}

func (p *placement) membership(a *Member) *Membership {
	m := &Membership{Organization: p.organization.ID, Path: p.organization.ID + "/", Management: a.Account == p.organization.Management}
	levels := [][]string{}
	for _, u := range p.way(a.Parent) {
		m.Path += u.ID + "/"
		levels = append(levels, u.Attached)
	}
	levels = append(levels, a.Attached)
	for _, attached := range levels {
		if p.organization.ServiceControl {
			m.SCP = append(m.SCP, p.sources(attached, ServiceControl))
		}
		if p.organization.ResourceControl {
			m.RCP = append(m.RCP, p.sources(attached, ResourceControl))
		}
	}
	return m
}

// way are the units from the root down to the one with that id. A unit that is its own ancestor ends the way.
func (p *placement) way(id string) []*Unit {
	var up []*Unit
	for u := p.units[id]; u != nil && !slices.Contains(up, u); u = p.units[u.Parent] {
		up = append(up, u)
	}
	slices.Reverse(up)
	return up
}

// The policies that AWS attaches to everything where a type of policy is enabled.
const (
	fullSCP    = "p-FullAWSAccess"
	fullRCP    = "p-RCPFullAWSAccess"
	fullAccess = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
)

// sources are the attached policies of one type. One that is missing might be of either.
func (p *placement) sources(attached []string, t ControlType) []eval.Source {
	sources := []eval.Source{}
	for _, id := range attached {
		c := p.policies[id]
		switch {
		case c == nil && id == fullSCP && t == ServiceControl:
			sources = append(sources, eval.Source{Name: id, Policy: p.library.Document(fullAccess).Compiled()})
		case c == nil && (id == fullSCP || id == fullRCP): // that of the other type, or one that denies nothing
		case c == nil:
			sources = append(sources, eval.Source{Name: id, Policy: denyAll()})
		case c.Type == t:
			sources = append(sources, eval.Source{Name: c.ID + " " + c.Name, Policy: c.Document.Compiled()})
		}
	}
	return sources
}
