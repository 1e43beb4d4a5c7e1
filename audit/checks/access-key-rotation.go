package checks

import (
	"fmt"
	"slices"

	"github.com/warder-iam/warder/audit"
)

var accessKeyRotation = audit.Check{
	ID:         "access-key-rotation",
	Title:      "Active access keys are rotated",
	Why:        "The longer a key lives the more places it has been copied to.",
	Severity:   audit.Medium,
	Area:       audit.AreaCredentials,
	References: slices.Concat(cis("1.13", "2.12"), fsbp("IAM.3"), practice("rotate")),
	Run: func(a *audit.Account, r *audit.Reporter) {
		for _, k := range accessKeys(a, r) {
			if !k.active {
				continue
			}
			if k.created.IsZero() {
				r.NotAssessed("when "+k.name()+" of user "+k.user+" was made", perUser("list-access-keys", "access-keys"))
				continue
			}
			age := a.Ago(k.created)
			if age <= a.Settings.KeyAgeDays {
				continue
			}
			r.Found(k.aspect(), audit.Finding{
				Resource: k.arn,
				Title:    fmt.Sprintf("%s of user %s is %d days old", k.capital(), k.user, age),
				Evidence: []audit.Evidence{k.made()},
				Remedy: audit.Remedy{
					Text:    "Make a second key, have what uses the old one use the new one, deactivate the old one, and delete it.",
					Command: audit.Command("aws", "iam", "create-access-key", "--user-name", k.user) + "\n" + k.deactivate(),
				},
			})
		}
	},
}
