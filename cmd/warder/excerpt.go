package main

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/warder-iam/warder/policy"
)

// excerptWidth is the most characters of a line that an excerpt shows.
const excerptWidth = 100

// excerpt shows the line of a text that a span begins in, with carets below the span: two lines, each with its end.
func excerpt(src string, span policy.Span) string {
	start := min(span.Start.Offset, len(src))
	begin := strings.LastIndexByte(src[:start], '\n') + 1
	line, _, _ := strings.Cut(src[begin:], "\n")
	before := line[:start-begin]
	marked := line[start-begin:]
	if end := span.End.Offset - start; 0 <= end && end < len(marked) {
		marked = marked[:end]
	}
	after := line[len(before)+len(marked):]

	before = lastRunes(before, excerptWidth/2)
	marked = firstRunes(marked, excerptWidth/2)
	after = firstRunes(after, excerptWidth-utf8.RuneCountInString(before)-utf8.RuneCountInString(marked))
	number := fmt.Sprint(span.Start.Line)
	return fmt.Sprintf("  %s | %s\n  %s | %s%s\n",
		number, strings.TrimRight(clean(before+marked+after), " "),
		strings.Repeat(" ", len(number)), strings.Repeat(" ", utf8.RuneCountInString(before)),
		strings.Repeat("^", max(1, utf8.RuneCountInString(marked))))
}

func firstRunes(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

func lastRunes(s string, n int) string {
	for i := utf8.RuneCountInString(s); i > n; i-- {
		_, size := utf8.DecodeRuneInString(s)
		s = s[size:]
	}
	return s
}
