package iam

import (
	"strconv"

	"github.com/warder-iam/warder/authz"
	api "github.com/warder-iam/warder/internal/api/iam"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/server"
)

func (iam *Service) registerSimulations(s *server.Server) {
	server.Handle(s, api.SimulateCustomPolicy, server.Ask(func(c *server.Call, _ *api.SimulateCustomPolicyInput) authz.Ask {
		return askAny(c)
	}), iam.simulateCustom)
	server.Handle(s, api.SimulatePrincipalPolicy, server.Ask(func(c *server.Call, in *api.SimulatePrincipalPolicyInput) authz.Ask {
		return onSource(c, in.PolicySourceArn)
	}), iam.simulatePrincipal)
	server.Handle(s, api.GetContextKeysForCustomPolicy, server.Ask(func(c *server.Call, _ *api.GetContextKeysForCustomPolicyInput) authz.Ask {
		return askAny(c)
	}), iam.contextKeysForCustom)
	server.Handle(s, api.GetContextKeysForPrincipalPolicy, server.Ask(func(c *server.Call, in *api.GetContextKeysForPrincipalPolicyInput) authz.Ask {
		return onSource(c, in.PolicySourceArn)
	}), iam.contextKeysForPrincipal)
}

// unserved are parameters that newer clients know and the model does not, by what they would change.
var unserved = map[string]string{
	"OrderedOrganizationPolicyInputList": "service control policies are not simulated",
	"PolicyExclusionList":                "no policy can be left out",
}

// refuseUnserved: a simulation that ignored one of them would be wrong, and nobody would see it.
func refuseUnserved(c *server.Call) error {
	for name, reason := range unserved {
		if c.Sends(name) {
			return awsapi.NotImplemented.New("Warder does not take %s yet: %s. Leave it out to simulate without it.", name, reason)
		}
	}
	return nil
}

// simulateCustom looks nobody up: whoever may call it need not be allowed to read users and roles.
func (iam *Service) simulateCustom(c *server.Call, in *api.SimulateCustomPolicyInput) (*api.SimulateCustomPolicyOutput, error) {
	if err := refuseUnserved(c); err != nil {
		return nil, err
	}
	s, err := newSimulation(c, in, nil)
	if err != nil {
		return nil, err
	}
	p, err := s.page(c, in.ActionNames, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	return &api.SimulateCustomPolicyOutput{EvaluationResults: p.items, IsTruncated: new(p.truncated), Marker: p.marker}, nil
}

func (iam *Service) simulatePrincipal(c *server.Call, in *api.SimulatePrincipalPolicyInput) (*api.SimulatePrincipalPolicyOutput, error) {
	if err := refuseUnserved(c); err != nil {
		return nil, err
	}
	source, err := findSource(c, in.PolicySourceArn)
	if err != nil {
		return nil, err
	}
	s, err := newSimulation(c, &api.SimulateCustomPolicyInput{
		PolicyInputList: in.PolicyInputList, PermissionsBoundaryPolicyInputList: in.PermissionsBoundaryPolicyInputList,
		ActionNames: in.ActionNames, ResourceArns: in.ResourceArns, ResourcePolicy: in.ResourcePolicy,
		ResourceOwner: in.ResourceOwner, CallerArn: in.CallerArn, ContextEntries: in.ContextEntries,
		ResourceHandlingOption: in.ResourceHandlingOption,
	}, source)
	if err != nil {
		return nil, err
	}
	p, err := s.page(c, in.ActionNames, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	return &api.SimulatePrincipalPolicyOutput{EvaluationResults: p.items, IsTruncated: new(p.truncated), Marker: p.marker}, nil
}

// maxWork is about how many bytes of policies one call holds against names of resources: a second's work at worst. A
// page ends before it would pass that; AWS too gives shorter pages than asked for where it likes.
const maxWork = 1 << 27

// page simulates the actions of one page. A marker names a place in the list of actions.
func (s *simulation) page(c *server.Call, actions []string, mark *string, maxItems *int32) (page[api.EvaluationResult], error) {
	p := page[api.EvaluationResult]{items: []api.EvaluationResult{}}
	position, err := openMarker(c.Operation.Name, mark)
	if err != nil {
		return p, err
	}
	next := 0
	if mark != nil {
		if next, err = strconv.Atoi(position); err != nil || next < 1 || next >= len(actions) || strconv.Itoa(next) != position {
			return p, awsapi.ValidationError.New("Invalid Marker.")
		}
	}
	size := defaultPage
	if maxItems != nil {
		size = int(*maxItems)
	}
	work := s.workPerAction()
	if work > maxWork {
		return p, api.InvalidInput.New("The simulation of one action on all of these resources is too much for one request: give fewer ResourceArns, shorter ContextEntries, or less policy.")
	}
	size = min(size, max(1, maxWork/work))
	for ; next < len(actions) && len(p.items) < size; next++ {
		if err := c.Context().Err(); err != nil {
			return p, err
		}
		p.items = append(p.items, s.result(actions[next]))
	}
	if next < len(actions) {
		p.truncated, p.marker = true, new(sealMarker(c.Operation.Name, strconv.Itoa(next)))
	}
	return p, nil
}
