package liveaudit

import (
	"slices"
	"strings"
	"time"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/directory/awsimport"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/policy/eval"
)

// accessed makes the last accessed details of users and roles. Most of them share their policies with others and tried
// little: of the same policies there is one list, and what was not tried is not copied.
type accessed struct {
	*bundler
	since  int64 // Unix time in seconds
	grants map[string][]awsimport.ServiceAccess
	ids    map[*eval.Policy]string
	room   int // actions that may still be listed
}

// mostActions bounds the actions of all lists, at some 70 bytes each. Lists that find no room tell of services alone, which
// is as if there were no evidence of their actions.
const mostActions = 2_000_000

func newAccessed(b *bundler) *accessed {
	return &accessed{
		bundler: b, since: b.facts.TrackedSince(b.now).Unix(), grants: map[string][]awsimport.ServiceAccess{}, ids: map[*eval.Policy]string{}, room: mostActions,
	}
}

// of is what a user or role with that unique id used of what it may.
func (x *accessed) of(e directory.Entity, id string) *awsimport.LastAccessed {
	last := &awsimport.LastAccessed{ARN: x.account.ARN(e), Made: x.now.Truncate(time.Second), ActionLevel: true, Services: x.granted(e)}
	tried := map[string]map[string]store.Attempt{}
	for action, access := range x.store.AccessBy(x.account.ID(), id) {
		if attempt := access.Last(); attempt.At >= x.since {
			service, name, _ := strings.Cut(action, ":")
			if tried[service] == nil {
				tried[service] = map[string]store.Attempt{}
			}
			tried[service][name] = attempt
		}
	}
	if len(tried) > 0 {
		last.Services = slices.Clone(last.Services)
		for i := range last.Services {
			x.fill(&last.Services[i], tried[last.Services[i].Service], last.ARN)
		}
	}
	return last
}

// granted are the services and actions that the identity policies grant, none of them used. The list is shared.
func (x *accessed) granted(e directory.Entity) []awsimport.ServiceAccess {
	var policies []*eval.Policy
	var key strings.Builder
	for _, p := range x.account.IdentityPolicies(e) {
		policies = append(policies, p.Policy)
		key.WriteString(x.number(p.Policy))
	}
	services, known := x.grants[key.String()]
	if known {
		return services
	}
	for _, g := range authz.Grants(x.state.Library().Catalog(), policies...) {
		s := awsimport.ServiceAccess{Service: g.Service.Prefix, Name: g.Service.Name}
		if x.room -= len(g.Actions); x.room >= 0 {
			s.Actions = make([]awsimport.ActionAccess, 0, len(g.Actions))
			for _, a := range g.Actions {
				s.Actions = append(s.Actions, awsimport.ActionAccess{Action: a.Name})
			}
		}
		services = append(services, s)
	}
	x.grants[key.String()] = services
	return services
}

// number stands for a policy, which is compiled once for all that it is attached to.
func (x *accessed) number(p *eval.Policy) string {
	id, known := x.ids[p]
	if !known {
		n := len(x.ids)
		id = string([]byte{byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24)})
		x.ids[p] = id
	}
	return id
}

// fill enters what was tried of a service. For the service's own date every action counts, also one that is not granted.
func (x *accessed) fill(s *awsimport.ServiceAccess, tried map[string]store.Attempt, name string) {
	if len(tried) == 0 {
		return
	}
	var last store.Attempt
	for _, attempt := range tried {
		if attempt.At > last.At {
			last = attempt
		}
	}
	s.Last, s.Entity, s.Region, s.Entities = last.Time(), name, last.Region, 1
	s.Actions = slices.Clone(s.Actions)
	for i := range s.Actions {
		if attempt, ok := tried[s.Actions[i].Action]; ok {
			s.Actions[i].Last, s.Actions[i].Entity, s.Actions[i].Region = attempt.Time(), name, attempt.Region
		}
	}
}
