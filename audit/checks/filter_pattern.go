package checks

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// filterPattern decides whether a metric filter matches a record. Source: Amazon CloudWatch Logs User Guide, "Filter pattern
// syntax for metric filters": patterns for JSON, and for terms. Patterns for space-delimited lines never match a record.
type filterPattern func(r *record) bool

// record is a line of a trail's log group.
type record struct {
	text   string
	fields any
}

func newRecord(text string) (*record, error) {
	r := &record{text: text}
	return r, json.Unmarshal([]byte(text), &r.fields)
}

// maxFilterPattern is more than CloudWatch Logs takes, in bytes.
const maxFilterPattern = 4096

// maxFilterDepth bounds the parentheses within each other.
const maxFilterDepth = 100

// parseFilterPattern reads a pattern. An error says that it is none, or none that is understood here.
func parseFilterPattern(text string) (filterPattern, error) {
	if len(text) > maxFilterPattern {
		return nil, fmt.Errorf("longer than %d bytes", maxFilterPattern)
	}
	text = strings.TrimSpace(text)
	switch {
	case strings.HasPrefix(text, "{") && strings.HasSuffix(text, "}") && len(text) > 1:
		p := filterParser{rest: text[1 : len(text)-1]}
		return p.whole()
	case strings.HasPrefix(text, "{"):
		return nil, errors.New("the brace is not closed")
	case strings.HasPrefix(text, "["):
		return func(*record) bool { return false }, nil
	}
	return termPattern(text)
}

// termPattern reads words: all must be there, of those with a question mark one, and none with a minus sign.
func termPattern(text string) (filterPattern, error) {
	var all, some, none []string
	for {
		text = strings.TrimLeft(text, " \t\n\r")
		if text == "" {
			break
		}
		to := &all
		switch text[0] {
		case '?':
			to, text = &some, text[1:]
		case '-':
			to, text = &none, text[1:]
		}
		var word string
		if strings.HasPrefix(text, `"`) {
			end := strings.IndexByte(text[1:], '"')
			if end < 0 {
				return nil, errors.New("a quotation mark is not closed")
			}
			word, text = text[1:end+1], text[end+2:]
		} else {
			end := strings.IndexAny(text+" ", " \t\n\r")
			word, text = text[:end], text[end:]
		}
		*to = append(*to, word)
	}
	return func(r *record) bool {
		in := func(word string) bool { return strings.Contains(r.text, word) }
		return !slices.ContainsFunc(all, func(w string) bool { return !in(w) }) && !slices.ContainsFunc(none, in) &&
			(len(some) == 0 || slices.ContainsFunc(some, in))
	}, nil
}

// filterParser reads the expression between the braces of a JSON pattern.
type filterParser struct {
	rest  string
	depth int
}

func (p *filterParser) whole() (filterPattern, error) {
	f, err := p.or()
	if err == nil && p.peek() != "" {
		err = fmt.Errorf("%q is not expected", p.rest)
	}
	return f, err
}

// peek gives what comes next, without white space before it.
func (p *filterParser) peek() string {
	p.rest = strings.TrimLeft(p.rest, " \t\n\r")
	return p.rest
}

func (p *filterParser) take(prefix string) bool {
	if !strings.HasPrefix(p.peek(), prefix) {
		return false
	}
	p.rest = p.rest[len(prefix):]
	return true
}

func (p *filterParser) or() (filterPattern, error) {
	return p.chain("||", p.and, func(f, g filterPattern) filterPattern {
		return func(r *record) bool { return f(r) || g(r) }
	})
}

func (p *filterParser) and() (filterPattern, error) {
	return p.chain("&&", p.primary, func(f, g filterPattern) filterPattern {
		return func(r *record) bool { return f(r) && g(r) }
	})
}

func (p *filterParser) chain(operator string, one func() (filterPattern, error), join func(f, g filterPattern) filterPattern) (filterPattern, error) {
	f, err := one()
	for err == nil && p.take(operator) {
		var g filterPattern
		if g, err = one(); err == nil {
			f = join(f, g)
		}
	}
	return f, err
}

func (p *filterParser) primary() (filterPattern, error) {
	if !p.take("(") {
		return p.comparison()
	}
	if p.depth++; p.depth > maxFilterDepth {
		return nil, fmt.Errorf("more than %d parentheses within each other", maxFilterDepth)
	}
	f, err := p.or()
	p.depth--
	if err == nil && !p.take(")") {
		err = errors.New("a parenthesis is not closed")
	}
	return f, err
}

func (p *filterParser) comparison() (filterPattern, error) {
	path, err := p.selector()
	if err != nil {
		return nil, err
	}
	switch {
	case p.words("NOT", "EXISTS"):
		return func(r *record) bool { return len(values(r.fields, path)) == 0 }, nil
	case p.words("EXISTS"):
		return func(r *record) bool { return len(values(r.fields, path)) > 0 }, nil
	case p.words("IS", "NULL"):
		return path.some(func(v any) bool { return v == nil }), nil
	case p.words("IS", "TRUE"):
		return path.some(func(v any) bool { return v == true }), nil
	case p.words("IS", "FALSE"):
		return path.some(func(v any) bool { return v == false }), nil
	}
	for _, operator := range []string{"!=", "<=", ">=", "=", "<", ">"} {
		if p.take(operator) {
			return p.operand(path, operator)
		}
	}
	return nil, fmt.Errorf("no operator before %q", p.rest)
}

// words takes key words, which are written in any case.
func (p *filterParser) words(all ...string) bool {
	before := p.rest
	for _, w := range all {
		rest := p.peek()
		if len(rest) < len(w) || !strings.EqualFold(rest[:len(w)], w) || len(rest) > len(w) && !strings.ContainsRune(" \t\n\r)&|", rune(rest[len(w)])) {
			p.rest = before
			return false
		}
		p.rest = rest[len(w):]
	}
	return true
}

// operand reads the value that fields are compared with. A field that is not there compares with nothing.
func (p *filterParser) operand(path selector, operator string) (filterPattern, error) {
	text, quoted, err := p.value()
	if err != nil {
		return nil, err
	}
	if number, err := strconv.ParseFloat(text, 64); err == nil && !quoted {
		return path.some(func(v any) bool { return compareNumber(v, operator, number) }), nil
	}
	if operator != "=" && operator != "!=" {
		return nil, fmt.Errorf("%s needs a number, not %q", operator, text)
	}
	match := func(s string) bool { return glob(text, s) }
	if !quoted && len(text) > 1 && strings.HasPrefix(text, "%") && strings.HasSuffix(text, "%") {
		expression, err := regexp.Compile(text[1 : len(text)-1])
		if err != nil {
			return nil, fmt.Errorf("%s: no regular expression", text)
		}
		match = expression.MatchString
	}
	return path.some(func(v any) bool {
		s, ok := v.(string)
		if !ok {
			if v == nil {
				return false
			}
			s = fmt.Sprint(v)
		}
		return match(s) == (operator == "=")
	}), nil
}

func compareNumber(v any, operator string, with float64) bool {
	var n float64
	switch v := v.(type) {
	case float64:
		n = v
	case string:
		var err error
		if n, err = strconv.ParseFloat(v, 64); err != nil {
			return operator == "!="
		}
	default:
		return false
	}
	c := cmp.Compare(n, with)
	switch operator {
	case "=":
		return c == 0
	case "!=":
		return c != 0
	case "<":
		return c < 0
	case "<=":
		return c <= 0
	case ">":
		return c > 0
	}
	return c >= 0
}

// value reads a string in quotation marks, a regular expression between percent signs, or a word.
func (p *filterParser) value() (text string, quoted bool, err error) {
	rest := p.peek()
	if strings.HasPrefix(rest, `"`) {
		end := strings.IndexByte(rest[1:], '"')
		if end < 0 {
			return "", true, errors.New("a quotation mark is not closed")
		}
		p.rest = rest[end+2:]
		return rest[1 : end+1], true, nil
	}
	if strings.HasPrefix(rest, "%") {
		end := strings.IndexByte(rest[1:], '%')
		if end < 0 {
			return "", false, errors.New("a percent sign is not closed")
		}
		p.rest = rest[end+2:]
		return rest[:end+2], false, nil
	}
	end := strings.IndexAny(rest+" ", " \t\n\r)&|")
	if end == 0 {
		return "", false, fmt.Errorf("no value before %q", rest)
	}
	p.rest = rest[end:]
	return rest[:end], false, nil
}

// glob matches a text in which "*" stands for any characters; all else is compared exactly.
func glob(pattern, s string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == s
	}
	first, last := parts[0], parts[len(parts)-1]
	if !strings.HasPrefix(s, first) {
		return false
	}
	s = s[len(first):]
	for _, part := range parts[1 : len(parts)-1] {
		_, after, ok := strings.Cut(s, part)
		if !ok {
			return false
		}
		s = after
	}
	return strings.HasSuffix(s, last)
}
