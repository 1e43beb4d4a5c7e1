package main

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/warder-iam/warder/policy"
)

// excerptWidth is the most characters of a line that an excerpt shows.
const excerptWidth = 100

// excerpt shows the line of a text that a span begins in, with carets below the span: two lines, each with its end. Of a
// long line it shows, and reads, the part around the span.
func excerpt(src string, span policy.Span) string {
	const nearby = excerptWidth * utf8.UTFMax
	start := min(span.Start.Offset, len(src))
	before := src[max(lineStart(span.Start), start-nearby):start]
	after, _, _ := strings.Cut(src[start:min(start+nearby, len(src))], "\n")
	marked := after
	if end := span.End.Offset - start; 0 <= end && end < len(after) {
		marked = after[:end]
	}
	before = lastRunes(before, excerptWidth-min(utf8.RuneCountInString(after), excerptWidth/2))
	after = after[len(marked):]
	marked = firstRunes(marked, excerptWidth/2)
	after = firstRunes(after, excerptWidth-utf8.RuneCountInString(before+marked))

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
