package checks

import (
	"fmt"
	"maps"
	"slices"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/directory/awsimport"
)

var userMFA = audit.Check{
	ID:         "user-mfa",
	Title:      "Every user with a console password has MFA",
	Why:        "Passwords are guessed, reused and phished; a second factor makes one of them not enough.",
	Severity:   audit.High,
	Area:       audit.AreaSignIn,
	References: slices.Concat(cis("1.9", "2.10"), fsbp("IAM.5"), hub("IAM.19"), practice("MFA everywhere")),
	Run: func(a *audit.Account, r *audit.Reporter) {
		if a.Evidence.CredentialReport == nil && a.Evidence.Extent(awsimport.KindLoginProfile) == awsimport.Complete {
			mfaOfLists(a, r)
			return
		}
		rows, _ := reportRows(a, r)
		for _, row := range rows {
			switch {
			case row.PasswordEnabled.State == awsimport.NotInReport:
				r.NotAssessed("whether "+row.User+" has a password", getReport)
			case !is(row.PasswordEnabled, true):
			case row.MFAActive.State != awsimport.Known:
				r.NotAssessed("whether "+row.User+" has MFA", getReport)
			case !row.MFAActive.Value:
				signsInWithoutMFA(r, row.User, row.ARN, "the credential report says password_enabled true and mfa_active false")
			}
		}
	},
}

// mfaOfLists goes by the lists of login profiles and devices.
func mfaOfLists(a *audit.Account, r *audit.Reporter) {
	has := map[string]bool{}
	for _, d := range a.Evidence.MFADevices {
		has[d.User] = true
	}
	for _, user := range slices.Sorted(maps.Keys(a.Evidence.LoginProfiles)) {
		name := userARN(a, user)
		switch {
		case a.Evidence.LoginProfiles[user] == nil || has[name]:
		case a.Evidence.Extent(awsimport.KindMFADevices) != awsimport.Complete:
			r.NotAssessed("whether "+user+" has MFA", perUser("list-mfa-devices", "mfa-devices"))
		default:
			signsInWithoutMFA(r, user, name, "get-login-profile finds a password and list-mfa-devices no device")
		}
	}
}

func signsInWithoutMFA(r *audit.Reporter, user, name, source string) {
	r.Found("", audit.Finding{
		Resource: name,
		Title:    fmt.Sprintf("User %s can sign in to the console without MFA", user),
		Evidence: []audit.Evidence{{Text: source}},
		Remedy: audit.Remedy{
			Text:    "Have the user register a passkey or a virtual device under Security credentials; until then take the password away.",
			Command: audit.Command("aws", "iam", "delete-login-profile", "--user-name", user),
		},
	})
}
