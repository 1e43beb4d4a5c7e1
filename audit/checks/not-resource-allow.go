package checks

import (
	"fmt"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/policy"
)

var notResourceAllow = audit.Check{
	ID:       "not-resource-allow",
	Title:    "No policy allows all resources but some",
	Why:      "Allow with NotResource reaches everything else there is, of every account that lets it in, and what is made later.",
	Severity: audit.Medium,
	Area:     audit.AreaPrivilege,
	References: []audit.Reference{
		{Framework: audit.Practice, ID: "least privilege"},
	},
	Run: func(a *audit.Account, r *audit.Reporter) {
		allowStatements(a, r, func(_ *document, st *policy.Statement) (string, audit.Severity, bool) {
			return fmt.Sprintf("allows on every resource but %s", and(texts(st.NotResource))), audit.Medium, st.NotResource != nil
		}, func(d *document, n int) audit.Finding {
			return audit.Finding{
				Title:  in(d, "allows with NotResource in %s", count(n, "statement", "statements")),
				Remedy: audit.Remedy{Text: "Name the resources that are needed, by a common prefix or tag; deny the exceptions beside it."},
			}
		})
	},
}
