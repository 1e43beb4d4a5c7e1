package checks

import (
	"fmt"

	"github.com/warder-iam/warder/audit"
)

var roleTrustExternal = audit.Check{
	ID:       "role-trust-external",
	Title:    "Roles that other accounts may assume are known",
	Why:      "Who administers the other account decides who gets in here, and a forgotten partner stays in.",
	Severity: audit.Medium,
	Area:     audit.AreaTrust,
	References: []audit.Reference{
		{Framework: audit.Practice, ID: "limit trust"},
	},
	Run: func(a *audit.Account, r *audit.Reporter) {
		if !trusts(a, r) {
			return
		}
		admins := administrators(a)
		for _, e := range entrances(a, r) {
			if anyone(&e) { // role-trust-public reports those
				continue
			}
			name := a.Directory.ARN(e.role)
			s, whose := audit.Medium, "which is not of the organization"
			switch e.standing(a) {
			case own:
				s, whose = audit.Informational, "of the organization"
			case trusted:
				s, whose = audit.Informational, "which the settings trust"
			case unknown:
				whose = "of which nothing is known"
				r.NotAssessed("which accounts are of the organization, for "+e.whoText(), getAccounts)
			}
			privileged := ""
			if admins[name] {
				s, privileged = min(s+1, audit.High), ", an administrator,"
			}
			r.FoundAs(s, e.who.ARN, audit.Finding{
				Resource: name,
				Title:    fmt.Sprintf("Role %s%s can be assumed by %s, %s%s", e.role.Name, privileged, e.whoText(), whose, onlyIf(e.answer.Requirements)),
				Evidence: e.evidence(a, "lets "+e.whoText()+" in"),
				Remedy: audit.Remedy{
					Text:    "If nobody knows what for, take the account out of the trust policy. If it is yours, list it under trustedAccounts in the settings.",
					Command: editTrust(e.role),
				},
			})
		}
	},
}
