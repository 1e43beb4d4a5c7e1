package checks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/policy"
)

// namesAction reports whether a pattern of an Action element matches an action, "iam:PassRole".
func namesAction(pattern, action string) bool {
	if pattern == "*" || pattern == "*:*" {
		return true
	}
	service, name, _ := strings.Cut(strings.ToLower(pattern), ":")
	of, wanted, _ := strings.Cut(strings.ToLower(action), ":")
	return service == of && arn.Glob(name, wanted)
}

// covers reports whether a statement is about an action, whatever its effect.
func covers(st *policy.Statement, action string) bool {
	named := func(v policy.Value) bool { return namesAction(v.Text, action) }
	if st.NotAction != nil {
		return !slices.ContainsFunc(st.NotAction, named)
	}
	return slices.ContainsFunc(st.Action, named)
}

// everywhere reports whether a statement is about every resource: by "*", or by all but some.
func everywhere(st *policy.Statement) bool {
	return st.NotResource != nil || slices.ContainsFunc(st.Resource, func(v policy.Value) bool { return strings.Trim(v.Text, "*") == "" })
}

// grantsNothing reports whether an Allow lets nothing through: all actions, or all resources, are excepted.
func grantsNothing(st *policy.Statement) bool {
	all := func(v policy.Value) bool { return strings.Trim(v.Text, "*:") == "" }
	return slices.ContainsFunc(st.NotAction, all) || slices.ContainsFunc(st.NotResource, all)
}

// allowStatements reports one finding per document of which Allow statements match, with all of those as evidence. Boundaries
// and policies that are attached to nothing give nothing: they are passed over.
func allowStatements(a *audit.Account, r *audit.Reporter, match func(*document, *policy.Statement) (text string, s audit.Severity, ok bool),
	finding func(d *document, n int) audit.Finding,
) {
	inventory(a, r, users|groups|rolesOf|policies)
	for d := range documents(a) {
		if !d.grants {
			continue
		}
		doc := d.parsed(r)
		if doc == nil {
			continue
		}
		var evidence []audit.Evidence
		gravest := audit.Informational
		for i := range doc.Statements {
			st := &doc.Statements[i]
			if st.Effect != policy.Allow || grantsNothing(st) {
				continue
			}
			if text, s, ok := match(&d, st); ok {
				evidence = append(evidence, d.at(st, text))
				gravest = max(gravest, s)
			}
		}
		if len(evidence) > 0 {
			f := finding(&d, len(evidence))
			f.Resource, f.Evidence = d.resource, evidence
			if f.Remedy.Command == "" {
				f.Remedy.Command = d.edit()
			}
			r.FoundAs(gravest, d.aspect, f)
		}
	}
}

// in says where: the document's name at the beginning of a title.
func in(d *document, format string, args ...any) string {
	name := d.name
	if d.managed != nil {
		name = "policy " + d.managed.Name
	}
	return title(name) + " " + fmt.Sprintf(format, args...)
}
