package checks

import (
	"fmt"

	"github.com/warder-iam/warder/audit"
)

var roleMFAOrExternalID = audit.Check{
	ID:       "role-mfa-or-external-id",
	Title:    "Roles for other accounts ask for MFA or an external id",
	Why:      "Without an external id a provider can be tricked into using its access for somebody else; without MFA a stolen key of a partner is enough.",
	Severity: audit.Medium,
	Area:     audit.AreaTrust,
	References: []audit.Reference{
		{Framework: audit.Practice, ID: "limit trust"},
	},
	Run: func(a *audit.Account, r *audit.Reporter) {
		if !trusts(a, r) {
			return
		}
		for _, e := range entrances(a, r) {
			if anyone(&e) || needsMFA(e.answer.Requirements) || requires(e.answer.Requirements, "sts:ExternalId") {
				continue
			}
			s := audit.Medium
			if st := e.standing(a); st == own || st == trusted {
				s = audit.Low
			}
			r.FoundAs(s, e.who.ARN, audit.Finding{
				Resource: a.Directory.ARN(e.role),
				Title:    fmt.Sprintf("Role %s asks %s for neither MFA nor an external id", e.role.Name, e.whoText()),
				Evidence: e.evidence(a, "lets "+e.whoText()+" in"),
				Remedy: audit.Remedy{
					Text:    "Ask people for MFA, and a provider for the external id that it gave you.",
					Patch:   `{"Condition": {"StringEquals": {"sts:ExternalId": "EXTERNAL-ID"}}}`,
					Command: editTrust(e.role),
				},
			})
		}
	},
}
