package checks

import (
	"fmt"

	"github.com/warder-iam/warder/audit"
)

var separationOfDuties = audit.Check{
	ID:       "separation-of-duties",
	Title:    "Nobody both defines policies and hands them out",
	Why:      "Where the one who writes a policy is also the one who gives it to people, one person or one leaked key is enough to do anything.",
	Severity: audit.Medium,
	Area:     audit.AreaPrivilege,
	References: []audit.Reference{
		{Framework: audit.Practice, ID: "separation of duties"},
	},
	Run: func(a *audit.Account, r *audit.Reporter) {
		if !inventory(a, r, users|groups|rolesOf|policies) {
			return
		}
		admins := administrators(a)
		all := principals(a, r)
		severity := audit.Low // every account has somebody for an emergency
		var both []*principal
		var evidence []audit.Evidence
		for i := range all {
			p := &all[i]
			defines, _ := canAny(a, r, p, definesPolicies())
			if defines == "" {
				continue
			}
			handsOut, _ := canAny(a, r, p, handsOutPolicies())
			if handsOut == "" {
				continue
			}
			both = append(both, p)
			evidence = append(evidence, audit.Evidence{Text: fmt.Sprintf("%s may do %s and %s to all of the account", p.label, defines, handsOut)})
			if !admins[p.ARN] {
				severity = audit.Medium
			}
		}
		if len(both) == 0 {
			return
		}
		r.FoundAs(severity, "", audit.Finding{
			Title:    fmt.Sprintf("%d of %s can both define policies and hand them out: %s", len(both), count(len(all), "principal", "principals"), and(labels(both))),
			Evidence: few(evidence),
			Remedy: audit.Remedy{
				Text: "Make two roles: one defines users, groups, roles and policies, the other attaches policies, fills groups and edits trust; give nobody both.",
			},
		})
	},
}

// definesPolicies are the actions of who defines what there is, the IAM master, and handsOutPolicies of who gives it to
// people, the IAM manager. Source: CIS Amazon Web Services Foundations Benchmark 1.1.0, recommendation 1.18.
func definesPolicies() []string {
	return []string{"iam:CreatePolicy", "iam:CreatePolicyVersion", "iam:CreateRole", "iam:CreateGroup"}
}

func handsOutPolicies() []string {
	return []string{
		"iam:AttachUserPolicy", "iam:AttachGroupPolicy", "iam:AttachRolePolicy", "iam:AddUserToGroup", "iam:UpdateAssumeRolePolicy", "iam:PutUserPolicy",
		"iam:PutGroupPolicy", "iam:PutRolePolicy",
	}
}
