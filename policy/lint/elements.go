package lint

import "github.com/warder-iam/warder/policy"

// checkVersion: MISSING_VERSION, INVALID_VERSION.
func checkVersion(l *linter) {
	if l.root.kind != '{' {
		return
	}
	n := l.root.member("Version")
	switch {
	case n == nil:
		l.report("MISSING_VERSION", l.root, "The document has no Version, so that policy variables are plain text. Add %q: %q.", "Version", policy.Version2012)
	case n.isString() && n.text != policy.Version2008 && n.text != policy.Version2012:
		l.report("INVALID_VERSION", n, "There is no version %q of the policy language. Write %q.", n.text, policy.Version2012)
	}
}

// checkNoStatement: MISSING_STATEMENT.
func checkNoStatement(l *linter) {
	if l.root.kind != '{' {
		return
	}
	n := l.root.member("Statement")
	switch {
	case n == nil:
		l.report("MISSING_STATEMENT", l.root, "The document has no Statement. Add one.")
	case n.kind == '[' && len(n.children) == 0:
		l.report("MISSING_STATEMENT", n, "The document's list of statements is empty. Add one.")
	}
}

// checkElements: MISSING_EFFECT, INVALID_EFFECT, MISSING_ACTION, MISSING_RESOURCE, UNSUPPORTED_ELEMENT_COMBINATION.
func checkElements(l *linter, s *statement) {
	if s.effectNode == nil {
		l.report("MISSING_EFFECT", s.node, "The statement has no Effect. Add it, with the value Allow or Deny.")
	} else if s.effectNode.isString() && s.effect == 0 {
		l.report("INVALID_EFFECT", s.effectNode, "Effect is %q. Write Allow or Deny, exactly so.", s.effectNode.text)
	}
	if s.action == nil && s.notAction == nil {
		l.report("MISSING_ACTION", s.node, "The statement has no Action. Add an Action or NotAction.")
	}
	if s.resource == nil && s.notResource == nil && !l.is(policy.Trust) {
		l.report("MISSING_RESOURCE", s.node, "The statement has no Resource. Add a Resource or NotResource.")
	}
	l.exclusive(s.node, s.principal, s.notPrincipal)
	l.exclusive(s.node, s.action, s.notAction)
	l.exclusive(s.node, s.resource, s.notResource)
}

func (l *linter) exclusive(n, element, negation *node) {
	if element != nil && negation != nil {
		l.report("UNSUPPORTED_ELEMENT_COMBINATION", n, "%s and %s cannot stand in one statement. Remove one of them.", element.key, negation.key)
	}
}
