package checks

import (
	"fmt"
	"strings"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/audit/access"
	"github.com/warder-iam/warder/policy/eval"
)

var escalationPath = audit.Check{
	ID:       "escalation",
	Title:    "Nobody can become an administrator",
	Why:      "Rights that lead to administration, in one step or many, are administration for whoever gets hold of them.",
	Severity: audit.High,
	Area:     audit.AreaPrivilege,
	References: []audit.Reference{
		{Framework: audit.Practice, ID: "least privilege"},
	},
	Run: func(a *audit.Account, r *audit.Reporter) {
		if !inventory(a, r, users|groups|rolesOf|policies) {
			return
		}
		unsettled(a, r)
		principals(a, r)
		for _, e := range a.Escalations() {
			r.FoundAs(gravity(&e), "", audit.Finding{
				Resource: e.From,
				Title: fmt.Sprintf("%s can become an administrator in %s%s", title(labelOf(e.From)), count(len(e.Steps), "step", "steps"),
					onlyIf(allRequirements(&e))),
				Evidence: pathEvidence(a, &e),
				Remedy:   cutRemedy(a, &e),
			})
		}
	},
}

// gravity is lower for a path that takes a second factor.
func gravity(e *audit.Escalation) audit.Severity {
	if needsMFA(allRequirements(e)) {
		return audit.Medium
	}
	return audit.High
}

func allRequirements(e *audit.Escalation) []access.Requirement {
	all := append([]access.Requirement(nil), e.Requirements...)
	for i := range e.Steps {
		all = append(all, e.Steps[i].Requirements...)
	}
	return all
}

// pathEvidence is the path: each step with its requests, at the place of the first statement that allows it.
func pathEvidence(a *audit.Account, e *audit.Escalation) []audit.Evidence {
	var all []audit.Evidence
	for i := range e.Steps {
		step := &e.Steps[i]
		var requests []string
		for _, q := range step.Requests {
			requests = append(requests, q.Action+" on "+q.Resource)
		}
		text := fmt.Sprintf("step %d: %s %s: %s", i+1, labelOf(step.From), step.Title, strings.Join(requests, ", "))
		placed := false
		for j := range step.Statements {
			st := &step.Statements[j]
			if st.Layer == eval.LayerIdentity || st.Layer == eval.LayerResource {
				all = append(all, statementEvidence(labelOf(st.Holder), &st.StatementRef, text))
				placed = true
			}
		}
		if !placed {
			all = append(all, audit.Evidence{Text: text})
		}
		all = append(all, conditions(a, step.From, step.Requirements)...)
	}
	return append(all, conditions(a, e.To, e.Requirements)...)
}

// cutRemedy names the statements of this path that are in the smallest cut of all paths.
func cutRemedy(a *audit.Account, e *audit.Escalation) audit.Remedy {
	cut := a.Cut()
	if cut == nil {
		return audit.Remedy{Text: "Take away one of the rights that the path needs."}
	}
	var places []string
	for i := range cut.Statements {
		if st := &cut.Statements[i]; bears(e, st) {
			at := statementEvidence(labelOf(st.Holder), &st.StatementRef, "")
			place := fmt.Sprintf("statement %s of %s", at.Statement, at.Policy)
			if at.Line > 0 {
				place += fmt.Sprintf(" (line %d, column %d)", at.Line, at.Column)
			}
			places = append(places, place)
		}
	}
	if len(places) == 0 {
		return audit.Remedy{Text: "Take away one of the rights that the path needs: no removal of statements alone breaks it."}
	}
	size := "the smallest set of statements"
	if !cut.Exact {
		size = "a set of statements, none of which can be left out,"
	}
	return audit.Remedy{Text: fmt.Sprintf("Remove %s, or limit it so that the path ends. It is of %s whose removal breaks all paths: %s.",
		and(places), size, count(len(cut.Statements), "statement", "statements"))}
}

// bears reports whether a step of the path is granted by the statement.
func bears(e *audit.Escalation, st *audit.Statement) bool {
	for i := range e.Steps {
		for _, own := range e.Steps[i].Statements {
			if own.Holder == st.Holder && own.Policy == st.Policy && own.Index == st.Index && own.Layer == st.Layer {
				return true
			}
		}
	}
	return false
}
