package trail

import (
	"cmp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/warder-iam/warder/internal/visible"
)

// Line tells the event on one line for people: time, event, principal, source address, outcome, two spaces between
// them. What clients sent cannot harm the terminal or forge a column: every character that does not print, and every
// space but those of the error message, shows as its Go escape (\x1b, \u202e). The full record is its JSON.
func (e *Event) Line() string {
	var b strings.Builder
	b.WriteString(e.EventTime.UTC().Format(time.RFC3339))
	for _, field := range []string{e.eventTitle(), cmp.Or(e.Caller(), e.UserIdentity.Type), e.SourceIPAddress} {
		b.WriteString("  ")
		appendPrintable(&b, cmp.Or(field, "-"), false)
	}
	b.WriteString("  ")
	if e.ErrorCode == "" && e.ErrorMessage == "" {
		b.WriteString("ok")
		return b.String()
	}
	appendPrintable(&b, cmp.Or(e.ErrorCode, "Error"), false)
	if e.ErrorMessage != "" {
		b.WriteString(": ")
		appendPrintable(&b, cut(e.ErrorMessage, maxText), true)
	}
	return b.String()
}

// eventTitle is "iam:CreateUser"; of an insight "iam:CreateUser(ApiCallRateInsight,Start)".
func (e *Event) eventTitle() string {
	source, name := e.Operation()
	if i := e.Insight(); i != nil {
		name = cmp.Or(name, "-") + "(" + string(i.Type) + "," + i.State + ")"
	}
	service := ServiceOf(source)
	if service == "" {
		return name
	}
	return service + ":" + cmp.Or(name, "-")
}

func appendPrintable(b *strings.Builder, s string, spaces bool) {
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			b.WriteString(`\x` + strconv.FormatUint(uint64(s[i]), 16))
		case r == ' ' && !spaces:
			b.WriteString(`\x20`)
		case r == ' ' || !visible.Hidden(r) && !unicode.IsSpace(r):
			b.WriteRune(r)
		default:
			b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
		}
		i += size
	}
}
