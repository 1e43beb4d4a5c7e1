package awsapi

import (
	"encoding/base64"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// EncodeRESTJSON writes the response of an operation in the REST-JSON protocol. out points to the operation's output type;
// nil stands for an empty output. Absent members are left out, but a required list or map is always written.
func EncodeRESTJSON(op *Operation, out any) (*Response, error) {
	r := &Response{Status: op.Binding.Status, Header: map[string]string{contentType: jsonType}}
	v := reflect.New(op.Output.GoType).Elem()
	if out != nil {
		var err error
		if v, err = target(op.Output, out); err != nil {
			return nil, err
		}
	}
	if err := r.fill(op.Output, v); err != nil {
		return nil, err
	}
	return r, nil
}

// fill writes a structure into status, headers and body.
func (r *Response) fill(s *Shape, v reflect.Value) error {
	var payload *Member
	var body reflect.Value
	for i := range s.Members {
		m := &s.Members[i]
		f, ok := written(m, v.Field(i))
		if m.Location == AsPayload {
			payload = m
			if ok {
				body = f
			}
		}
		if !ok {
			continue
		}
		if err := r.bind(m, f); err != nil {
			return fmt.Errorf("%s: %w", m.Name, err)
		}
	}
	if payload != nil {
		return r.payload(payload.Shape, body)
	}
	w := jsonWriter{make([]byte, 0, 512)}
	err := w.structure(s, v)
	r.Body = w.b
	return err
}

// bind writes a member that stands outside the body.
func (r *Response) bind(m *Member, v reflect.Value) error {
	switch m.Location {
	case InStatus:
		r.Status = int(v.Int())
	case InHeader:
		text, err := headerText(m.Shape, v)
		if err != nil || m.Shape.Kind == List && v.Len() == 0 {
			return err
		}
		return r.set(m.wireName(), text)
	case InHeaders:
		for _, k := range sortedKeys(v) {
			text, err := headerText(m.Shape.Value, v.MapIndex(k))
			if err != nil {
				return err
			}
			if err := r.set(m.wireName()+k.String(), text); err != nil {
				return err
			}
		}
	case InBody, AsPayload:
	default:
		return errors.New("awsapi: a response has no path and no query")
	}
	return nil
}

// set sets a header. What would end the line is refused: it may come from a caller.
func (r *Response) set(name, value string) error {
	if strings.ContainsFunc(value, func(c rune) bool { return c < ' ' && c != '\t' || c == 0x7f }) {
		return fmt.Errorf("awsapi: the header %s would have a control character", name)
	}
	r.Header[canonicalHeader(name)] = value
	return nil
}

// payload writes a member that is the whole body; v is not valid where it is absent.
func (r *Response) payload(s *Shape, v reflect.Value) error {
	switch {
	case !v.IsValid():
		if s.Kind == Structure {
			r.Body = []byte("{}")
			return nil
		}
		delete(r.Header, contentType)
		return nil
	case s.Kind == Blob:
		r.Header[contentType], r.Body = "application/octet-stream", v.Bytes()
		return nil
	case s.Kind == String:
		r.Header[contentType], r.Body = "text/plain; charset=utf-8", []byte(v.String())
		return nil
	}
	w := jsonWriter{make([]byte, 0, 512)}
	err := w.value(s, s.Time, v)
	r.Body = w.b
	return err
}

// headerText writes a scalar, or a list of them, for a header.
func headerText(s *Shape, v reflect.Value) (string, error) {
	switch s.Kind {
	case String:
		return v.String(), nil
	case Boolean:
		return strconv.FormatBool(v.Bool()), nil
	case Integer, Long:
		return strconv.FormatInt(v.Int(), 10), nil
	case Float, Double:
		return string(appendFloat(nil, v.Float(), v.Type().Bits())), nil
	case Blob:
		return base64.StdEncoding.EncodeToString(v.Bytes()), nil
	case Timestamp:
		text, err := s.Time.or(RFC822).append(nil, v.Interface().(time.Time))
		return string(text), err
	case List:
		parts := make([]string, v.Len())
		for i := range parts {
			text, err := headerText(s.Member, v.Index(i))
			if err != nil {
				return "", err
			}
			if s.Member.Kind == String {
				text = quoteHeader(text)
			}
			parts[i] = text
		}
		return strings.Join(parts, ", "), nil
	}
	return "", fmt.Errorf("awsapi: shape %s has no place in a header", s.Name)
}
