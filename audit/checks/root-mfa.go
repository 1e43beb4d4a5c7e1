package checks

import (
	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/directory/awsimport"
)

var rootMFA = audit.Check{
	ID:       "root-mfa",
	Title:    "The root user has MFA",
	Why:      "The root user may do everything and no policy binds it; its password alone must not be enough.",
	Severity: audit.Critical,
	Area:     audit.AreaRoot,
	References: []audit.Reference{
		{Framework: audit.CIS5, ID: "1.4"}, {Framework: audit.SecurityHub, ID: "IAM.9"}, {Framework: audit.Practice, ID: "protect the root user"},
	},
	Run: func(a *audit.Account, r *audit.Reporter) {
		on, source, known := rootHasMFA(a)
		switch {
		case !known:
			r.NotAssessed("the account summary or the credential report", getSummary)
		case !on:
			r.Found("", audit.Finding{
				Title:    "The root user has no MFA",
				Evidence: []audit.Evidence{{Text: source}},
				Remedy: audit.Remedy{Text: "Sign in as the root user and, under Security credentials, assign a passkey or hardware key; then a second one, " +
					"kept elsewhere."},
			})
		}
	},
}

// rootHasMFA tells whether the root user has a second factor, and by what that is known.
func rootHasMFA(a *audit.Account) (on bool, source string, known bool) {
	if n, ok := a.Evidence.Summary["AccountMFAEnabled"]; ok {
		return n != 0, "the account summary says AccountMFAEnabled 0", true
	}
	if report := a.Evidence.CredentialReport; report != nil {
		if root := report.Root(); root != nil && root.MFAActive.State == awsimport.Known {
			return root.MFAActive.Value, "the credential report says mfa_active false for <root_account>", true
		}
	}
	return false, "", false
}
