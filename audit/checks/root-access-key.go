package checks

import (
	"slices"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/directory/awsimport"
)

var rootAccessKey = audit.Check{
	ID:         "root-access-key",
	Title:      "The root user has no access key",
	Why:        "A key of the root user may do everything, has no second factor, and nothing can restrict it.",
	Severity:   audit.Critical,
	Area:       audit.AreaRoot,
	References: slices.Concat(cis("1.3", "2.4"), fsbp("IAM.4"), practice("protect the root user")),
	Run: func(a *audit.Account, r *audit.Reporter) {
		evidence, known := rootKeys(a)
		switch {
		case len(evidence) > 0:
			r.Found("", audit.Finding{
				Title:    "The root user has an access key",
				Evidence: evidence,
				Remedy: audit.Remedy{Text: "Sign in as the root user, see under Security credentials when the key was last used, move what uses it to a role, " +
					"deactivate the key, and delete it when nothing misses it."},
			})
		case !known:
			r.NotAssessed("the account summary or the credential report", getSummary)
		}
	},
}

// rootKeys is what shows that the root user has keys; known tells whether it would be known.
func rootKeys(a *audit.Account) (evidence []audit.Evidence, known bool) {
	if n, ok := a.Evidence.Summary["AccountAccessKeysPresent"]; ok {
		known = true
		if n > 0 {
			evidence = append(evidence, fact("the account summary says AccountAccessKeysPresent %d", n))
		}
	}
	row := rootRow(a)
	if row == nil {
		return evidence, known
	}
	for i, k := range row.AccessKeys {
		known = known || k.Active.State == awsimport.Known
		if !is(k.Active, true) {
			continue
		}
		evidence = append(evidence, fact("the credential report says access_key_%d_active true for <root_account>", i+1))
		if k.LastUsed.State == awsimport.Known {
			evidence = append(evidence, fact("it was last used on %s", day(k.LastUsed.Value)))
		}
	}
	return evidence, known
}
