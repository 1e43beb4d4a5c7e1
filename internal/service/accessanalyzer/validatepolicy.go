package accessanalyzer

import (
	"fmt"

	api "github.com/warder-iam/warder/internal/api/accessanalyzer"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/policy"
	"github.com/warder-iam/warder/policy/lint"
)

// kinds of the model's policy types. A role's trust policy is a resource policy of its own resource type.
var kinds = map[string]policy.Kind{
	"IDENTITY_POLICY": policy.Identity, "RESOURCE_POLICY": policy.Resource,
	"SERVICE_CONTROL_POLICY": policy.SCP, "RESOURCE_CONTROL_POLICY": policy.RCP,
}

// validatePolicy checks the document anew for every page: the token holds nothing but the place. Whatever the locale,
// findings are in English.
func validatePolicy(c *server.Call, in *api.ValidatePolicyInput) (*api.ValidatePolicyOutput, error) {
	o := lint.Options{Kind: kinds[in.PolicyType], Catalog: c.Directory().Library().Catalog()}
	if in.ValidatePolicyResourceType != nil {
		if o.Kind != policy.Resource {
			return nil, invalid("validatePolicyResourceType", "validatePolicyResourceType is for policies of the type RESOURCE_POLICY only.")
		}
		o.ResourceType = *in.ValidatePolicyResourceType
	}
	if len(in.PolicyDocument) > policy.MaxWritten {
		return nil, invalid("policyDocument", fmt.Sprintf("The policy document is longer than %d bytes.", policy.MaxWritten))
	}
	p, err := openPage(in)
	if err != nil {
		return nil, err
	}
	findings, next := p.cut(lint.Check(in.PolicyDocument, o))
	out := &api.ValidatePolicyOutput{Findings: make([]api.ValidatePolicyFinding, len(findings)), NextToken: next}
	places := newPlaces(in.PolicyDocument)
	for i, f := range findings {
		out.Findings[i] = api.ValidatePolicyFinding{
			FindingDetails: f.Details, FindingType: f.Type.String(), IssueCode: f.Code, LearnMoreLink: f.Link,
			Locations: places.locations(f.Locations),
		}
	}
	return out, nil
}
