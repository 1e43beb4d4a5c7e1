package sigv4

import (
	"fmt"
	"strings"
)

// Codes of Error, as AWS names them.
const (
	CodeMissing     = "MissingAuthenticationToken"
	CodeIncomplete  = "IncompleteSignature"
	CodeUnknownKey  = "InvalidClientTokenId"
	CodeMismatch    = "SignatureDoesNotMatch"
	CodeExpired     = "RequestExpired"
	CodeQueryString = "MalformedQueryString"
)

// Error is a refusal that the client may see as it is: AWS's code, and a message that holds nothing but what the client
// itself sent.
type Error struct{ Code, Message string }

func (e *Error) Error() string { return e.Code + ": " + e.Message }

// Is reports whether target is a refusal with the same code.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}

var (
	// ErrMissing says that the request carries no authentication at all. It is no refusal for an operation that takes no
	// signature.
	ErrMissing = &Error{CodeMissing, "Request is missing Authentication Token"}
	// ErrUnknownKey is the answer for an access key that does not exist, is inactive, or belongs to another token.
	ErrUnknownKey = &Error{CodeUnknownKey, "The security token included in the request is invalid."}
	// ErrMismatch is the answer for a signature that was made over another request or with another secret. It does not
	// show what was calculated: that would help nobody but a forger.
	ErrMismatch = &Error{CodeMismatch, "The request signature we calculated does not match the signature you provided. " +
		"Check your AWS Secret Access Key and signing method. Consult the service documentation for details."}
)

func incomplete(format string, args ...any) *Error {
	return &Error{CodeIncomplete, fmt.Sprintf(format, args...)}
}

func mismatch(format string, args ...any) *Error {
	return &Error{CodeMismatch, fmt.Sprintf(format, args...)}
}

func malformed(what string) *Error {
	return &Error{CodeQueryString, "The query string contains a syntax error: " + what + "."}
}

// shown is client text as it may stand in a message: short, and printable ASCII only.
func shown(s string) string {
	const limit = 128
	if len(s) > limit {
		s = s[:limit] + "..."
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, s)
}
