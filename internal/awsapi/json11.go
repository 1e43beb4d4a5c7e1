package awsapi

import (
	"mime"
	"net/http"
	"reflect"
	"strings"
)

// TargetHeader names the operation in JSON 1.1.
const TargetHeader = "X-Amz-Target"

const json11Type = "application/x-amz-json-1.1"

// DecodeJSON11 fills in, a pointer to the operation's input type, from the body of a JSON 1.1 request. Members that the
// operation does not have are ignored, as AWS does. What cannot be read as the model says is refused with
// SerializationException, a body in another form with UnsupportedMediaTypeException, and both leave in half filled;
// constraints are Validate's.
func DecodeJSON11(op *Operation, r *Request, in any) (Missing, error) {
	v, err := target(op.Input, in)
	if err != nil {
		return nil, err
	}
	if !r.hasType(json11Type) {
		return nil, UnsupportedMediaType.New("The Content-Type of this request must be %s, in UTF-8.", json11Type)
	}
	j := jsonDecoder{text: r.Body}
	err = j.whole(func() error { return j.structure(op.Input, v, nil) })
	return j.missing, err
}

// hasType reports whether the body says of itself that it is of this media type, in UTF-8: what another would mean as this
// one is not what its sender meant.
func (r *Request) hasType(want string) bool {
	value := r.Header[contentType]
	if len(value) != 1 {
		return false
	}
	media, params, err := mime.ParseMediaType(value[0])
	return err == nil && media == want && (params["charset"] == "" || strings.EqualFold(params["charset"], "utf-8"))
}

// EncodeJSON11 writes the response of an operation in JSON 1.1. out points to the operation's output type; nil stands for an
// empty output. Absent members are left out, but a required list or map is always written.
func EncodeJSON11(op *Operation, out any) (*Response, error) {
	v := reflect.New(op.Output.GoType).Elem()
	if out != nil {
		var err error
		if v, err = target(op.Output, out); err != nil {
			return nil, err
		}
	}
	w := jsonWriter{make([]byte, 0, 512)}
	if err := w.structure(op.Output, v); err != nil {
		return nil, err
	}
	return json11Response(http.StatusOK, w.b), nil
}

func json11Response(status int, body []byte) *Response {
	return &Response{Status: status, Header: map[string]string{contentType: json11Type}, Body: body}
}

// JSON11Error is e under the code and status that JSON 1.1 has for it, those of the operation's own model first. op may be
// nil. The codes are REST-JSON's; whatever is the client's fault has the status 400, but a body that is too large.
// Source: AWS, "Common errors" of JSON 1.1 services' API references; botocore.
func JSON11Error(op *Operation, e *Error) *Error {
	own := *RESTJSONError(op, e)
	if k := own.Kind; !k.Receiver && k.Status != http.StatusRequestEntityTooLarge && op.modelled(k.Code) == nil {
		own.Kind = &ErrorKind{Code: k.Code, Status: http.StatusBadRequest, Shape: k.Shape}
	}
	return &own
}

// EncodeJSON11Error writes an error that JSON11Error gave: its code in __type, and beside it what it carries.
func EncodeJSON11Error(e *Error) (*Response, error) {
	w := jsonWriter{}
	w.b = append(w.b, `{"__type":`...)
	w.text(e.Kind.Code)
	if e.Kind.Shape == nil {
		w.b = append(w.b, `,"message":`...)
		w.text(e.Message)
		w.b = append(w.b, '}')
		return json11Response(e.Kind.Status, w.b), nil
	}
	v, err := e.detail()
	if err != nil {
		return nil, err
	}
	members := jsonWriter{}
	if err := members.structure(e.Kind.Shape, v); err != nil {
		return nil, err
	}
	if string(members.b) != "{}" {
		w.b = append(w.b, ',')
	}
	return json11Response(e.Kind.Status, append(w.b, members.b[1:]...)), nil
}
