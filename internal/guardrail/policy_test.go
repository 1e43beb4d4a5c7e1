package guardrail_test

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	rules "github.com/warder-iam/warder/audit/guardrail"
	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/api/accessanalyzer"
	iamapi "github.com/warder-iam/warder/internal/api/iam"
	"github.com/warder-iam/warder/internal/api/sts"
	"github.com/warder-iam/warder/internal/api/warder"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/guardrail"
	"github.com/warder-iam/warder/internal/server/servertest"
	"github.com/warder-iam/warder/policy"
	"github.com/warder-iam/warder/policy/eval"
)

var update = flag.Bool("update", false, "write the list of what guardrails may do anew")

// TestMay asks the policy of guardrails about every operation that Warder serves, on resources with and without the tag. What
// it allows is testdata/may.txt, exactly: a change of that list is a change of what a job of Warder may do to every account.
func TestMay(t *testing.T) {
	f := newFixture(t)
	grant := &eval.Source{Policy: servertest.Document(t, policy.Resource, guardrail.Policy()).Compiled()}
	caller := &authz.Caller{Kind: eval.Service, Account: account, Services: []string{guardrail.Principal}}
	var b strings.Builder
	asked := 0
	for _, svc := range []*awsapi.Service{iamapi.Service, sts.Service, accessanalyzer.Service, warder.Service} {
		for _, op := range svc.Operations {
			for _, resource := range []string{"user/u", "policy/p", "role/r", "group/g", "mfa/d"} {
				for _, tag := range []string{"", rules.Rotated, rules.Exempt} {
					ask := authz.Ask{Action: svc.Name + ":" + op.Name, Resource: "arn:aws:iam::" + account + ":" + resource, ResourceAccount: account, ResourcePolicy: grant}
					if tag != "" {
						ask.ResourceTags = []directory.Tag{{Key: rules.Tag, Value: tag}}
					}
					asked++
					if d := authz.Decide(f.Store.Snapshot(), caller, &authz.Environment{Time: f.now}, &ask); d.Allowed() {
						fmt.Fprintf(&b, "%s %s %s\n", ask.Action, resource, cmp.Or(tag, "untagged"))
					}
				}
			}
		}
	}
	const golden = "testdata/may.txt"
	if *update {
		servertest.Check(t, os.WriteFile(golden, []byte(b.String()), 0o644))
	}
	want, err := os.ReadFile(golden)
	if servertest.Check(t, err); b.String() != string(want) || asked < 2000 {
		t.Errorf("asked %d times; allowed is\n%swant\n%s", asked, b.String(), want)
	}
}
