package policy

import (
	"fmt"
	"strings"
)

const legacyParsing = "The policy failed legacy parsing"

// checkIdentity has AWS's own order, as its recorded answers show it: a document with several faults gets the message
// of the first check that fails, whichever statement that is in.
func checkIdentity(doc *Document, effect *Value) *MalformedError {
	if m := unknownOperator(doc); m != nil {
		return m
	}
	if !doc.HasVersion || doc.Version != Version2012 {
		return &MalformedError{Message: "Policy document must be version 2012-10-17 or greater."}
	}
	if m := eachStatement(noPrincipal)(doc); m != nil {
		return m
	}
	if effect != nil {
		return &MalformedError{
			Message: legacyParsing,
			Pos:     effect.Span.Start,
			Detail:  fmt.Sprintf("Effect is %q: write %q or %q exactly", effect.Text, "Allow", "Deny"),
		}
	}
	return firstOf(doc,
		eachStatement(legacyDates),
		eachStatement(legacyResources),
		uniqueSids,
		eachStatement(plainSid),
		eachStatement(hasActions),
		eachStatement(hasResources),
		eachStatement(resourceForm),
		eachStatement(actionForm),
	)
}

func noPrincipal(s *Statement) *MalformedError {
	p := s.Principal
	if p == nil {
		p = s.NotPrincipal
	}
	if p == nil {
		return nil
	}
	return &MalformedError{Message: "Policy document should not specify a principal.", Pos: p.Span.Start}
}

func legacyDates(s *Statement) *MalformedError {
	for _, c := range s.Condition {
		if !strings.HasPrefix(c.Operator.Test, "Date") {
			continue
		}
		for _, v := range c.Values {
			if !IsDate(v.Text) {
				return &MalformedError{
					Message: legacyParsing,
					Pos:     v.Span.Start,
					Detail:  fmt.Sprintf("%q is neither an ISO 8601 date nor seconds since 1970", v.Text),
				}
			}
		}
	}
	return nil
}

func uniqueSids(doc *Document) *MalformedError {
	s := duplicateSid(doc)
	if s == nil {
		return nil
	}
	return &MalformedError{
		Message: "Statement IDs (SID) in a single policy must be unique.",
		Pos:     s.Span.Start,
		Detail:  fmt.Sprintf("Sid %q stands in an earlier statement too", s.Sid),
	}
}

func plainSid(s *Statement) *MalformedError {
	for i := range len(s.Sid) {
		switch c := s.Sid[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		default:
			return &MalformedError{
				Message: "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*",
				Pos:     s.Span.Start,
				Detail:  fmt.Sprintf("the Sid is %q", s.Sid),
			}
		}
	}
	return nil
}

func hasActions(s *Statement) *MalformedError {
	if len(s.actions()) > 0 {
		return nil
	}
	return &MalformedError{Message: "Policy statement must contain actions.", Pos: s.Span.Start}
}

func hasResources(s *Statement) *MalformedError {
	if len(s.resources()) > 0 {
		return nil
	}
	return &MalformedError{Message: "Policy statement must contain resources.", Pos: s.Span.Start}
}

// actionForm checks the form of actions; any name that fits is accepted, known or not.
func actionForm(s *Statement) *MalformedError {
	for _, v := range s.actions() {
		if message := actionFault(v.Text); message != "" {
			return &MalformedError{Message: message, Pos: v.Span.Start, Detail: fmt.Sprintf("the action is %q", v.Text)}
		}
	}
	return nil
}

func actionFault(action string) string {
	if action == "*" || action == "*:*" { // the latter means the former
		return ""
	}
	vendor, _, _ := strings.Cut(action, ":")
	switch strings.Count(action, ":") {
	case 0:
		return "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
	case 1:
	default:
		return "Actions/Condition can contain only one colon."
	}
	if !vendorName(vendor) {
		return "Vendor " + vendor + " is not valid"
	}
	return ""
}

// vendorName is whether s can be a service's name. Wildcards cannot.
func vendorName(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '.':
		default:
			return false
		}
	}
	return s != ""
}
