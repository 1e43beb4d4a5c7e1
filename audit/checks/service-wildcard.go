package checks

import (
	"strings"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/policy"
)

var serviceWildcard = audit.Check{
	ID:       "service-wildcard",
	Title:    "No policy allows all actions of a service",
	Why:      "All actions of a service include those that delete, share and hand out its data, and all that AWS adds later.",
	Severity: audit.Low,
	Area:     audit.AreaPrivilege,
	References: []audit.Reference{
		{Framework: audit.SecurityHub, ID: "IAM.21"}, {Framework: audit.FSBP, ID: "IAM.21"}, {Framework: audit.Practice, ID: "least privilege"},
	},
	Run: func(a *audit.Account, r *audit.Reporter) {
		cat := a.Bundle.Snapshot.Library().Catalog()
		allowStatements(a, r, func(d *document, st *policy.Statement) (string, audit.Severity, bool) {
			// The policy of one resource, such as a key's, is about nothing but that resource.
			if d.kind != policy.Identity {
				return "", 0, false
			}
			whole := wholeServices(cat, st)
			s := audit.Low
			if everywhere(st) && len(st.Condition) == 0 {
				s = audit.Medium
			}
			return "allows " + and(whole), s, len(whole) > 0
		}, func(d *document, n int) audit.Finding {
			return audit.Finding{
				Title:  in(d, "allows all actions of a service in %s", count(n, "statement", "statements")),
				Remedy: audit.Remedy{Text: "Name the actions that are used: warder audit unused shows them."},
			}
		})
	},
}

// wholeServices are the actions of a statement that stand for all actions of one service, however that is spelled: "s3:*",
// "s3:**". "*" is not among them: that is administration.
func wholeServices(cat *catalog.Catalog, st *policy.Statement) []string {
	var found []string
	for _, v := range st.Action {
		service, name, ok := strings.Cut(v.Text, ":")
		if !ok || service == "*" || !strings.Contains(name, "*") {
			continue
		}
		if strings.Trim(name, "*") == "" || matchesAll(cat, service, v.Text) {
			found = append(found, v.Text)
		}
	}
	return found
}

func matchesAll(cat *catalog.Catalog, service, pattern string) bool {
	s, ok := cat.Service(service)
	if !ok || len(s.Actions) < 2 {
		return false
	}
	n := 0
	for range cat.Matching(pattern) {
		n++
	}
	return n == len(s.Actions)
}
