package visible

import (
	"fmt"
	"strings"
	"unicode"
)

// Hidden reports whether a character does not show, or makes others show otherwise than they stand: controls, which a terminal
// obeys, characters that turn the direction of writing and others of format, and separators of lines and paragraphs.
func Hidden(r rune) bool { return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) }

// Spell spells out what is hidden: "\u202e".
func Spell(s string) string {
	if !strings.ContainsFunc(s, Hidden) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if Hidden(r) {
			fmt.Fprintf(&b, "\\u%04x", r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// Blank puts a space in place of what is hidden.
func Blank(s string) string {
	return strings.Map(func(r rune) rune {
		if Hidden(r) {
			return ' '
		}
		return r
	}, s)
}
