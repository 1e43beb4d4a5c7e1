package checks

import (
	"fmt"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/directory/awsimport"
)

var passwordStale = audit.Check{
	ID:         "password-stale",
	Title:      "Console passwords are changed as often as the policy asks",
	Why:        "A password that was overheard or leaked stays useful until it is changed.",
	Severity:   audit.Low,
	Area:       audit.AreaSignIn,
	References: practice("strong passwords"),
	Run: func(a *audit.Account, r *audit.Reporter) {
		rows, _ := reportRows(a, r)
		limit, source := passwordAge(a)
		for _, row := range rows {
			if !is(row.PasswordEnabled, true) {
				if row.PasswordEnabled.State == awsimport.NotInReport {
					r.NotAssessed("whether "+row.User+" has a password", getReport)
				}
				continue
			}
			if row.PasswordLastChanged.State != awsimport.Known {
				r.NotAssessed("when "+row.User+" changed the password", getReport)
				continue
			}
			changed := row.PasswordLastChanged.Value
			age := a.Ago(changed)
			if age <= limit {
				continue
			}
			r.Found("", audit.Finding{
				Resource: row.ARN,
				Title:    fmt.Sprintf("User %s has not changed the password for %d days", row.User, age),
				Evidence: []audit.Evidence{
					fact("the credential report says password_last_changed %s", day(changed)), fact("%s: a password may be %d days old", source, limit),
				},
				Remedy: audit.Remedy{
					Text:    "Have the user choose a new one at the next sign-in.",
					Command: audit.Command("aws", "iam", "update-login-profile", "--user-name", row.User, "--password-reset-required"),
				},
			})
		}
	},
}
