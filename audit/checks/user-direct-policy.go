package checks

import (
	"fmt"
	"slices"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/directory"
)

var userDirectPolicy = audit.Check{
	ID:       "user-direct-policy",
	Title:    "Users get their permissions through groups",
	Why:      "Permissions that hang on a person are forgotten when the person's work changes, and no two users end up alike.",
	Severity: audit.Low,
	Area:     audit.AreaOrder,
	References: []audit.Reference{
		{Framework: audit.CIS5, ID: "1.14"}, {Framework: audit.SecurityHub, ID: "IAM.2"}, {Framework: audit.FSBP, ID: "IAM.2"},
		{Framework: audit.Practice, ID: "permissions through groups"},
	},
	Run: func(a *audit.Account, r *audit.Reporter) {
		if !inventory(a, r, users) {
			return
		}
		for u := range a.Directory.Users() {
			if n := len(u.Attached) + len(u.Inline); n > 0 {
				r.Found("", audit.Finding{
					Resource: a.Directory.ARN(u),
					Title:    fmt.Sprintf("User %s has %s of its own", u.Name, count(n, "policy", "policies")),
					Evidence: ownPolicies(u),
					Remedy: audit.Remedy{
						Text:    "Make the user a member of a group that has these permissions, then take the policies from the user.",
						Command: moveToGroup(u),
					},
				})
			}
		}
	},
}

func ownPolicies(u *directory.User) []audit.Evidence {
	var all []audit.Evidence
	for _, p := range slices.Sorted(slices.Values(u.Attached)) {
		all = append(all, audit.Evidence{Text: "is attached to the user", Policy: p})
	}
	for _, p := range u.Inline {
		all = append(all, audit.Evidence{Text: "is inline in the user", Policy: fmt.Sprintf("inline policy %s of %s", p.Name, label(u))})
	}
	return all
}

func moveToGroup(u *directory.User) string {
	lines := audit.Command("aws", "iam", "add-user-to-group", "--user-name", u.Name, "--group-name", "GROUP")
	for _, p := range slices.Sorted(slices.Values(u.Attached)) {
		lines += "\n" + detach(u, p)
	}
	for _, p := range u.Inline {
		lines += "\n" + deleteInline(u, p.Name)
	}
	return lines
}
