package awsapi

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"math"
	"reflect"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// maxValues is how many members lists and maps may have together in one body; each may cost much more than it weighs.
const maxValues = 1 << 15

// jsonDecoder reads a JSON text into values of shapes. It is strict where two readers could differ: a name that stands
// twice in an object, bytes that are no UTF-8, nesting deeper than 32 are refused, wherever they stand.
type jsonDecoder struct {
	text    []byte
	d       *jsontext.Decoder
	missing Missing
	values  int
}

// whole reads the text with f, and refuses what f leaves over.
func (j *jsonDecoder) whole(f func() error) error {
	j.d = jsontext.NewDecoder(bytes.NewReader(j.text))
	if err := f(); err != nil {
		return err
	}
	if _, err := j.d.ReadToken(); !errors.Is(err, io.EOF) {
		return Serialization.New("There is something behind the end of the JSON value in the request's body.")
	}
	return nil
}

// token reads the next token.
func (j *jsonDecoder) token() (jsontext.Token, error) {
	t, err := j.d.ReadToken()
	switch {
	case errors.Is(err, jsontext.ErrDuplicateName):
		return t, Serialization.New("An object in the request's body has a name more than once, at byte %d.", j.d.InputOffset())
	case err != nil:
		return t, Serialization.New("The request's body is not valid JSON, at byte %d.", j.d.InputOffset())
	case j.d.StackDepth() > maxDepth:
		return t, Serialization.New("The request's body is nested deeper than %d levels.", maxDepth)
	}
	return t, nil
}

// skip reads over one value of any kind.
func (j *jsonDecoder) skip() error {
	for depth := j.d.StackDepth(); ; {
		if _, err := j.token(); err != nil {
			return err
		}
		if j.d.StackDepth() <= depth {
			return nil
		}
	}
}

// isNull reads the next value if it is null. The error of what is no JSON is left to whoever reads on.
func (j *jsonDecoder) isNull() bool {
	if j.d.PeekKind() != 'n' {
		return false
	}
	_, err := j.d.ReadToken()
	return err == nil
}

// present fills v from a value that must be there.
func (j *jsonDecoder) present(s *Shape, format TimeFormat, v reflect.Value, at *path) error {
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	switch s.Kind {
	case Structure:
		return j.structure(s, v, at)
	case List:
		return j.list(s, v, at)
	case Map:
		return j.dictionary(s, v, at)
	case Document:
		return j.document(v)
	default:
		return j.scalar(s, format, v, at)
	}
}

// open reads the beginning of an object or array.
func (j *jsonDecoder) open(kind jsontext.Kind, at *path) error {
	t, err := j.token()
	switch {
	case err != nil:
		return err
	case t.Kind() == kind:
		return nil
	case kind == '[':
		return Serialization.New("Value at '%s': expected a list, found %s", at, found(t.Kind()))
	case at == nil:
		return Serialization.New("The request's body must be a JSON object, and is %s", found(t.Kind()))
	}
	return Serialization.New("Value at '%s': expected a structure or map, found %s", at, found(t.Kind()))
}

// more reports whether the open object or array goes on, and reads its end if it does not.
func (j *jsonDecoder) more() (bool, error) {
	switch j.d.PeekKind() {
	case '}', ']':
		_, err := j.token()
		return false, err
	}
	return true, nil
}

// structure fills v from an object. Names that the shape does not have are ignored; null is the same as absent.
func (j *jsonDecoder) structure(s *Shape, v reflect.Value, at *path) error {
	if err := j.open('{', at); err != nil {
		return err
	}
	seen := make([]bool, len(s.Members))
	count := 0
	for {
		more, err := j.more()
		if err != nil {
			return err
		}
		if !more {
			break
		}
		i, err := j.member(s)
		if err != nil {
			return err
		}
		switch {
		case j.isNull():
		case i < 0:
			err = j.skip()
		default:
			m := &s.Members[i]
			seen[i] = true
			count++
			err = j.present(m.Shape, m.Shape.Time, v.Field(i), &path{parent: at, name: m.Name})
		}
		if err != nil {
			return err
		}
	}
	if s.Union && count != 1 {
		return Serialization.New("Value at '%s' must have exactly one of its members, and has %d", at, count)
	}
	j.missed(s, seen, at)
	return nil
}

// missed notes the required members that were not seen.
func (j *jsonDecoder) missed(s *Shape, seen []bool, at *path) {
	for i := range s.Members {
		m := &s.Members[i]
		if m.Location == InBody && m.Required && !seen[i] && len(j.missing) < maxViolations {
			j.missing = append(j.missing, (&path{parent: at, name: m.Name}).String())
		}
	}
}

// member reads a name and gives the place of its member; -1 where the shape has none.
func (j *jsonDecoder) member(s *Shape) (int, error) {
	t, err := j.token()
	if err != nil {
		return 0, err
	}
	name := t.String()
	for i := range s.Members {
		if m := &s.Members[i]; m.Location == InBody && m.wireName() == name {
			return i, nil
		}
	}
	return -1, nil
}

// count takes one more value, or refuses it.
func (j *jsonDecoder) count() error {
	if j.values++; j.values > maxValues {
		return Serialization.New("The request's body has more than %d values in lists and maps.", maxValues)
	}
	return nil
}

func (j *jsonDecoder) list(s *Shape, v reflect.Value, at *path) error {
	if err := j.open('[', at); err != nil {
		return err
	}
	v.Set(reflect.MakeSlice(v.Type(), 0, 0))
	for n := 0; ; n++ {
		more, err := j.more()
		if err != nil || !more {
			return err
		}
		here := &path{parent: at, index: n + 1}
		if err := j.count(); err != nil {
			return err
		}
		if s.Member.Kind != Document && j.isNull() {
			return Serialization.New("Value at '%s' must not be null", here)
		}
		v.Set(reflect.Append(v, reflect.Zero(v.Type().Elem())))
		if err := j.present(s.Member, s.Member.Time, v.Index(n), here); err != nil {
			return err
		}
	}
}

func (j *jsonDecoder) dictionary(s *Shape, v reflect.Value, at *path) error {
	if err := j.open('{', at); err != nil {
		return err
	}
	v.Set(reflect.MakeMap(v.Type()))
	for {
		more, err := j.more()
		if err != nil || !more {
			return err
		}
		t, err := j.token()
		if err != nil {
			return err
		}
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		key.SetString(t.String())
		here := &path{parent: at, name: key.String()}
		if err := j.count(); err != nil {
			return err
		}
		if s.Value.Kind != Document && j.isNull() {
			return Serialization.New("Value at '%s' must not be null", here)
		}
		if err := j.present(s.Value, s.Value.Time, value, here); err != nil {
			return err
		}
		v.SetMapIndex(key, value)
	}
}

// document keeps a value's own text.
func (j *jsonDecoder) document(v reflect.Value) error {
	from := j.d.InputOffset()
	if err := j.skip(); err != nil {
		return err
	}
	v.SetBytes(bytes.TrimLeft(j.text[from:j.d.InputOffset()], " \t\r\n:,"))
	return nil
}

func (j *jsonDecoder) scalar(s *Shape, format TimeFormat, v reflect.Value, at *path) error {
	t, err := j.token()
	if err != nil {
		return err
	}
	if !setScalar(s, format, v, t) {
		return Serialization.New("Value at '%s': %s can not be converted to %s", at, found(t.Kind()), wanted(s, format))
	}
	return nil
}

// setScalar sets v from a token; false where that is none of the shape's values.
func setScalar(s *Shape, format TimeFormat, v reflect.Value, t jsontext.Token) bool {
	switch {
	case s.Kind == Boolean && (t.Kind() == 't' || t.Kind() == 'f'):
		v.SetBool(t.Bool())
		return true
	case t.Kind() == '0':
		return setNumber(s, format, v, t.String())
	case t.Kind() == '"':
		return setString(s, format, v, t.String())
	}
	return false
}

func setNumber(s *Shape, format TimeFormat, v reflect.Value, text string) bool {
	switch s.Kind {
	case Integer, Long:
		n, err := strconv.ParseInt(text, 10, v.Type().Bits())
		v.SetInt(n)
		return err == nil
	case Float, Double:
		f, err := strconv.ParseFloat(text, v.Type().Bits())
		v.SetFloat(f)
		return err == nil && !math.IsInf(f, 0)
	case Timestamp:
		t, ok := parseSeconds(text)
		v.Set(reflect.ValueOf(t))
		return ok && format.or(UnixTimestamp) == UnixTimestamp
	}
	return false
}

func setString(s *Shape, format TimeFormat, v reflect.Value, text string) bool {
	switch s.Kind {
	case String:
		v.SetString(text)
		return true
	case Blob:
		b, err := base64.StdEncoding.Strict().DecodeString(text)
		v.SetBytes(b)
		return err == nil
	case Timestamp:
		format = format.or(UnixTimestamp)
		t, ok := format.parse(text)
		v.Set(reflect.ValueOf(t))
		return ok && format != UnixTimestamp
	}
	return false
}

// found names a token as AWS's messages do.
func found(kind jsontext.Kind) string {
	switch kind {
	case '"':
		return "STRING_VALUE"
	case '0':
		return "NUMBER_VALUE"
	case 't':
		return "TRUE_VALUE"
	case 'f':
		return "FALSE_VALUE"
	case 'n':
		return "NULL_VALUE"
	case '[':
		return "START_ARRAY"
	case '{':
		return "START_OBJECT"
	}
	return "nothing"
}

// wanted names what a scalar must be.
func wanted(s *Shape, format TimeFormat) string {
	switch s.Kind {
	case String:
		return "a String"
	case Boolean:
		return "a Boolean"
	case Integer:
		return "an Integer"
	case Long:
		return "a Long"
	case Blob:
		return "a Blob: base64 is expected"
	case Timestamp:
		switch format.or(UnixTimestamp) {
		case ISO8601:
			return "a Timestamp: ISO 8601 is expected"
		case RFC822:
			return "a Timestamp: RFC 822 is expected"
		}
		return "a Timestamp: seconds since 1970 are expected"
	}
	return "a number"
}
