package checks

import (
	"fmt"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/directory"
)

var roleUnused = audit.Check{
	ID:       "role-unused",
	Title:    "Roles are in use",
	Why:      "Nobody watches a role that nobody uses; whoever it still trusts gets all that it may do.",
	Severity: audit.Medium,
	Area:     audit.AreaOrder,
	References: []audit.Reference{
		{Framework: audit.Practice, ID: "remove what is unused"},
	},
	Run: func(a *audit.Account, r *audit.Reporter) {
		if !inventory(a, r, rolesOf) {
			return
		}
		var unknown []string
		for role := range roles(a) {
			if !role.Created.IsZero() && a.Ago(role.Created) <= a.Settings.RoleUnusedDays {
				continue // it may not have had the occasion yet
			}
			name := a.Directory.ARN(role)
			use, known := a.Evidence.RoleLastUsed[name]
			switch {
			case !known:
				unknown = append(unknown, "role "+role.Name)
			case use.Time.IsZero():
				reportUnused(a, r, role, name, "was not used in the 400 days that AWS keeps track of", "the authorization details show no last use")
			case a.Ago(use.Time) > a.Settings.RoleUnusedDays:
				reportUnused(a, r, role, name, fmt.Sprintf("was last used %d days ago", a.Ago(use.Time)),
					fmt.Sprintf("was last used on %s in %s", use.Time.Format("2006-01-02"), use.Region))
			}
		}
		if len(unknown) > 0 {
			r.NotAssessed("the last use of "+and(unknown), "aws iam get-role --role-name ROLE")
		}
	},
}

func reportUnused(a *audit.Account, r *audit.Reporter, role *directory.Role, name, what, evidence string) {
	s := audit.Medium
	if len(role.Attached)+len(role.Inline) == 0 {
		s = audit.Low // it may do nothing but what other accounts' resources let it
	}
	r.FoundAs(s, "", audit.Finding{
		Resource: name,
		Title:    fmt.Sprintf("Role %s %s", role.Name, what),
		Evidence: []audit.Evidence{{Text: evidence}},
		Remedy: audit.Remedy{
			Text:    "Deny it everything for a while, which can be taken back at once; when nobody misses it, delete it.",
			Command: audit.Command("aws", "iam", "attach-role-policy", "--role-name", role.Name, "--policy-arn", a.Names().ManagedPolicy("/", "AWSDenyAll").String()),
		},
	})
}
