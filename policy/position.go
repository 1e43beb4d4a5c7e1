package policy

import "strings"

// tracker turns byte offsets into places. Offsets must not decrease, so that a document is scanned once.
type tracker struct {
	src string
	pos Pos
}

func newTracker(src string) tracker {
	return tracker{src: src, pos: Pos{Line: 1, Column: 1}}
}

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

// posAt is the place of one offset.
func posAt(src string, offset int) Pos {
	t := newTracker(src)
	return t.at(min(max(offset, 0), len(src)))
}
