package checks

import (
	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/audit/access"
	"github.com/warder-iam/warder/directory/awsimport"
)

var supportRole = audit.Check{
	ID:       "support-role",
	Title:    "Somebody may manage support cases",
	Why:      "When something goes wrong, whoever talks to AWS must not have to find an administrator first.",
	Severity: audit.Low,
	Area:     audit.AreaOrder,
	References: []audit.Reference{
		{Framework: audit.CIS5, ID: "1.16"}, {Framework: audit.SecurityHub, ID: "IAM.18"}, {Framework: audit.Practice, ID: "prepare for incidents"},
	},
	Run: func(a *audit.Account, r *audit.Reporter) {
		inventory(a, r, users|groups|rolesOf|policies)
		known := principals(a, r)
		admins := administrators(a)
		most := access.No
		for i := range known {
			if !admins[known[i].ARN] {
				most = max(most, canManageCases(a, r, &known[i]))
			}
		}
		if most != access.No || a.Evidence.AuthorizationDetails.Extent != awsimport.Complete || a.Directory != nil && !allKnown(a) {
			return
		}
		r.Found("", audit.Finding{
			Title:    "Nobody but administrators may manage support cases",
			Evidence: []audit.Evidence{{Text: "no other user or role may do support:CreateCase, support:DescribeCases, support:AddCommunicationToCase and support:ResolveCase"}},
			Remedy: audit.Remedy{
				Text: "Make a role for those who talk to AWS Support.",
				Command: audit.Command("aws", "iam", "create-role", "--role-name", "support", "--assume-role-policy-document", "file://trust.json") + "\n" +
					audit.Command("aws", "iam", "attach-role-policy", "--role-name", "support", "--policy-arn", a.Names().ManagedPolicy("/", "AWSSupportAccess").String()),
			},
		})
	},
}

func canManageCases(a *audit.Account, r *audit.Reporter, p *principal) access.Verdict {
	return canEach(a, r, p, []string{"support:CreateCase", "support:DescribeCases", "support:AddCommunicationToCase", "support:ResolveCase"})
}
