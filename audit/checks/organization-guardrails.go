package checks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/directory/awsimport"
	"github.com/warder-iam/warder/policy"
	"github.com/warder-iam/warder/policy/eval"
)

var organizationGuardrails = audit.Check{
	ID:    "organization-guardrails",
	Title: "The organization sets limits to its accounts, and its management account runs no workloads",
	Why: "A service control policy holds whatever an account's own administrators do; it does not bind the management account, so nothing should run " +
		"there that can be broken into.",
	Severity:   audit.Medium,
	Area:       audit.AreaGuardrails,
	References: slices.Concat(cis("", "2.1.2"), cis("", "2.1.3"), practice("guardrails")),
	Run: func(a *audit.Account, r *audit.Reporter) {
		o := a.Bundle.Organization
		switch {
		case o == nil:
			r.NotAssessed("the organization", getGuardrails)
		case o.NotInUse && o.Accounts[a.ID] == nil: // there is no organization that could set limits
		case o.Management == "":
			r.NotAssessed("which account is the organization's management account", getGuardrails)
		case o.Management == a.ID:
			managementWorkloads(a, r)
		default:
			serviceControl(a, r, o)
		}
	},
}

func managementWorkloads(a *audit.Account, r *audit.Reporter) {
	var evidence []audit.Evidence
	for _, w := range a.Evidence.Workloads {
		if w.Kind != awsimport.CloudFormation { // a stack sets up organizations, too
			evidence = append(evidence, fact("%s", w.ARN))
		}
	}
	if len(evidence) > 0 {
		r.Found("workloads", audit.Finding{
			Title:      fmt.Sprintf("The organization's management account runs %s", count(len(evidence), "workload", "workloads")),
			Evidence:   few(evidence),
			Remedy:     audit.Remedy{Text: "Move them to member accounts, which service control policies bind, and leave the management account to the organization and the bill."},
			References: slices.Concat(cis("", "2.1.3"), practice("guardrails")),
		})
	}
	for _, k := range []struct {
		kind    awsimport.Kind
		command string
	}{{awsimport.KindFunctions, getFunctions}, {awsimport.KindInstances, getInstances}} {
		// A list is of one region, and nothing tells of which regions there should be one.
		if a.Evidence.Extent(k.kind) == awsimport.Absent {
			r.NotAssessed("the "+string(k.kind), k.command)
		}
	}
}

// serviceControl looks for a service control policy on the way to the account that allows less than everything.
func serviceControl(a *audit.Account, r *audit.Reporter, o *awsimport.Organization) {
	g := o.Guardrails(a.ID, awsimport.ServiceControlPolicy)
	evidence := []audit.Evidence{fact("policies of type SERVICE_CONTROL_POLICY are not enabled in the organization's root")}
	if len(g.Levels) > 0 {
		evidence = nil
	}
	for i, level := range g.Levels {
		if restricts(level) {
			return
		}
		var names []string
		for _, source := range level {
			names = append(names, source.Name)
		}
		evidence = append(evidence, fact("level %d from the root: %s", i+1, strings.Join(names, ", ")))
	}
	if g.Extent != awsimport.Complete {
		for _, missing := range g.Missing {
			r.NotAssessed("the service control policies: "+missing, getGuardrails)
		}
		return
	}
	r.Found("limits", audit.Finding{
		Title:    "No service control policy restricts the account",
		Evidence: evidence,
		Remedy: audit.Remedy{
			Text: "Attach to the root or the account's unit a policy that denies what no account may do: leave the organization, stop the trail, use regions " +
				"that nobody needs, change the roles of the security team.",
			Command: audit.Command("aws", "organizations", "create-policy", "--type", "SERVICE_CONTROL_POLICY", "--name", "baseline", "--description", "what no account may do",
				"--content", baseline) + "\n" + audit.Command("aws", "organizations", "attach-policy", "--policy-id", "POLICY_ID", "--target-id", a.ID),
			Patch: baseline,
		},
		References: slices.Concat(cis("", "2.1.2"), practice("guardrails")),
	})
}

// baseline is a service control policy to begin with.
const baseline = `{"Version":"2012-10-17","Statement":[{"Sid":"Baseline","Effect":"Deny","Action":["organizations:LeaveOrganization",` +
	`"cloudtrail:StopLogging","cloudtrail:DeleteTrail","account:CloseAccount"],"Resource":"*"}]}`

// restricts reports whether the policies of one level deny something, or do not together allow everything.
func restricts(level []eval.Source) bool {
	everything := false
	for _, source := range level {
		statements := source.Policy.Document().Statements
		for i := range statements {
			s := &statements[i]
			if s.Effect == policy.Deny {
				return true
			}
			everything = everything || len(s.Condition) == 0 && allOf(s.Action, "*", "*:*") && allOf(s.Resource, "*")
		}
	}
	return !everything
}

// allOf reports whether one of the values is a spelling of everything.
func allOf(values []policy.Value, everything ...string) bool {
	return slices.ContainsFunc(values, func(v policy.Value) bool { return slices.Contains(everything, v.Text) })
}
