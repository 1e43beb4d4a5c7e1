package arn

import (
	"slices"
	"unicode/utf8"
)

// Glob is whether the whole of s matches pattern: "*" is any run of characters, none included, "?" is exactly one
// character, and every other character is itself. Nothing is special about "/", ":" or a newline. A byte that is not
// part of valid UTF-8 counts as one character.
//
// No pattern is expensive: the number of stars does not matter, for whatever an earlier star could give after a mismatch
// the last one can give as well. The worst case is len(s) times the longest piece with "?" between two stars.
func Glob(pattern, s string) bool {
	marks := Wildcards{'*', '?'}
	if !utf8.ValidString(pattern) {
		return globCharacters(characters(pattern, marks), characters(s, Wildcards{}))
	}
	return GlobMarked(pattern, s, marks)
}

// Wildcards are the bytes that stand for any run of characters and for one character in a pattern.
type Wildcards struct{ Run, One byte }

// GlobMarked is Glob for a pattern in which other bytes mark the wildcards, so that a star may be a character: bytes that
// are never part of UTF-8, such as 0xff. Between them the pattern must be valid UTF-8. It allocates only where the
// pattern asks for one character and s is beyond ASCII.
func GlobMarked[P, S string | []byte](pattern P, s S, w Wildcards) bool {
	if indexByte(pattern, w.One) < 0 || ascii(s) {
		return globBytes(pattern, s, w)
	}
	return globCharacters(characters(pattern, w), characters(s, Wildcards{}))
}

func ascii[S string | []byte](s S) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// globBytes is Glob where bytes may be compared for characters: UTF-8 synchronizes itself, so that only "?" can tell the two
// apart. The pieces between stars are found one after the other, the leftmost place each time; the first and the last
// piece have one place only.
func globBytes[P, S string | []byte](pattern P, s S, w Wildcards) bool {
	head, rest, found := cut(pattern, w.Run)
	if !found {
		return len(pattern) == len(s) && same(pattern, s, w.One)
	}
	if len(head) > len(s) || !same(head, s[:len(head)], w.One) {
		return false
	}
	s = s[len(head):]
	for {
		piece, next, more := cut(rest, w.Run)
		if !more { // the last piece stands at the end
			return len(piece) <= len(s) && same(piece, s[len(s)-len(piece):], w.One)
		}
		at := index(piece, s, w.One)
		if at < 0 {
			return false
		}
		s, rest = s[at+len(piece):], next
	}
}

func indexByte[P string | []byte](s P, c byte) int {
	for i := range len(s) {
		if s[i] == c {
			return i
		}
	}
	return -1
}

func cut[P string | []byte](s P, c byte) (before, after P, found bool) {
	if i := indexByte(s, c); i >= 0 {
		return s[:i], s[i+1:], true
	}
	return s, s[len(s):], false
}

// index is the leftmost place of piece in s, or -1.
func index[P, S string | []byte](piece P, s S, one byte) int {
	if len(piece) == 0 {
		return 0
	}
	for at := 0; len(s)-at >= len(piece); at++ {
		if piece[0] != one {
			skip := indexByte(s[at:], piece[0])
			if skip < 0 || len(s)-at-skip < len(piece) {
				return -1
			}
			at += skip
		}
		if same(piece, s[at:at+len(piece)], one) {
			return at
		}
	}
	return -1
}

// same is whether piece, in which the byte one is any byte, is s, which is as long. It goes in steps of eight bytes: in a
// piece of many "?" nothing else would bound the cost well enough.
func same[P, S string | []byte](piece P, s S, one byte) bool {
	const low7, every = 0x7f7f7f7f7f7f7f7f, 0x0101010101010101
	marks := every * uint64(one)
	for len(piece) >= 8 && len(s) >= 8 {
		p := word8(piece)
		// A byte of mark is 0 where piece has the wildcard and has its high bit set elsewhere, exactly: no carry between bytes.
		mark := p ^ marks
		mark = (mark&low7 + low7 | mark) &^ low7
		mark |= mark - mark>>7 // spread the high bit over its byte
		if (p^word8(s))&mark != 0 {
			return false
		}
		piece, s = piece[8:], s[8:]
	}
	for i := 0; i < len(piece) && i < len(s); i++ {
		if piece[i] != s[i] && piece[i] != one {
			return false
		}
	}
	return true
}

func word8[P string | []byte](s P) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// Wildcards as characters: numbers that no character of a text has.
const (
	runCharacter = utf8.MaxRune + 1<<9 + iota
	oneCharacter
)

// characters decodes s; an invalid byte becomes a number that is no character's. A zero mark is none.
func characters[P string | []byte](s P, w Wildcards) []rune {
	out := make([]rune, 0, len(s))
	for i := 0; i < len(s); {
		r, n := rune(s[i]), 1
		switch {
		case w.Run != 0 && s[i] == w.Run:
			r = runCharacter
		case w.One != 0 && s[i] == w.One:
			r = oneCharacter
		case r >= utf8.RuneSelf:
			r, n = utf8.DecodeRuneInString(string(s[i:min(len(s), i+utf8.UTFMax)]))
		}
		if r == utf8.RuneError && n == 1 {
			r = utf8.MaxRune + 1 + rune(s[i])
		}
		out = append(out, r)
		i += n
	}
	return out
}

// globCharacters is globBytes for text beyond ASCII.
func globCharacters(pattern, s []rune) bool {
	star := slices.Index(pattern, runCharacter)
	if star < 0 {
		return len(pattern) == len(s) && sameCharacters(pattern, s)
	}
	if star > len(s) || !sameCharacters(pattern[:star], s) {
		return false
	}
	s = s[star:]
	for {
		pattern = pattern[star+1:]
		star = slices.Index(pattern, runCharacter)
		if star < 0 {
			return len(pattern) <= len(s) && sameCharacters(pattern, s[len(s)-len(pattern):])
		}
		for len(s) >= star && !sameCharacters(pattern[:star], s) {
			s = s[1:]
		}
		if len(s) < star {
			return false
		}
		s = s[star:]
	}
}

// sameCharacters is whether s, which is at least as long, begins with piece.
func sameCharacters(piece, s []rune) bool {
	s = s[:len(piece)]
	for i, r := range piece {
		if r != s[i] && r != oneCharacter {
			return false
		}
	}
	return true
}
