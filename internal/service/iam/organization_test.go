package iam

import (
	"testing"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/policy"
	"github.com/warder-iam/warder/policy/eval"
)

// TestSimulationUnderOrganization: where there are service control policies, a simulation obeys them and says whether they
// allow, but shows none of their statements, and no details of a request that they already deny.
func TestSimulationUnderOrganization(t *testing.T) {
	prepare := func(text string) *eval.Policy {
		doc, err := policy.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		return eval.Prepare(doc)
	}
	const head = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}`
	all, noPut := prepare(head+`]}`), prepare(head+`,{"Effect":"Deny","Action":"s3:Put*","Resource":"*"}]}`)
	for _, c := range []struct {
		action, resource, want string
		allowed, details       bool
		statements             int
	}{
		{"s3:GetObject", "arn:aws:sqs:us-east-1:111122223333:q", "allowed", true, false, 1},
		{"s3:PutObject", "arn:aws:sqs:us-east-1:111122223333:q", "explicitDeny", false, false, 0},
		{"s3:GetObject", "arn:aws:sqs:us-east-1:444455556666:q", "implicitDeny", true, true, 0},
		{"s3:PutObject", "arn:aws:sqs:us-east-1:444455556666:q", "explicitDeny", false, false, 0},
	} {
		s := &simulation{resources: []string{c.resource}, explicit: true, owner: "111122223333", Simulation: authz.Simulation{
			Caller: authz.Caller{Kind: eval.User, Account: "111122223333", ARN: "arn:aws:iam::111122223333:user/ann"},
		}}
		s.Layers.Identity = []eval.Source{s.takePart(simulated{id: "p", kind: identityPolicy, policy: all})}
		s.Layers.SCP = [][]eval.Source{{{Name: "FullAWSAccess", Policy: all}}, {{Name: "NoPut", Policy: noPut}}}
		r := s.result(c.action)
		if o := r.OrganizationsDecisionDetail; r.EvalDecision != c.want || o == nil || *o.AllowedByOrganizations != c.allowed {
			t.Errorf("%s on %s: %s, organization %+v", c.action, c.resource, r.EvalDecision, o)
		}
		if len(r.MatchedStatements) != c.statements || len(r.EvalDecisionDetails) > 0 != c.details {
			t.Errorf("%s on %s shows %d statements and the details %v", c.action, c.resource, len(r.MatchedStatements), r.EvalDecisionDetails)
		}
	}
}
