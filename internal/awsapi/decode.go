package awsapi

import (
	"fmt"
	"reflect"
	"slices"
	"sort"
	"strings"
)

const (
	// maxMembers is how many members a list or map may have in a request.
	maxMembers = 10_000
	// maxDepth is how deep lists and structures may nest in a request; AWS's models stay below ten.
	maxDepth = 32
)

// Missing names the required members that a request did not carry, by path, where the Go type cannot tell absent from
// empty. DecodeQuery makes it for Validate.
type Missing []string

// DecodeQuery fills in, a pointer to the operation's input type, from a request of the query protocol. Parameters that
// the operation does not have are ignored, as AWS does. What cannot be read as the model says is refused with
// MalformedInput and leaves in half filled; constraints are Validate's.
func DecodeQuery(op *Operation, form Form, in any) (Missing, error) {
	v, err := target(op.Input, in)
	if err != nil {
		return nil, err
	}
	d := decoder{}
	if err := d.structure(op.Input, v, node{children: form.params}, nil, 0); err != nil {
		return nil, err
	}
	return d.missing, nil
}

// target checks that p points to the Go type of shape, and returns the value that it points to.
func target(shape *Shape, p any) (reflect.Value, error) {
	v := reflect.ValueOf(p)
	if v.Kind() != reflect.Pointer || v.IsNil() || v.Type().Elem() != shape.GoType {
		return reflect.Value{}, fmt.Errorf("awsapi: %s needs a *%s, got %T", shape.Name, shape.GoType, p)
	}
	return v.Elem(), nil
}

type decoder struct {
	missing Missing
}

// node is what a request says at one place: its own value, and the parameters below it.
type node struct {
	value    *string
	children []Param
	skip     int // length of the name before the children's own part
}

func (n node) absent() bool { return n.value == nil && len(n.children) == 0 }

// child returns what stands at name below n. Parameters are sorted, so that all with one prefix are neighbours.
func (n node) child(name string) node {
	var c node
	at := n.search(func(rest string) int { return strings.Compare(rest, name) })
	if at < len(n.children) && n.children[at].Name[n.skip:] == name {
		c.value = &n.children[at].Value
	}
	from := n.search(func(rest string) int { return compareBelow(rest, name) })
	to := from
	for to < len(n.children) && compareBelow(n.children[to].Name[n.skip:], name) == 0 {
		to++
	}
	c.children, c.skip = n.children[from:to], n.skip+len(name)+1
	return c
}

func (n node) search(compare func(rest string) int) int {
	return sort.Search(len(n.children), func(i int) bool { return compare(n.children[i].Name[n.skip:]) >= 0 })
}

// compareBelow orders rest against the names that begin with name and a dot; 0 means that it is one of them.
func compareBelow(rest, name string) int {
	head := rest[:min(len(rest), len(name))]
	if c := strings.Compare(head, name); c != 0 {
		return c
	}
	if len(rest) == len(name) {
		return -1
	}
	return int(rest[len(name)]) - '.'
}

// structure fills v, of the shape's Go type.
func (d *decoder) structure(s *Shape, v reflect.Value, n node, at *path, depth int) error {
	if depth > maxDepth {
		return MalformedInput.New("Value at '%s' is nested too deeply", at)
	}
	for i := range s.Members {
		m := &s.Members[i]
		c := n.child(m.Name)
		if c.absent() {
			if m.Required && len(d.missing) < maxViolations {
				d.missing = append(d.missing, (&path{parent: at, name: m.Name}).String())
			}
			continue
		}
		if err := d.value(m.Shape, v.Field(i), c, &path{parent: at, name: m.Name}, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// value fills v from a node that is there.
func (d *decoder) value(s *Shape, v reflect.Value, n node, at *path, depth int) error {
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	switch s.Kind {
	case Structure, List, Map:
		// An empty value is how clients write an empty list.
		if n.value != nil && *n.value != "" {
			return MalformedInput.New("Value at '%s' found where a list, structure or map is expected", at)
		}
		switch s.Kind {
		case List:
			return d.list(s, v, n, at, depth)
		case Map:
			return d.dictionary(s, v, n, at, depth)
		default:
			return d.structure(s, v, n, at, depth)
		}
	}
	if len(n.children) > 0 {
		return MalformedInput.New("Start of list found where not expected")
	}
	if err := parseScalar(s, v, *n.value); err != nil {
		return MalformedInput.New("Value at '%s' %s", at, err)
	}
	return nil
}

func (d *decoder) list(s *Shape, v reflect.Value, n node, at *path, depth int) error {
	elements, err := n.elements("member")
	if err != nil {
		return err
	}
	v.Set(reflect.MakeSlice(v.Type(), len(elements), len(elements)))
	for i, e := range elements {
		if err := d.value(s.Member, v.Index(i), e.node, &path{parent: at, index: i + 1}, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (d *decoder) dictionary(s *Shape, v reflect.Value, n node, at *path, depth int) error {
	entries, err := n.elements("entry")
	if err != nil {
		return err
	}
	v.Set(reflect.MakeMapWithSize(v.Type(), len(entries)))
	for _, e := range entries {
		key := reflect.New(v.Type().Key()).Elem()
		value := reflect.New(v.Type().Elem()).Elem()
		k, val := e.child("key"), e.child("value")
		if k.absent() || val.absent() {
			return MalformedInput.New("Value at '%s' has an entry without a key or a value", at)
		}
		if err := d.value(s.Key, key, k, at, depth+1); err != nil {
			return err
		}
		if err := d.value(s.Value, value, val, &path{parent: at, name: key.String()}, depth+1); err != nil {
			return err
		}
		if v.MapIndex(key).IsValid() {
			return MalformedInput.New("Value at '%s' has a key more than once", at)
		}
		v.SetMapIndex(key, value)
	}
	return nil
}

// element is a member of a list or an entry of a map.
type element struct {
	index int
	node
}

// elements groups what stands below n by number, in the order of the numbers; gaps close. Every name must read
// word.NUMBER: a list written in another form is refused, never taken for an absent one.
func (n node) elements(word string) ([]element, error) {
	var all []element
	for rest := n.children; len(rest) > 0; {
		digits, ok := strings.CutPrefix(rest[0].Name[n.skip:], word+".")
		if !ok {
			return nil, MalformedInput.New("Top level element may not be treated as a list")
		}
		digits, _, _ = strings.Cut(digits, ".")
		index, ok := parseIndex(digits)
		if !ok {
			return nil, MalformedInput.New("A number in a parameter's name is not a whole number from 1 to 999999999")
		}
		if len(all) == maxMembers {
			return nil, MalformedInput.New("A list has more than %d members", maxMembers)
		}
		e := node{children: rest, skip: n.skip}.child(word + "." + digits)
		taken := len(e.children)
		if e.value != nil {
			taken++
		}
		all = append(all, element{index, e})
		rest = rest[taken:]
	}
	slices.SortFunc(all, func(a, b element) int { return a.index - b.index })
	return all, nil
}

// parseIndex reads the number of a member. One number has one spelling, so that no member can be given twice.
func parseIndex(s string) (int, bool) {
	if s == "" || len(s) > 9 || s[0] == '0' {
		return 0, false
	}
	n := 0
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, true
}
