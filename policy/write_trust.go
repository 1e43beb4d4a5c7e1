package policy

import (
	"fmt"
	"strings"

	"github.com/warder-iam/warder/arn"
)

// checkTrust checks a role's trust policy. AWS complains of a Resource before it complains of a missing Principal: who
// pastes a permissions policy into the wrong place is told so.
func checkTrust(doc *Document, effect *Value) *MalformedError {
	if m := writtenEffect(effect); m != nil {
		return m
	}
	return firstOf(doc,
		unknownOperator,
		eachStatement(noResource),
		eachStatement(trustPrincipal),
		eachStatement(trustActions),
		distinctSids,
	)
}

// writtenEffect refuses an Effect in other case.
func writtenEffect(effect *Value) *MalformedError {
	if effect == nil {
		return nil
	}
	return &MalformedError{Message: "Invalid effect: " + effect.Text, Pos: effect.Span.Start}
}

func distinctSids(doc *Document) *MalformedError {
	s := duplicateSid(doc)
	if s == nil {
		return nil
	}
	return &MalformedError{
		Message: "The Statement Ids in the policy are not unique",
		Pos:     s.Span.Start,
		Detail:  fmt.Sprintf("Sid %q stands in an earlier statement too", s.Sid),
	}
}

func noResource(s *Statement) *MalformedError {
	switch {
	case s.Resource != nil:
		return &MalformedError{Message: "Has prohibited field Resource", Pos: s.place(s.Resource)}
	case s.NotResource != nil:
		return &MalformedError{Message: "AssumeRole policy must not contain resources.", Pos: s.place(s.NotResource)}
	}
	return nil
}

// place is where the first value stands, or the statement where there is none.
func (s *Statement) place(values []Value) Pos {
	if len(values) == 0 {
		return s.Span.Start
	}
	return values[0].Span.Start
}

func trustPrincipal(s *Statement) *MalformedError {
	switch {
	case s.NotPrincipal != nil && s.Effect == Allow:
		return &MalformedError{Message: "Allow with NotPrincipal is not allowed.", Pos: s.NotPrincipal.Span.Start}
	case s.NotPrincipal != nil:
		return &MalformedError{Message: "AssumeRole policy must not contain NotPrincipal field.", Pos: s.NotPrincipal.Span.Start}
	case s.Principal == nil:
		return &MalformedError{Message: "Missing required field Principal", Pos: s.Span.Start}
	case s.Principal.Any:
		return &MalformedError{
			Message: "Principal must be a JSON object.",
			Pos:     s.Principal.Span.Start,
			Detail:  `everybody is {"AWS": "*"}`,
		}
	case len(s.Principal.CanonicalUser) > 0:
		return invalidPrincipal("CANONICALUSER", s.Principal.CanonicalUser[0])
	}
	return principalForm(s.Principal)
}

// trustActions takes the actions by which a role is assumed, and no other. A name with a wildcard is taken whatever it
// matches.
func trustActions(s *Statement) *MalformedError {
	if len(s.actions()) == 0 {
		return &MalformedError{Message: "Missing required field Action", Pos: s.Span.Start}
	}
	for _, v := range s.actions() {
		if !AssumesRole(v.Text) {
			return &MalformedError{
				Message: "AssumeRole policy may only specify STS AssumeRole actions.",
				Pos:     v.Span.Start,
				Detail:  fmt.Sprintf("the action is %q", v.Text),
			}
		}
	}
	return nil
}

// AssumesRole is whether the action, or pattern of actions, is one of those that a role's trust policy is about.
func AssumesRole(action string) bool {
	service, name, _ := strings.Cut(action, ":")
	if !strings.EqualFold(service, "sts") || strings.Contains(name, ":") {
		return false
	}
	if strings.ContainsAny(name, "*?") {
		return true
	}
	switch strings.ToLower(name) {
	case "assumerole", "assumerolewithsaml", "assumerolewithwebidentity", "tagsession", "setsourceidentity", "setcontext":
		return true
	}
	return false
}

// principalForm checks what can be seen of principals without knowing whom there is.
func principalForm(p *Principals) *MalformedError {
	for _, v := range p.AWS {
		if !IsAWSPrincipal(v.Text) {
			return invalidPrincipal("AWS", v)
		}
	}
	for _, v := range p.Service {
		if !domainName(v.Text) {
			return invalidPrincipal("SERVICE", v)
		}
	}
	for _, v := range p.Federated {
		if !IsFederatedPrincipal(v.Text) {
			return &MalformedError{
				Message: "Federated principals must be valid domain names or SAML metadata ARNs",
				Pos:     v.Span.Start,
				Detail:  fmt.Sprintf("the principal is %q", v.Text),
			}
		}
	}
	return nil
}

func invalidPrincipal(kind string, v Value) *MalformedError {
	return &MalformedError{Message: InvalidPrincipal(kind, v.Text), Pos: v.Span.Start}
}

// InvalidPrincipal is AWS's message for a principal that cannot be, or is not there. kind is AWS, SERVICE or FEDERATED.
func InvalidPrincipal(kind, principal string) string {
	return `Invalid principal in policy: "` + kind + `":"` + principal + `"`
}

// IsAWSPrincipal is whether s can stand under AWS: "*", an account, a unique id of a user or role, or the ARN of a root,
// user, role or session. A group is no principal, and a name with a wildcard is none.
func IsAWSPrincipal(s string) bool {
	if s == "*" || arn.IsAccountID(s) || IsUniqueID(s) {
		return true
	}
	a, err := arn.Parse(s)
	if err != nil || !arn.KnownPartition(a.Partition) || a.Account == "aws" {
		return false
	}
	named, ok := a.Named()
	if !ok {
		return false
	}
	switch named.Kind {
	case arn.KindRoot, arn.KindUser, arn.KindRole, arn.KindAssumedRole, arn.KindFederatedUser:
		return true
	}
	return false
}

// IsUniqueID is whether s has the form of a user's or role's unique id (AIDA…, AROA…), as stored documents name
// principals.
func IsUniqueID(s string) bool {
	if len(s) < 20 || len(s) > 32 || !strings.HasPrefix(s, "AIDA") && !strings.HasPrefix(s, "AROA") {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

// IsFederatedPrincipal is whether s can stand under Federated: a domain name, or the ARN of a SAML or OpenID Connect provider.
func IsFederatedPrincipal(s string) bool {
	if domainName(s) {
		return true
	}
	a, err := arn.Parse(s)
	if err != nil || !arn.KnownPartition(a.Partition) {
		return false
	}
	named, ok := a.Named()
	return ok && (named.Kind == arn.KindSAMLProvider || named.Kind == arn.KindOIDCProvider)
}

// domainName is whether s is two or more labels of letters, digits and inner hyphens.
func domainName(s string) bool {
	labels := strings.Split(s, ".")
	for _, label := range labels {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' || !vendorName(label) {
			return false
		}
	}
	return len(labels) > 1 && len(s) <= 253
}
