package policy

import "fmt"

// AWS Organizations has one message for every fault of a policy; Detail says which.
const organizationPolicy = "The provided policy document does not meet the requirements of the specified policy type."

func organizationWords(_ string, err error) *MalformedError {
	return malformed(organizationPolicy, err)
}

// inOrganization says a refusal in the words of Organizations.
func inOrganization(m *MalformedError) *MalformedError {
	if m == nil {
		return nil
	}
	detail := m.Message
	if m.Detail != "" {
		detail += " " + m.Detail
	}
	return &MalformedError{Message: organizationPolicy, Pos: m.Pos, Detail: detail}
}

// checkSCP checks a service control policy: an identity policy that applies to a whole account.
func checkSCP(doc *Document, effect *Value) *MalformedError {
	return inOrganization(checkIdentity(doc, effect))
}

// checkRCP checks a customer's resource control policy, which only ever denies, and to everybody. Whether Warder knows
// the services that it names is for the caller.
func checkRCP(doc *Document, effect *Value) *MalformedError {
	if m := writtenEffect(effect); m != nil {
		return inOrganization(m)
	}
	if !doc.HasVersion || doc.Version != Version2012 {
		return &MalformedError{Message: organizationPolicy, Detail: fmt.Sprintf("Version must be %q", Version2012)}
	}
	return inOrganization(firstOf(doc,
		unknownOperator,
		eachStatement(onlyDenies),
		eachStatement(legacyDates),
		eachStatement(legacyResources),
		uniqueSids,
		eachStatement(plainSid),
		eachStatement(hasActions),
		eachStatement(resourceForm),
		eachStatement(actionForm),
		eachStatement(hasResources),
	))
}

func onlyDenies(s *Statement) *MalformedError {
	detail := ""
	switch {
	case s.Effect != Deny:
		detail = "Effect must be Deny"
	case s.NotPrincipal != nil:
		detail = "NotPrincipal may not be used"
	case s.Principal == nil || !s.Principal.Any:
		detail = `Principal must be "*"`
	case s.NotAction != nil:
		detail = "NotAction may not be used"
	}
	for _, v := range s.Action {
		if v.Text == "*" || v.Text == "*:*" {
			detail = "Action must name a service"
		}
	}
	if detail == "" {
		return nil
	}
	return &MalformedError{Message: detail, Pos: s.Span.Start}
}
