package main

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

const oneDay = 24 * time.Hour

// parseDuration is time.ParseDuration, and knows whole days: "90d".
func parseDuration(s string) (time.Duration, error) {
	digits, ok := strings.CutSuffix(s, "d")
	if !ok {
		return time.ParseDuration(s)
	}
	n, err := strconv.ParseUint(digits, 10, 16) // 65,535 days are within a duration
	if err != nil {
		return 0, fmt.Errorf("%q is no number of days", s)
	}
	return time.Duration(n) * oneDay, nil
}

// timeForm is what a command takes for a time, beside one as RFC 3339 has it.
type timeForm struct {
	// day is what a day in UTC stands for, counted from its beginning: 0 for that, endOfDay for all of it.
	day time.Duration
	// now is what durations such as 7d are from, or with ago before; where it is zero none is taken.
	now time.Time
	ago bool
}

// endOfDay is the last second of a day: times in answers of APIs have no parts of one.
const endOfDay = oneDay - time.Second

// parse reads a time; it is in UTC.
func (f timeForm) parse(s string) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t.UTC(), nil
	}
	if t, err := time.Parse(time.DateOnly, s); err == nil {
		return t.Add(f.day), nil
	}
	const want = "%q is no time: write a day (2026-01-02) or a time (2026-01-02T15:04:05Z)"
	if f.now.IsZero() {
		return time.Time{}, fmt.Errorf(want, s)
	}
	d, err := parseDuration(s)
	switch {
	case (err != nil || d < 0) && f.ago:
		return time.Time{}, fmt.Errorf(want+", or how long ago (90m, 24h, 7d)", s)
	case err != nil || d < 0:
		return time.Time{}, fmt.Errorf(want+", or how long from now (90m, 24h, 7d)", s)
	case f.ago:
		d = -d
	}
	return f.now.UTC().Add(d), nil
}

// flag reads the time of a flag: the zero time where it was not given.
func (f timeForm) flag(name, s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	t, err := f.parse(s)
	if err != nil {
		return time.Time{}, usagef("--%s %v", name, err)
	}
	return t, nil
}

// parseSize reads a number of bytes with a unit: "256MiB". Nothing is 0.
func parseSize(s string) (int64, error) {
	if s == "" {
		return 0, nil
	}
	for i, unit := range []string{"MiB", "GiB", "TiB"} {
		digits, ok := strings.CutSuffix(s, unit)
		if !ok {
			continue
		}
		factor := int64(1) << (20 + 10*i)
		n, err := strconv.ParseUint(digits, 10, 63)
		if err != nil || n == 0 || n > uint64(math.MaxInt64/factor) {
			break
		}
		return int64(n) * factor, nil
	}
	return 0, errors.New(strconv.Quote(s) + " is no size: write a whole number with MiB, GiB or TiB, such as 20GiB")
}
