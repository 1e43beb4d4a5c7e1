package checks

import (
	"fmt"

	"github.com/warder-iam/warder/audit"
)

var roleTrustPublic = audit.Check{
	ID:       "role-trust-public",
	Title:    "No role can be assumed by anybody",
	Why:      "A role that trusts everybody belongs to everybody who has an AWS account and guesses its name.",
	Severity: audit.Critical,
	Area:     audit.AreaTrust,
	References: []audit.Reference{
		{Framework: audit.Practice, ID: "limit trust"},
	},
	Run: func(a *audit.Account, r *audit.Reporter) {
		if !trusts(a, r) {
			return
		}
		for _, e := range entrances(a, r) {
			if !anyone(&e) {
				continue
			}
			s := audit.High // an external id, an address or the like is all that stands in the way
			if e.public {
				s = audit.Critical
			}
			r.FoundAs(s, "", audit.Finding{
				Resource: a.Directory.ARN(e.role),
				Title:    fmt.Sprintf("Role %s can be assumed by anybody with an AWS account%s", e.role.Name, onlyIf(e.answer.Requirements)),
				Evidence: e.evidence(a, "lets everybody in"),
				Remedy: audit.Remedy{
					Text:    "Name the accounts or roles that need it, or limit it to the organization.",
					Patch:   `{"Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-ORGANIZATION"}}}`,
					Command: editTrust(e.role),
				},
			})
		}
	},
}

// anyone reports whether the trust policy names everybody, and no condition says whose they must be.
func anyone(e *entrance) bool { return e.who.Anybody() && !e.limited() }
