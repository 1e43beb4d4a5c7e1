package catalog

import (
	"iter"
	"slices"
	"strings"

	"github.com/warder-iam/warder/arn"
)

// Service is one service: its actions, resource types and condition keys. Services that a Catalog gives are shared: do not
// modify them.
type Service struct {
	Prefix string // "s3", lower case
	Name   string // "Amazon S3"
	// Actions, Resources and Keys are in the order of their names without case.
	Actions   []Action
	Resources []ResourceType
	Keys      []ConditionKey
}

// Action is something that a policy can allow.
type Action struct {
	Service string // "s3"
	Name    string // "GetObject"
	Access  AccessLevel
	// Resources are the resource types that the action works on; none means that only Resource "*" matches it.
	Resources []ActionResource
	// Keys are the condition keys of the action itself, with placeholders as in "aws:RequestTag/${TagKey}".
	Keys []string
	// Dependent are the actions that the caller needs too, as "service:Name", whatever the resource. Many are needed for some
	// requests only: iam:PassRole where the request hands a role on.
	Dependent []string
}

// Dependents are the actions that the caller may need too, each once: the action's own, and those of its resource types.
func (a *Action) Dependents() []string {
	all := slices.Clone(a.Dependent)
	for i := range a.Resources {
		for _, name := range a.Resources[i].Dependent {
			if !slices.Contains(all, name) {
				all = append(all, name)
			}
		}
	}
	return all
}

// String gives "s3:GetObject".
func (a *Action) String() string { return a.Service + ":" + a.Name }

// ActionResource is a resource type of an action.
type ActionResource struct {
	Type string // name of a ResourceType of the same service
	// Required is true when every request of the action names such a resource. A service reference document does not
	// say it; it is false there.
	Required bool
	Keys     []string
	// Dependent are the actions that the caller may need too where the request names such a resource.
	Dependent []string
}

// AccessLevel is AWS's class of an action. The zero value is no level.
type AccessLevel uint8

// The access levels.
const (
	List AccessLevel = iota + 1
	Read
	Write
	Tagging
	PermissionsManagement
)

// String gives the level in AWS's words: "Permissions management"; "" for no level.
func (l AccessLevel) String() string {
	switch l {
	case List:
		return "List"
	case Read:
		return "Read"
	case Write:
		return "Write"
	case Tagging:
		return "Tagging"
	case PermissionsManagement:
		return "Permissions management"
	}
	return ""
}

// ResourceType is a kind of resource.
type ResourceType struct {
	Name string // "bucket"
	// ARNs are its ARN patterns: "arn:${Partition}:s3:::${BucketName}".
	ARNs []string
	Keys []string
}

// Action gives the action with that name, in any case.
func (s *Service) Action(name string) (*Action, bool) {
	i, ok := slices.BinarySearchFunc(s.Actions, name, func(a Action, name string) int { return compareFold(a.Name, name) })
	if !ok {
		return nil, false
	}
	return &s.Actions[i], true
}

// Resource gives the resource type with that name, in any case.
func (s *Service) Resource(name string) (*ResourceType, bool) {
	i, ok := slices.BinarySearchFunc(s.Resources, name, func(r ResourceType, name string) int { return compareFold(r.Name, name) })
	if !ok {
		return nil, false
	}
	return &s.Resources[i], true
}

// normal gives a copy in the order that look-ups rely on, with the prefix in lower case.
func (s *Service) normal() *Service {
	n := &Service{
		Prefix: lower(s.Prefix), Name: s.Name,
		Actions: slices.Clone(s.Actions), Resources: slices.Clone(s.Resources), Keys: slices.Clone(s.Keys),
	}
	for i := range n.Actions {
		n.Actions[i].Service = n.Prefix
	}
	slices.SortFunc(n.Actions, func(a, b Action) int { return compareFold(a.Name, b.Name) })
	slices.SortFunc(n.Resources, func(a, b ResourceType) int { return compareFold(a.Name, b.Name) })
	slices.SortFunc(n.Keys, func(a, b ConditionKey) int { return compareFold(a.Name, b.Name) })
	return n
}

// Service gives the service with that prefix, in any case.
func (c *Catalog) Service(prefix string) (*Service, bool) {
	prefix = lower(prefix)
	if i, ok := slices.BinarySearchFunc(c.own, prefix, byPrefix); ok {
		return c.own[i], true
	}
	return c.services.get(prefix)
}

// Services gives every service, in the order of their prefixes.
func (c *Catalog) Services() iter.Seq[*Service] {
	return func(yield func(*Service) bool) {
		own := c.own
		for s := range c.services.all() {
			for len(own) > 0 && own[0].Prefix < s.Prefix {
				if !yield(own[0]) {
					return
				}
				own = own[1:]
			}
			if len(own) > 0 && own[0].Prefix == s.Prefix {
				s, own = own[0], own[1:]
			}
			if !yield(s) {
				return
			}
		}
		for _, s := range own {
			if !yield(s) {
				return
			}
		}
	}
}

// Action gives a service's action; both names in any case.
func (c *Catalog) Action(service, name string) (*Action, bool) {
	s, ok := c.Service(service)
	if !ok {
		return nil, false
	}
	return s.Action(name)
}

// Matching gives the actions that a pattern of a policy's Action element matches, in order: "s3:Get*"; "*" and "*:*" are
// all. A pattern with any other wildcard in the service, or of a service that the catalogue does not have, has none.
func (c *Catalog) Matching(pattern string) iter.Seq[*Action] {
	return func(yield func(*Action) bool) {
		service, name, ok := strings.Cut(pattern, ":")
		switch {
		case pattern == "*" || pattern == "*:*":
			for s := range c.Services() {
				if !s.matching("*", yield) {
					return
				}
			}
		case ok:
			if s, found := c.Service(service); found {
				s.matching(name, yield)
			}
		}
	}
}

// matching yields the matching actions until yield says to stop; it is false then.
func (s *Service) matching(pattern string, yield func(*Action) bool) bool {
	pattern = lower(pattern)
	for i := range s.Actions {
		a := &s.Actions[i]
		if (pattern == "*" || arn.Glob(pattern, lower(a.Name))) && !yield(a) {
			return false
		}
	}
	return true
}
