package awsapi

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// TimeFormat is a way to write a timestamp.
type TimeFormat uint8

// The formats, by their names in the models.
const (
	UnixTimestamp TimeFormat = iota + 1 // seconds since 1970, a number in JSON
	ISO8601                             // 2006-01-02T15:04:05Z
	RFC822                              // Mon, 02 Jan 2006 15:04:05 GMT
)

const rfc822Layout = "Mon, 02 Jan 2006 15:04:05 GMT"

// or is f, or what its place says where the model does not.
func (f TimeFormat) or(place TimeFormat) TimeFormat {
	if f == 0 {
		return place
	}
	return f
}

// parse reads a timestamp in this format and in no other.
func (f TimeFormat) parse(text string) (time.Time, bool) {
	if f == UnixTimestamp {
		return parseSeconds(text)
	}
	layout := time.RFC3339
	if f == RFC822 {
		layout = rfc822Layout
	}
	t, err := time.Parse(layout, text)
	t = t.UTC()
	return t, err == nil && writableTime(t)
}

// parseSeconds reads seconds since 1970 as JSON writes a number: exactly, or where it has an exponent to the microsecond.
func parseSeconds(text string) (time.Time, bool) {
	if t, ok := parseEpoch(text); ok {
		return t, true
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || !(minSecond <= f && f <= maxSecond) {
		return time.Time{}, false
	}
	whole := math.Floor(f)
	return time.Unix(int64(whole), int64((f-whole)*1e6)*1000).UTC(), true
}

// append writes t in this format, to the millisecond where the format has fractions. The error tells that t has no year
// of four digits.
func (f TimeFormat) append(b []byte, t time.Time) ([]byte, error) {
	t = t.UTC().Truncate(time.Millisecond)
	if !writableTime(t) {
		return b, errNoYear
	}
	switch f {
	case UnixTimestamp:
		return appendSeconds(b, t.UnixMilli()), nil
	case RFC822:
		return t.AppendFormat(b, rfc822Layout), nil
	default:
		return t.AppendFormat(b, "2006-01-02T15:04:05.999Z"), nil
	}
}

func appendSeconds(b []byte, millis int64) []byte {
	if millis < 0 {
		b, millis = append(b, '-'), -millis
	}
	b = strconv.AppendInt(b, millis/1000, 10)
	if millis %= 1000; millis == 0 {
		return b
	}
	fraction := strconv.Itoa(int(1000 + millis))[1:]
	return append(append(b, '.'), strings.TrimRight(fraction, "0")...)
}
