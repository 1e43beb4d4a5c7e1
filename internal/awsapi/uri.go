package awsapi

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// URI is the template of a path with labels, /analyzer/{analyzerName}. A label stands for one segment of the path, which
// is not empty; a greedy one, {key+}, for one or more.
type URI struct {
	text     string
	segments []segment
	greedy   int // place of the greedy label, -1 where there is none
}

// segment is a literal, or a label where literal is "" and name is not.
type segment struct {
	literal, name string
	greedy        bool
}

// rank orders segments by how few paths they match.
func (s segment) rank() int {
	switch {
	case s.greedy:
		return 2
	case s.name != "":
		return 1
	}
	return 0
}

// NewURI reads a template. One that is none is a mistake in generated code and panics when the program starts.
func NewURI(template string) *URI {
	u, err := parseURI(template)
	if err != nil {
		panic(err)
	}
	return u
}

func parseURI(template string) (*URI, error) {
	rest, ok := strings.CutPrefix(template, "/")
	if !ok || strings.ContainsAny(template, "?#") {
		return nil, fmt.Errorf("awsapi: %q is no template of a path", template)
	}
	u := &URI{text: template, greedy: -1}
	for part := range strings.SplitSeq(rest, "/") {
		s := segment{literal: part}
		if strings.ContainsAny(part, "{}+") {
			inner, ok := strings.CutPrefix(part, "{")
			inner, ok2 := strings.CutSuffix(inner, "}")
			s = segment{}
			s.name, s.greedy = strings.CutSuffix(inner, "+")
			if !ok || !ok2 || s.name == "" || strings.ContainsAny(s.name, "{}+") || slices.ContainsFunc(u.segments, func(o segment) bool { return o.name == s.name }) {
				return nil, fmt.Errorf("awsapi: %q has a label that is none, or twice", template)
			}
		}
		if s.greedy {
			if u.greedy >= 0 {
				return nil, fmt.Errorf("awsapi: %q has two greedy labels", template)
			}
			u.greedy = len(u.segments)
		}
		u.segments = append(u.segments, s)
	}
	return u, nil
}

// String is the template.
func (u *URI) String() string { return u.text }

// Compare orders templates so that of two that match one path the more specific comes first: a literal before a label,
// a label before a greedy one, by the first segment in which they differ.
func (u *URI) Compare(v *URI) int {
	return slices.CompareFunc(u.segments, v.segments, func(a, b segment) int {
		return cmp.Or(a.rank()-b.rank(), strings.Compare(a.literal, b.literal))
	})
}

// Match reports whether a path as it was received, not decoded, is one of the template's. A literal has one spelling:
// an escape in it is another path.
func (u *URI) Match(path string) bool {
	return u.walk(path, func(_, part string) bool {
		_, ok := unescape(part, '+')
		return ok
	})
}

// labels gives the decoded values of the labels by name; ok is false where the path is none of the template's.
func (u *URI) labels(path string) (values map[string]string, ok bool) {
	ok = u.walk(path, func(name, part string) bool {
		value, ok := unescape(part, '+')
		if values == nil {
			values = make(map[string]string, 4)
		}
		values[name] = value
		return ok
	})
	return values, ok
}

// walk gives label the part of the path that stands for each label. It ends with false where the path is none of the
// template's or label is false.
func (u *URI) walk(path string, label func(name, part string) bool) bool {
	rest, ok := strings.CutPrefix(path, "/")
	extra := strings.Count(rest, "/") + 1 - len(u.segments) // for the greedy label, beyond its first
	if !ok || extra < 0 || extra > 0 && u.greedy < 0 {
		return false
	}
	for i, s := range u.segments {
		n := 1
		if i == u.greedy {
			n += extra
		}
		var part string
		part, rest = cutSegments(rest, n)
		switch {
		case s.name == "" && part != s.literal, s.name != "" && part == "":
			return false
		case s.name != "" && !label(s.name, part):
			return false
		}
	}
	return true
}

// cutSegments cuts off the first n segments and the slash behind them.
func cutSegments(path string, n int) (head, rest string) {
	for i := 0; i < len(path); i++ {
		if path[i] != '/' {
			continue
		}
		if n--; n == 0 {
			return path[:i], path[i+1:]
		}
	}
	return path, ""
}
