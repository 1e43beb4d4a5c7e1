package escalation

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/warder-iam/warder/policy"
	"github.com/warder-iam/warder/policy/eval"
)

// Principals of one class have the same rights, but for what each may do to itself. Whoever has one of them gains nothing by
// another: in an account of thousands, most are of a few classes.

// class gives the same text for principals of one class; "" for one that is like no other.
func (m *model) class(s *subject) string {
	if m.admin[s.arn] || len(m.trust.named[s.arn])+len(m.trust.named[s.principal.ID]) > 0 {
		return ""
	}
	var b strings.Builder
	fmt.Fprint(&b, s.account.ID(), s.user == nil)
	if boundary := s.account.BoundaryPolicy(s.entity()); boundary != nil {
		if m.personal(boundary.Policy) {
			return ""
		}
		fmt.Fprintf(&b, "%p", boundary.Policy)
	}
	for _, source := range s.account.IdentityPolicies(s.entity()) {
		if m.personal(source.Policy) {
			return ""
		}
		if doc := source.Policy.Document(); doc == nil || has(doc, policy.Deny) {
			fmt.Fprintf(&b, "%p", source.Policy)
		}
	}
	for _, action := range slices.Sorted(maps.Keys(s.leads)) {
		fmt.Fprint(&b, " ", action)
		for _, l := range s.leads[action] {
			fmt.Fprintf(&b, " %p", l.statement)
			for _, pattern := range l.patterns {
				if pattern == s.arn {
					pattern = "itself"
				}
				fmt.Fprint(&b, " ", pattern)
			}
		}
	}
	return b.String()
}

// personal reports whether a policy tells principals apart by who they are, other than by resources named after them.
func (m *model) personal(p *eval.Policy) bool {
	known, ok := m.personalities[p]
	if !ok {
		known = tellsApart(p)
		m.personalities[p] = known
	}
	return known
}

func tellsApart(p *eval.Policy) bool {
	doc := p.Document()
	if doc == nil {
		return false
	}
	for i := range doc.Statements {
		st := &doc.Statements[i]
		for _, c := range st.Condition {
			if ofPrincipal(c.Key.Text) || slices.ContainsFunc(c.Values, func(v policy.Value) bool { return strings.Contains(v.Text, "${") }) {
				return true
			}
		}
		for _, r := range slices.Concat(st.Resource, st.NotResource) {
			if strings.Contains(strings.ReplaceAll(r.Text, "${aws:username}", ""), "${") {
				return true
			}
		}
	}
	return false
}

// ofPrincipal reports whether a condition key says who asks. A second factor and the like say how.
func ofPrincipal(key string) bool {
	folded := eval.FoldKey(key)
	return strings.HasPrefix(folded, "aws:principal") || folded == "aws:userid" || folded == "aws:username"
}
