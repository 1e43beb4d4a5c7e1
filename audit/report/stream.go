package report

import (
	"bufio"
	"bytes"
	"encoding"
	"encoding/json"
	"io"
	"reflect"
	"strings"
)

// encode writes indented JSON, a piece at a time: a report of many thousand findings is never there as a whole text. What is
// written is what encoding/json writes. Characters of HTML stay as they are: no browser reads it as a page.
func encode(w io.Writer, v any) error {
	s := newStream(w)
	s.value(reflect.ValueOf(v), "", streamed)
	s.text("\n")
	return s.close()
}

// encodeLine writes JSON in one line.
func encodeLine(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// streamed is how many levels of objects and lists are taken apart; what lies deeper is small and written at once.
const streamed = 5

// stream writes values; the first error stays.
type stream struct {
	out  *bufio.Writer
	leaf bytes.Buffer
	err  error
}

func newStream(w io.Writer) *stream { return &stream{out: bufio.NewWriter(w)} }

func (s *stream) close() error {
	if s.err != nil {
		return s.err
	}
	return s.out.Flush()
}

func (s *stream) text(text string) {
	if s.err == nil {
		_, s.err = s.out.WriteString(text)
	}
}

// value writes one whose lines begin with indent.
func (s *stream) value(v reflect.Value, indent string, levels int) {
	for (v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface) && !v.IsNil() && !marshals(v) {
		v = v.Elem()
	}
	switch {
	case levels > 0 && v.Kind() == reflect.Struct && !marshals(v):
		s.object(v, indent, levels-1)
	case levels > 0 && v.Kind() == reflect.Slice && !v.IsNil() && v.Type().Elem().Kind() != reflect.Uint8 && !marshals(v):
		s.list(v, indent, levels-1)
	default:
		s.whole(v, indent)
	}
}

// marshals reports whether a value says itself how it is written.
func marshals(v reflect.Value) bool {
	t := v.Type()
	for _, own := range []reflect.Type{reflect.TypeFor[json.Marshaler](), reflect.TypeFor[encoding.TextMarshaler]()} {
		if t.Implements(own) || v.CanAddr() && reflect.PointerTo(t).Implements(own) {
			return true
		}
	}
	return false
}

func (s *stream) whole(v reflect.Value, indent string) {
	if s.err != nil {
		return
	}
	s.leaf.Reset()
	e := json.NewEncoder(&s.leaf)
	e.SetEscapeHTML(false)
	e.SetIndent(indent, "  ")
	var content any
	if v.IsValid() {
		content = v.Interface()
		if v.CanAddr() && marshals(v) {
			content = v.Addr().Interface()
		}
	}
	if s.err = e.Encode(content); s.err == nil {
		_, s.err = s.out.Write(bytes.TrimSuffix(s.leaf.Bytes(), []byte("\n")))
	}
}

func (s *stream) list(v reflect.Value, indent string, levels int) {
	for i := range v.Len() {
		s.begin("[", i == 0, indent)
		s.value(v.Index(i), indent+"  ", levels)
	}
	s.end("[", "]", v.Len() == 0, indent)
}

func (s *stream) object(v reflect.Value, indent string, levels int) {
	first := true
	s.members(v, func(name string, member reflect.Value) {
		s.begin("{", first, indent)
		first = false
		s.text(`"` + name + `": `)
		s.value(member, indent+"  ", levels)
	})
	s.end("{", "}", first, indent)
}

// begin writes what stands before a member or an item, end what stands behind the last.
func (s *stream) begin(open string, first bool, indent string) {
	if !first {
		open = ","
	}
	s.text(open + "\n" + indent + "  ")
}

func (s *stream) end(open, closing string, empty bool, indent string) {
	if empty {
		s.text(open + closing)
		return
	}
	s.text("\n" + indent + closing)
}

// members are the fields of a struct that are written, those of embedded structs among them.
func (s *stream) members(v reflect.Value, each func(name string, member reflect.Value)) {
	for i := range v.NumField() {
		f, member := v.Type().Field(i), v.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous && name == "" && member.Kind() == reflect.Struct:
			s.members(member, each)
		case !f.IsExported() || name == "-", strings.Contains(options, "omitempty") && empty(member), strings.Contains(options, "omitzero") && member.IsZero():
		case name == "":
			each(f.Name, member)
		default:
			each(name, member)
		}
	}
}

// empty is what omitempty leaves out.
func empty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Array, reflect.Map, reflect.Slice, reflect.String:
		return v.Len() == 0
	case reflect.Struct:
		return false
	default:
		return v.IsZero()
	}
}
