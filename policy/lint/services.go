package lint

import (
	"slices"
	"strings"

	"github.com/warder-iam/warder/policy"
)

// sourceKeys restrict for whom a service acts.
var sourceKeys = []string{"aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths"}

// weakSourceKeys are taken for such a restriction and are none, or a weak one.
var weakSourceKeys = []string{"aws:referer", "aws:useragent", "aws:sourceip"}

// principalKeys are never there when a service calls in its own name.
var principalKeys = []string{
	"aws:principalarn", "aws:principalaccount", "aws:principalorgid", "aws:principalorgpaths", "aws:principaltype", "aws:userid",
	"aws:username", "aws:multifactorauthpresent", "aws:multifactorauthage",
}

// checkServicePrincipals: RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL, RECOMMENDED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL,
// UNSUPPORTED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL.
func checkServicePrincipals(l *linter, s *statement) {
	if !l.is(policy.Resource) || s.effect != policy.Allow || s.principal == nil {
		return
	}
	services, others := s.serviceNodes()
	if len(services) == 0 {
		return
	}
	if !others {
		for _, c := range s.conditions {
			if key := strings.ToLower(c.value.key); slices.Contains(principalKeys, key) || strings.HasPrefix(key, "aws:principaltag/") {
				l.reportKey("UNSUPPORTED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL", c.value,
					"%s is not there when a service calls, so that the statement allows nothing. Remove the condition, or use aws:SourceArn.", c.value.key)
			}
		}
	}
	if s.hasKey(sourceKeys...) {
		return
	}
	for _, c := range s.conditions {
		if slices.Contains(weakSourceKeys, strings.ToLower(c.value.key)) {
			l.reportKey("RECOMMENDED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL", c.value,
				"%s does not say for whom the service acts. Use aws:SourceArn, aws:SourceAccount, aws:SourceOrgID or aws:SourceOrgPaths.", c.value.key)
			return
		}
	}
	l.reportAll("RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL", services,
		"The service may act for anybody's resources. Add a condition on aws:SourceArn, aws:SourceAccount, aws:SourceOrgID or aws:SourceOrgPaths.")
}

// serviceNodes gives the service principals, and whether there are others.
func (s *statement) serviceNodes() (services []*node, others bool) {
	for _, p := range s.principals() {
		if p.kind == "Service" {
			services = append(services, p.node)
		} else {
			others = true
		}
	}
	return services, others
}

// hasKey is whether the statement has a condition on one of the keys.
func (s *statement) hasKey(keys ...string) bool {
	for _, c := range s.conditions {
		for _, key := range keys {
			if strings.EqualFold(c.value.key, key) {
				return true
			}
		}
	}
	return false
}
