package checks

import (
	"fmt"
	"slices"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/directory/awsimport"
	"github.com/warder-iam/warder/policy"
)

var notPrincipalAllow = audit.Check{
	ID:       "not-principal-allow",
	Title:    "No policy allows everybody but some",
	Why:      "Allow with NotPrincipal lets in the whole world except those whom it names, callers without credentials too.",
	Severity: audit.Critical,
	Area:     audit.AreaTrust,
	References: []audit.Reference{
		{Framework: audit.Practice, ID: "least privilege"},
	},
	Run: func(a *audit.Account, r *audit.Reporter) {
		if a.Evidence.Extent(awsimport.KindResourcePolicy) == awsimport.Absent {
			r.NotAssessed("the policies of resources", "warder audit collect")
		}
		allowStatements(a, r, func(_ *document, st *policy.Statement) (string, audit.Severity, bool) {
			if st.NotPrincipal == nil {
				return "", 0, false
			}
			s := audit.Critical
			if len(st.Condition) > 0 {
				s = audit.High // which may limit who it is, or not
			}
			return fmt.Sprintf("allows everybody but %s", and(principalTexts(st.NotPrincipal))), s, true
		}, func(d *document, n int) audit.Finding {
			return audit.Finding{
				Title: in(d, "allows with NotPrincipal in %s", count(n, "statement", "statements")),
				Remedy: audit.Remedy{
					Text: "Name in Principal who is let in. To keep somebody out, deny with a condition on aws:PrincipalArn.",
				},
			}
		})
	},
}

// principalTexts are all whom an element names.
func principalTexts(p *policy.Principals) []string {
	all := texts(slices.Concat(p.AWS, p.Service, p.Federated, p.CanonicalUser))
	if p.Any {
		all = append(all, "*")
	}
	return all
}
