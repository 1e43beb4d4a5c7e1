package awsapi

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

const (
	// maxViolations is how many violations one error lists; the search ends there.
	maxViolations = 100
	// maxEcho is how long a refused value may be and still be printed; ARNs fit.
	maxEcho = 2048
)

const notNull = "Member must not be null"

// Validate checks in, a pointer to the operation's input type, against every constraint of the model. missing is what
// DecodeQuery returned; without it a required string that is empty counts as present. The error is a ValidationError, or the one that
// the operation has for the first violation's member. It lists all violations, up to a hundred, in AWS's words and the
// model's order.
//
// The length of a string counts UTF-16 units, as AWS's Java does: a character outside the basic plane counts twice.
func Validate(op *Operation, in any, missing Missing) error {
	v, err := target(op.Input, in)
	if err != nil {
		return err
	}
	c := checker{missing: missing, echo: op.Service.EchoesValues}
	c.structure(op.Input, v, nil)
	if len(c.found) == 0 {
		return nil
	}
	slices.SortStableFunc(c.found, func(a, b FieldError) int { return late(op, a) - late(op, b) })
	messages := make([]string, len(c.found))
	for i, f := range c.found {
		messages[i] = f.Message
	}
	head := "1 validation error"
	if len(c.found) > 1 {
		head = strconv.Itoa(len(c.found)) + " validation errors"
	}
	kind := ValidationError
	member, _, _ := strings.Cut(c.found[0].Path, ".")
	if own := op.Invalid[member]; own != nil {
		kind = own
	}
	return &Error{Kind: kind, Message: head + " detected: " + strings.Join(messages, "; "), Fields: c.found}
}

// late is 1 for the one place that AWS, against the model's order, names after all others. Source: a response recorded on
// AWS.
func late(op *Operation, f FieldError) int {
	if op.Name == "UpdateAccountPasswordPolicy" && f.Path == "maxPasswordAge" {
		return 1
	}
	return 0
}

type checker struct {
	missing Missing
	echo    bool
	found   []FieldError
}

func (c *checker) full() bool { return len(c.found) >= maxViolations }

// refuse adds a violation; value is what it is of, not valid for an absent one.
func (c *checker) refuse(s *Shape, v reflect.Value, at *path, constraint string) {
	if !c.full() {
		place := at.String()
		c.found = append(c.found, FieldError{place, "Value" + c.printed(s, v) + " at '" + place + "' failed to satisfy constraint: " + constraint})
	}
}

// printed is the value as the service's messages show it, behind a space; "" if they do not.
func (c *checker) printed(s *Shape, v reflect.Value) string {
	switch {
	case !c.echo:
		return ""
	case !v.IsValid():
		return " null"
	}
	text, ok := printable(s, v)
	if !ok || len(text) > maxEcho {
		return ""
	}
	return " '" + text + "'"
}

func printable(s *Shape, v reflect.Value) (string, bool) {
	if s.Sensitive {
		return "", false
	}
	switch s.Kind {
	case String:
		return v.String(), true
	case Integer, Long:
		return strconv.FormatInt(v.Int(), 10), true
	case Float, Double:
		return string(appendFloat(nil, v.Float(), v.Type().Bits())), true
	case List:
		if v.Len() > maxEcho {
			return "", false
		}
		parts := make([]string, v.Len())
		for i := range parts {
			var ok bool
			if parts[i], ok = printable(s.Member, v.Index(i)); !ok {
				return "", false
			}
		}
		return "[" + strings.Join(parts, ", ") + "]", true
	}
	return "", false
}

func (c *checker) structure(s *Shape, v reflect.Value, at *path) {
	for i := range s.Members {
		if c.full() {
			return
		}
		m := &s.Members[i]
		here := path{parent: at, name: m.Name}
		f, present := c.member(m, v.Field(i), &here)
		switch {
		case present:
			c.value(m.Shape, f, &here)
		case m.Required:
			c.refuse(m.Shape, reflect.Value{}, &here, notNull)
		}
	}
}

// member returns a member's value without its pointer, and whether it is there.
func (c *checker) member(m *Member, f reflect.Value, at *path) (reflect.Value, bool) {
	switch f.Kind() {
	case reflect.Pointer:
		return f.Elem(), !f.IsNil()
	case reflect.Slice, reflect.Map:
		return f, !f.IsNil()
	}
	return f, len(c.missing) == 0 || !f.IsZero() || !slices.Contains(c.missing, at.String())
}

// value checks a value that is there, and what it holds.
func (c *checker) value(s *Shape, v reflect.Value, at *path) {
	for _, rule := range rules {
		if message := rule(s, v); message != "" {
			c.refuse(s, v, at, message)
		}
	}
	switch s.Kind {
	case Structure:
		c.structure(s, v, at)
	case List:
		c.list(s, v, at)
	case Map:
		c.dictionary(s, v, at)
	}
}

// list checks the elements. Lists of plain values have one violation for all elements, at the list, which names every
// constraint of an element; AWS answers so.
func (c *checker) list(s *Shape, v reflect.Value, at *path) {
	plain := isScalar(s.Member)
	for i := range v.Len() {
		switch {
		case c.full():
			return
		case !plain:
			c.value(s.Member, v.Index(i), &path{parent: at, index: i + 1})
		case !satisfies(s.Member, v.Index(i)):
			c.refuse(s, v, at, "Member must satisfy constraint: "+constraints(s.Member))
			return
		}
	}
}

func (c *checker) dictionary(s *Shape, v reflect.Value, at *path) {
	badKey, badValue := false, false
	for _, k := range sortedKeys(v) {
		value := v.MapIndex(k)
		badKey = badKey || !satisfies(s.Key, k)
		if isScalar(s.Value) {
			badValue = badValue || !satisfies(s.Value, value)
			continue
		}
		c.value(s.Value, value, &path{parent: at, name: k.String()})
	}
	if badKey {
		c.refuse(s, v, at, "Map keys must satisfy constraint: "+constraints(s.Key))
	}
	if badValue {
		c.refuse(s, v, at, "Map value must satisfy constraint: "+constraints(s.Value))
	}
}

func isScalar(s *Shape) bool { return s.Kind != Structure && s.Kind != List && s.Kind != Map }

func satisfies(s *Shape, v reflect.Value) bool {
	for _, rule := range rules {
		if rule(s, v) != "" {
			return false
		}
	}
	return true
}

// rules are the kinds of constraint, in the order in which AWS lists them. Each returns what the value must be, or "" if
// it is that.
var rules = [...]func(*Shape, reflect.Value) string{
	func(s *Shape, v reflect.Value) string {
		if s.Max == nil || !above(s, v, *s.Max) {
			return ""
		}
		return maxMessage(s)
	},
	func(s *Shape, v reflect.Value) string {
		if s.Min == nil || !below(s, v, *s.Min) {
			return ""
		}
		return minMessage(s)
	},
	func(s *Shape, v reflect.Value) string {
		if s.Pattern == nil || s.Kind != String || s.Pattern.Match(v.String()) {
			return ""
		}
		return patternMessage(s)
	},
	func(s *Shape, v reflect.Value) string {
		if s.Enum == nil || s.Kind != String || slices.Contains(s.Enum, v.String()) {
			return ""
		}
		return enumMessage(s)
	},
}

// constraints lists all that a shape asks of its value.
func constraints(s *Shape) string {
	var all []string
	if s.Max != nil {
		all = append(all, maxMessage(s))
	}
	if s.Min != nil {
		all = append(all, minMessage(s))
	}
	if s.Pattern != nil {
		all = append(all, patternMessage(s))
	}
	if s.Enum != nil {
		all = append(all, enumMessage(s))
	}
	return "[" + strings.Join(append(all, notNull), ", ") + "]"
}

func maxMessage(s *Shape) string {
	return fmt.Sprintf("Member must have %s less than or equal to %d", measure(s), *s.Max)
}

func minMessage(s *Shape) string {
	return fmt.Sprintf("Member must have %s greater than or equal to %d", measure(s), *s.Min)
}

func patternMessage(s *Shape) string {
	return "Member must satisfy regular expression pattern: " + s.Pattern.String()
}

func enumMessage(s *Shape) string {
	return "Member must satisfy enum value set: [" + strings.Join(s.Enum, ", ") + "]"
}

// measure is what min and max are about.
func measure(s *Shape) string {
	switch s.Kind {
	case Integer, Long, Float, Double:
		return "value"
	}
	return "length"
}

func above(s *Shape, v reflect.Value, limit int64) bool {
	switch s.Kind {
	case Integer, Long:
		return v.Int() > limit
	case Float, Double:
		return v.Float() > float64(limit)
	}
	return length(s, v) > limit
}

func below(s *Shape, v reflect.Value, limit int64) bool {
	switch s.Kind {
	case Integer, Long:
		return v.Int() < limit
	case Float, Double:
		return v.Float() < float64(limit)
	}
	return length(s, v) < limit
}

// length of a string in UTF-16 units, of a blob in bytes, of a list or map in members; 0 for what has none.
func length(s *Shape, v reflect.Value) int64 {
	switch s.Kind {
	case String:
		n := int64(0)
		for _, r := range v.String() {
			n++
			if r > 0xFFFF {
				n++
			}
		}
		return n
	case Blob, List, Map:
		return int64(v.Len())
	}
	return 0
}
