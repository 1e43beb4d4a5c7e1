package policy

import "strings"

// tracker turns byte offsets into places. Offsets must not decrease, so that a document is scanned once.
type tracker struct {
	src string
	pos Pos
}

// textStart is the place where a text begins that is no part of another.
func textStart() Pos { return Pos{Line: 1, Column: 1} }

func (t *tracker) at(offset int) Pos {
	passed := t.src[t.pos.Offset:offset]
	if n := strings.Count(passed, "\n"); n > 0 {
		t.pos.Line += n
		t.pos.Column = len(passed) - strings.LastIndexByte(passed, '\n')
	} else {
		t.pos.Column += len(passed)
	}
	t.pos.Offset = offset
	return t.pos
}

// posAt is the place of one offset in a text that begins at start.
func posAt(src string, offset int, start Pos) Pos {
	t := tracker{src: src, pos: start}
	return t.at(min(max(offset, 0), len(src)))
}
