package checks

import (
	"fmt"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/directory/awsimport"
)

var userMFA = audit.Check{
	ID:       "user-mfa",
	Title:    "Every user with a console password has MFA",
	Why:      "Passwords are guessed, reused and phished; a second factor makes one of them not enough.",
	Severity: audit.High,
	Area:     audit.AreaSignIn,
	References: []audit.Reference{
		{Framework: audit.CIS5, ID: "1.9"}, {Framework: audit.SecurityHub, ID: "IAM.5"}, {Framework: audit.FSBP, ID: "IAM.5"},
		{Framework: audit.SecurityHub, ID: "IAM.19"}, {Framework: audit.Practice, ID: "MFA everywhere"},
	},
	Run: func(a *audit.Account, r *audit.Reporter) {
		rows, ok := reportRows(a, r)
		if !ok {
			return
		}
		for _, row := range rows {
			if row.PasswordEnabled.State != awsimport.Known || !row.PasswordEnabled.Value {
				continue
			}
			switch {
			case row.MFAActive.State != awsimport.Known:
				r.NotAssessed("whether "+row.User+" has MFA", getReport)
			case !row.MFAActive.Value:
				r.Found("", audit.Finding{
					Resource: row.ARN,
					Title:    fmt.Sprintf("User %s can sign in to the console without MFA", row.User),
					Evidence: []audit.Evidence{{Text: "the credential report says password_enabled true and mfa_active false"}},
					Remedy: audit.Remedy{
						Text:    "Have the user register a passkey or a virtual device under Security credentials; until then take the password away.",
						Command: audit.Command("aws", "iam", "delete-login-profile", "--user-name", row.User),
					},
				})
			}
		}
	},
}
