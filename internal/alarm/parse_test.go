package alarm_test

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/internal/alarm"
	"github.com/warder-iam/warder/trail"
)

// fileCase is a line of testdata/files.json: a file of rules, and a part of what is wrong with it; "" for nothing.
type fileCase struct {
	Name string `json:"name"`
	File string `json:"file"`
	Want string `json:"want"`
}

func fileCases(t testing.TB) (cases []fileCase) {
	t.Helper()
	text, err := os.ReadFile("testdata/files.json")
	check(t, err)
	check(t, json.Unmarshal(text, &cases))
	if len(cases) == 0 {
		t.Fatal("no case")
	}
	return cases
}

func TestParseRules(t *testing.T) {
	for _, c := range fileCases(t) {
		t.Run(c.Name, func(t *testing.T) {
			rules, err := alarm.ParseRules([]byte(c.File))
			switch {
			case c.Want == "" && (err != nil || len(rules) == 0):
				t.Errorf("%d rules, %v", len(rules), err)
			case c.Want != "" && (err == nil || !strings.Contains(err.Error(), c.Want)):
				t.Errorf("%v, want %q", err, c.Want)
			}
		})
	}
	if _, err := alarm.ParseRules(bytes.Repeat([]byte("#"), alarm.MaxFile+1)); err == nil || !strings.Contains(err.Error(), "larger than") {
		t.Errorf("too large a file: %v", err)
	}
}

// Whoever reads Warder's rules learns why each matters.
func TestBuiltin(t *testing.T) {
	for _, r := range alarm.Builtin() {
		if r.Why == "" || r.Own() {
			t.Errorf("%s: why %q, own %t", r.ID, r.Why, r.Own())
		}
	}
}

// FuzzParseRules: whatever is taken has bounds, and can be put to use.
func FuzzParseRules(f *testing.F) {
	for _, c := range fileCases(f) {
		f.Add([]byte(c.File))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		rules, err := alarm.ParseRules(text)
		if err != nil {
			return
		}
		e := alarm.NewEngine(alarm.Options{Rules: rules}, nil)
		event := &trail.Event{EventName: "X", EventTime: time.Unix(1e9, 0), RequestParameters: json.RawMessage(`{"a":{"b":[1]}}`)}
		for range 3 {
			e.Feed(account, 1, event)
		}
		for _, r := range rules {
			if r.Threshold > 100 || r.Within > 24*time.Hour || len(r.By) == 0 || len(r.When) == 0 || strings.ContainsAny(r.Title, "\r\n") {
				t.Errorf("taken: %+v", r)
			}
		}
	})
}
