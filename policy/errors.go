package policy

import "fmt"

// SyntaxError says why a text is not a policy document at all. Its message is for people; a service that must answer in
// AWS's words uses ParseFor.
type SyntaxError struct {
	Pos     Pos
	Message string

	kind  fault
	value string // what the wrong value is, where AWS's message says it
}

// Error names the place and the reason.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("policy: line %d, column %d: %s", e.Pos.Line, e.Pos.Column, e.Message)
}

// MalformedError is a refusal to write a document.
type MalformedError struct {
	// Message is AWS's own text, character for character; it goes to the wire.
	Message string
	// Pos is where the trouble is; its Line is 0 where the fault is that something is absent from the whole document.
	Pos Pos
	// Detail says more than AWS does; "" where Message says it all.
	Detail string
}

// Error is Message, with place and detail where they are known.
func (e *MalformedError) Error() string {
	switch {
	case e.Pos.Line == 0:
		return e.Message
	case e.Detail == "":
		return fmt.Sprintf("%s (line %d, column %d)", e.Message, e.Pos.Line, e.Pos.Column)
	default:
		return fmt.Sprintf("%s (line %d, column %d: %s)", e.Message, e.Pos.Line, e.Pos.Column, e.Detail)
	}
}

// fault is the kind of a syntax error, for the kinds of document whose writers tell them apart.
type fault uint8

const (
	faultStructure fault = iota
	faultJSON
	faultVersion
	faultNoStatement
	faultNoEffect
	faultEffect
	faultPrincipalForm
	faultPrincipalEmpty
	faultPrincipalType
)
