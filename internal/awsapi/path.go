package awsapi

import (
	"strconv"
	"unicode"
	"unicode/utf8"
)

// path is where a value stands in an input. It is spelled out only when something is wrong there.
type path struct {
	parent *path
	name   string // of a member; "" for an element of a list
	index  int    // of an element, counted from 1
}

// String spells the path as AWS's validation errors do: tags.1.member.key
func (p *path) String() string { return string(p.append(nil)) }

func (p *path) append(b []byte) []byte {
	if p == nil {
		return b
	}
	b = p.parent.append(b)
	if len(b) > 0 {
		b = append(b, '.')
	}
	if p.name == "" {
		return append(strconv.AppendInt(b, int64(p.index), 10), ".member"...)
	}
	return append(b, lowerFirst(p.name)...)
}

// lowerFirst writes a member's name as validation errors and trail records do; only the first letter changes.
func lowerFirst(name string) string {
	r, n := utf8.DecodeRuneInString(name)
	if unicode.IsLower(r) {
		return name
	}
	return string(unicode.ToLower(r)) + name[n:]
}
