package policy

// checkResource checks a resource policy in general. What a single service refuses besides is for the service.
//
// Either version may be written, and none: the services' default documents still are of 2008.
func checkResource(doc *Document, effect *Value) *MalformedError {
	if m := writtenEffect(effect); m != nil {
		return m
	}
	return firstOf(doc,
		unknownOperator,
		eachStatement(resourcePrincipal),
		eachStatement(requiredFields),
		eachStatement(resourceForm),
		eachStatement(actionForm),
		distinctSids,
	)
}

func resourcePrincipal(s *Statement) *MalformedError {
	switch {
	case s.NotPrincipal != nil && s.Effect == Allow:
		return &MalformedError{Message: "Allow with NotPrincipal is not allowed.", Pos: s.NotPrincipal.Span.Start}
	case s.NotPrincipal != nil:
		return principalForm(s.NotPrincipal)
	case s.Principal == nil:
		return &MalformedError{Message: "Missing required field Principal", Pos: s.Span.Start}
	}
	return principalForm(s.Principal)
}

func requiredFields(s *Statement) *MalformedError {
	switch {
	case len(s.actions()) == 0:
		return &MalformedError{Message: "Missing required field Action", Pos: s.Span.Start}
	case len(s.resources()) == 0:
		return &MalformedError{Message: "Missing required field Resource", Pos: s.Span.Start}
	}
	return nil
}
