package awsapi

import (
	"slices"
	"strings"
)

// maxParams is how many parameters a request may carry: two for each member of the longest list, and room to spare.
const maxParams = 1 << 15

// Param is one parameter of a query request, decoded.
type Param struct{ Name, Value string }

// Form holds the parameters of a query request, sorted by name, each name once. Only ParseForm makes one; the zero Form is
// empty.
type Form struct{ params []Param }

// Len is the number of parameters.
func (f Form) Len() int { return len(f.params) }

// Get returns the value of a parameter and whether it is there.
func (f Form) Get(name string) (value string, ok bool) {
	i, ok := slices.BinarySearchFunc(f.params, name, func(p Param, name string) int { return strings.Compare(p.Name, name) })
	if !ok {
		return "", false
	}
	return f.params[i].Value, true
}

// Has reports whether there is a parameter of that name, or one that stands below it: "List" for "List.member.1".
func (f Form) Has(name string) bool {
	return !node{children: f.params}.child(name).absent()
}

// ParseForm reads the parameters of a raw query string and of an application/x-www-form-urlencoded body. A + is a space in
// the body, and itself in the query string, where the signature reads it so.
//
// Strict, because two readings of one request are two requests: a bad escape, a parameter that stands twice, in one or in
// both places, and more than 32,768 parameters are refused with MalformedQueryString.
func ParseForm(query, body string) (Form, error) {
	n := strings.Count(query, "&") + strings.Count(body, "&") + 2
	if n > maxParams {
		return Form{}, MalformedQueryString.New("The request has too many parameters.")
	}
	params := make([]Param, 0, n)
	for _, part := range []struct {
		text string
		plus byte
	}{{query, '+'}, {body, ' '}} {
		for pair := range strings.SplitSeq(part.text, "&") {
			if pair == "" {
				continue
			}
			name, value, _ := strings.Cut(pair, "=")
			name, ok1 := unescape(name, part.plus)
			value, ok2 := unescape(value, part.plus)
			if !ok1 || !ok2 {
				return Form{}, MalformedQueryString.New("The request has a percent sign that is not followed by two hexadecimal digits.")
			}
			params = append(params, Param{name, value})
		}
	}
	slices.SortFunc(params, func(a, b Param) int { return strings.Compare(a.Name, b.Name) })
	for i := 1; i < len(params); i++ {
		if params[i].Name == params[i-1].Name {
			return Form{}, MalformedQueryString.New("The request has a parameter more than once.")
		}
	}
	return Form{params}, nil
}

// unescape undoes percent-encoding; plus is what a + stands for.
func unescape(s string, plus byte) (string, bool) {
	if strings.IndexByte(s, '%') < 0 && (plus == '+' || strings.IndexByte(s, '+') < 0) {
		return s, true
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case '%':
			if i+2 >= len(s) {
				return "", false
			}
			hi, lo := unhex(s[i+1]), unhex(s[i+2])
			if hi > 15 || lo > 15 {
				return "", false
			}
			b = append(b, hi<<4|lo)
			i += 2
		case '+':
			b = append(b, plus)
		default:
			b = append(b, c)
		}
	}
	return string(b), true
}

// unhex returns the value of a hexadecimal digit, or 255.
func unhex(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10
	}
	return 255
}
