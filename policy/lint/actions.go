package lint

import (
	"strings"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/catalog"
)

// checkActions: INVALID_ACTION, INVALID_SERVICE_IN_ACTION.
func checkActions(l *linter, s *statement) {
	for _, n := range s.actions {
		if hasVariable(n.text) {
			continue // VARIABLE_UNSUPPORTED_IN_ELEMENT
		}
		l.checkAction(n)
	}
}

func (l *linter) checkAction(n *node) {
	if allActions(n.text) {
		return
	}
	prefix, name, colon := strings.Cut(n.text, ":")
	if !colon {
		l.report("INVALID_ACTION", n, "There is no action %q. Write service:Name, as in s3:GetObject.", clip(n.text))
		return
	}
	service, known := l.options.Catalog.Service(prefix)
	if !known {
		l.report("INVALID_SERVICE_IN_ACTION", n, "There is no service %q.%s", clip(prefix), l.suggestService(prefix))
		return
	}
	if !l.matches(service, name) {
		l.report("INVALID_ACTION", n, "The service %s has no action %q.%s", service.Prefix, clip(name), l.suggestAction(service, name))
	}
}

// allActions is whether a pattern of actions is each and every one.
func allActions(pattern string) bool { return pattern == "*" || pattern == "*:*" }

// matches is whether the service has an action that the pattern of names matches.
func (l *linter) matches(s *catalog.Service, name string) bool {
	if !wild(name) {
		_, known := s.Action(name)
		return known
	}
	pattern := strings.ToLower(name)
	if strings.Trim(pattern, "*") == "" {
		return true
	}
	for i := range s.Actions {
		if !l.spend(1+len(pattern)/64) || arn.Glob(pattern, strings.ToLower(s.Actions[i].Name)) {
			return true
		}
	}
	return false
}

// wild is whether a pattern has a wildcard.
func wild(pattern string) bool { return strings.ContainsAny(pattern, "*?") }

// matchesAction is whether a pattern of an Action element matches one action, given as "service:Name" in lower case.
func matchesAction(pattern, action string) bool {
	return pattern == "*" || arn.Glob(strings.ToLower(pattern), action)
}

// clip keeps details short whatever the document says.
func clip(s string) string {
	const most = 80
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
