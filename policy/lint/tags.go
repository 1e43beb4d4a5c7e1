package lint

import (
	"strings"
	"sync"

	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/policy"
)

// checkTags: the UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE family.
func checkTags(l *linter, s *statement) {
	untagged := sync.OnceValues(func() ([]*node, string) { return l.withoutTags(s) })
	for _, c := range s.conditions {
		key := c.value.key
		if !c.known || !strings.HasPrefix(strings.ToLower(key), "aws:resourcetag/") || !needsKey(c) {
			continue
		}
		if s.notAction != nil {
			l.tagWithNotAction(s, c)
			continue
		}
		if actions, services := untagged(); len(actions) > 0 {
			l.tagWithAction(s, c, actions, services)
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

func (l *linter) tagWithAction(s *statement, c condition, actions []*node, services string) {
	code, effect := "ALLOW_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE", "allowed"
	switch s.effect {
	case policy.Deny:
		code, effect = "DENY_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE", "denied"
	case 0:
		return
	}
	l.add(code, append(l.locate(actions), l.atKey(c.value)),
		"%s is never there for these actions of %s, so that they are not %s. Move them to a statement without that condition.", c.value.key, services, effect)
}

// withoutTags gives the actions of the statement for which no resource has tags to compare, and their services. Actions with
// wildcards are left out.
func (l *linter) withoutTags(s *statement) (actions []*node, services string) {
	for _, n := range s.actions {
		prefix, name, _ := strings.Cut(n.text, ":")
		a, known := l.options.Catalog.Action(prefix, name)
		if !known || l.tagged(a) {
			continue
		}
		actions = append(actions, n)
		if !strings.Contains(", "+services+", ", ", "+a.Service+", ") {
			services = strings.TrimPrefix(services+", "+a.Service, ", ")
		}
	}
	return actions, services
}

// tagged is whether aws:ResourceTag can be there for an action. An action that makes a resource with tags counts as one.
func (l *linter) tagged(a *catalog.Action) bool {
	if hasKey(a.Keys, "aws:ResourceTag/${TagKey}") || hasKey(a.Keys, "aws:RequestTag/${TagKey}") {
		return true
	}
	service, _ := l.options.Catalog.Service(a.Service)
	for _, r := range a.Resources {
		t, known := service.Resource(r.Type)
		if hasKey(r.Keys, "aws:ResourceTag/${TagKey}") || known && hasKey(t.Keys, "aws:ResourceTag/${TagKey}") {
			return true
		}
	}
	return false
}

func hasKey(keys []string, key string) bool {
	for _, k := range keys {
		if strings.EqualFold(k, key) {
			return true
		}
	}
	return false
}
