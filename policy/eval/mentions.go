package eval

import (
	"slices"
	"strings"

	"github.com/warder-iam/warder/policy"
)

// ContextKeys are the condition keys that the policies mention, in conditions and in variables, each once and spelled as
// it is where it is mentioned first, in the order of the documents. A nil policy mentions none.
func ContextKeys(policies ...*Policy) []string {
	m := mentions{seen: make(map[string]bool)}
	for _, p := range policies {
		if p != nil && p.document != nil {
			m.document(p.document)
		}
	}
	return m.keys
}

// mentions collects condition keys, each once, spelled as it came first.
type mentions struct {
	keys []string
	seen map[string]bool // folded
}

func (m *mentions) add(key string) {
	if folded := FoldKey(key); !m.seen[folded] {
		m.seen[folded] = true
		m.keys = append(m.keys, key)
	}
}

func (m *mentions) document(doc *policy.Document) {
	variables := doc.Version == policy.Version2012
	for i := range doc.Statements {
		st := &doc.Statements[i]
		for _, v := range slices.Concat(st.Resource, st.NotResource) {
			if variables {
				_, tail := cutResource(v.Text)
				m.text(tail)
			}
		}
		for j := range st.Condition {
			c := &st.Condition[j]
			m.add(c.Key.Text)
			for _, v := range c.Values {
				if variables && takesVariables(c.Operator.Test) {
					m.text(v.Text)
				}
			}
		}
	}
}

// takesVariables: variables stand in the values of string and ARN operators only.
func takesVariables(test string) bool {
	return strings.HasPrefix(test, "String") || strings.HasPrefix(test, "Arn")
}

// text reads the variables of one value, as newTemplate does.
func (m *mentions) text(text string) {
	for {
		_, after, found := strings.Cut(text, "${")
		if !found {
			return
		}
		inside, rest, ok := cutVariable(after)
		if !ok {
			return // nothing behind a variable that nobody can read is ever looked at
		}
		if inside != "*" && inside != "?" && inside != "$" {
			key, _, _ := strings.Cut(inside, ",")
			m.add(strings.TrimSpace(key))
		}
		text = rest
	}
}
