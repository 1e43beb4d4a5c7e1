package checks

import (
	"slices"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/directory/awsimport"
)

var rootMFA = audit.Check{
	ID:         "root-mfa",
	Title:      "The root user has MFA",
	Why:        "The root user may do everything and no policy binds it; its password alone must not be enough.",
	Severity:   audit.Critical,
	Area:       audit.AreaRoot,
	References: slices.Concat(cis("1.4", "2.5"), hub("IAM.9"), practice("protect the root user")),
	Run: func(a *audit.Account, r *audit.Reporter) {
		if rootHasNoPassword(a) {
			return
		}
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
	if row := rootRow(a); row != nil && row.MFAActive.State == awsimport.Known {
		return row.MFAActive.Value, "the credential report says mfa_active false for <root_account>", true
	}
	return false, "", false
}

// rootHasNoPassword reports whether the root user is known to have no password, as in member accounts whose organization
// keeps the root users' credentials: there is nothing then that a second factor would protect.
func rootHasNoPassword(a *audit.Account) bool {
	if n, ok := a.Evidence.Summary["AccountPasswordPresent"]; ok {
		return n == 0
	}
	row := rootRow(a)
	return row != nil && is(row.PasswordEnabled, false)
}
