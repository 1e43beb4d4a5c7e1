package awsapi

import (
	"encoding/base64"
	"errors"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// parseScalar reads text as the shape says into v, of the shape's Go type. The error is the end of a sentence that
// begins with the place.
func parseScalar(s *Shape, v reflect.Value, text string) error {
	switch s.Kind {
	case String:
		if !utf8.ValidString(text) {
			return errors.New("is not valid UTF-8")
		}
		v.SetString(text)
	case Boolean:
		switch {
		case strings.EqualFold(text, "true"):
			v.SetBool(true)
		case strings.EqualFold(text, "false"):
			v.SetBool(false)
		default:
			return errors.New("can not be converted to a Boolean")
		}
	case Integer, Long:
		n, err := strconv.ParseInt(text, 10, v.Type().Bits())
		if err != nil {
			return errors.New("can not be converted to " + map[ShapeKind]string{Integer: "an Integer", Long: "a Long"}[s.Kind])
		}
		v.SetInt(n)
	case Float, Double:
		f, err := strconv.ParseFloat(text, v.Type().Bits())
		if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
			return errors.New("can not be converted to a number")
		}
		v.SetFloat(f)
	case Timestamp:
		t, ok := parseTime(text)
		if !ok {
			return errors.New("is not a timestamp: timestamp must follow ISO8601")
		}
		v.Set(reflect.ValueOf(t))
	case Blob:
		b, err := base64.StdEncoding.Strict().DecodeString(text)
		if err != nil {
			return errors.New("is not valid base64")
		}
		v.SetBytes(b)
	default:
		return errors.New("has no known type")
	}
	return nil
}

// timeLayouts of ISO 8601 that clients write; time.Parse takes a fraction of seconds with each.
var timeLayouts = []string{time.RFC3339, "2006-01-02T15:04:05", "20060102T150405Z", "2006-01-02"}

// Seconds since 1970 of the first and last moment that a timestamp can write with four digits of year.
const (
	minSecond = -62135596800
	maxSecond = 253402300799
)

var errNoYear = errors.New("awsapi: the time has no four-digit year")

// parseTime reads ISO 8601 or seconds since 1970.
func parseTime(text string) (time.Time, bool) {
	for _, layout := range timeLayouts {
		if t, err := time.Parse(layout, text); err == nil {
			t = t.UTC()
			return t, writableTime(t)
		}
	}
	return parseEpoch(text)
}

// parseEpoch reads seconds since 1970 with up to nine digits of a fraction.
func parseEpoch(text string) (time.Time, bool) {
	whole, fraction, _ := strings.Cut(text, ".")
	seconds, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || seconds < minSecond || seconds > maxSecond || len(fraction) > 9 {
		return time.Time{}, false
	}
	var nanos uint64
	if fraction != "" {
		if nanos, err = strconv.ParseUint(fraction+"000000000"[len(fraction):], 10, 32); err != nil {
			return time.Time{}, false
		}
	}
	if strings.HasPrefix(whole, "-") {
		return time.Unix(seconds, -int64(nanos)).UTC(), true
	}
	return time.Unix(seconds, int64(nanos)).UTC(), true
}

func writableTime(t time.Time) bool { return minSecond <= t.Unix() && t.Unix() <= maxSecond }
