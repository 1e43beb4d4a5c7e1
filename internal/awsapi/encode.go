package awsapi

import (
	"encoding/base64"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// timeLayout is how responses write a time, always UTC; fractions are dropped.
const timeLayout = "2006-01-02T15:04:05Z"

// EncodeQuery writes the response of an operation in the query protocol's XML. out points to the operation's output type;
// nil stands for an empty output. Absent members are left out, but a required list or map is always written. The XML is
// valid whatever the strings hold: a character that XML has no place for becomes U+FFFD.
func EncodeQuery(op *Operation, requestID string, out any) ([]byte, error) {
	x := xmlWriter{make([]byte, 0, 1024)}
	x.openNS(op.Name+"Response", op.Service.Namespace)
	if op.ResultWrapper != "" {
		x.open(op.ResultWrapper)
	}
	if out != nil {
		v, err := target(op.Output, out)
		if err != nil {
			return nil, err
		}
		if err := x.structure(op.Output, v); err != nil {
			return nil, err
		}
	}
	if op.ResultWrapper != "" {
		x.close(op.ResultWrapper)
	}
	x.open("ResponseMetadata")
	x.element("RequestId", requestID)
	x.close("ResponseMetadata")
	x.close(op.Name + "Response")
	return x.b, nil
}

// EncodeQueryError writes an error in the query protocol's XML.
func EncodeQueryError(s *Service, requestID string, e *Error) []byte {
	x := xmlWriter{make([]byte, 0, 512)}
	fault := "Sender"
	if e.Kind.Receiver {
		fault = "Receiver"
	}
	x.openNS("ErrorResponse", s.Namespace)
	x.open("Error")
	x.element("Type", fault)
	x.element("Code", e.Kind.Code)
	if e.Message != "" { // AWS sends no empty one, and of an empty one boto3 would say "None"
		x.element("Message", e.Message)
	}
	x.close("Error")
	x.element("RequestId", requestID)
	x.close("ErrorResponse")
	return x.b
}

type xmlWriter struct{ b []byte }

func (x *xmlWriter) open(name string) {
	x.b = append(x.b, '<')
	x.b = append(x.b, name...)
	x.b = append(x.b, '>')
}

func (x *xmlWriter) openNS(name, namespace string) {
	x.open(name)
	x.b = append(x.b[:len(x.b)-1], ` xmlns="`...)
	x.text(namespace)
	x.b = append(x.b, `">`...)
}

func (x *xmlWriter) close(name string) {
	x.b = append(x.b, "</"...)
	x.b = append(x.b, name...)
	x.b = append(x.b, '>')
}

func (x *xmlWriter) element(name, text string) {
	x.open(name)
	x.text(text)
	x.close(name)
}

func (x *xmlWriter) structure(s *Shape, v reflect.Value) error {
	for i := range s.Members {
		m := &s.Members[i]
		f := v.Field(i)
		switch f.Kind() {
		case reflect.Pointer:
			if f.IsNil() {
				continue
			}
			f = f.Elem()
		case reflect.Slice, reflect.Map:
			if f.IsNil() && !m.Required {
				continue
			}
		}
		if err := x.named(m.Name, m.Shape, f); err != nil {
			return err
		}
	}
	return nil
}

// named writes one element; an empty list or map as <Name/>.
func (x *xmlWriter) named(name string, s *Shape, v reflect.Value) error {
	if (s.Kind == List || s.Kind == Map) && v.Len() == 0 {
		x.open(name)
		x.b = append(x.b[:len(x.b)-1], "/>"...)
		return nil
	}
	x.open(name)
	if err := x.value(s, v); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	x.close(name)
	return nil
}

func (x *xmlWriter) value(s *Shape, v reflect.Value) error {
	switch s.Kind {
	case String:
		x.text(v.String())
	case Boolean:
		x.b = strconv.AppendBool(x.b, v.Bool())
	case Integer, Long:
		x.b = strconv.AppendInt(x.b, v.Int(), 10)
	case Float, Double:
		x.b = appendFloat(x.b, v.Float(), v.Type().Bits())
	case Timestamp:
		t := v.Interface().(time.Time).UTC()
		if !writableTime(t) {
			return errNoYear
		}
		x.b = t.AppendFormat(x.b, timeLayout)
	case Blob:
		x.b = base64.StdEncoding.AppendEncode(x.b, v.Bytes())
	case List:
		for i := range v.Len() {
			if err := x.named("member", s.Member, v.Index(i)); err != nil {
				return err
			}
		}
	case Map:
		return x.dictionary(s, v)
	case Structure:
		return x.structure(s, v)
	default:
		return fmt.Errorf("awsapi: shape %s has no known kind", s.Name)
	}
	return nil
}

// dictionary writes a map in the order of its keys, so that equal outputs are equal bytes.
func (x *xmlWriter) dictionary(s *Shape, v reflect.Value) error {
	for _, k := range sortedKeys(v) {
		x.open("entry")
		x.element("key", k.String())
		if err := x.named("value", s.Value, v.MapIndex(k)); err != nil {
			return err
		}
		x.close("entry")
	}
	return nil
}

func sortedKeys(v reflect.Value) []reflect.Value {
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	return keys
}

func appendFloat(b []byte, f float64, bits int) []byte {
	switch {
	case math.IsNaN(f):
		return append(b, "NaN"...)
	case math.IsInf(f, 1):
		return append(b, "Infinity"...)
	case math.IsInf(f, -1):
		return append(b, "-Infinity"...)
	}
	return strconv.AppendFloat(b, f, 'g', -1, bits)
}

// text writes character data. A carriage return is escaped because XML readers turn a bare one into a line feed.
func (x *xmlWriter) text(s string) {
	from := 0
	for i := 0; i < len(s); {
		r, n := rune(s[i]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRuneInString(s[i:])
		}
		if escape := xmlEscape(r, n); escape != "" {
			x.b = append(append(x.b, s[from:i]...), escape...)
			from = i + n
		}
		i += n
	}
	x.b = append(x.b, s[from:]...)
}

// xmlEscape returns what stands for r, n bytes long, in XML; "" where it stands for itself.
func xmlEscape(r rune, n int) string {
	switch {
	case r == '&':
		return "&amp;"
	case r == '<':
		return "&lt;"
	case r == '>':
		return "&gt;"
	case r == '"':
		return "&quot;"
	case r == '\r':
		return "&#xD;"
	case r < ' ' && r != '\t' && r != '\n', r == 0xFFFE, r == 0xFFFF, r == utf8.RuneError && n == 1:
		return "\uFFFD"
	}
	return ""
}
