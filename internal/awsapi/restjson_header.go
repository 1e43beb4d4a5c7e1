package awsapi

import (
	"net/textproto"
	"strings"
)

func canonicalHeader(name string) string { return textproto.CanonicalMIMEHeaderKey(name) }

// splitHeader gives the values of a list that stands in headers of one name, joined by commas. A value with a comma of
// its own is quoted; a date of RFC 822 has one without.
func splitHeader(headers []string, member *Shape) []string {
	var values []string
	date := member.Kind == Timestamp && member.Time.or(RFC822) == RFC822
	for _, h := range headers {
		for rest := strings.Trim(h, " \t"); rest != ""; {
			var value string
			if strings.HasPrefix(rest, `"`) {
				value, rest = cutQuoted(rest[1:])
			} else {
				value, rest, _ = strings.Cut(rest, ",")
				if date {
					var clock string
					clock, rest, _ = strings.Cut(rest, ",")
					value += "," + clock
				}
			}
			values = append(values, strings.Trim(value, " \t"))
			rest = strings.TrimLeft(rest, " \t")
		}
	}
	return values
}

// cutQuoted reads up to the closing quote and the comma behind it.
func cutQuoted(s string) (value, rest string) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		case s[i] == '"':
			_, rest, _ = strings.Cut(s[i+1:], ",")
			return b.String(), rest
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String(), ""
}

// quoteHeader writes one value of a list; an empty one too, since it would not be seen otherwise.
func quoteHeader(value string) string {
	if value != "" && !strings.ContainsAny(value, `,"`) && strings.Trim(value, " \t") == value {
		return value
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value) + `"`
}
