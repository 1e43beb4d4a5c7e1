package escalation

import (
	"slices"
	"strings"

	"github.com/warder-iam/warder/audit/access"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/policy/eval"
)

// Statement is a statement of a policy, with who has the policy.
type Statement struct {
	// Holder is the ARN of the user, group or role with the inline policy, of the customer's managed policy itself, of the
	// user, group or role that AWS's managed policy is attached to, or of the role whose trust policy it is. It is "" for
	// boundaries and policies of organizations.
	Holder string `json:"holder,omitempty"`
	access.StatementRef
	// written: it was not there before the steps of the path.
	written bool
}

// references find the holders of statements that let a request of a principal about a resource through.
func (m *model) references(w *world, p access.Principal, resource string, refs []access.StatementRef) []Statement {
	var all []Statement
	for _, ref := range refs {
		st := Statement{StatementRef: ref}
		switch ref.Layer {
		case eval.LayerIdentity:
			st.Holder = holderOf(m.subject(w, p.ARN), &ref)
		case eval.LayerResource:
			st.Holder = resource
		}
		if w != m.root {
			before, there := documentOf(m.root.snapshot(), st)
			now, _ := documentOf(w.snapshot(), st)
			st.written = !there || before.Text != now.Text
		}
		all = append(all, st)
	}
	return all
}

// inlinePrefix is how directory names inline policies among the sources of a principal.
const inlinePrefix = "inline "

// holderOf is who has the identity policy of a statement: the principal before its groups, where both have one of that name
// with the very same statement.
func holderOf(s *subject, ref *access.StatementRef) string {
	if s == nil {
		return ""
	}
	if s.account.PolicyByARN(ref.Policy) != nil {
		return ref.Policy
	}
	if s.role != nil {
		return s.arn
	}
	if carries(s.account, s.user.Inline, s.user.Attached, ref) {
		return s.arn
	}
	for g := range s.account.GroupsOf(s.user) {
		if carries(s.account, g.Inline, g.Attached, ref) {
			return s.account.ARN(g)
		}
	}
	return ""
}

// carries reports whether the statement is one of these policies.
func carries(account *directory.Account, inline []directory.InlinePolicy, attached []string, ref *access.StatementRef) bool {
	if name, ok := strings.CutPrefix(ref.Policy, inlinePrefix); ok {
		return slices.ContainsFunc(inline, func(p directory.InlinePolicy) bool {
			return p.Name == name && ref.StandsIn(p.Document.Compiled().Document())
		})
	}
	m := account.Managed(ref.Policy)
	return m != nil && slices.Contains(attached, ref.Policy)
}
