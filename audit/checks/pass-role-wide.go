package checks

import (
	"fmt"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/audit/access"
)

var passRoleWide = audit.Check{
	ID:       "pass-role-wide",
	Title:    "Roles are passed by name, and to the service that they are for",
	Why:      "Whoever may pass any role to a service can have that service act with the strongest one.",
	Severity: audit.High,
	Area:     audit.AreaPrivilege,
	References: []audit.Reference{
		{Framework: audit.Practice, ID: "least privilege"},
	},
	Run: func(a *audit.Account, r *audit.Reporter) {
		if !inventory(a, r, users|groups|rolesOf|policies) {
			return
		}
		admins := administrators(a)
		for _, p := range principals(a, r) {
			if admins[p.ARN] { // may do so anyway, which admin-policy reports
				continue
			}
			if answer := canAll(a, r, &p, "iam:PassRole"); answer.Possible() {
				passesAny(a, r, &p, &answer)
				continue
			}
			passesPrivileged(a, r, &p)
		}
	},
}

const passedTo = "iam:PassedToService"

func passesAny(a *audit.Account, r *audit.Reporter, p *principal, answer *access.Answer) {
	s, to := audit.High, "any service"
	if requires(answer.Requirements, passedTo) {
		s, to = audit.Medium, "some services"
	}
	r.FoundAs(s, "any", audit.Finding{
		Resource: p.ARN,
		Title:    fmt.Sprintf("%s may pass every role of the account to %s", title(p.label), to),
		Evidence: grants(a, p.ARN, answer, "allows iam:PassRole on every role"),
		Remedy:   passRoleRemedy(a.ARN("role/ROLE"), "SERVICE.amazonaws.com"),
	})
}

// passesPrivileged reports administrators' roles that may be passed to any service.
func passesPrivileged(a *audit.Account, r *audit.Reporter, p *principal) {
	for _, admin := range a.Administrators() {
		if userOf(a, admin.ARN) != nil {
			continue
		}
		answer := can(a, r, p, "iam:PassRole", admin.ARN)
		if !answer.Possible() || requires(answer.Requirements, passedTo) {
			continue
		}
		r.Found("role "+admin.ARN, audit.Finding{
			Resource: p.ARN,
			Title:    fmt.Sprintf("%s may pass %s, an administrator, to any service", title(p.label), labelOf(admin.ARN)),
			Evidence: append(grants(a, p.ARN, &answer, "allows iam:PassRole on "+admin.ARN), administration(a, &admin)...),
			Remedy:   passRoleRemedy(admin.ARN, "SERVICE.amazonaws.com"),
		})
	}
}

func passRoleRemedy(role, service string) audit.Remedy {
	return audit.Remedy{
		Text: "Name the roles, or their common path, and the service that they are passed to.",
		Patch: fmt.Sprintf(`{"Effect": "Allow", "Action": "iam:PassRole", "Resource": %q, "Condition": {"StringEquals": {"iam:PassedToService": %q}}}`,
			role, service),
	}
}
