package awsapi

import (
	"fmt"
	"time"
)

// ErrorKind is one kind of error as clients see it: a code and a status.
type ErrorKind struct {
	Code   string
	Status int
	// Receiver is true when the fault is the service's own; it becomes <Type>Receiver</Type>.
	Receiver bool
	// Shape is the structure of what a REST-JSON or JSON 1.1 error carries; nil where that is a message and nothing
	// more.
	Shape *Shape
}

// Error is an error that a client may see as it is.
type Error struct {
	Kind    *ErrorKind
	Message string
	// Fields are what is wrong with the input, where the error is about that.
	Fields []FieldError
	// Detail points to the Go type of the kind's shape and has its members but the message; nil leaves them empty.
	Detail any
	// RetryAfter is how long the client is to wait; 0 where nobody knows.
	RetryAfter time.Duration
}

// FieldError is what is wrong with one place in an input.
type FieldError struct {
	// Path as AWS spells it: tags.1.member.key
	Path, Message string
}

func (e *Error) Error() string { return e.Kind.Code + ": " + e.Message }

// New makes an error of this kind.
func (k *ErrorKind) New(format string, args ...any) *Error {
	return &Error{Kind: k, Message: fmt.Sprintf(format, args...)}
}

// Is reports whether target is an error of the same kind, so that errors.Is works on kinds: errors.Is(err, kind.New("")).
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Kind.Code == e.Kind.Code
}

// Errors that every service gives, whatever its model lists, under the query protocol's codes. Those of REST-JSON and
// JSON 1.1 have other codes: see restKinds.
// Source: AWS, "Common errors" of the IAM and STS API references; recorded responses.
var (
	AccessDenied               = &ErrorKind{Code: "AccessDenied", Status: 403}
	ValidationError            = &ErrorKind{Code: "ValidationError", Status: 400}
	InvalidAction              = &ErrorKind{Code: "InvalidAction", Status: 400}
	MissingAction              = &ErrorKind{Code: "MissingAction", Status: 400}
	MalformedQueryString       = &ErrorKind{Code: "MalformedQueryString", Status: 404}
	MalformedInput             = &ErrorKind{Code: "MalformedInput", Status: 400}
	NotImplemented             = &ErrorKind{Code: "NotImplemented", Status: 400}
	RequestEntityTooLarge      = &ErrorKind{Code: "RequestEntityTooLarge", Status: 413}
	Throttling                 = &ErrorKind{Code: "Throttling", Status: 400}
	InternalFailure            = &ErrorKind{Code: "InternalFailure", Status: 500, Receiver: true}
	ServiceUnavailable         = &ErrorKind{Code: "ServiceUnavailable", Status: 503, Receiver: true}
	MissingAuthenticationToken = &ErrorKind{Code: "MissingAuthenticationToken", Status: 403}
	IncompleteSignature        = &ErrorKind{Code: "IncompleteSignature", Status: 400}
	InvalidClientTokenID       = &ErrorKind{Code: "InvalidClientTokenId", Status: 403}
	SignatureDoesNotMatch      = &ErrorKind{Code: "SignatureDoesNotMatch", Status: 403}
	RequestExpired             = &ErrorKind{Code: "RequestExpired", Status: 400}
	ExpiredToken               = &ErrorKind{Code: "ExpiredToken", Status: 403}

	// Of REST-JSON and JSON 1.1 alone.
	Serialization        = &ErrorKind{Code: "SerializationException", Status: 400}
	UnsupportedMediaType = &ErrorKind{Code: "UnsupportedMediaTypeException", Status: 415}
	UnknownOperation     = &ErrorKind{Code: "UnknownOperationException", Status: 404}
)
