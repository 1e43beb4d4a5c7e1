package awsapi

import (
	"reflect"
	"slices"
	"strings"
)

// DecodeRESTJSON fills in, a pointer to the operation's input type, from a request of the REST-JSON protocol. Parameters,
// headers and members of the body that the operation does not have are ignored, as AWS does. What cannot be read as the
// model says is refused with SerializationException, a body in another form than JSON's with
// UnsupportedMediaTypeException, and both leave in half filled; constraints are Validate's.
func DecodeRESTJSON(op *Operation, r *Request, in any) (Missing, error) {
	v, err := target(op.Input, in)
	if err != nil {
		return nil, err
	}
	labels, ok := op.Binding.URI.labels(r.Path)
	if !ok || r.Method != op.Binding.Method {
		return nil, UnknownOperation.New("The request is none for %s.", op.Name)
	}
	query, err := parseQuery(r.Query)
	if err != nil {
		return nil, err
	}
	d := restDecoder{input: op.Input, labels: labels, query: query, request: r}
	if err := d.bindings(op.Input, v); err != nil {
		return nil, err
	}
	return d.missing, d.body(op.Input, v)
}

type restDecoder struct {
	input   *Shape
	labels  map[string]string
	query   []Param
	request *Request
	missing Missing
}

// parseQuery reads the parameters of a query in their order. Those of a signature are none of the operation's.
func parseQuery(query string) ([]Param, error) {
	if strings.Count(query, "&") >= maxParams {
		return nil, Serialization.New("The request has too many parameters.")
	}
	var params []Param
	for pair := range strings.SplitSeq(query, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		name, ok1 := unescape(name, '+')
		value, ok2 := unescape(value, '+')
		if !ok1 || !ok2 {
			return nil, Serialization.New("The request has a percent sign that is not followed by two hexadecimal digits.")
		}
		if !strings.HasPrefix(name, "X-Amz-") {
			params = append(params, Param{name, value})
		}
	}
	return params, nil
}

// bound reports whether a parameter of the query has a member of its own.
func (d *restDecoder) bound(name string) bool {
	return slices.ContainsFunc(d.input.Members, func(m Member) bool {
		return m.Location == InQuery && m.Shape.Kind != Map && m.wireName() == name
	})
}

// bindings fills the members outside the body.
func (d *restDecoder) bindings(s *Shape, v reflect.Value) error {
	for i := range s.Members {
		m := &s.Members[i]
		if m.Location == InBody || m.Location == AsPayload {
			continue
		}
		at := &path{name: m.Name}
		found, err := d.binding(m, v.Field(i), at)
		if err != nil {
			return err
		}
		if !found && m.Required {
			d.missing = append(d.missing, at.String())
		}
	}
	return nil
}

func (d *restDecoder) binding(m *Member, v reflect.Value, at *path) (found bool, err error) {
	switch m.Location {
	case InLabel:
		return true, fillText(m.Shape, ISO8601, v, d.labels[m.wireName()], at)
	case InQuery:
		if m.Shape.Kind == Map {
			return d.queryMap(m.Shape, v, at)
		}
		return fillTexts(m.Shape, ISO8601, v, d.parameters(m.wireName()), at)
	case InHeader:
		values := d.request.Header[canonicalHeader(m.wireName())]
		if m.Shape.Kind == List {
			values = splitHeader(values, m.Shape.Member)
		}
		return fillTexts(m.Shape, RFC822, v, values, at)
	default:
		return d.headerMap(m, v, at)
	}
}

func (d *restDecoder) parameters(name string) []string {
	var values []string
	for _, p := range d.query {
		if p.Name == name {
			values = append(values, p.Value)
		}
	}
	return values
}

// queryMap takes every parameter that has no member of its own.
func (d *restDecoder) queryMap(s *Shape, v reflect.Value, at *path) (found bool, err error) {
	values := map[string][]string{}
	for _, p := range d.query {
		if !d.bound(p.Name) {
			values[p.Name] = append(values[p.Name], p.Value)
		}
	}
	return fillMap(s, ISO8601, v, values, at)
}

// headerMap takes every header with the member's prefix; the keys are what follows it, in lower case.
func (d *restDecoder) headerMap(m *Member, v reflect.Value, at *path) (found bool, err error) {
	prefix := strings.ToLower(m.wireName())
	values := map[string][]string{}
	for name, all := range d.request.Header {
		if key, ok := strings.CutPrefix(strings.ToLower(name), prefix); ok && key != "" {
			values[key] = all
		}
	}
	return fillMap(m.Shape, RFC822, v, values, at)
}

func fillMap(s *Shape, place TimeFormat, v reflect.Value, values map[string][]string, at *path) (found bool, err error) {
	if len(values) == 0 {
		return false, nil
	}
	v.Set(reflect.MakeMapWithSize(v.Type(), len(values)))
	for name, texts := range values {
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		here := &path{parent: at, name: name}
		if err := fillText(s.Key, place, key, name, here); err != nil {
			return false, err
		}
		if _, err := fillTexts(s.Value, place, value, texts, here); err != nil {
			return false, err
		}
		v.SetMapIndex(key, value)
	}
	return true, nil
}

// fillTexts fills a list from all values, anything else from the only one.
func fillTexts(s *Shape, place TimeFormat, v reflect.Value, values []string, at *path) (found bool, err error) {
	switch {
	case len(values) == 0:
		return false, nil
	case s.Kind != List && len(values) > 1:
		return false, Serialization.New("Value at '%s' is given more than once", at)
	case s.Kind != List:
		return true, fillText(s, place, v, values[0], at)
	case len(values) > maxMembers:
		return false, Serialization.New("Value at '%s' has more than %d members", at, maxMembers)
	}
	v.Set(reflect.MakeSlice(v.Type(), len(values), len(values)))
	for i, text := range values {
		if err := fillText(s.Member, place, v.Index(i), text, &path{parent: at, index: i + 1}); err != nil {
			return false, err
		}
	}
	return true, nil
}

func fillText(s *Shape, place TimeFormat, v reflect.Value, text string, at *path) error {
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	if s.Kind == Timestamp {
		t, ok := s.Time.or(place).parse(text)
		if !ok {
			return Serialization.New("Value at '%s' is not a timestamp of the form that this operation takes", at)
		}
		v.Set(reflect.ValueOf(t))
		return nil
	}
	if err := parseScalar(s, v, text); err != nil {
		return Serialization.New("Value at '%s' %s", at, err)
	}
	return nil
}

// body fills what the body carries.
func (d *restDecoder) body(s *Shape, v reflect.Value) error {
	for i := range s.Members {
		if m := &s.Members[i]; m.Location == AsPayload {
			return d.payload(m, v.Field(i))
		}
	}
	j := jsonDecoder{text: d.request.Body}
	if len(d.request.Body) == 0 {
		j.text = []byte("{}")
	} else if err := d.wantsJSON(); err != nil {
		return err
	}
	err := j.whole(func() error { return j.structure(s, v, nil) })
	d.missing = append(d.missing, j.missing...)
	return err
}

// payload fills a member that is the whole body: JSON, or the bytes themselves.
func (d *restDecoder) payload(m *Member, v reflect.Value) error {
	at := &path{name: m.Name}
	body := d.request.Body
	if len(body) == 0 {
		if m.Required {
			d.missing = append(d.missing, at.String())
		}
		return nil
	}
	switch m.Shape.Kind {
	case Blob:
		v.SetBytes(body)
		return nil
	case String:
		return fillText(m.Shape, 0, v, string(body), at)
	}
	if err := d.wantsJSON(); err != nil {
		return err
	}
	j := jsonDecoder{text: body}
	err := j.whole(func() error { return j.present(m.Shape, m.Shape.Time, v, at) })
	d.missing = append(d.missing, j.missing...)
	return err
}

// wantsJSON refuses a body that says of itself that it is something else than JSON.
func (d *restDecoder) wantsJSON() error {
	if d.request.hasType(jsonType) {
		return nil
	}
	return UnsupportedMediaType.New("The Content-Type of this request must be application/json, in UTF-8.")
}
