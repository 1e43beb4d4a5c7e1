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

func TestParseWhen(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	tests := []struct {
		text string
		want time.Time
		ok   bool
	}{
		{"", time.Time{}, true}, {"2026-01-01", time.Date(2026, 1, 1, 23, 0, 0, 0, time.UTC), true},
		{"2026-01-01T10:00:00+02:00", time.Date(2026, 1, 1, 8, 0, 0, 0, time.UTC), true},
		{"90m", now.Add(-90 * time.Minute), true}, {"2d", now.Add(-48 * time.Hour), true},
		{"-1h", time.Time{}, false}, {"2026-13-01", time.Time{}, false}, {"now", time.Time{}, false}, {"1", time.Time{}, false},
	}
	for _, test := range tests {
		if got, err := parseWhen("--since", test.text, now, 23*time.Hour); !got.Equal(test.want) || (err == nil) != test.ok {
			t.Errorf("%q: %v, %v", test.text, got, err)
		}
	}
}

// FuzzParseWhen: a time is refused, or is one that a filter can use.
func FuzzParseWhen(f *testing.F) {
	for _, s := range []string{"2026-01-02", "2026-01-02T15:04:05Z", "7d", "90m", "x"} {
		f.Add(s)
	}
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	f.Fuzz(func(t *testing.T, s string) {
		at, err := parseWhen("--since", s, now, 0)
		if err == nil && at.Location() != time.UTC {
			t.Errorf("%q is not in UTC: %v", s, at)
		}
		if err != nil && !at.IsZero() {
			t.Errorf("%q: a time with an error", s)
		}
	})
}
