package lint

import (
	"strings"

	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/policy"
)

// checkTags: the UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE family.
func checkTags(l *linter, s *statement) {
	for _, c := range s.conditions {
		key := c.value.key
		if !c.known || !strings.HasPrefix(strings.ToLower(key), "aws:resourcetag/") || !needsKey(c) {
			continue
		}
		if s.notAction != nil {
			l.tagWithNotAction(s, c)
			continue
		}
		if services := l.withoutTags(s); len(services) > 0 {
			l.tagWithAction(s, c, services)
		}
	}
}

// needsKey is whether the condition does not hold where the key is absent.
func needsKey(c condition) bool {
	if c.operator.Test == "Null" {
		return false
	}
	return !negated(c.operator.Test) && !c.operator.IfExists && c.operator.Set != policy.ForAllValues
}

func (l *linter) tagWithNotAction(s *statement, c condition) {
	switch s.effect {
	case policy.Deny:
		l.reportKey("DENY_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE", c.value,
			"Not every action that NotAction leaves has %s: those that have not are not denied. Use Action.", c.value.key)
	case policy.Allow:
		l.reportKey("ALLOW_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE", c.value,
			"Not every action that NotAction leaves has %s: those that have not are not allowed. Use Action.", c.value.key)
	}
}

func (l *linter) tagWithAction(s *statement, c condition, services []string) {
	list := strings.Join(services, ", ")
	switch s.effect {
	case policy.Deny:
		l.reportKey("DENY_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE", c.value,
			"Some actions of %s never have %s, so that they are not denied. Move them to a statement without that condition.", list, c.value.key)
	case policy.Allow:
		l.reportKey("ALLOW_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE", c.value,
			"Some actions of %s never have %s, so that they are not allowed. Move them to a statement without that condition.", list, c.value.key)
	}
}

// withoutTags gives the services of the statement of which no resource has tags to compare.
func (l *linter) withoutTags(s *statement) []string {
	var list []string
	seen := map[string]bool{}
	for _, n := range s.actions {
		prefix, _, _ := strings.Cut(n.text, ":")
		service, known := l.options.Catalog.Service(prefix)
		if !known || seen[service.Prefix] {
			continue
		}
		seen[service.Prefix] = true
		if !tagged(service) {
			list = append(list, service.Prefix)
		}
	}
	return list
}

// tagged is whether the service knows aws:ResourceTag at all.
func tagged(s *catalog.Service) bool {
	for _, k := range s.Keys {
		if strings.EqualFold(k.Name, "aws:ResourceTag/${TagKey}") {
			return true
		}
	}
	return false
}
