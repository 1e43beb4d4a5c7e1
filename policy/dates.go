package policy

import (
	"strconv"
	"strings"
)

// IsDate is whether AWS lets a date stand in a document that is written: seconds since 1970, or an ISO 8601 date,
// of which AWS takes much: a year alone, a year before Christ, a time without minutes, lower-case letters.
func IsDate(s string) bool {
	if !strings.ContainsAny(s, "tT-") {
		return between(s, 0, 1<<63-1)
	}
	date, clock, _ := strings.Cut(strings.ToLower(s), "t")
	return writableDay(date) && (clock == "" || writableClock(clock))
}

func writableDay(s string) bool {
	sign := ""
	if after, found := strings.CutPrefix(s, "-"); found {
		sign, s = "-", after
	}
	parts := strings.Split(s, "-")
	if len(parts) > 3 || !between(sign+parts[0], -292275054, 292278993) {
		return false // the years that a signed 64-bit count of milliseconds reaches
	}
	if len(parts) > 1 && !between(parts[1], 1, 12) {
		return false
	}
	return len(parts) < 3 || between(parts[2], 1, 31)
}

func writableClock(s string) bool {
	if at := strings.IndexAny(s, "z+-"); at >= 0 {
		if !writableZone(s[at:]) {
			return false
		}
		s = s[:at]
	}
	parts := strings.Split(s, ":")
	if len(parts) > 3 || !between(parts[0], 0, 23) {
		return false
	}
	if len(parts) > 1 && !between(parts[1], 0, 59) {
		return false
	}
	if len(parts) < 3 {
		return true
	}
	seconds, fraction, decimal := strings.Cut(parts[2], ".")
	return between(seconds, 0, 59) && (!decimal || len(fraction) <= 9 && between(fraction, 0, 999_999_999))
}

// writableZone takes "z", "+hh", "+hh:mm" and the same behind a minus.
func writableZone(s string) bool {
	if s == "z" {
		return true
	}
	hours, minutes, found := strings.Cut(s[1:], ":")
	if s[0] == 'z' || len(hours) != 2 || !between(hours, 0, 23) {
		return false
	}
	return !found || len(minutes) == 2 && between(minutes, 0, 59)
}

// between is whether s is a decimal integer from low to high.
func between(s string, low, high int64) bool {
	digits := strings.TrimPrefix(s, "-")
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return err == nil && low <= n && n <= high
}
