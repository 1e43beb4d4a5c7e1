package main

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/warder-iam/warder/policy"
)

// spanOf is where part stands in text.
func spanOf(text, part string) policy.Span {
	at := func(offset int) policy.Pos {
		before := text[:offset]
		return policy.Pos{
			Offset: offset, Line: strings.Count(before, "\n") + 1, Column: offset - strings.LastIndexByte(before, '\n'),
		}
	}
	start := strings.Index(text, part)
	return policy.Span{Start: at(start), End: at(start + len(part))}
}

func TestExcerpt(t *testing.T) {
	long := strings.Repeat("x", 1000) + "MARK" + strings.Repeat("y", 1000)
	for _, c := range []struct{ text, part, want string }{
		{"a\nbcd\ne", "c", "  2 | bcd\n    |  ^\n"},
		{"\tü ok\x1b[2J", "ok", "  1 |  ü ok [2J\n    |    ^^\n"},
		{"a {\n b\n}", "{\n b\n}", "  1 | a {\n    |   ^\n"},
		{"ab", "", "  1 | ab\n    | ^\n"},
		{long, "MARK", "  1 | " + strings.Repeat("x", 50) + "MARK" + strings.Repeat("y", 46) + "\n    | " + strings.Repeat(" ", 50) + "^^^^\n"},
		{"12345678\n123456789\nx", "x", "  3 | x\n    | ^\n"},
	} {
		if got := excerpt(c.text, spanOf(c.text, c.part)); got != c.want {
			t.Errorf("%.20q of %.20q:\n%s\nwant:\n%s", c.part, c.text, got, c.want)
		}
	}
}

func FuzzExcerpt(f *testing.F) {
	f.Add("a\nb", 1, 2)
	f.Add("😀\t\xff\n", 0, 9)
	f.Fuzz(func(t *testing.T, text string, start, length int) {
		start = max(0, min(start, len(text)))
		length = max(0, min(length, len(text)-start))
		got := excerpt(text, spanOf(text, text[start:start+length]))
		if strings.Count(got, "\n") != 2 || utf8.RuneCountInString(got) > 3*excerptWidth {
			t.Errorf("%q", got)
		}
	})
}

func TestColumns(t *testing.T) {
	text := strings.Repeat("é", 300) + "😀\n€" + strings.Repeat("a", 300) + "x"
	for _, c := range []struct {
		part         string
		runes, utf16 int
	}{
		{"é", 1, 1}, {"😀", 301, 301}, {"\n", 302, 303}, {"€", 1, 1}, {"x", 302, 302},
	} {
		at := spanOf(text, c.part).Start
		if runes, units := inRunes(text).of(at), inUTF16(text).of(at); runes != c.runes || units != c.utf16 {
			t.Errorf("%q: column %d in characters, %d in UTF-16, want %d and %d", c.part, runes, units, c.runes, c.utf16)
		}
	}
	if got := inRunes("").of(policy.Pos{Line: 1, Column: 1}); got != 1 {
		t.Errorf("in an empty text: column %d", got)
	}
}

// FuzzColumns compares with the plain way to count.
func FuzzColumns(f *testing.F) {
	f.Add("a\né😀", 4)
	f.Add(strings.Repeat("é", 300)+"b", 600)
	f.Fuzz(func(t *testing.T, text string, offset int) {
		offset = max(0, min(offset, len(text)))
		if !utf8.ValidString(text) || offset < len(text) && !utf8.RuneStart(text[offset]) {
			return
		}
		at := spanOf(text[:offset]+"\x00", "\x00").Start
		line := text[lineStart(at):offset]
		if !strings.Contains(text[:offset], "\x00") && inRunes(text).of(at) != utf8.RuneCountInString(line)+1 {
			t.Errorf("column %d of %q", inRunes(text).of(at), text)
		}
	})
}
