package main

import (
	"testing"
	"time"
)

func TestParseDuration(t *testing.T) {
	tests := []struct {
		text string
		want time.Duration
		ok   bool
	}{
		{"90d", 90 * 24 * time.Hour, true}, {"0d", 0, true}, {"24h", 24 * time.Hour, true}, {"1m30s", 90 * time.Second, true},
		{"-1h", -time.Hour, true}, {"65535d", 65535 * 24 * time.Hour, true},
		{"65536d", 0, false}, {"-1d", 0, false}, {"+1d", 0, false}, {"d", 0, false}, {"", 0, false}, {"1.5d", 0, false}, {"1w", 0, false},
	}
	for _, test := range tests {
		if got, err := parseDuration(test.text); got != test.want || (err == nil) != test.ok {
			t.Errorf("%q: %v, %v", test.text, got, err)
		}
	}
}

func TestParseSize(t *testing.T) {
	tests := []struct {
		text string
		want int64
		ok   bool
	}{
		{"", 0, true}, {"256MiB", 256 << 20, true}, {"20GiB", 20 << 30, true}, {"8388607TiB", 8388607 << 40, true},
		{"8388608TiB", 0, false}, {"0GiB", 0, false}, {"-1GiB", 0, false}, {"1", 0, false}, {"1GB", 0, false}, {"GiB", 0, false}, {"1 GiB", 0, false},
	}
	for _, test := range tests {
		if got, err := parseSize(test.text); got != test.want || (err == nil) != test.ok {
			t.Errorf("%q: %v, %v", test.text, got, err)
		}
	}
}

func TestTimeForm(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.FixedZone("", 3600))
	at := func(month time.Month, day, hour, minute, second int) time.Time {
		return time.Date(2026, month, day, hour, minute, second, 0, time.UTC)
	}
	point, past, future := timeForm{}, timeForm{now: now, ago: true}, timeForm{day: endOfDay, now: now}
	tests := []struct {
		form timeForm
		text string
		want time.Time // zero: refused
	}{
		{point, "2026-01-01", at(1, 1, 0, 0, 0)}, {past, "2026-01-01", at(1, 1, 0, 0, 0)}, {future, "2026-01-01", at(1, 1, 23, 59, 59)},
		{point, "2026-01-01T10:00:00+02:00", at(1, 1, 8, 0, 0)}, {future, "2026-01-01T10:00:00Z", at(1, 1, 10, 0, 0)},
		{past, "90m", at(1, 2, 0, 34, 5)}, {past, "2d", at(12, 31, 2, 4, 5).AddDate(-1, 0, 0)}, {past, "0s", at(1, 2, 2, 4, 5)},
		{future, "90m", at(1, 2, 3, 34, 5)}, {future, "2d", at(1, 4, 2, 4, 5)},
		{point, "90m", time.Time{}}, {point, "2d", time.Time{}}, {past, "-1h", time.Time{}}, {future, "-1h", time.Time{}},
		{past, "2026-13-01", time.Time{}}, {past, "now", time.Time{}}, {future, "1", time.Time{}}, {point, "", time.Time{}}, {past, "", time.Time{}},
	}
	for _, test := range tests {
		got, err := test.form.parse(test.text)
		if !got.Equal(test.want) || (err != nil) != test.want.IsZero() {
			t.Errorf("%q: %v, %v, want %v", test.text, got, err, test.want)
		}
		flagged, err := test.form.flag("at", test.text)
		if !flagged.Equal(test.want) || (err != nil) != (test.want.IsZero() && test.text != "") {
			t.Errorf("--at %q: %v, %v", test.text, flagged, err)
		}
	}
}

// FuzzTimeForm: a time is refused, or is one in UTC.
func FuzzTimeForm(f *testing.F) {
	for _, s := range []string{"2026-01-02", "2026-01-02T15:04:05Z", "7d", "90m", "x"} {
		f.Add(s)
	}
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	f.Fuzz(func(t *testing.T, s string) {
		for _, form := range []timeForm{{}, {now: now, ago: true}, {day: endOfDay, now: now}} {
			at, err := form.parse(s)
			if err == nil && at.Location() != time.UTC {
				t.Errorf("%q is not in UTC: %v", s, at)
			}
			if err != nil && !at.IsZero() {
				t.Errorf("%q: a time with an error", s)
			}
		}
	})
}
