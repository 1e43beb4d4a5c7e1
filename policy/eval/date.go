package eval

import (
	"strconv"
	"strings"
	"time"
)

// parseDate reads a point in time: ISO 8601, extended or basic, or seconds since 1970 with an optional fraction. Four
// digits alone are a year. A time without a zone is UTC.
func parseDate(s string) (time.Time, bool) {
	if isYear := len(s) == len("2006") && isDigits(s); !isYear {
		if t, ok := parseEpoch(s); ok {
			return t, true
		}
	}
	return parseISO(s)
}

// maxEpochDigits keeps seconds within what time.Time can compare, far beyond year 9999.
const maxEpochDigits = 15

func parseEpoch(s string) (time.Time, bool) {
	text, negative := strings.CutPrefix(s, "-")
	whole, fraction, dotted := strings.Cut(text, ".")
	if !isDigits(whole) || len(whole) > maxEpochDigits || dotted && !isDigits(fraction) {
		return time.Time{}, false
	}
	seconds, err := strconv.ParseInt(whole, 10, 64)
	if err != nil {
		return time.Time{}, false
	}
	nanos := nanoseconds(fraction)
	if negative {
		seconds, nanos = -seconds, -nanos
	}
	return time.Unix(seconds, nanos).UTC(), true
}

func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// nanoseconds reads the digits behind a decimal point; what is finer is cut off.
func nanoseconds(fraction string) int64 {
	n, err := strconv.ParseInt((fraction + "000000000")[:9], 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// digits reads fixed-width fields off the front of a text; after a failure it stays failed.
type digits struct {
	rest   string
	failed bool
}

func (d *digits) number(width, low, high int) int {
	if len(d.rest) < width || !isDigits(d.rest[:width]) {
		d.failed = true
		return 0
	}
	n, err := strconv.Atoi(d.rest[:width])
	if err != nil || n < low || n > high {
		d.failed = true
		return 0
	}
	d.rest = d.rest[width:]
	return n
}

// skip takes one of the characters off the front.
func (d *digits) skip(characters string) bool {
	if d.rest == "" || !strings.Contains(characters, d.rest[:1]) {
		return false
	}
	d.rest = d.rest[1:]
	return true
}

func parseISO(s string) (time.Time, bool) {
	d := &digits{rest: s}
	year, month, day := d.number(4, 0, 9999), 1, 1
	dateOnly := true // may the text end behind the date?
	if d.skip("-") {
		month = d.number(2, 1, 12)
		if d.skip("-") {
			day = d.number(2, 1, 31)
		} else if d.rest != "" {
			return time.Time{}, false
		}
	} else if d.rest != "" {
		month, day, dateOnly = d.number(2, 1, 12), d.number(2, 1, 31), false
	}
	date := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	if d.failed || date.Day() != day {
		return time.Time{}, false
	}
	if d.rest == "" {
		return date, dateOnly
	}
	if !d.skip("Tt") {
		return time.Time{}, false
	}
	clock := d.clock()
	zone := d.zone()
	if d.failed || d.rest != "" {
		return time.Time{}, false
	}
	return date.Add(clock - zone), true
}

// clock reads the time of day: hh:mm, hh:mm:ss, hhmm or hhmmss, with a fraction behind seconds.
func (d *digits) clock() time.Duration {
	hour := d.number(2, 0, 23)
	extended := d.skip(":")
	minute := d.number(2, 0, 59)
	t := time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute
	if extended && !d.skip(":") || !extended && (d.rest == "" || !isDigits(d.rest[:1])) {
		return t
	}
	t += time.Duration(d.number(2, 0, 60)) * time.Second // 60 is a leap second
	if !d.skip(".") {
		return t
	}
	fraction := d.rest[:len(d.rest)-len(strings.TrimLeft(d.rest, "0123456789"))]
	if fraction == "" {
		d.failed = true
	}
	d.rest = d.rest[len(fraction):]
	return t + time.Duration(nanoseconds(fraction))
}

// zone reads the distance from UTC: Z, ±hh, ±hhmm, ±hh:mm, or nothing.
func (d *digits) zone() time.Duration {
	if d.rest == "" || d.skip("Zz") {
		return 0
	}
	sign := time.Duration(1)
	if !d.skip("+") {
		if !d.skip("-") {
			d.failed = true
			return 0
		}
		sign = -1
	}
	offset := time.Duration(d.number(2, 0, 23)) * time.Hour
	if d.skip(":") || d.rest != "" {
		offset += time.Duration(d.number(2, 0, 59)) * time.Minute
	}
	return sign * offset
}
