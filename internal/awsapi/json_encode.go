package awsapi

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// jsonWriter writes values of shapes as JSON.
type jsonWriter struct{ b []byte }

// structure writes the members that the body carries; absent ones are left out, but a required list or map is always
// written.
func (w *jsonWriter) structure(s *Shape, v reflect.Value) error {
	w.b = append(w.b, '{')
	first := true
	for i := range s.Members {
		m := &s.Members[i]
		f, ok := written(m, v.Field(i))
		if m.Location != InBody || !ok {
			continue
		}
		w.comma(&first)
		w.text(m.wireName())
		w.b = append(w.b, ':')
		if err := w.value(m.Shape, m.Shape.Time, f); err != nil {
			return fmt.Errorf("%s: %w", m.Name, err)
		}
	}
	w.b = append(w.b, '}')
	return nil
}

// written gives a member's value without its pointer, and whether responses show it.
func written(m *Member, f reflect.Value) (reflect.Value, bool) {
	switch f.Kind() {
	case reflect.Pointer:
		return f.Elem(), !f.IsNil()
	case reflect.Slice, reflect.Map:
		return f, m.Required || !f.IsNil()
	}
	return f, true
}

func (w *jsonWriter) comma(first *bool) {
	if !*first {
		w.b = append(w.b, ',')
	}
	*first = false
}

func (w *jsonWriter) value(s *Shape, format TimeFormat, v reflect.Value) error {
	switch s.Kind {
	case String:
		w.text(v.String())
	case Boolean:
		w.b = strconv.AppendBool(w.b, v.Bool())
	case Integer, Long:
		w.b = strconv.AppendInt(w.b, v.Int(), 10)
	case Float, Double:
		w.number(v.Float(), v.Type().Bits())
	case Timestamp:
		return w.time(v.Interface().(time.Time), format.or(UnixTimestamp))
	case Blob:
		w.text(base64.StdEncoding.EncodeToString(v.Bytes()))
	case List:
		return w.list(s, v)
	case Map:
		return w.dictionary(s, v)
	case Structure:
		return w.structure(s, v)
	case Document:
		return w.document(v.Bytes())
	default:
		return fmt.Errorf("awsapi: shape %s has no known kind", s.Name)
	}
	return nil
}

func (w *jsonWriter) list(s *Shape, v reflect.Value) error {
	w.b = append(w.b, '[')
	first := true
	for i := range v.Len() {
		w.comma(&first)
		if err := w.value(s.Member, s.Member.Time, v.Index(i)); err != nil {
			return err
		}
	}
	w.b = append(w.b, ']')
	return nil
}

// dictionary writes a map in the order of its keys, so that equal outputs are equal bytes.
func (w *jsonWriter) dictionary(s *Shape, v reflect.Value) error {
	w.b = append(w.b, '{')
	first := true
	for _, k := range sortedKeys(v) {
		w.comma(&first)
		w.text(k.String())
		w.b = append(w.b, ':')
		if err := w.value(s.Value, s.Value.Time, v.MapIndex(k)); err != nil {
			return fmt.Errorf("%s: %w", k, err)
		}
	}
	w.b = append(w.b, '}')
	return nil
}

// document writes a handler's own JSON, once it is known to be some; nothing stands for null.
func (w *jsonWriter) document(text []byte) error {
	switch {
	case len(text) == 0:
		w.b = append(w.b, "null"...)
	case !json.Valid(text):
		return errors.New("awsapi: a document is not valid JSON")
	default:
		w.b = append(w.b, text...)
	}
	return nil
}

func (w *jsonWriter) time(t time.Time, format TimeFormat) (err error) {
	if format == UnixTimestamp {
		w.b, err = format.append(w.b, t)
		return err
	}
	w.b = append(w.b, '"')
	w.b, err = format.append(w.b, t)
	w.b = append(w.b, '"')
	return err
}

// number writes a float; JSON has no word for infinities, so that they are strings.
func (w *jsonWriter) number(f float64, bits int) {
	if text := appendFloat(nil, f, bits); math.IsNaN(f) || math.IsInf(f, 0) {
		w.text(string(text))
	} else {
		w.b = append(w.b, text...)
	}
}

// text writes a JSON string. The error is that of bytes that are no UTF-8, in whose place U+FFFD is written.
func (w *jsonWriter) text(s string) { w.b, _ = jsontext.AppendQuote(w.b, s) }
