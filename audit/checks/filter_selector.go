package checks

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// selector is the way to a field: member names and places in lists. The way "$" itself is empty.
type selector []step

type step struct {
	name  string // of a member, unless it is a place in a list
	list  bool
	every bool // [*]
	index int
}

// selector reads $.a.b[0].c, $.a[*] or $['a']['b'].
func (p *filterParser) selector() (selector, error) {
	if !p.take("$") {
		return nil, fmt.Errorf("a field begins with $, not with %q", p.rest)
	}
	var path selector
	for {
		switch {
		case strings.HasPrefix(p.rest, "."):
			name := p.rest[1:]
			name = name[:strings.IndexAny(name+" ", " \t\n\r.[=!<>()&|")]
			if name == "" {
				return nil, errors.New("a field without a name")
			}
			p.rest = p.rest[1+len(name):]
			path = append(path, step{name: name})
		case strings.HasPrefix(p.rest, "["):
			inside, after, ok := strings.Cut(p.rest[1:], "]")
			if !ok {
				return nil, errors.New("a bracket is not closed")
			}
			s, err := bracket(strings.TrimSpace(inside))
			if err != nil {
				return nil, err
			}
			p.rest, path = after, append(path, s)
		default:
			return path, nil
		}
	}
}

func bracket(text string) (step, error) {
	if text == "*" {
		return step{list: true, every: true}, nil
	}
	if n := len(text); n > 2 && (text[0] == '\'' || text[0] == '"') && text[n-1] == text[0] {
		return step{name: text[1 : n-1]}, nil
	}
	i, err := strconv.Atoi(text)
	if err != nil || i < 0 {
		return step{}, fmt.Errorf("[%s] is no place in a list", text)
	}
	return step{list: true, index: i}, nil
}

// some is the pattern that one of the values that the way leads to fulfils a condition.
func (path selector) some(is func(v any) bool) filterPattern {
	return func(r *record) bool {
		for _, v := range values(r.fields, path) {
			if is(v) {
				return true
			}
		}
		return false
	}
}

// values are what a way leads to.
func values(from any, path selector) []any {
	if len(path) == 0 {
		return []any{from}
	}
	s, rest := path[0], path[1:]
	if !s.list {
		object, _ := from.(map[string]any)
		if v, ok := object[s.name]; ok {
			return values(v, rest)
		}
		return nil
	}
	list, _ := from.([]any)
	if !s.every {
		if s.index >= len(list) {
			return nil
		}
		return values(list[s.index], rest)
	}
	var all []any
	for _, v := range list {
		all = append(all, values(v, rest)...)
	}
	return all
}
