package checks

import (
	"fmt"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/directory/awsimport"
)

var rootAccessKey = audit.Check{
	ID:       "root-access-key",
	Title:    "The root user has no access key",
	Why:      "A key of the root user may do everything, has no second factor, and nothing can restrict it.",
	Severity: audit.Critical,
	Area:     audit.AreaRoot,
	References: []audit.Reference{
		{Framework: audit.CIS5, ID: "1.3"}, {Framework: audit.SecurityHub, ID: "IAM.4"}, {Framework: audit.FSBP, ID: "IAM.4"},
		{Framework: audit.Practice, ID: "protect the root user"},
	},
	Run: func(a *audit.Account, r *audit.Reporter) {
		var evidence []audit.Evidence
		known := false
		if n, ok := a.Evidence.Summary["AccountAccessKeysPresent"]; ok {
			known = true
			if n > 0 {
				evidence = append(evidence, audit.Evidence{Text: fmt.Sprintf("the account summary says AccountAccessKeysPresent %d", n)})
			}
		}
		if report := a.Evidence.CredentialReport; report != nil && report.Root() != nil {
			known = true
			for i, k := range report.Root().AccessKeys {
				if k.Active.State == awsimport.Known && k.Active.Value {
					evidence = append(evidence, audit.Evidence{Text: fmt.Sprintf("the credential report says access_key_%d_active true for <root_account>", i+1)})
				}
			}
		}
		switch {
		case !known:
			r.NotAssessed("the account summary or the credential report", getSummary)
		case len(evidence) > 0:
			r.Found("", audit.Finding{
				Title:    "The root user has an access key",
				Evidence: evidence,
				Remedy: audit.Remedy{Text: "Sign in as the root user, see under Security credentials when the key was last used, move what uses it to a role, " +
					"deactivate the key, and delete it when nothing misses it."},
			})
		}
	},
}
