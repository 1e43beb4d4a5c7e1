package alarm_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/internal/alarm"
	"github.com/warder-iam/warder/internal/server/servertest"
)

const page = "../../docs/alarms.md"

// block is a code block of the page, by the name behind its language.
func block(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(page)
	check(t, err)
	_, rest, ok := strings.Cut(string(text), " "+name+"\n")
	body, _, closed := strings.Cut(rest, "```")
	if !ok || !closed {
		t.Fatalf("the page has no block %s", name)
	}
	return body
}

// The page lists the rules that there are.
func TestPageListsRules(t *testing.T) {
	text, err := os.ReadFile(page)
	check(t, err)
	const head = "| rule | severity | type | raised when |\n|---|---|---|---|\n"
	_, rest, _ := strings.Cut(string(text), head)
	table, _, _ := strings.Cut(rest, "\n\n")
	var want []string
	for _, r := range alarm.Builtin() {
		line := fmt.Sprintf("| `%s` | %s | %s | %s", r.ID, r.Severity, r.Type, r.Title)
		if r.Threshold > 1 {
			what := "events"
			if r.Distinct != "" {
				what = "different " + r.Distinct
			}
			line += fmt.Sprintf(": %d %s within %d min", r.Threshold, what, int(r.Within.Minutes()))
		}
		want = append(want, line+" |")
	}
	if all := strings.Join(want, "\n"); table != all {
		t.Errorf("the table of rules is\n%s\nwant\n%s", table, all)
	}
}

// The page's file of rules is one, and does what the page says.
func TestPageRules(t *testing.T) {
	rules, err := alarm.ParseRules([]byte(block(t, "alarm-rules.yaml")))
	check(t, err)
	e := alarm.NewEngine(alarm.Options{Rules: rules}, nil)
	c := engineCase{Record: map[string]json.RawMessage{"eventSource": json.RawMessage(`"sts.amazonaws.com"`), "eventName": json.RawMessage(`"AssumeRole"`)}}
	for address, met := range map[string]bool{"203.0.113.9": true, "10.20.1.1": false} {
		s := step{Record: json.RawMessage(`{"userIdentity":{"type":"IAMUser","arn":"a"},"sourceIPAddress":"` + address + `","requestParameters":{"roleArn":"arn:aws:iam::111122223333:role/break-glass"}}`)}
		if got := e.Feed(account, 1, c.event(t, &s, time.Unix(1e9, 0))); (len(got) == 1 && got[0].Rule.ID == "break-glass") != met {
			t.Errorf("from %s: %+v", address, got)
		}
	}
	raised := 0
	for i := range 12 {
		s := step{Record: json.RawMessage(`{"eventName":"CreateUser","userIdentity":{"type":"IAMUser","arn":"a"},"requestParameters":{"userName":"u` + strconv.Itoa(i) + `"}}`)}
		for _, m := range e.Feed(account, 2, c.event(t, &s, time.Unix(1e9, 0))) {
			if m.Rule.ID == "many-users-made" {
				raised++
			}
		}
	}
	if raised != 3 {
		t.Errorf("12 users: met %d times", raised)
	}
}

// The page's message is one that Warder writes, member for member.
func TestPageMessage(t *testing.T) {
	text := block(t, "message.json")
	var m alarm.Message
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	check(t, d.Decode(&m))
	again, err := json.Marshal(m)
	check(t, err)
	var a, b any
	check(t, json.Unmarshal([]byte(text), &a))
	check(t, json.Unmarshal(again, &b))
	if fmt.Sprint(a) != fmt.Sprint(b) {
		t.Errorf("written\n%s\nread\n%s", text, again)
	}
}

// The page's program takes what Warder signs, and nothing else.
func TestPageVerifies(t *testing.T) {
	if exec.Command("python3", "--version").Run() != nil {
		servertest.Missing(t, "python3", "Get Python 3: as root on Debian, apt-get install python3.")
	}
	program := filepath.Join(t.TempDir(), "verify.py")
	check(t, os.WriteFile(program, []byte(block(t, "verify.py")), 0o600))
	body := block(t, "message.json")
	now := strconv.FormatInt(time.Now().Unix(), 10)
	old := strconv.FormatInt(time.Now().Unix()-400, 10)
	for name, c := range map[string]struct {
		timestamp, signature, body string
		good                       bool
	}{
		"genuine":      {now, "v1=" + alarm.Sign([]byte("a secret of some length"), now, []byte(body)), body, true},
		"another body": {now, "v1=" + alarm.Sign([]byte("a secret of some length"), now, []byte(body)), body + " ", false},
		"another key":  {now, "v1=" + alarm.Sign([]byte("another secret"), now, []byte(body)), body, false},
		"replayed":     {old, "v1=" + alarm.Sign([]byte("a secret of some length"), old, []byte(body)), body, false},
	} {
		cmd := exec.CommandContext(t.Context(), "python3", program, "a secret of some length", c.timestamp, c.signature)
		cmd.Stdin = strings.NewReader(c.body)
		if err := cmd.Run(); (err == nil) != c.good {
			t.Errorf("%s: %v", name, err)
		}
	}
}
