package eval

import (
	"strings"
	"unicode/utf8"

	"github.com/warder-iam/warder/arn"
)

// In the text of a glob these bytes stand for the wildcards. Neither is ever part of UTF-8, so every character of a policy
// or of a request, a star among them, can stand for itself.
const (
	anyRun = 0xff // *: any run of characters, the empty one too
	anyOne = 0xfe // ?: exactly one character
)

// wildcards tells package arn so.
var wildcards = arn.Wildcards{Run: anyRun, One: anyOne}

// glob is a text in which wildcards are marked. It is valid UTF-8 between them.
type glob struct {
	text string
	// prefix is the number of bytes before the first wildcard, len(text) where there is none.
	prefix int
	form   form
}

// form tells the globs that need no search from the others.
type form uint8

const (
	general form = iota
	literal      // nothing but the text itself fits
	open         // the one wildcard is a star at the end: anything may follow
	between      // the one wildcard is a star: anything may stand there
)

func newGlob(text string) glob {
	g := glob{text: text, prefix: literalPrefix(text)}
	switch rest := text[g.prefix:]; {
	case rest == "":
		g.form = literal
	case rest[0] == anyOne || literalPrefix(rest[1:]) < len(rest)-1:
	case len(rest) == 1:
		g.form = open
	default:
		g.form = between
	}
	return g
}

func literalPrefix(text string) int {
	for i := range len(text) {
		if text[i] >= anyOne {
			return i
		}
	}
	return len(text)
}

// match reports whether the whole of s fits.
func (g *glob) match(s string) bool {
	if len(s) < g.prefix || s[:g.prefix] != g.text[:g.prefix] {
		return false
	}
	switch rest := s[g.prefix:]; g.form {
	case literal:
		return rest == ""
	case open:
		return true
	case between:
		return strings.HasSuffix(rest, g.text[g.prefix+1:])
	default:
		return arn.GlobMarked(g.text[g.prefix:], rest, wildcards)
	}
}

// matchBytes is match for a text in bytes.
func (g *glob) matchBytes(s []byte) bool {
	if len(s) < g.prefix || string(s[:g.prefix]) != g.text[:g.prefix] {
		return false
	}
	switch g.form {
	case literal:
		return len(s) == len(g.text)
	case open:
		return true
	default:
		return arn.GlobMarked(g.text[g.prefix:], s[g.prefix:], wildcards)
	}
}

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

// appendText adds a text to a glob, folded; with wild, * and ? in it are wildcards, and a run of stars is one star. The text is
// valid UTF-8.
func appendText(p []byte, s string, f folding, wild bool) []byte {
	for _, r := range s {
		switch {
		case wild && r == '?':
			p = append(p, anyOne)
		case !wild || r != '*':
			p = utf8.AppendRune(p, f.fold(r))
		case len(p) == 0 || p[len(p)-1] != anyRun:
			p = append(p, anyRun)
		}
	}
	return p
}

// equalFolded reports whether s, folded, is the folded text.
func equalFolded[P string | []byte](folded P, s string) bool {
	at := 0
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			if at == len(folded) || folded[at] != byte(anyCase.fold(rune(c))) {
				return false
			}
			at++
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		var space [utf8.UTFMax]byte
		want := utf8.AppendRune(space[:0], anyCase.fold(r))
		if r == utf8.RuneError && size == 1 || len(folded)-at < len(want) || string(folded[at:at+len(want)]) != string(want) {
			return false // a byte that is no UTF-8 is like no character of a policy
		}
		at += len(want)
		i += size
	}
	return at == len(folded)
}
