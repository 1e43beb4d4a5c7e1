package lint

import "strings"

// sensitiveKeys are those whose values are random, so that no pattern of them means anything. (IAM User Guide, "Sensitive
// condition keys", 2026.)
var sensitiveKeys = names(`aws:principalaccount aws:principalorgid aws:resourceaccount aws:resourceorgid aws:sourceaccount
	aws:sourceorgid aws:sourcevpc aws:sourcevpce aws:vpceaccount aws:vpceorgid`)

// pathKeys are those whose values begin with something random and go on with a path, whose end may be a pattern.
var pathKeys = names(`aws:principalorgpaths aws:resourceorgpaths aws:sourceorgpaths aws:vpceorgpaths`)

// leastPrefix is the fewest characters that must stand before a pattern in the value of such a key.
const leastPrefix = 6

// checkSensitive: WILDCARD_USAGE_TOO_PERMISSIVE, VARIABLE_USAGE_TOO_PERMISSIVE.
func checkSensitive(l *linter, s *statement) {
	for _, c := range s.conditions {
		f := family(c.operator.Test)
		if !c.known || f != stringFamily && f != arnFamily {
			continue
		}
		like := strings.HasSuffix(c.operator.Test, "Like")
		key := strings.ToLower(c.value.key)
		for _, n := range c.values {
			switch {
			case sensitiveKeys[key]:
				l.sensitiveValue(c, n, like)
			case pathKeys[key]:
				l.pathValue(c, n, like)
			case key == "aws:userid":
				l.userIDValue(n, like)
			}
		}
	}
}

func (l *linter) sensitiveValue(c condition, n *node, like bool) {
	if like && wild(withoutVariables(n.text)) {
		l.report("WILDCARD_USAGE_TOO_PERMISSIVE", n, "Part of the value of %s says nothing about whose it is. Write the whole value, without wildcards.", c.value.key)
	}
	if foreign(n.text) {
		l.report("VARIABLE_USAGE_TOO_PERMISSIVE", n, "A policy variable in the value of %s can be anything. Write the value itself.", c.value.key)
	}
}

// foreign is whether a value has a variable that can be anything. The same property of another party of the request, as in
// aws:ResourceOrgID compared with ${aws:PrincipalOrgID}, is as narrow as a value.
func foreign(text string) bool {
	for _, v := range variables(text) {
		if v.closed && !v.escape() && !sensitiveKeys[strings.ToLower(v.inside)] {
			return true
		}
	}
	return false
}

func (l *linter) pathValue(c condition, n *node, like bool) {
	text := outsideBraces(n.text)
	if star := strings.IndexAny(text, "*?"); like && star >= 0 && star < leastPrefix {
		l.report("WILDCARD_USAGE_TOO_PERMISSIVE", n, "The wildcard matches organizations of others. Begin the value of %s with the organization's id.", c.value.key)
	}
	if at := strings.IndexByte(text, '$'); at >= 0 && at < leastPrefix && foreign(n.text) {
		l.report("VARIABLE_USAGE_TOO_PERMISSIVE", n, "The policy variable can be any organization. Begin the value of %s with the organization's id.", c.value.key)
	}
}

// userIDValue checks a value of aws:userid, "ID:session" for sessions: what stands before the colon is given by AWS, what
// stands behind it is chosen by the caller.
func (l *linter) userIDValue(n *node, like bool) {
	left, _, colon := strings.Cut(outsideBraces(n.text), ":")
	if like && wild(left) && (left != "*" || !colon) {
		l.report("WILDCARD_USAGE_TOO_PERMISSIVE", n, "Part of a unique id says nothing about whose it is. Put the wildcard behind the colon, or alone before it.")
	}
	if strings.Contains(left, "$") && (left != "$" || !colon) {
		l.report("VARIABLE_USAGE_TOO_PERMISSIVE", n, "A policy variable makes part of a unique id. Put it behind the colon, or alone before it.")
	}
}

// outsideBraces replaces every policy variable by "$".
func outsideBraces(s string) string {
	var out strings.Builder
	at := 0
	for _, v := range variables(s) {
		out.WriteString(s[at:v.start])
		if !v.escape() {
			out.WriteByte('$')
		}
		at = v.end
	}
	out.WriteString(s[at:])
	return out.String()
}
