package policy

import (
	"errors"

	"github.com/go-json-experiment/json/jsontext"
)

// ParseFor is Parse for a document that is about to be written, and refuses what AWS refuses then, in AWS's words. The
// error is a *MalformedError.
//
// It looks at the document alone. Whether a principal exists, and whether the document fits its quota, is for the
// caller to find out.
func ParseFor(kind Kind, src string) (*Document, error) {
	check, words := rules(kind)
	doc, effect, err := read(src, MaxWritten, textStart())
	if err != nil {
		return nil, words(src, err)
	}
	if m := check(doc, effect); m != nil {
		return nil, m
	}
	return doc, nil
}

// checker finds the first thing that AWS would complain about. effect is the first Effect that is spelled in other case.
type checker func(doc *Document, effect *Value) *MalformedError

// wording says a syntax error in AWS's words.
type wording func(src string, err error) *MalformedError

func rules(kind Kind) (checker, wording) {
	switch kind {
	case Identity:
		return checkIdentity, identityWords
	case Trust:
		return checkTrust, grammarWords
	case Resource:
		return checkResource, grammarWords
	case SCP:
		return checkSCP, organizationWords
	case RCP:
		return checkRCP, organizationWords
	}
	return func(*Document, *Value) *MalformedError {
		return &MalformedError{Message: syntaxErrors, Detail: "there is no such kind of document"}
	}, identityWords
}

const syntaxErrors = "Syntax errors in policy."

func identityWords(_ string, err error) *MalformedError { return malformed(syntaxErrors, err) }

// grammarWords is the wording for trust and resource policies: AWS reads those with another parser, which says more.
func grammarWords(src string, err error) *MalformedError {
	var syntax *SyntaxError
	if !errors.As(err, &syntax) {
		return malformed(syntaxErrors, err)
	}
	kind := syntax.kind
	if kind != faultJSON && !jsontext.Value(src).IsValid() {
		kind = faultJSON // a text that is no JSON is called so, whatever is wrong before the place
	}
	switch kind {
	case faultJSON:
		return malformed("This policy contains invalid Json", err)
	case faultVersion:
		return malformed("The policy must contain a valid version string", err)
	case faultNoStatement:
		return malformed("Could not parse the policy: Statement is empty!", err)
	case faultNoEffect:
		return malformed("Missing required field Effect", err)
	case faultEffect:
		return malformed("Invalid effect: "+syntax.value, err)
	case faultPrincipalForm:
		return malformed("Principal must be a JSON object.", err)
	case faultPrincipalEmpty:
		return malformed("Missing required field Principal cannot be empty!", err)
	case faultPrincipalType:
		return malformed("Invalid principal in policy: "+quote(syntax.value), err)
	default:
		return malformed(syntaxErrors, err)
	}
}

func malformed(message string, err error) *MalformedError {
	m := &MalformedError{Message: message}
	var syntax *SyntaxError
	if errors.As(err, &syntax) {
		m.Pos, m.Detail = syntax.Pos, syntax.Message
	}
	return m
}

// unknownOperator finds a condition whose operator the language does not have.
func unknownOperator(doc *Document) *MalformedError {
	for i := range doc.Statements {
		for _, c := range doc.Statements[i].Condition {
			if !c.Operator.Known() {
				return &MalformedError{
					Message: syntaxErrors,
					Pos:     c.OperatorText.Span.Start,
					Detail:  quote(c.OperatorText.Text) + " is no condition operator",
				}
			}
		}
	}
	return nil
}

// duplicateSid returns the second statement with the Sid of an earlier one, or nil. Empty ones are no ids.
func duplicateSid(doc *Document) *Statement {
	seen := make(map[string]bool, len(doc.Statements))
	for i := range doc.Statements {
		s := &doc.Statements[i]
		if s.Sid == "" {
			continue
		}
		if seen[s.Sid] {
			return s
		}
		seen[s.Sid] = true
	}
	return nil
}

// actions returns the statement's Action or NotAction, nil if it has neither.
func (s *Statement) actions() []Value {
	if s.Action != nil {
		return s.Action
	}
	return s.NotAction
}

// resources returns the statement's Resource or NotResource, nil if it has neither.
func (s *Statement) resources() []Value {
	if s.Resource != nil {
		return s.Resource
	}
	return s.NotResource
}

// firstOf runs the checks in turn and returns the first refusal.
func firstOf(doc *Document, checks ...func(*Document) *MalformedError) *MalformedError {
	for _, check := range checks {
		if m := check(doc); m != nil {
			return m
		}
	}
	return nil
}

// eachStatement makes a check of a document from one of a statement.
func eachStatement(check func(*Statement) *MalformedError) func(*Document) *MalformedError {
	return func(doc *Document) *MalformedError {
		for i := range doc.Statements {
			if m := check(&doc.Statements[i]); m != nil {
				return m
			}
		}
		return nil
	}
}
