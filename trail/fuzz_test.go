package trail_test

import (
	"bytes"
	stdjson "encoding/json"
	"reflect"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/warder-iam/warder/trail"
)

// FuzzParse: what parses prints to one safe line, and that line is a fixed point of parsing and printing.
func FuzzParse(f *testing.F) {
	e := sample()
	text, err := e.MarshalJSON()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte(`{"eventName":"X","requestParameters":{"a":"\u009b\ud800"},"additionalEventData":{},"resources":[]}`))
	f.Add([]byte(`{"eventID":"X","eventTime":"2026-01-02T03:04:05.6+02:00","readOnly":true,"tlsDetails":{}}`))
	f.Add([]byte(delivered))
	f.Add([]byte(`{"eventName":"X","eventCategory":"Insight","insightDetails":{"state":"Start"}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		e, err := trail.Parse(text)
		if err != nil {
			return
		}
		checkLine(t, e.Line())
		printed, err := e.MarshalJSON()
		if err != nil {
			return // a time beyond the year 9999 in UTC, a record beyond the limits
		}
		checkRecord(t, printed)
		back, err := trail.Parse(printed)
		if err != nil {
			t.Fatalf("%s: %v", printed, err)
		}
		again, err := back.MarshalJSON()
		if err != nil || !bytes.Equal(printed, again) {
			t.Fatalf("printed %s, then %s, %v", printed, again, err)
		}
		third, err := trail.Parse(again)
		if err != nil || !reflect.DeepEqual(back, third) {
			t.Fatalf("%+v is not %+v, %v", back, third, err)
		}
	})
}

// FuzzEncode: whatever clients send, the record is one valid line within its limit.
func FuzzEncode(f *testing.F) {
	f.Add("aws-cli/2", "CreateUser", "alice", "message", []byte(`{"a":1}`), uint16(1))
	f.Add("\x1b[31m", "\n", "\u202e", "\xff", []byte(" {\"a\" : \"\x7f\"}"), uint16(9))
	f.Add("", "", "", "", []byte(`"\ud83d\ude00"`), uint16(65535))
	f.Fuzz(func(t *testing.T, agent, name, user, message string, raw []byte, times uint16) {
		e := sample()
		e.UserAgent, e.EventName, e.UserIdentity.UserName = agent, name, user
		e.ErrorMessage = strings.Repeat(message, int(times))
		e.RequestParameters, e.AdditionalEventData = stdjson.RawMessage(raw), stdjson.RawMessage(raw)
		checkLine(t, e.Line())
		text, err := e.MarshalJSON()
		if err != nil {
			if stdjson.Valid(raw) && len(name)+len(user) < 1000 && !strings.Contains(err.Error(), "duplicate") {
				t.Fatal(err)
			}
			return
		}
		checkRecord(t, text)
		if _, err := trail.Parse(text); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	})
}

func checkRecord(t *testing.T, text []byte) {
	t.Helper()
	if len(text) > trail.MaxRecord || !stdjson.Valid(text) {
		t.Fatalf("no record: %d bytes: %.500q", len(text), text)
	}
	checkText(t, string(text))
}

func checkLine(t *testing.T, line string) {
	t.Helper()
	if parts := strings.SplitN(line, "  ", 5); len(parts) != 5 || parts[3] == "" || strings.Contains(strings.Join(parts[:4], ""), " ") {
		t.Fatalf("columns: %q", line)
	}
	checkText(t, line)
}

func checkText(t *testing.T, text string) {
	t.Helper()
	if !utf8.ValidString(text) {
		t.Fatalf("invalid UTF-8: %q", text)
	}
	for _, r := range text {
		if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) {
			t.Fatalf("%q in %q", r, text)
		}
	}
}
