package lint

import "github.com/warder-iam/warder/policy"

// checkEmpty: the EMPTY_ARRAY and EMPTY_OBJECT family.
func checkEmpty(l *linter, s *statement) {
	for _, n := range []*node{s.action, s.notAction} {
		if n.emptyList() {
			l.report("EMPTY_ARRAY_ACTION", n, "The statement names no action, so that it does nothing. Name some.")
		}
	}
	for _, n := range []*node{s.resource, s.notResource} {
		if n.emptyList() {
			l.report("EMPTY_ARRAY_RESOURCE", n, "The statement names no resource, so that it does nothing. Name some.")
		}
	}
	for _, n := range []*node{s.principal, s.notPrincipal} {
		l.emptyPrincipal(n)
	}
	l.emptyCondition(s)
}

func (n *node) emptyList() bool { return n.is('[') && len(n.children) == 0 }

func (l *linter) emptyPrincipal(n *node) {
	const details = "The statement names no principal, so that it does nothing. Name some."
	switch {
	case n.emptyList():
		l.report("EMPTY_ARRAY_PRINCIPAL", n, details)
	case n.is('{') && len(n.children) == 0:
		l.report("EMPTY_OBJECT_PRINCIPAL", n, details)
	case n.is('{'):
		for _, m := range n.children {
			if m.emptyList() {
				l.report("EMPTY_ARRAY_PRINCIPAL", m, details)
			}
		}
	}
}

func (l *linter) emptyCondition(s *statement) {
	const details = "The condition is empty, so that it does nothing. Remove it, or write what must hold."
	if s.condition.is('{') {
		if len(s.condition.children) == 0 {
			l.report("EMPTY_OBJECT_CONDITION", s.condition, details)
		}
		for _, under := range s.condition.children {
			if under.is('{') && len(under.children) == 0 {
				l.report("EMPTY_OBJECT_CONDITION", under, details)
			}
		}
	}
	for _, c := range s.conditions {
		if c.value.emptyList() {
			l.emptyValues(c)
		}
	}
}

func (l *linter) emptyValues(c condition) {
	key := c.value.key
	switch {
	case c.operator.Set == policy.ForAllValues:
		l.report("EMPTY_ARRAY_CONDITION_FORALLVALUES", c.value,
			"ForAllValues without values holds only where the key %s is absent. Write that with Null and true.", key)
	case c.operator.Set == policy.ForAnyValue:
		l.report("EMPTY_ARRAY_CONDITION_FORANYVALUE", c.value,
			"ForAnyValue without values never holds for the key %s. Write what must hold.", key)
	case c.operator.IfExists:
		l.report("EMPTY_ARRAY_CONDITION_IFEXISTS", c.value,
			"IfExists without values holds only where the key %s is absent. Write that with Null and true.", key)
	default:
		l.report("EMPTY_ARRAY_CONDITION", c.value, "The key %s has no values. Write what must hold.", key)
	}
}
