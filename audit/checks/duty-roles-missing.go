package checks

import (
	"fmt"
	"slices"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/audit/access"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/directory/awsimport"
)

var dutyRolesMissing = audit.Check{
	ID:       "duty-roles-missing",
	Title:    "There is a role or group for each duty",
	Why:      "Where a duty has no role of its own, people do it with an administrator's rights.",
	Severity: audit.Low,
	Area:     audit.AreaOrder,
	References: []audit.Reference{
		{Framework: audit.Practice, ID: "separation of duties"},
	},
	Run: func(a *audit.Account, r *audit.Reporter) {
		inventory(a, r, users|groups|rolesOf|policies)
		all := principals(a, r)
		admins := administrators(a)
		complete := a.Evidence.AuthorizationDetails.Extent == awsimport.Complete && (a.Directory == nil || allKnown(a))
		for _, d := range allDuties() {
			most := access.No
			for i := range all {
				if !admins[all[i].ARN] {
					most = max(most, d.filledBy(a, r, &all[i]))
				}
			}
			if most != access.No || !complete {
				continue
			}
			r.FoundAs(d.severity, d.id, audit.Finding{
				Title:    fmt.Sprintf("There is no role or group for %s", d.name),
				Evidence: []audit.Evidence{{Text: d.missing()}},
				Remedy:   audit.Remedy{Text: d.remedy},
			})
		}
	},
}

// duty is work that some role should be for: who has it may do all of may, and none of but.
type duty struct {
	id, name string
	may, but []string
	severity audit.Severity
	remedy   string
}

func allDuties() []duty {
	return []duty{
		{
			"iam-master", "defining users, roles and policies (IAM master)", []string{"iam:CreatePolicy", "iam:CreateRole", "iam:CreateGroup"}, handsOutPolicies(),
			audit.Low, "Make a role that may create and delete users, groups, roles and policies, and may neither attach policies nor fill groups.",
		},
		{
			"iam-manager", "handing out rights (IAM manager)", []string{"iam:AddUserToGroup"}, definesPolicies(),
			audit.Low, "Make a role that may fill groups and attach policies, and may neither create nor change policies and roles.",
		},
		{
			"billing", "billing", []string{"ce:GetCostAndUsage", "budgets:ViewBudget", "billing:GetBillingData"}, []string{"iam:CreatePolicy", "iam:AddUserToGroup"},
			audit.Low, "Make a role with the AWS-managed policy job-function/Billing, and let IAM users and roles see billing information.",
		},
		{
			"support", "support cases", []string{"support:CreateCase", "support:DescribeCases"}, []string{"iam:CreatePolicy", "iam:AddUserToGroup"},
			audit.Low, "Make a role with the AWS-managed policy AWSSupportAccess.",
		},
		{
			"deployment-approval", "approving deployments", []string{"codepipeline:PutApprovalResult"}, []string{"codepipeline:UpdatePipeline"},
			audit.Informational, "If pipelines deploy here, make a role that may approve (AWSCodePipelineApproverAccess) and may not change the pipeline.",
		},
		{
			"audit", "auditing", []string{"iam:GetAccountAuthorizationDetails", "iam:GenerateCredentialReport", "cloudtrail:LookupEvents"},
			[]string{"iam:CreatePolicy", "iam:AddUserToGroup", "cloudtrail:StopLogging"},
			audit.Low, "Make a role with the AWS-managed policy SecurityAudit.",
		},
	}
}

// filledBy answers whether a role, or a user through its groups, has the duty's rights and not those that it must not have.
func (d *duty) filledBy(a *audit.Account, r *audit.Reporter, p *principal) access.Verdict {
	least := access.Yes
	u, isUser := p.entity.(*directory.User)
	for _, action := range d.may {
		answer := canAll(a, r, p, action)
		least = min(least, answer.Verdict)
		itself := slices.ContainsFunc(answer.Statements, func(st access.StatementRef) bool { return isUser && has(u, st.Policy, st.StandsIn) })
		if least == access.No || itself {
			return access.No
		}
	}
	switch _, more := canAny(a, r, p, d.but); more {
	case access.No:
		return least
	case access.Undecided:
		return access.Undecided
	}
	return access.No
}

func (d *duty) missing() string {
	text := "no role, and no user through a group, may do " + and(d.may)
	if len(d.but) > 0 {
		text += ", and not " + and(d.but)
	}
	return text
}
