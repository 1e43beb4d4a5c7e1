package awsapi

import (
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// viewTime is how trail records write a time inside parameters; always UTC.
const viewTime = "Jan 2, 2006, 3:04:05 PM"

// View writes a value of a structure shape, an input or output, as trail records show it: members in the model's order,
// their names beginning in lower case, absent ones left out. v points to the shape's Go type. The view of a structure
// with nothing to show is nil, which a record prints as null.
//
// Only what is known to be harmless is shown: plain values, and lists, maps and structures of them, whose shapes are not
// sensitive. Blobs are not, nor is a private key in PEM, wherever it stands. A required member that is an empty string or zero time counts as absent.
func View(shape *Shape, v any) (json.RawMessage, error) {
	if v == nil {
		return nil, nil
	}
	value, err := target(shape, v)
	if err != nil {
		return nil, err
	}
	if !shown(shape) {
		return nil, nil
	}
	w := viewer{}
	w.structure(shape, value)
	if len(w.b) == len("{}") {
		return nil, nil
	}
	return w.b, nil
}

// shown is the list of what may be seen.
func shown(s *Shape) bool {
	if s.Sensitive {
		return false
	}
	switch s.Kind {
	case String, Boolean, Integer, Long, Float, Double, Timestamp, Structure:
		return true
	case List:
		return shown(s.Member)
	case Map:
		return shown(s.Key) && shown(s.Value)
	}
	return false
}

// holdsPrivateKey: whoever puts a private key where a public key or certificate belongs makes a mistake, which is not to
// stay on the trail.
func holdsPrivateKey(text string) bool {
	return strings.Contains(text, "PRIVATE KEY")
}

type viewer struct{ jsonWriter }

func (w *viewer) structure(s *Shape, v reflect.Value) {
	w.b = append(w.b, '{')
	first := true
	for i := range s.Members {
		m := &s.Members[i]
		f := v.Field(i)
		if !shown(m.Shape) || isAbsent(f) {
			continue
		}
		if f.Kind() == reflect.Pointer {
			f = f.Elem()
		}
		w.comma(&first)
		w.text(lowerFirst(m.Name))
		w.b = append(w.b, ':')
		w.value(m.Shape, f)
	}
	w.b = append(w.b, '}')
}

func isAbsent(f reflect.Value) bool {
	switch f.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		return f.IsNil()
	case reflect.String:
		return f.Len() == 0
	}
	t, ok := f.Interface().(time.Time)
	return ok && t.IsZero()
}

func (w *viewer) value(s *Shape, v reflect.Value) {
	switch s.Kind {
	case String:
		if text := v.String(); holdsPrivateKey(text) {
			w.text("[private key left out]")
		} else {
			w.text(text)
		}
	case Boolean:
		w.b = strconv.AppendBool(w.b, v.Bool())
	case Integer, Long:
		w.b = strconv.AppendInt(w.b, v.Int(), 10)
	case Float, Double:
		w.number(v.Float(), v.Type().Bits())
	case Timestamp:
		w.text(v.Interface().(time.Time).UTC().Format(viewTime))
	case List:
		w.list(s, v)
	case Map:
		w.dictionary(s, v)
	case Structure:
		w.structure(s, v)
	default: // shown lets nothing else through
		w.b = append(w.b, "null"...)
	}
}

func (w *viewer) list(s *Shape, v reflect.Value) {
	w.b = append(w.b, '[')
	first := true
	for i := range v.Len() {
		w.comma(&first)
		w.value(s.Member, v.Index(i))
	}
	w.b = append(w.b, ']')
}

func (w *viewer) dictionary(s *Shape, v reflect.Value) {
	w.b = append(w.b, '{')
	first := true
	for _, k := range sortedKeys(v) {
		w.comma(&first)
		w.text(k.String())
		w.b = append(w.b, ':')
		w.value(s.Value, v.MapIndex(k))
	}
	w.b = append(w.b, '}')
}
