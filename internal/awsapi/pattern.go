package awsapi

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strconv"
	"strings"
	"sync"
	"unicode/utf16"
	"unicode/utf8"
)

// Pattern is a constraint on a whole string, written as AWS's models do: a Java regular expression. It is safe for
// concurrent use.
type Pattern struct {
	text    string
	compile func() compiled
}

type compiled struct {
	match func(string) bool
	err   error
}

// NewPattern returns the pattern; it is compiled at first use, since most patterns of a model are never asked.
func NewPattern(text string) *Pattern {
	return &Pattern{text, sync.OnceValue(func() compiled { return compilePattern(text) })}
}

// String returns the pattern as the model writes it; validation errors show it so.
func (p *Pattern) String() string { return p.text }

// Match reports whether the whole of s matches. A pattern that cannot be compiled matches nothing.
func (p *Pattern) Match(s string) bool {
	c := p.compile()
	return c.err == nil && c.match(s)
}

// Err tells why a pattern cannot be compiled. A test holds that every generated one can.
func (p *Pattern) Err() error { return p.compile().err }

// byHand holds the patterns that need what RE2 leaves out for the sake of linear time.
var byHand = map[string]func(string) bool{
	`^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$`: matchAccountAlias,
}

// matchAccountAlias takes 3 to 63 lower-case letters, digits and hyphens, none at an end and no two in a row.
func matchAccountAlias(s string) bool {
	if len(s) < 3 || len(s) > 63 || s[0] == '-' || s[len(s)-1] == '-' || strings.Contains(s, "--") {
		return false
	}
	for i := 0; i < len(s); i++ {
		if c := s[i]; c != '-' && (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

func compilePattern(text string) compiled {
	if match, ok := byHand[text]; ok {
		return compiled{match: match}
	}
	re2, err := translatePattern(text)
	if err != nil {
		return compiled{err: fmt.Errorf("awsapi: pattern %s: %w", text, err)}
	}
	tree, err := syntax.Parse(re2, syntax.Perl)
	if err != nil {
		return compiled{err: fmt.Errorf("awsapi: pattern %s: %w", text, err)}
	}
	if match := matchClass(tree); match != nil {
		return compiled{match: match}
	}
	re, err := regexp.Compile(re2)
	if err != nil {
		return compiled{err: fmt.Errorf("awsapi: pattern %s: %w", text, err)}
	}
	return compiled{match: re.MatchString}
}

// matchClass returns a matcher for a pattern that is one repeated class of characters, nil for any other. Nearly all of
// AWS's are, and a policy document is long: this is some ten times as fast as the general machine.
func matchClass(re *syntax.Regexp) func(string) bool {
	for {
		switch {
		case re.Op == syntax.OpCapture:
			re = re.Sub[0]
			continue
		case re.Op == syntax.OpConcat && len(re.Sub) == 3 && re.Sub[0].Op == syntax.OpBeginText && re.Sub[2].Op == syntax.OpEndText:
			re = re.Sub[1]
			continue
		}
		break
	}
	if re.Op != syntax.OpStar && re.Op != syntax.OpPlus || re.Sub[0].Op != syntax.OpCharClass {
		return nil
	}
	ranges := re.Sub[0].Rune
	var ascii [utf8.RuneSelf]bool
	for r := range rune(utf8.RuneSelf) {
		ascii[r] = inRanges(ranges, r)
	}
	empty := re.Op == syntax.OpStar
	return func(s string) bool {
		for i := 0; i < len(s); {
			if c := s[i]; c < utf8.RuneSelf {
				if !ascii[c] {
					return false
				}
				i++
				continue
			}
			r, n := utf8.DecodeRuneInString(s[i:])
			if !inRanges(ranges, r) {
				return false
			}
			i += n
		}
		return empty || s != ""
	}
}

// inRanges reports whether r is in one of the sorted ranges, which stand as pairs.
func inRanges(ranges []rune, r rune) bool {
	lo, hi := 0, len(ranges)/2
	for lo < hi {
		if m := (lo + hi) / 2; ranges[2*m+1] < r {
			lo = m + 1
		} else {
			hi = m
		}
	}
	return 2*lo < len(ranges) && ranges[2*lo] <= r
}

var errPattern = errors.New("has no translation to RE2")

// translatePattern turns a Java regular expression, matched in full, into RE2's syntax. What it does not know to mean the
// same in both it refuses.
func translatePattern(java string) (string, error) {
	var b strings.Builder
	b.WriteString(`^(?:`)
	t := javaPattern{in: java, out: &b}
	t.in, t.anyDot = strings.CutPrefix(t.in, "(?s)")
	for t.in != "" {
		if err := t.step(); err != nil {
			return "", err
		}
	}
	b.WriteString(`)$`)
	return b.String(), nil
}

type javaPattern struct {
	in     string
	out    *strings.Builder
	class  bool // inside [ ]
	anyDot bool // . is any character, line ends too
}

// step translates the next construct.
func (t *javaPattern) step() error {
	c := t.in[0]
	switch {
	case c == '\\':
		return t.escape()
	case t.class && (c == '[' || strings.HasPrefix(t.in, "&&")):
		return fmt.Errorf("%w: a class in a class", errPattern)
	case c == '[':
		t.class = true
		if rest := strings.TrimPrefix(t.in[1:], "^"); strings.HasPrefix(rest, "]") {
			return fmt.Errorf("%w: ] first in a class", errPattern)
		}
	case c == ']':
		if !t.class { // a plain character to Java
			return t.take(1, `\]`)
		}
		t.class = false
	case c == '.' && !t.class && t.anyDot:
		return t.take(1, `(?s:.)`)
	case c == '.' && !t.class: // Java's dot stops at more line ends than RE2's
		return t.take(1, `[^\n\r\x{85}\x{2028}\x{2029}]`)
	case !t.class && strings.HasPrefix(t.in, "(?") && !strings.HasPrefix(t.in, "(?:"):
		return fmt.Errorf("%w: look-around or a flag", errPattern)
	}
	return t.take(1, t.in[:1])
}

func (t *javaPattern) take(n int, out string) error {
	t.in = t.in[n:]
	t.out.WriteString(out)
	return nil
}

// escape translates what begins with a backslash.
func (t *javaPattern) escape() error {
	if len(t.in) < 2 {
		return fmt.Errorf("%w: a lone backslash", errPattern)
	}
	switch c := t.in[1]; c {
	case 'u': // exactly four digits: Java reads \u10000 as U+1000 and a zero
		first, ok := unicodeEscape(t.in)
		if !ok {
			return fmt.Errorf(`%w: \u without four digits`, errPattern)
		}
		if second, ok := unicodeEscape(t.in[6:]); ok && utf16.DecodeRune(first, second) != utf8.RuneError {
			return t.take(12, fmt.Sprintf(`\x{%X}`, utf16.DecodeRune(first, second))) // a pair is one character
		}
		return t.take(6, `\x{`+t.in[2:6]+`}`)
	case 'p', 'P':
		end := strings.IndexByte(t.in, '}')
		if len(t.in) < 3 || t.in[2] != '{' || end < 0 {
			return fmt.Errorf(`%w: \p without braces`, errPattern)
		}
		return t.take(end+1, t.in[:end+1])
	case 'w', 'W', 'd', 'D', 't', 'n', 'r', 'f':
		return t.take(2, t.in[:2])
	case 's': // Java's white space has the vertical tab, RE2's has not
		if t.class {
			return t.take(2, `\s\x{0B}`)
		}
		return t.take(2, `[\s\x{0B}]`)
	default:
		if c >= utf8.RuneSelf || unhex(c) != 255 || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' {
			return fmt.Errorf(`%w: \%c`, errPattern, c)
		}
		return t.take(2, t.in[:2])
	}
}

// unicodeEscape reads the \u and four digits that s begins with.
func unicodeEscape(s string) (rune, bool) {
	if len(s) < 6 || s[:2] != `\u` {
		return 0, false
	}
	n, err := strconv.ParseUint(s[2:6], 16, 16)
	return rune(n), err == nil
}
