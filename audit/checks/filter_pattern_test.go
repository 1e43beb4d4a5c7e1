package checks

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

func TestFilterPattern(t *testing.T) {
	text, err := os.ReadFile("testdata/filter-patterns.json")
	if err != nil {
		t.Fatal(err)
	}
	var rows []struct {
		Pattern, Record, Error string
		Want                   bool
	}
	if err := json.Unmarshal(text, &rows); err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		f, err := parseFilterPattern(row.Pattern)
		if err != nil || row.Error != "" {
			if err == nil || err.Error() != row.Error {
				t.Errorf("%s: error %v, want %q", row.Pattern, err, row.Error)
			}
			continue
		}
		r, err := newRecord(row.Record)
		if err != nil {
			t.Fatal(err)
		}
		if got := f(r); got != row.Want {
			t.Errorf("%s on %s: %v", row.Pattern, row.Record, got)
		}
	}
}

// TestFilterPatternLimits holds that a pattern of any length or depth is refused and not read.
func TestFilterPatternLimits(t *testing.T) {
	for _, pattern := range []string{strings.Repeat("x", maxFilterPattern+1), "{" + strings.Repeat("(", maxFilterDepth+1) + "}"} {
		if _, err := parseFilterPattern(pattern); err == nil || !strings.Contains(err.Error(), "than") {
			t.Errorf("%.20s… is read: %v", pattern, err)
		}
	}
}

// TestAlarmTopics holds that the pattern that a remedy gives matches all samples of its topic, and none of another topic that
// it is not about: a sign-in without MFA that fails, say.
func TestAlarmTopics(t *testing.T) {
	topics := alarmTopics()
	for i := range topics {
		f, err := parseFilterPattern(topics[i].pattern)
		if err != nil {
			t.Fatalf("%s: %v", topics[i].id, err)
		}
		for j := range topics {
			for _, s := range topics[j].samples {
				if got := s.matched(f); got != (i == j) {
					t.Errorf("the pattern of %s on %s of %s: %v", topics[i].id, s.name, topics[j].id, got)
				}
			}
		}
	}
}

func FuzzFilterPattern(f *testing.F) {
	for _, t := range alarmTopics() {
		f.Add(t.pattern)
	}
	f.Add(`{ ($['a'][0] IS NULL || $.b[*] != %x%) && $.c <= 1e3 }`)
	f.Add(`?a -"b c" d*`)
	r, err := newRecord(`{"a":[null],"b":["x",{"c":true}],"c":2,"eventName":"ConsoleLogin"}`)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, pattern string) {
		match, err := parseFilterPattern(pattern)
		if err != nil {
			return
		}
		got := match(r)
		spaced, err := parseFilterPattern(" \t" + pattern + "\n")
		if err != nil && len(pattern)+3 <= maxFilterPattern {
			t.Fatalf("%q is read and is not with white space around it: %v", pattern, err)
		}
		if err == nil && spaced(r) != got {
			t.Fatalf("%q matches otherwise with white space around it", pattern)
		}
	})
}
