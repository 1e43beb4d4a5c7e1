package checks

import (
	"fmt"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/audit/escalation"
	"github.com/warder-iam/warder/directory"
)

var managedPolicyEscalation = audit.Check{
	ID:       "managed-policy-escalation",
	Title:    "No AWS-managed policy in use gives more than its name says",
	Why:      "A policy made for one service that can also write roles and pass them makes its holder an administrator, and nobody expects it to.",
	Severity: audit.High,
	Area:     audit.AreaPrivilege,
	References: []audit.Reference{
		{Framework: audit.Practice, ID: "least privilege"},
	},
	Run: func(a *audit.Account, r *audit.Reporter) {
		if !inventory(a, r, users|groups|rolesOf) {
			return
		}
		for _, use := range awsManagedInUse(a) {
			if use.name == "AdministratorAccess" { // which says what it gives
				continue
			}
			p := a.Directory.Managed(use.arn)
			if p == nil || p.Document.Err() != nil {
				r.NotAssessed("what "+use.arn+" allows", getDetails)
				continue
			}
			if how := leadsToAdministration(a, r, p); len(how) > 0 {
				r.Found("", audit.Finding{
					Resource: use.arn,
					Title:    fmt.Sprintf("%s (%s), attached to %s, lets its holder become an administrator", use.name, p.Version, and(use.labels())),
					Evidence: append(how, use.evidence()...),
					Remedy: audit.Remedy{
						Text:    "Give its holders a policy of your own with what they use, then detach it.",
						Command: use.replace(""),
					},
				})
			}
		}
	},
}

// leadsToAdministration is how the holder of nothing but the policy becomes an administrator; nil where it cannot.
func leadsToAdministration(a *audit.Account, r *audit.Reporter, p *directory.ManagedPolicy) []audit.Evidence {
	g := alone(a, p.Document)
	name := a.ARN("user/" + holder)
	for i := range g.Administrators {
		if admin := &g.Administrators[i]; admin.ARN == name {
			return statementsOf(p, admin.Statements, "makes its holder an administrator, who "+admin.How)
		}
	}
	for i := range g.Escalations {
		if e := &g.Escalations[i]; e.From == name {
			return stepsOf(p, e)
		}
	}
	for _, what := range g.Unsettled {
		r.NotAssessed("all that "+p.ARN+" lets its holder do: "+what, "")
	}
	return nil
}

func stepsOf(p *directory.ManagedPolicy, e *escalation.Escalation) []audit.Evidence {
	var all []audit.Evidence
	for i := range e.Steps {
		step := &e.Steps[i]
		text := fmt.Sprintf("step %d: the holder %s", i+1, step.Title)
		placed := statementsOf(p, step.Statements, text)
		if len(placed) == 0 {
			placed = []audit.Evidence{{Text: text}}
		}
		all = append(all, placed...)
	}
	return all
}

// statementsOf are those of the policy itself among the statements of a path.
func statementsOf(p *directory.ManagedPolicy, list []escalation.Statement, text string) []audit.Evidence {
	var all []audit.Evidence
	for i := range list {
		if list[i].Policy != oneSource {
			continue
		}
		e := statementEvidence("", &list[i].StatementRef, text)
		e.Policy = p.ARN
		all = append(all, e)
	}
	return all
}
