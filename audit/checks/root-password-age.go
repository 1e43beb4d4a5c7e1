package checks

import (
	"fmt"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/directory/awsimport"
)

var rootPasswordAge = audit.Check{
	ID:         "root-password-age",
	Title:      "The root user's password is changed every year",
	Why:        "People who once knew the root password leave; only a new password forgets them.",
	Severity:   audit.Low,
	Area:       audit.AreaRoot,
	References: practice("protect the root user"),
	Run: func(a *audit.Account, r *audit.Reporter) {
		row := rootRow(a)
		if rootHasNoPassword(a) || rootPasswordYoung(a, row) {
			return
		}
		if row == nil || row.PasswordLastChanged.State != awsimport.Known {
			r.NotAssessed("when the root user's password was changed, which a credential report of AWS does not always say", getReport)
			return
		}
		changed := row.PasswordLastChanged.Value
		r.Found("", audit.Finding{
			Title:    fmt.Sprintf("The root user's password is %d days old", a.Ago(changed)),
			Evidence: []audit.Evidence{fact("the credential report says password_last_changed %s for <root_account>", day(changed))},
			Remedy:   audit.Remedy{Text: "Sign in as the root user, change the password under Security credentials, and lock the new one away where two people are needed to get at it."},
		})
	},
}

// rootPasswordYoung: it was changed lately, by the report or by an event of the trail, or the account itself is younger.
func rootPasswordYoung(a *audit.Account, row *awsimport.ReportRow) bool {
	if row != nil {
		if c := row.PasswordLastChanged; c.State == awsimport.Known && a.Ago(c.Value) <= a.Settings.RootPasswordAgeDays {
			return true
		}
		if c := row.Created; c.State == awsimport.Known && a.Ago(c.Value) <= a.Settings.RootPasswordAgeDays {
			return true
		}
	}
	activity := a.Activity()
	if activity == nil || activity.Principal(a.RootARN()) == nil {
		return false
	}
	for _, u := range activity.Principal(a.RootARN()).Uses {
		if u.Service == "signin" && u.Outcome == audit.Succeeded && (u.Action == "PasswordUpdated" || u.Action == "PasswordRecoveryCompleted") &&
			a.Ago(u.Last) <= a.Settings.RootPasswordAgeDays {
			return true
		}
	}
	return false
}
