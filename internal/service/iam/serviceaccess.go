package iam

import (
	"slices"
	"strings"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/iam"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/policy/eval"
)

// The values of PolicyType.
const (
	inlineType  = "INLINE"
	managedType = "MANAGED"
)

// grantingPolicy is a permissions policy of an entity, with the services that it grants by itself.
type grantingPolicy struct {
	shown  api.PolicyGrantingServiceAccess
	grants map[string]bool // by service prefix
}

// listPoliciesGranting gives of each service the policies that grant one of its actions, each looked at by itself.
func (iam *Service) listPoliciesGranting(c *server.Call, in *api.ListPoliciesGrantingServiceAccessInput) (*api.ListPoliciesGrantingServiceAccessOutput, error) {
	s, err := findSource(c, in.Arn)
	if err != nil {
		return nil, err
	}
	var services []string
	for _, name := range in.ServiceNamespaces {
		service, ok := c.Directory().Library().Catalog().Service(name)
		if !ok {
			return nil, api.InvalidInput.New("Invalid service namespace: there is no service %s.", name)
		}
		if !slices.Contains(services, service.Prefix) {
			services = append(services, service.Prefix)
		}
	}
	itself := func(service string) string { return service }
	p, err := list(c, in.Marker, nil, sortedAfter(services, itself), itself, nil)
	if err != nil {
		return nil, err
	}
	policies, err := grantingPolicies(c, s)
	if err != nil {
		return nil, err
	}
	return &api.ListPoliciesGrantingServiceAccessOutput{
		IsTruncated: new(p.truncated), Marker: p.marker,
		PoliciesGrantingServiceAccess: each(p.items, func(service string) api.ListPoliciesGrantingServiceAccessEntry {
			entry := api.ListPoliciesGrantingServiceAccessEntry{ServiceNamespace: &service, Policies: []api.PolicyGrantingServiceAccess{}}
			for _, p := range policies {
				if p.grants[service] {
					entry.Policies = append(entry.Policies, p.shown)
				}
			}
			return entry
		}),
	}, nil
}

// grantingPolicies are the policies of a user with those of its groups, of a group or of a role; a managed one once.
func grantingPolicies(c *server.Call, s *source) ([]grantingPolicy, error) {
	var all []grantingPolicy
	seen := map[string]bool{}
	add := func(e directory.Entity, kind, name string) {
		for _, p := range c.Account().IdentityPolicies(e) {
			inline, isInline := strings.CutPrefix(p.Name, "inline ")
			if !isInline {
				if seen[p.Name] || !strings.HasPrefix(p.Name, "arn:") { // a group that is not there has no policy to show
					continue
				}
				seen[p.Name], inline = true, ""
			}
			if c.Context().Err() != nil {
				return
			}
			all = append(all, newGranting(c, p, inline, kind, name))
		}
	}
	u, isUser := s.entity.(*directory.User)
	if !isUser {
		add(s.entity, s.kind, s.name)
		return all, c.Context().Err()
	}
	alone := u.Clone()
	alone.Groups = nil
	add(alone, "user", u.Name)
	for g := range c.Account().GroupsOf(u) {
		add(g, "group", g.Name)
	}
	return all, c.Context().Err()
}

// newGranting takes the name of an inline policy, "" for a managed one, and who has it.
func newGranting(c *server.Call, p eval.Source, inline, kind, holder string) grantingPolicy {
	g := grantingPolicy{grants: map[string]bool{}}
	if inline != "" {
		g.shown = api.PolicyGrantingServiceAccess{
			PolicyName: inline, PolicyType: inlineType, EntityType: new(strings.ToUpper(kind)), EntityName: &holder,
		}
	} else {
		_, _, name := policyNames(p.Name)
		g.shown = api.PolicyGrantingServiceAccess{PolicyName: name, PolicyType: managedType, PolicyArn: &p.Name}
	}
	for _, grant := range authz.Grants(c.Directory().Library().Catalog(), p.Policy) {
		g.grants[grant.Service.Prefix] = true
	}
	return g
}
