package eval

import (
	"slices"
	"unicode/utf8"
)

// pattern is a glob taken apart: each element is one character to be met as it is, or a wildcard. Characters that come
// from a request are elements like any other, so a star in a tag's value can never become a wildcard.
type pattern []rune

const (
	anyRun rune = -1 // *: any run of characters, the empty one too
	anyOne rune = -2 // ?: exactly one character
)

// folding says which spellings of a character count as the same. Patterns are folded when they are made, the text when it
// is matched.
type folding uint8

const (
	exact     folding = iota
	asciiCase         // A-Z as a-z
	anyCase           // as strings.EqualFold
)

func (f folding) fold(r rune) rune {
	switch {
	case f == exact:
		return r
	case r < utf8.RuneSelf && 'A' <= r && r <= 'Z':
		return r + 'a' - 'A'
	case f == anyCase && r <= utf8.MaxRune:
		return foldRune(r)
	default:
		return r
	}
}

// next takes one character off the text. A byte that is no UTF-8 is a character of its own, unlike all others.
func next(s string) (rune, int) {
	if s[0] < utf8.RuneSelf {
		return rune(s[0]), 1
	}
	r, size := utf8.DecodeRuneInString(s)
	if r == utf8.RuneError && size == 1 {
		return utf8.MaxRune + 1 + rune(s[0]), 1
	}
	return r, size
}

// appendLiteral adds a text in which nothing is a wildcard.
func (p pattern) appendLiteral(s string, f folding) pattern {
	for len(s) > 0 {
		r, size := next(s)
		p = append(p, f.fold(r))
		s = s[size:]
	}
	return p
}

// appendGlob adds a text in which * and ? are wildcards. A run of stars is one star.
func (p pattern) appendGlob(s string, f folding) pattern {
	for len(s) > 0 {
		r, size := next(s)
		s = s[size:]
		switch {
		case r == '?':
			p = append(p, anyOne)
		case r != '*':
			p = append(p, f.fold(r))
		case len(p) == 0 || p[len(p)-1] != anyRun:
			p = append(p, anyRun)
		}
	}
	return p
}

// match reports whether the whole text fits. It keeps one place to go back to, the last star, so it never recurses and
// takes at most len(p) steps for each place in the text; a pattern with more characters than the text is refused at once.
func (p pattern) match(s string, f folding) bool {
	if p.shortest() > len(s) {
		return false
	}
	at, back, from := 0, -1, 0 // place in p; the star to go back to; where in s it then goes on
	for i := 0; i < len(s); {
		if at < len(p) && p[at] == anyRun {
			back, from = at, i
			at++
			if at == len(p) {
				return true
			}
			continue
		}
		r, size := next(s[i:])
		if at < len(p) && (p[at] == anyOne || p[at] == f.fold(r)) {
			at++
			i += size
			continue
		}
		if back < 0 {
			return false
		}
		_, size = next(s[from:])
		from += size
		at, i = back+1, from
	}
	return at == len(p) || at == len(p)-1 && p[at] == anyRun
}

// shortest is the least number of characters that can fit.
func (p pattern) shortest() int {
	n := 0
	for _, r := range p {
		if r != anyRun {
			n++
		}
	}
	return n
}

// split cuts off what stands before the first colon that the pattern itself has.
func (p pattern) split() (head, rest pattern, ok bool) {
	i := slices.Index(p, ':')
	if i < 0 {
		return nil, nil, false
	}
	return p[:i], p[i+1:], true
}
