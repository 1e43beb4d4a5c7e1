package policy

// Document is one parsed policy. It is immutable once parsed and keeps the text that it came from.
type Document struct {
	// Source is the text as it was given, byte for byte.
	Source string
	// Version is "2008-10-17" or "2012-10-17"; "2008-10-17" where the document has none (HasVersion is false then).
	Version    string
	HasVersion bool
	// ID is the optional Id element.
	ID         string
	Statements []Statement
}

// Versions of the policy language.
const (
	Version2008 = "2008-10-17"
	Version2012 = "2012-10-17"
)

// Pos is a place in a document's text.
type Pos struct {
	Offset int // bytes from the start, from 0
	Line   int // from 1
	Column int // in bytes from the line's start, from 1
}

// Span is the text from Start up to, not including, End.
type Span struct{ Start, End Pos }

// Effect is what a statement does with a request that it matches.
type Effect uint8

// The effects.
const (
	Allow Effect = iota + 1
	Deny
)

// Statement is one statement. An element that is absent is nil; one that is present and empty is not nil.
type Statement struct {
	Index        int // place in the document, from 0
	Sid          string
	Effect       Effect
	Principal    *Principals
	NotPrincipal *Principals
	Action       []Value
	NotAction    []Value
	Resource     []Value
	NotResource  []Value
	Condition    []Condition
	Span         Span
}

// Value is a string with its place.
type Value struct {
	Text string
	Span Span
}

// Principals is a Principal or NotPrincipal element.
type Principals struct {
	// Any is true for the bare form "Principal": "*". {"AWS": "*"} stands in AWS.
	Any           bool
	AWS           []Value
	Service       []Value
	Federated     []Value
	CanonicalUser []Value
	Span          Span
}

// Condition is one operator and one key with its values: {"StringLike": {"aws:x": ["a", "b"]}} with two keys makes two.
// All of a statement's must hold.
type Condition struct {
	Operator Operator
	// OperatorText is the operator as written, with its place.
	OperatorText Value
	Key          Value
	Values       []Value
}

// Operator is a parsed condition operator such as ForAnyValue:StringLikeIfExists.
type Operator struct {
	// Test is the comparison, canonical spelling: "StringEquals", "ArnLike", "Null", …
	Test string
	// Set is "", "ForAllValues" or "ForAnyValue".
	Set      string
	IfExists bool
}
