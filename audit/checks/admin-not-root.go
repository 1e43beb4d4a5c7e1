package checks

import (
	"fmt"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/directory/awsimport"
)

var adminNotRoot = audit.Check{
	ID:       "admin-not-root",
	Title:    "Administrators are there beside root, through a group or role",
	Why:      "Without another administrator people use root for daily work; and administrators without a group are made one by one and never unmade.",
	Severity: audit.Medium,
	Area:     audit.AreaRoot,
	References: []audit.Reference{
		{Framework: audit.Practice, ID: "protect the root user"}, {Framework: audit.Practice, ID: "permissions through groups"},
	},
	Run: func(a *audit.Account, r *audit.Reporter) {
		if !inventory(a, r, users|groups|rolesOf|policies) {
			if a.Evidence.AuthorizationDetails.Extent == awsimport.Complete {
				r.Found("none", noAdministrator(a))
			}
			return
		}
		known := a.Evidence.AuthorizationDetails.Extent == awsimport.Complete && len(a.Unsettled()) == 0 && allKnown(a)
		unsettled(a, r)
		principals(a, r)
		admins := a.Administrators()
		if known && len(admins) == 0 {
			r.Found("none", noAdministrator(a))
		}
		for i := range admins {
			if u := userOf(a, admins[i].ARN); u != nil && ownsAny(a, u, admins[i].Statements) {
				r.FoundAs(audit.Low, "direct", audit.Finding{
					Resource: admins[i].ARN,
					Title:    fmt.Sprintf("User %s is an administrator by itself, not through a group or role", u.Name),
					Evidence: administration(a, &admins[i]),
					Remedy: audit.Remedy{
						Text:    "Put the user into a group of administrators and take its own policies away; better, let it assume a role with MFA.",
						Command: moveToGroup(u),
					},
				})
			}
		}
	},
}

func noAdministrator(a *audit.Account) audit.Finding {
	return audit.Finding{
		Title:    "Nobody but the root user can administer the account",
		Evidence: []audit.Evidence{{Text: "none of its users and roles can give rights to others"}},
		Remedy: audit.Remedy{
			Text: "Make a role for administrators that people assume with MFA, and lock the root user away.",
			Command: audit.Command("aws", "iam", "create-role", "--role-name", "administrators", "--assume-role-policy-document", "file://trust.json") + "\n" +
				audit.Command("aws", "iam", "attach-role-policy", "--role-name", "administrators", "--policy-arn", a.Names().ManagedPolicy("/", "AdministratorAccess").String()),
		},
	}
}

// allKnown reports whether the permissions of every principal of the account are known.
func allKnown(a *audit.Account) bool {
	for e := range actors(a) {
		if !a.Bundle.Complete(a.Directory.ARN(e)) {
			return false
		}
	}
	return true
}

// ownsAny reports whether one of the statements comes to the user otherwise than through a group.
func ownsAny(a *audit.Account, u *directory.User, list []audit.Statement) bool {
	for i := range list {
		if has(u, list[i].Policy, list[i].StandsIn) {
			return true
		}
	}
	return false
}
