package checks

import (
	"fmt"
	"strings"

	"github.com/warder-iam/warder/audit"
)

var adminPolicy = audit.Check{
	ID:       "admin-policy",
	Title:    "Full administration is given to nobody who does not need it",
	Why:      "One leaked credential of an administrator is the account; whoever can give rights can give itself all of them.",
	Severity: audit.High,
	Area:     audit.AreaPrivilege,
	References: []audit.Reference{
		{Framework: audit.CIS5, ID: "1.15"}, {Framework: audit.SecurityHub, ID: "IAM.1"}, {Framework: audit.FSBP, ID: "IAM.1"},
		{Framework: audit.Practice, ID: "least privilege"},
	},
	Run: func(a *audit.Account, r *audit.Reporter) {
		if !inventory(a, r, users|groups|rolesOf|policies) {
			return
		}
		unsettled(a, r)
		principals(a, r) // for the gaps: a principal that is not known may be an administrator
		for _, admin := range a.Administrators() {
			r.FoundAs(severityOfAdministrator(&admin), "", audit.Finding{
				Resource: admin.ARN,
				Title:    title(labelOf(admin.ARN)) + " is an administrator" + onlyIf(admin.Requirements),
				Evidence: administration(a, &admin),
				Remedy: audit.Remedy{
					Text: "Give it the rights that its work takes: warder audit generate-policy writes them from the trail. Keep a few administrators, as roles that are assumed with MFA.",
				},
			})
		}
	},
}

// severityOfAdministrator is lower for those who must do more than have the credentials, and for the roles that IAM Identity
// Center makes: those are what people should sign in to.
func severityOfAdministrator(admin *audit.Administrator) audit.Severity {
	switch {
	case strings.Contains(admin.ARN, ":role/aws-reserved/"):
		return audit.Informational
	case needsMFA(admin.Requirements):
		return audit.Medium
	}
	return audit.High
}

// administration is what makes somebody an administrator, as evidence.
func administration(a *audit.Account, admin *audit.Administrator) []audit.Evidence {
	var all []audit.Evidence
	for i := range admin.Statements {
		st := &admin.Statements[i]
		all = append(all, statementEvidence(labelOf(st.Holder), &st.StatementRef, "makes it one: it "+admin.How))
	}
	if len(all) == 0 {
		all = append(all, audit.Evidence{Text: fmt.Sprintf("%s: %s", labelOf(admin.ARN), admin.How)})
	}
	return append(all, conditions(a, admin.ARN, admin.Requirements)...)
}
