package lint

import (
	"github.com/warder-iam/warder/policy"
)

// statement is a statement as far as it can be understood. Elements that are absent are nil.
type statement struct {
	node                             *node
	sid, effectNode                  *node
	principal, notPrincipal          *node
	action, notAction                *node
	resource, notResource, condition *node
	effect                           policy.Effect // 0 where it is absent or neither
	actions, resources               []*node       // the strings of Action or NotAction, of Resource or NotResource
	conditions                       []condition
}

// condition is one operator and one key of a statement.
type condition struct {
	operator policy.Operator
	known    bool  // the language has the operator
	under    *node // the operator's object; its key is the operator as written
	value    *node // the key's value or list; its key is the condition key
	values   []*node
}

// document takes the tree apart, and reports values of the wrong type on the way.
func (l *linter) document(root *node) {
	l.root, l.version = root, policy.Version2008
	if !l.expect(root, '{', "The document", "an object") {
		return
	}
	for _, n := range root.children {
		switch n.key {
		case "Version":
			if l.expect(n, '"', "Version", "a string") {
				l.version = n.text
			}
		case "Id":
			l.expect(n, '"', "Id", "a string")
		case "Statement":
			l.takeStatements(n)
		default:
			l.invalidElement(n)
		}
	}
}

func (l *linter) invalidElement(n *node) {
	l.reportKey("INVALID_POLICY_ELEMENT", n, "The policy language has no element %q here. Remove it, or correct its name.", n.key)
}

// expect reports a value of another JSON type than its element has.
func (l *linter) expect(n *node, kind byte, what, form string) bool {
	if byte(n.kind) == kind {
		return true
	}
	l.report("DATA_TYPE_MISMATCH", n, "%s must be %s.", what, form)
	return false
}

func (l *linter) takeStatements(n *node) {
	list := []*node{n}
	if n.kind == '[' {
		list = n.children
	}
	for _, s := range list {
		if l.expect(s, '{', "A statement", "an object") {
			l.statements = append(l.statements, l.takeStatement(s))
		}
	}
}

func (l *linter) takeStatement(n *node) statement {
	s := statement{node: n}
	for _, m := range n.children {
		switch m.key {
		case "Sid":
			s.sid = m
			l.expect(m, '"', "Sid", "a string")
		case "Effect":
			s.effectNode = m
			if l.expect(m, '"', "Effect", "a string") {
				s.effect = effectOf(m.text)
			}
		case "Principal":
			s.principal = m
		case "NotPrincipal":
			s.notPrincipal = m
		case "Action":
			s.action = m
			s.actions = l.strings(m)
		case "NotAction":
			s.notAction = m
			s.actions = l.strings(m)
		case "Resource":
			s.resource = m
			s.resources = l.strings(m)
		case "NotResource":
			s.notResource = m
			s.resources = l.strings(m)
		case "Condition":
			s.condition = m
			s.conditions = l.takeConditions(m)
		default:
			l.invalidElement(m)
		}
	}
	return s
}

func effectOf(text string) policy.Effect {
	switch text {
	case "Allow":
		return policy.Allow
	case "Deny":
		return policy.Deny
	}
	return 0
}

// strings gives the strings of an element that is a string or a list of them.
func (l *linter) strings(n *node) []*node {
	if n.kind != '[' {
		if l.expect(n, '"', n.key, "a string or a list of strings") {
			return []*node{n}
		}
		return nil
	}
	var list []*node
	for _, v := range n.children {
		if l.expect(v, '"', n.key, "a string or a list of strings") {
			list = append(list, v)
		}
	}
	return list
}

func (l *linter) takeConditions(n *node) []condition {
	if !l.expect(n, '{', "Condition", "an object") {
		return nil
	}
	var list []condition
	for _, under := range n.children {
		if !l.expect(under, '{', "What stands under a condition operator", "an object") {
			continue
		}
		op, known := policy.ParseOperator(under.key)
		for _, v := range under.children {
			list = append(list, condition{operator: op, known: known, under: under, value: v, values: l.conditionValues(v)})
		}
	}
	return list
}

// conditionValues gives the values of a condition key. Numbers and booleans may stand without quotes.
func (l *linter) conditionValues(n *node) []*node {
	list := []*node{n}
	if n.kind == '[' {
		list = n.children
	}
	var values []*node
	for _, v := range list {
		switch v.kind {
		case '"', '0', 't', 'f':
			values = append(values, v)
		default:
			l.report("DATA_TYPE_MISMATCH", v, "The value of a condition must be a string, a number, a boolean, or a list of them.")
		}
	}
	return values
}
