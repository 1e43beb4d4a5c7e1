package awsapi

import (
	"reflect"
	"slices"
	"strings"
)

const errorTypeHeader = "X-Amzn-Errortype"

// restKinds are what REST-JSON services call the errors that the query protocol has under another code.
// Source: AWS, "Common errors" of the Access Analyzer API reference; botocore; recorded responses.
var restKinds = []struct{ query, rest *ErrorKind }{
	{AccessDenied, &ErrorKind{Code: "AccessDeniedException", Status: 403}},
	{ValidationError, &ErrorKind{Code: "ValidationException", Status: 400}},
	{InvalidAction, UnknownOperation},
	{MissingAction, UnknownOperation},
	{MalformedQueryString, UnknownOperation}, // of a target; parameters are read by DecodeRESTJSON
	{MalformedInput, Serialization},
	{RequestEntityTooLarge, &ErrorKind{Code: "RequestEntityTooLargeException", Status: 413}},
	{Throttling, &ErrorKind{Code: "ThrottlingException", Status: 429}},
	{InternalFailure, &ErrorKind{Code: "InternalServerException", Status: 500, Receiver: true}},
	{ServiceUnavailable, &ErrorKind{Code: "ServiceUnavailableException", Status: 503, Receiver: true}},
	{MissingAuthenticationToken, &ErrorKind{Code: "MissingAuthenticationTokenException", Status: 403}},
	{IncompleteSignature, &ErrorKind{Code: "IncompleteSignatureException", Status: 403}},
	{InvalidClientTokenID, &ErrorKind{Code: "UnrecognizedClientException", Status: 403}},
	{SignatureDoesNotMatch, &ErrorKind{Code: "InvalidSignatureException", Status: 403}},
	{RequestExpired, &ErrorKind{Code: "InvalidSignatureException", Status: 403}},
	{&ErrorKind{Code: "LimitExceeded"}, &ErrorKind{Code: "ServiceQuotaExceededException", Status: 402}},
	{ExpiredToken, &ErrorKind{Code: "ExpiredTokenException", Status: 403}},
}

// RESTJSONError is e under the code and status that REST-JSON has for it, those of the operation's own model first. op may
// be nil.
func RESTJSONError(op *Operation, e *Error) *Error {
	kind := e.Kind
	for _, k := range restKinds {
		if k.query.Code == kind.Code {
			kind = k.rest
		}
	}
	if own := op.modelled(kind.Code); own != nil {
		kind = own
	}
	own := *e
	own.Kind = kind
	return &own
}

// modelled is the error of that code that the model lists for the operation, which may be nil, or nil.
func (op *Operation) modelled(code string) *ErrorKind {
	if op == nil {
		return nil
	}
	i := slices.IndexFunc(op.Errors, func(k *ErrorKind) bool { return k.Code == code })
	if i < 0 {
		return nil
	}
	return op.Errors[i]
}

// EncodeRESTJSONError writes an error that RESTJSONError gave.
func EncodeRESTJSONError(e *Error) (*Response, error) {
	r := &Response{Status: e.Kind.Status, Header: map[string]string{contentType: jsonType, errorTypeHeader: e.Kind.Code}}
	s := e.Kind.Shape
	if s == nil {
		w := jsonWriter{}
		w.b = append(w.b, `{"message":`...)
		w.text(e.Message)
		r.Body = append(w.b, '}')
		return r, nil
	}
	v, err := e.detail()
	if err != nil {
		return nil, err
	}
	return r, r.fill(s, v)
}

// detail is the structure of what the error carries; its kind has a shape.
func (e *Error) detail() (reflect.Value, error) {
	s := e.Kind.Shape
	v := reflect.New(s.GoType).Elem()
	if e.Detail != nil {
		detail, err := target(s, e.Detail)
		if err != nil {
			return v, err
		}
		v.Set(detail)
	}
	for i := range s.Members {
		e.explain(&s.Members[i], v.Field(i))
	}
	return v, nil
}

// explain fills the members that AWS's models use to say what is wrong: message, and of a ValidationException the reason
// and the fields.
func (e *Error) explain(m *Member, f reflect.Value) {
	switch strings.ToLower(m.Name) {
	case "message":
		setText(f, e.Message)
	case "reason":
		if e.Detail == nil {
			setText(f, e.reason(m.Shape.Enum))
		}
	case "fieldlist":
		if m.Shape.Kind == List && m.Shape.Member.Kind == Structure && e.Detail == nil {
			e.listFields(m.Shape.Member, f)
		}
	}
}

// reason is the value of the model's enumeration that fits, in whatever case its author liked; "" where there is none.
func (e *Error) reason(enum []string) string {
	want := "other"
	if len(e.Fields) > 0 {
		want = "fieldvalidationfailed"
	}
	for _, value := range enum {
		if strings.ToLower(strings.ReplaceAll(value, "_", "")) == want {
			return value
		}
	}
	return ""
}

func (e *Error) listFields(s *Shape, list reflect.Value) {
	for _, field := range e.Fields {
		v := reflect.New(s.GoType).Elem()
		for i := range s.Members {
			switch strings.ToLower(s.Members[i].Name) {
			case "name", "path":
				setText(v.Field(i), field.Path)
			case "message":
				setText(v.Field(i), field.Message)
			}
		}
		list.Set(reflect.Append(list, v))
	}
}

// setText sets a string, or a pointer to one; "" leaves a pointer nil.
func setText(f reflect.Value, text string) {
	switch {
	case f.Kind() == reflect.String:
		f.SetString(text)
	case f.Kind() == reflect.Pointer && f.Type().Elem().Kind() == reflect.String && text != "":
		f.Set(reflect.New(f.Type().Elem()))
		f.Elem().SetString(text)
	}
}
