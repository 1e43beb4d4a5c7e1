package lint

import (
	"strings"

	"github.com/warder-iam/warder/policy"
)

// checkAlways: EQUIVALENT_TO_NULL_FALSE, EQUIVALENT_TO_NULL_TRUE, REDUNDANT_KEY_DUE_TO_WILDCARD_IN_CONDITION,
// REDUNDANT_STATEMENT_DUE_TO_WILDCARD_IN_CONDITION: what a pattern that matches everything leaves of a condition.
func checkAlways(l *linter, s *statement) {
	for _, c := range s.conditions {
		n := matchesEverything(c)
		if !c.known || n == nil {
			continue
		}
		key, under := c.value.key, c.under.key
		switch present, absent := holds(c.operator); {
		case present && absent:
			l.report("REDUNDANT_KEY_DUE_TO_WILDCARD_IN_CONDITION", n, "%s with \"*\" always holds for %s. Remove the key.", under, key)
		case present:
			l.report("EQUIVALENT_TO_NULL_FALSE", n, "%s with \"*\" holds whenever %s is there. Write that with Null and false.", under, key)
		case absent:
			l.report("EQUIVALENT_TO_NULL_TRUE", n, "%s with \"*\" holds whenever %s is absent. Write that with Null and true.", under, key)
		default:
			l.report("REDUNDANT_STATEMENT_DUE_TO_WILDCARD_IN_CONDITION", n, "%s with \"*\" never holds for %s, so that the statement does nothing. Remove the key.", under, key)
		}
	}
}

// matchesEverything gives the value that is a pattern of everything, or nil.
func matchesEverything(c condition) *node {
	if !strings.HasSuffix(c.operator.Test, "Like") && family(c.operator.Test) != arnFamily {
		return nil
	}
	for _, n := range c.values {
		if n.text != "" && strings.Trim(n.text, "*") == "" {
			return n
		}
	}
	return nil
}

// holds is whether an operator with a pattern of everything holds for a key that is there, and for one that is absent.
func holds(o policy.Operator) (present, absent bool) {
	not := negated(o.Test)
	switch o.Set {
	case policy.ForAllValues:
		return !not, true
	case policy.ForAnyValue:
		return !not, false
	}
	return !not, not || o.IfExists
}
