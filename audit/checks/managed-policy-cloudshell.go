package checks

import (
	"fmt"

	"github.com/warder-iam/warder/audit"
)

var managedPolicyCloudShell = audit.Check{
	ID:       "managed-policy-cloudshell",
	Title:    "AWSCloudShellFullAccess is attached to nobody",
	Why:      "CloudShell with file transfer and internet access is a way to carry data out that no network control of the account sees.",
	Severity: audit.Medium,
	Area:     audit.AreaPrivilege,
	References: []audit.Reference{
		{Framework: audit.CIS5, ID: "1.21"}, {Framework: audit.SecurityHub, ID: "IAM.27"}, {Framework: audit.Practice, ID: "least privilege"},
	},
	Run: func(a *audit.Account, r *audit.Reporter) {
		if !inventory(a, r, users|groups|rolesOf) {
			return
		}
		for _, use := range awsManagedInUse(a) {
			if use.name != "AWSCloudShellFullAccess" { // this check is about the policy of that name
				continue
			}
			r.Found("", audit.Finding{
				Resource: use.arn,
				Title:    fmt.Sprintf("AWSCloudShellFullAccess is attached to %s", and(use.labels())),
				Evidence: use.evidence(),
				Remedy: audit.Remedy{
					Text:    "Detach it. Who needs a shell gets a policy of its own, with a Deny of cloudshell:GetFileDownloadUrls and cloudshell:GetFileUploadUrls.",
					Command: use.replace(""),
				},
			})
		}
	},
}
