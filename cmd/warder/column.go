package main

import (
	"unicode/utf16"

	"github.com/warder-iam/warder/policy"
)

// columns turns columns in bytes into columns in characters, from 1. It reads the text once, whatever is asked of it: a
// document may be one long line with a finding at every word.
type columns struct {
	text   string
	counts []int // characters before each stretch of bytes
	width  func(rune) int
}

const stretch = 256

// inRunes counts as people do, inUTF16 as editors and code scanning do.
func inRunes(text string) *columns { return newColumns(text, func(rune) int { return 1 }) }

func inUTF16(text string) *columns {
	return newColumns(text, func(r rune) int { return max(1, utf16.RuneLen(r)) })
}

func newColumns(text string, width func(rune) int) *columns {
	c := &columns{text: text, width: width}
	n := 0
	for i, r := range text {
		for len(c.counts)*stretch <= i {
			c.counts = append(c.counts, n)
		}
		n += width(r)
	}
	return c
}

// of gives the column of a place in the text.
func (c *columns) of(at policy.Pos) int {
	return c.before(at.Offset) - c.before(lineStart(at)) + 1
}

// before counts the characters that begin before an offset.
func (c *columns) before(offset int) int {
	if len(c.counts) == 0 {
		return 0
	}
	block := min(offset/stretch, len(c.counts)-1)
	n, from := c.counts[block], block*stretch
	for i, r := range c.text[from:min(offset, len(c.text))] {
		if startsRune(c.text[from+i]) { // else it began in the stretch before, and is counted
			n += c.width(r)
		}
	}
	return n
}

// startsRune is false for the later bytes of a character.
func startsRune(b byte) bool { return b&0xc0 != 0x80 }

// lineStart is the offset at which a place's line begins.
func lineStart(at policy.Pos) int { return max(0, at.Offset-at.Column+1) }
