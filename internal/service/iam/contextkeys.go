package iam

import (
	"strconv"

	api "github.com/warder-iam/warder/internal/api/iam"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/policy/eval"
)

func (iam *Service) contextKeysForCustom(_ *server.Call, in *api.GetContextKeysForCustomPolicyInput) (*api.GetContextKeysForCustomPolicyOutput, error) {
	given, err := inputPolicies(in.PolicyInputList)
	if err != nil {
		return nil, err
	}
	return &api.GetContextKeysForCustomPolicyOutput{ContextKeyNames: keyNames(given)}, nil
}

func (iam *Service) contextKeysForPrincipal(c *server.Call, in *api.GetContextKeysForPrincipalPolicyInput) (*api.GetContextKeysForPrincipalPolicyOutput, error) {
	source, err := findSource(c, in.PolicySourceArn)
	if err != nil {
		return nil, err
	}
	given, err := inputPolicies(in.PolicyInputList)
	if err != nil {
		return nil, err
	}
	stored := each(source.policies(), func(p simulated) *eval.Policy { return p.policy })
	return &api.GetContextKeysForPrincipalPolicyOutput{ContextKeyNames: keyNames(append(stored, given...))}, nil
}

// inputPolicies reads a PolicyInputList. Resource policies are taken here as well as others: who prepares a simulation
// needs the keys of both.
func inputPolicies(texts []string) ([]*eval.Policy, error) {
	var list []*eval.Policy
	for i, text := range texts {
		doc, err := readInput("PolicyInputList."+strconv.Itoa(i+1), text, anyPolicy)
		if err != nil {
			return nil, err
		}
		list = append(list, eval.Prepare(doc))
	}
	return list, nil
}

// keyNames is never nil: clients tell an empty list from none.
func keyNames(policies []*eval.Policy) []string {
	return append([]string{}, eval.ContextKeys(policies...)...)
}
