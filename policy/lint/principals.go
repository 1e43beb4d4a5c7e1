package lint

import (
	"strings"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/policy"
)

// principal is one principal of a statement.
type principal struct {
	kind string // "AWS", "Service", "Federated" or "CanonicalUser"
	node *node
}

// principals gives the principals of Principal and NotPrincipal; the bare "*" is none of them.
func (s *statement) principals() []principal {
	var list []principal
	for _, element := range []*node{s.principal, s.notPrincipal} {
		if !element.is('{') {
			continue
		}
		for _, m := range element.children {
			if m.isString() {
				list = append(list, principal{m.key, m})
			}
			if m.kind == '[' {
				for _, n := range m.children {
					if n.isString() {
						list = append(list, principal{m.key, n})
					}
				}
			}
		}
	}
	return list
}

// checkPrincipal: UNSUPPORTED_PRINCIPAL, MISSING_PRINCIPAL, ALLOW_WITH_NOT_PRINCIPAL, and the form of principals.
func checkPrincipal(l *linter, s *statement) {
	switch l.options.Kind {
	case policy.Identity:
		for _, n := range s.principalElements() {
			l.report("UNSUPPORTED_PRINCIPAL", n, "An identity policy says whose it is by where it is attached. Remove %s.", n.key)
		}
		return
	case policy.SCP:
		for _, n := range s.principalElements() {
			l.report("SCP_SYNTAX_ERROR_PRINCIPAL", n, "A service control policy takes no principal. Remove %s, or compare aws:PrincipalArn.", n.key)
		}
		return
	case policy.RCP:
		l.checkPrincipalOfRCP(s)
		return
	}
	if s.principal == nil && s.notPrincipal == nil {
		l.report("MISSING_PRINCIPAL", s.node, "The statement does not say to whom it applies. Add a Principal.")
	}
	if s.notPrincipal != nil && s.effect == policy.Allow && l.is(policy.Resource) {
		l.report("ALLOW_WITH_NOT_PRINCIPAL", s.notPrincipal, "Allow with NotPrincipal allows everybody else, anonymous callers too. Use Principal.")
	}
	for _, n := range s.principalElements() {
		l.principalForm(n)
	}
	for _, p := range s.principals() {
		l.principalValue(p)
	}
}

func (s *statement) principalElements() []*node {
	var list []*node
	for _, n := range []*node{s.principal, s.notPrincipal} {
		if n != nil {
			list = append(list, n)
		}
	}
	return list
}

func (l *linter) checkPrincipalOfRCP(s *statement) {
	switch {
	case s.notPrincipal != nil:
		l.report("RCP_SYNTAX_ERROR_PRINCIPAL", s.notPrincipal, "A resource control policy applies to everybody. Replace NotPrincipal by Principal with \"*\".")
	case s.principal == nil:
		l.report("MISSING_PRINCIPAL", s.node, "The statement does not say to whom it applies. Add Principal with \"*\".")
	case !s.principal.isString() || s.principal.text != "*":
		l.report("RCP_SYNTAX_ERROR_PRINCIPAL", s.principal, "A resource control policy applies to everybody. Write \"*\", and conditions for the rest.")
	}
}

// principalForm checks the element as a whole: INVALID_PRINCIPAL_FORMAT, INVALID_PRINCIPAL_KEY.
func (l *linter) principalForm(n *node) {
	switch {
	case n.isString() && n.text == "*":
		return
	case n.kind != '{':
		if !n.emptyList() {
			l.report("INVALID_PRINCIPAL_FORMAT", n, "%s must be \"*\" or an object such as {\"AWS\": \"123456789012\"}.", n.key)
		}
		return
	}
	for _, m := range n.children {
		switch m.key {
		case "AWS", "Service", "Federated", "CanonicalUser":
			l.strings(m)
		default:
			l.reportKey("INVALID_PRINCIPAL_KEY", m, "There is no kind of principal %q. Write AWS, Service, Federated or CanonicalUser.", m.key)
		}
	}
}

// principalValue checks one principal: UNSUPPORTED_WILDCARD_IN_PRINCIPAL, INVALID_PRINCIPAL_FORMAT, INVALID_USER_REFERENCE,
// INVALID_ROLE_REFERENCE, INVALID_SERVICE_PRINCIPAL_FORMAT, FEDERATED_PRINCIPAL_NOT_SUPPORTED.
func (l *linter) principalValue(p principal) {
	n := p.node
	if hasVariable(n.text) {
		return // VARIABLE_UNSUPPORTED_IN_ELEMENT
	}
	if wild(n.text) && (p.kind != "AWS" || n.text != "*") {
		l.report("UNSUPPORTED_WILDCARD_IN_PRINCIPAL", n, "A principal of the kind %s has no wildcards. Name it in full.", p.kind)
		return
	}
	switch p.kind {
	case "AWS":
		l.awsPrincipal(n)
	case "Service":
		if !arn.IsServicePrincipal(n.text) {
			l.report("INVALID_SERVICE_PRINCIPAL_FORMAT", n, "%q is no service principal. Write service.amazonaws.com, in lower case.", clip(n.text))
		}
	case "Federated":
		l.federated(n)
	}
}

func (l *linter) awsPrincipal(n *node) {
	switch {
	case n.text == "*":
	case policy.IsUniqueID(n.text) && strings.HasPrefix(n.text, "AROA"):
		l.report("INVALID_ROLE_REFERENCE", n, "The principal is the unique id of a role, which no longer exists if it stands so in a stored policy. Write the role's ARN.")
	case policy.IsUniqueID(n.text):
		l.report("INVALID_USER_REFERENCE", n, "The principal is the unique id of a user, who no longer exists if it stands so in a stored policy. Write the user's ARN.")
	case !policy.IsAWSPrincipal(n.text):
		l.report("INVALID_PRINCIPAL_FORMAT", n, "%q is no principal. Write an account's 12 digits, or the ARN of an account, user, role or session.", clip(n.text))
	}
}

func (l *linter) federated(n *node) {
	switch {
	case !l.is(policy.Trust):
		l.report("FEDERATED_PRINCIPAL_NOT_SUPPORTED", n, "Only a role's trust policy takes a federated principal. Name the role that it assumes.")
	case !policy.IsFederatedPrincipal(n.text):
		l.report("INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY", n, "%q is neither a provider's domain name nor its ARN.", clip(n.text))
	}
}

// provider is the federated principals that are told apart.
type provider uint8

const (
	noProvider provider = iota
	samlProvider
	oidcProvider
)

func providerOf(p principal) provider {
	if p.kind != "Federated" {
		return noProvider
	}
	if a, err := arn.Parse(p.node.text); err == nil {
		if named, ok := a.Named(); ok && named.Kind == arn.KindSAMLProvider {
			return samlProvider
		}
	}
	return oidcProvider
}
