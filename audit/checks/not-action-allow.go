package checks

import (
	"fmt"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/policy"
)

var notActionAllow = audit.Check{
	ID:       "not-action-allow",
	Title:    "No policy allows all actions but some",
	Why:      "Allow with NotAction gives every action that AWS adds later, and everything that nobody thought of.",
	Severity: audit.Medium,
	Area:     audit.AreaPrivilege,
	References: []audit.Reference{
		{Framework: audit.Practice, ID: "least privilege"},
	},
	Run: func(a *audit.Account, r *audit.Reporter) {
		allowStatements(a, r, func(d *document, st *policy.Statement) (string, audit.Severity, bool) {
			s := audit.Medium
			if d.kind == policy.Identity && covers(st, "iam:AttachRolePolicy") && everywhere(st) {
				s = audit.High // what is left includes IAM itself
			}
			return fmt.Sprintf("allows everything but %s", and(texts(st.NotAction))), s, st.NotAction != nil
		}, func(d *document, n int) audit.Finding {
			return audit.Finding{
				Title: in(d, "allows with NotAction in %s", count(n, "statement", "statements")),
				Remedy: audit.Remedy{
					Text: "Name the actions that are needed. To keep some actions from people, allow what they need and deny these beside it.",
				},
			}
		})
	},
}
