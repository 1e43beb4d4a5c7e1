package lint

import (
	"strings"

	"github.com/warder-iam/warder/policy"
)

// grant is an action that gives away more than it seems, and the codes of the ways to allow it too widely.
type grant struct {
	action string
	key    string // the condition key that narrows it
	// wide is the resource part, without its wildcard, of patterns that match every role.
	wide   []string
	prefix string // of the codes
	advice string
}

var grants = [...]grant{
	{"iam:PassRole", "iam:PassedToService", []string{"role/"}, "PASS_ROLE_", "name the roles, or add a condition on iam:PassedToService"},
	{"iam:CreateServiceLinkedRole", "iam:AWSServiceName", []string{"role/", "role/aws-service-role/"}, "CREATE_SLR_", "name the roles, or add a condition on iam:AWSServiceName"},
}

// checkGrants: the PASS_ROLE and CREATE_SLR families.
func checkGrants(l *linter, s *statement) {
	if !l.is(policy.Identity) || s.effect != policy.Allow {
		return
	}
	for _, g := range grants {
		l.checkGrant(s, g)
	}
}

func (l *linter) checkGrant(s *statement, g grant) {
	how, actions := g.allowedBy(s)
	if how == "" {
		return
	}
	if s.notResource != nil {
		code := map[string]string{"": "", "exact": "WITH_NOT_RESOURCE", "star": "WITH_STAR_IN_ACTION_AND_NOT_RESOURCE", "not": "WITH_NOT_ACTION_AND_NOT_RESOURCE"}[how]
		l.reportAll(g.prefix+code, append(actions, s.notResource), "%s is allowed on everything that NotResource does not name. Use Resource.", g.action)
		return
	}
	if s.needs(g.key) {
		return
	}
	for _, n := range s.resources {
		if g.isWide(n.text) {
			code := map[string]string{"exact": "WITH_STAR_IN_RESOURCE", "star": "WITH_STAR_IN_ACTION_AND_RESOURCE", "not": "WITH_STAR_IN_RESOURCE_AND_NOT_ACTION"}[how]
			l.reportAll(g.prefix+code, append(actions, n), "%s is allowed for every role: %s.", g.action, g.advice)
			return
		}
	}
}

// allowedBy says how a statement covers the action: "exact", "star" or "not" (not excluded by NotAction), or "" if it does
// not; and by what.
func (g grant) allowedBy(s *statement) (how string, by []*node) {
	action := strings.ToLower(g.action)
	if s.notAction != nil {
		if s.names(action) {
			return "", nil
		}
		return "not", []*node{s.notAction}
	}
	var stars []*node
	for _, n := range s.actions {
		switch {
		case strings.EqualFold(n.text, action):
			return "exact", []*node{n}
		case wild(n.text) && matchesAction(n.text, action):
			stars = append(stars, n)
		}
	}
	if stars == nil {
		return "", nil
	}
	return "star", stars[:1]
}

// isWide is whether a resource pattern matches every role of an account.
func (g grant) isWide(pattern string) bool {
	if strings.Trim(pattern, "*") == "" {
		return true
	}
	parts := splitARN(pattern)
	if len(parts) < 6 || parts[2] != "iam" {
		return false
	}
	if strings.Trim(parts[5], "*") == "" {
		return true
	}
	for _, wide := range g.wide {
		if rest, found := strings.CutPrefix(parts[5], wide); found && strings.Trim(rest, "*/") == "" && strings.Contains(rest, "*") {
			return true
		}
	}
	return false
}

// needs is whether the statement has a condition on the key that does not hold where the key is absent.
func (s *statement) needs(key string) bool {
	for _, c := range s.conditions {
		if c.known && strings.EqualFold(c.value.key, key) && !c.operator.IfExists {
			return true
		}
	}
	return false
}
