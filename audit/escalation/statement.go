package escalation

import (
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
			st.Holder = holderOf(m.subject(w, p.ARN), ref.Policy)
		case eval.LayerResource:
			st.Holder = resource
		}
		if w != m.root {
			before, there := documentOf(m.root.snapshot(), st)
			now, _ := documentOf(w.snapshot(), st)
			st.written = !there || before != now
		}
		all = append(all, st)
	}
	return all
}

// inlinePrefix is how directory names inline policies among the sources of a principal.
const inlinePrefix = "inline "

// holderOf is who has the identity policy of that name: the principal before its groups.
func holderOf(s *subject, name string) string {
	if s == nil {
		return ""
	}
	if s.account.PolicyByARN(name) != nil {
		return name
	}
	if s.role != nil {
		return s.arn
	}
	if carries(s.user.Inline, s.user.Attached, name) {
		return s.arn
	}
	for g := range s.account.GroupsOf(s.user) {
		if carries(g.Inline, g.Attached, name) {
			return s.account.ARN(g)
		}
	}
	return ""
}

func carries(inline []directory.InlinePolicy, attached []string, name string) bool {
	for _, arn := range attached {
		if arn == name {
			return true
		}
	}
	name, ok := strings.CutPrefix(name, inlinePrefix)
	for i := range inline {
		if ok && inline[i].Name == name {
			return true
		}
	}
	return false
}
