package lint

import (
	"strings"
	"unicode/utf8"

	"github.com/warder-iam/warder/policy"
)

// checkVariables: EMPTY_VARIABLE, MISSING_BRACE_IN_VARIABLE, MISSING_QUOTE_IN_VARIABLE, UNSUPPORTED_SPACE_IN_VARIABLE,
// VARIABLE_UNSUPPORTED_IN_ELEMENT, VARIABLE_UNSUPPORTED_IN_VERSION, INVALID_VARIABLE_FOR_OPERATOR.
func checkVariables(l *linter, s *statement) {
	for _, n := range s.resources {
		l.variablesOf(n)
	}
	for _, c := range s.conditions {
		for _, n := range c.values {
			if c.known && hasVariable(n.text) && family(c.operator.Test) != stringFamily && family(c.operator.Test) != arnFamily {
				l.report("INVALID_VARIABLE_FOR_OPERATOR", n, "%s knows no policy variables. Write a value.", c.under.key)
				continue
			}
			l.variablesOf(n)
		}
	}
	for _, n := range s.actions {
		l.noVariable(n)
	}
	for _, p := range s.principals() {
		l.noVariable(p.node)
	}
}

func (l *linter) noVariable(n *node) {
	for _, v := range variables(n.text) {
		if v.closed {
			l.reportPart("VARIABLE_UNSUPPORTED_IN_ELEMENT", n, v.start, v.end, "Policy variables stand in Resource and Condition only. Remove %s.", clip(n.text[v.start:v.end]))
		}
	}
}

func (l *linter) variablesOf(n *node) {
	if !n.isString() {
		return
	}
	for _, v := range variables(n.text) {
		code, details := v.fault()
		if code == "" && l.version != policy.Version2012 && !v.escape() {
			code, details = "VARIABLE_UNSUPPORTED_IN_VERSION", "Variables are plain text unless Version is 2012-10-17. Write that."
		}
		if code != "" {
			l.reportPart(code, n, v.start, v.end, "%s", details)
		}
	}
}

// variable is a policy variable as it stands in a string, from start to end.
type variable struct {
	start, end int
	inside     string // what stands between the braces
	closed     bool
}

// hasVariable is whether something in s begins as a policy variable does.
func hasVariable(s string) bool { return strings.Contains(s, "${") }

// variables finds the policy variables of a string.
func variables(s string) []variable {
	var found []variable
	for at := 0; ; {
		open := strings.Index(s[at:], "${")
		if open < 0 {
			return found
		}
		v := variable{start: at + open, end: len(s)}
		length := strings.IndexByte(s[v.start:], '}')
		if length >= 0 {
			v.end, v.closed = v.start+length+1, true
			v.inside = s[v.start+2 : v.end-1]
		} else {
			v.inside = s[v.start+2:]
		}
		found = append(found, v)
		at = v.end
	}
}

// escape is whether the variable stands for one character: ${*}, ${?} or ${$}.
func (v variable) escape() bool { return v.inside == "*" || v.inside == "?" || v.inside == "$" }

// fault says what is wrong with how the variable is written.
func (v variable) fault() (code, details string) {
	if !v.closed {
		return "MISSING_BRACE_IN_VARIABLE", "The policy variable is not closed. Add } behind its name."
	}
	if strings.TrimSpace(v.inside) == "" {
		return "EMPTY_VARIABLE", "The policy variable has no name. Write a key's name between the braces, or remove it."
	}
	name, value, found := strings.Cut(v.inside, ",")
	value = strings.TrimSpace(value)
	switch {
	case found && (len(value) < 2 || value[0] != '\'' || value[len(value)-1] != '\''):
		return "MISSING_QUOTE_IN_VARIABLE", "The default value of the policy variable must stand in single quotes. Add them."
	case strings.ContainsAny(name, " \t\r\n"):
		return "UNSUPPORTED_SPACE_IN_VARIABLE", "The name of the policy variable has a space. Remove it."
	}
	return "", ""
}

// reportPart adds a finding about a part of a string.
func (l *linter) reportPart(code string, n *node, start, end int, format string, args ...any) {
	where := l.atValue(n)
	where.Path = append(where.Path, PathElement{Substring: &Substring{
		Start:  utf8.RuneCountInString(n.text[:start]),
		Length: utf8.RuneCountInString(n.text[start:end]),
	}})
	if int(n.end-n.start) == len(n.text)+2 { // without escapes the text stands as it is
		where.Span = l.lines.span(n.start+1+int32(start), n.start+1+int32(end))
	}
	l.add(code, []Location{where}, format, args...)
}
