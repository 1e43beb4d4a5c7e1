package main

import (
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/trail"
)

// What callers put into their requests cannot move a terminal's cursor or begin a line of its own.
func TestEventLineIsOneLine(t *testing.T) {
	e := &trail.Event{
		EventTime: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), EventSource: "iam.amazonaws.com", EventName: "CreateUser",
		UserIdentity: trail.UserIdentity{ARN: "arn:aws:iam::123456789012:user/a\x1b[2Jb"}, SourceIPAddress: "127.0.0.1",
		ErrorCode: "AccessDenied", ErrorMessage: "no\n2026-01-02T03:04:06Z  forged\r\u2028\u202ex\u009b",
	}
	line := eventLine(e)
	if !strings.HasPrefix(line, "2026-01-02T03:04:05Z  iam:CreateUser  arn:aws:iam::123456789012:user/a [2Jb  127.0.0.1  AccessDenied: no") {
		t.Errorf("got %q", line)
	}
	if strings.ContainsAny(line, "\n\r\x1b\u2028\u202e\u009b") {
		t.Errorf("control characters in %q", line)
	}
}
