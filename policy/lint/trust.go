package lint

import (
	"slices"
	"strings"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/policy"
)

// checkTrust: the ROLE_TRUST_POLICY family, MISMATCHED_ACTION_FOR_PRINCIPAL, REDUNDANT_PRINCIPAL_IN_ROLE_TRUST_POLICY.
func checkTrust(l *linter, s *statement) {
	if !l.is(policy.Trust) {
		return
	}
	if s.notPrincipal != nil {
		l.report("ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL", s.notPrincipal, "A role's trust policy knows no NotPrincipal. Use Principal.")
	}
	for _, n := range []*node{s.resource, s.notResource} {
		if n != nil {
			l.report("ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE", n, "A role's trust policy is about that role. Remove %s.", n.key)
		}
	}
	if s.principal.isString() && s.principal.text == "*" {
		l.report("ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL", s.principal,
			"The principal of a role's trust policy cannot be \"*\". Name who may assume the role; everybody with AWS credentials is {\"AWS\": \"*\"}.")
	}
	if s.effect == policy.Allow && s.action != nil {
		l.matchActions(s)
	}
	l.redundantSessions(s)
}

// matchActions finds actions that some of the principals cannot call.
func (l *linter) matchActions(s *statement) {
	if s.principal == nil {
		return
	}
	var by [3][]*node // the principals, by their provider
	for _, p := range s.principals() {
		provider := providerOf(p)
		by[provider] = append(by[provider], p.node)
	}
	saml, oidc, others := by[samlProvider], by[oidcProvider], by[noProvider]
	for _, n := range s.actions {
		switch strings.ToLower(n.text) {
		case "sts:assumerolewithsaml":
			l.mismatch(n, "a SAML provider", oidc, others)
		case "sts:assumerolewithwebidentity":
			l.mismatch(n, "an OpenID Connect provider", saml, others)
		case "sts:assumerole":
			l.mismatch(n, "an AWS or Service principal", saml, oidc)
		}
	}
}

func (l *linter) mismatch(n *node, who string, others ...[]*node) {
	if unable := slices.Concat(others...); len(unable) > 0 {
		l.reportAll("MISMATCHED_ACTION_FOR_PRINCIPAL", append([]*node{n}, unable...),
			"%s can be called by %s only, and the statement names another principal. Give each its own statement.", n.text, who)
	}
}

// redundantSessions finds sessions of a role beside the role itself.
func (l *linter) redundantSessions(s *statement) {
	roles := map[string]bool{}
	for _, p := range s.principals() {
		if a, named, ok := awsName(p); ok && named.Kind == arn.KindRole {
			roles[a.Partition+":"+a.Account+":"+named.Name] = true
		}
	}
	for _, p := range s.principals() {
		a, named, ok := awsName(p)
		if ok && named.Kind == arn.KindAssumedRole && roles[a.Partition+":"+a.Account+":"+named.Name] {
			l.report("REDUNDANT_PRINCIPAL_IN_ROLE_TRUST_POLICY", p.node, "The session's role %s is a principal too, which covers it. Remove the session.", named.Name)
		}
	}
}

func awsName(p principal) (arn.ARN, arn.Named, bool) {
	if p.kind != "AWS" {
		return arn.ARN{}, arn.Named{}, false
	}
	a, err := arn.Parse(p.node.text)
	if err != nil {
		return arn.ARN{}, arn.Named{}, false
	}
	named, ok := a.Named()
	return a, named, ok
}

// checkRolesAnywhere: MISSING_ACTION_FOR_ROLES_ANYWHERE_TRUST_POLICY. The actions may stand in several statements.
func checkRolesAnywhere(l *linter) {
	if !l.is(policy.Trust) {
		return
	}
	var first *node
	allowed := map[string]bool{}
	needed := [...]string{"sts:assumerole", "sts:setsourceidentity", "sts:tagsession"}
	for i := range l.statements {
		s := &l.statements[i]
		n := s.service("rolesanywhere.amazonaws.com")
		if n == nil || s.effect != policy.Allow || s.action == nil {
			continue
		}
		if first == nil {
			first = n
		}
		for _, action := range needed {
			allowed[action] = allowed[action] || s.names(action)
		}
	}
	for _, action := range needed {
		if first != nil && !allowed[action] {
			l.report("MISSING_ACTION_FOR_ROLES_ANYWHERE_TRUST_POLICY", first,
				"IAM Roles Anywhere needs sts:AssumeRole, sts:SetSourceIdentity and sts:TagSession. Add what is missing.")
			return
		}
	}
}

// service gives the statement's service principal with that name, or nil.
func (s *statement) service(name string) *node {
	for _, p := range s.principals() {
		if s.principal != nil && p.kind == "Service" && p.node.text == name {
			return p.node
		}
	}
	return nil
}

// names is whether one of the statement's patterns matches the action, given in lower case.
func (s *statement) names(action string) bool {
	for _, n := range s.actions {
		if matchesAction(n.text, action) {
			return true
		}
	}
	return false
}
