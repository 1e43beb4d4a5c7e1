package eval

import "github.com/warder-iam/warder/policy"

// Policy is a document prepared for evaluation. It is immutable and may be shared by any number of Sets.
type Policy struct {
	document   *policy.Document
	statements []statement
}

// Document is the document that the policy was prepared from.
func (p *Policy) Document() *policy.Document { return p.document }

// Option changes how Prepare understands a document.
type Option func(*options)

type options struct{ keys KeyTypes }

// WithKeyTypes tells which keys of services are multivalued, as the catalogue knows it. Without it only the global keys
// are known, and any other counts as multivalued when a request gives it a list.
func WithKeyTypes(k KeyTypes) Option { return func(o *options) { o.keys = k } }

// Prepare makes a document ready for evaluation. Every document is taken: what cannot be evaluated (an operator or a
// value that nobody knows) fails closed when a request is decided: an Allow that depends on it grants nothing, a Deny
// that depends on it applies. A nil document is a policy without statements.
func Prepare(doc *policy.Document, opts ...Option) *Policy {
	var o options
	for _, opt := range opts {
		opt(&o)
	}
	p := &Policy{document: doc}
	if doc == nil {
		return p
	}
	s := syntax{variables: doc.Version == policy.Version2012, keys: o.keys}
	p.statements = make([]statement, 0, len(doc.Statements))
	for i := range doc.Statements {
		p.statements = append(p.statements, newStatement(&doc.Statements[i], s))
	}
	return p
}

func newStatement(source *policy.Statement, s syntax) statement {
	st := statement{
		source:       source,
		deny:         source.Effect != policy.Allow,
		variables:    s.variables,
		principal:    newPrincipals(source.Principal),
		notPrincipal: newPrincipals(source.NotPrincipal),
		actions:      newActions(source),
		resources:    newResources(source, s),
	}
	for i := range source.Condition {
		st.conditions = append(st.conditions, newCondition(&source.Condition[i], s))
	}
	return st
}
