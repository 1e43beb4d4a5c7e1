package arn

import (
	"strings"
	"unicode/utf8"
)

// Glob is whether the whole of s matches pattern: "*" is any run of characters, none included, "?" is exactly one
// character, and every other character is itself. Nothing is special about "/", ":" or a newline. A byte that is not
// part of valid UTF-8 counts as one character.
//
// No pattern is expensive: the number of stars does not matter, for whatever an earlier star could give after a mismatch
// the last one can give as well. The worst case is len(s) times the longest piece with "?" between two stars.
func Glob(pattern, s string) bool {
	marks := strings.IndexByte(pattern, '?') >= 0
	if marks && ascii(pattern) && ascii(s) || !marks && utf8.ValidString(pattern) {
		return globBytes(pattern, s)
	}
	return globCharacters(characters(pattern), characters(s))
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// globBytes is Glob where bytes may be compared for characters. The pieces between stars are found one after the other,
// the leftmost place each time; the first and the last piece have one place only.
func globBytes(pattern, s string) bool {
	head, rest, found := strings.Cut(pattern, "*")
	if !found {
		return len(pattern) == len(s) && same(pattern, s)
	}
	if len(head) > len(s) || !same(head, s[:len(head)]) {
		return false
	}
	s = s[len(head):]
	last := strings.LastIndexByte(rest, '*')
	tail := rest[last+1:]
	if len(tail) > len(s) || !same(tail, s[len(s)-len(tail):]) {
		return false
	}
	s = s[:len(s)-len(tail)]
	for rest = rest[:last+1]; rest != ""; {
		var piece string
		piece, rest, _ = strings.Cut(rest, "*")
		at := index(s, piece)
		if at < 0 {
			return false
		}
		s = s[at+len(piece):]
	}
	return true
}

// index is the leftmost place of piece in s, or -1.
func index(s, piece string) int {
	if strings.IndexByte(piece, '?') < 0 {
		return strings.Index(s, piece)
	}
	for i := range len(s) - len(piece) + 1 {
		if same(piece, s[i:i+len(piece)]) {
			return i
		}
	}
	return -1
}

// same is whether piece, in which "?" is any byte, is s, which is as long. It goes in steps of eight bytes: in a piece of
// many "?" nothing else would bound the cost well enough.
func same(piece, s string) bool {
	const low7, marks = 0x7f7f7f7f7f7f7f7f, 0x3f3f3f3f3f3f3f3f
	for len(piece) >= 8 && len(s) >= 8 {
		p := word8(piece)
		// A byte of mark is 0 where piece has "?" and has its high bit set elsewhere, exactly: no carry between bytes.
		mark := p ^ marks
		mark = (mark&low7 + low7 | mark) &^ low7
		mark |= mark - mark>>7 // spread the high bit over its byte
		if (p^word8(s))&mark != 0 {
			return false
		}
		piece, s = piece[8:], s[8:]
	}
	for i := 0; i < len(piece) && i < len(s); i++ {
		if piece[i] != s[i] && piece[i] != '?' {
			return false
		}
	}
	return true
}

func word8(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// characters decodes s; an invalid byte becomes a number that is no character's.
func characters(s string) []rune {
	out := make([]rune, 0, len(s))
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 {
			r = utf8.MaxRune + 1 + rune(s[i])
		}
		out = append(out, r)
		i += n
	}
	return out
}

// globCharacters is Glob for text beyond ASCII. After a mismatch the last star takes one character more.
func globCharacters(pattern, s []rune) bool {
	p, i, star, resume := 0, 0, -1, 0
	for i < len(s) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			p++
			star, resume = p, i
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == s[i]):
			p++
			i++
		case star >= 0:
			resume++
			p, i = star, resume
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}
