package acceptance

import (
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// record is what the tests look at in an event of the trail.
type record struct {
	EventID, EventName, EventTime, RequestID, ErrorCode string
	UserIdentity                                        struct{ AccessKeyID, UserName string }
	RequestParameters                                   struct{ UserName, AccessKeyID string }
}

// trail is the whole of a server's trail, in order.
func (w *warder) trail(t testing.TB) []record {
	t.Helper()
	var records []record
	seen := map[string]bool{}
	for line := range strings.Lines(w.command(t, "trail", "tail", "--data", w.data(), "--no-follow", "--json", "-n", "1000000000")) {
		var r record
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("a line of the trail is no JSON: %v\n%s", err, line)
		}
		if seen[r.EventID] || r.EventID == "" {
			t.Errorf("the event id %q stands twice in the trail", r.EventID)
		}
		seen[r.EventID] = true
		records = append(records, r)
	}
	return records
}

// verifyTrail checks the chain over the log, running server or not.
func (w *warder) verifyTrail(t testing.TB) {
	t.Helper()
	cmd := exec.Command(w.name, "trail", "verify", "--data", w.data())
	cmd.Env = w.env()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("warder trail verify: %v\n%s", err, out)
	}
}

// verifyDelivered checks a trail's deliveries, and that the newest digest is the one that the state knows.
func (w *warder) verifyDelivered(t testing.TB, bucket string) {
	t.Helper()
	cmd := exec.Command(w.name, "trail", "verify", bucket, "--data", w.data())
	cmd.Env = w.env()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("warder trail verify %s: %v\n%s", bucket, err, out)
	}
}

// deliveredOnce checks that every call since logging began was delivered, once, but for what was recorded in the last
// seconds.
func deliveredOnce(t *testing.T, bucket string, records []record) {
	t.Helper()
	files, have := map[string]string{}, map[string]int{}
	readSinks(t, files, bucket)
	for name, text := range files {
		if !strings.Contains(name, "/CloudTrail/") || !strings.HasSuffix(name, ".gz") {
			continue
		}
		var file struct{ Records []record }
		check(t, json.Unmarshal([]byte(text), &file))
		for _, r := range file.Records {
			have[r.EventID]++
		}
	}
	begun := slices.IndexFunc(records, func(r record) bool { return r.EventName == "StartLogging" })
	last := slices.IndexFunc(records, func(r record) bool { return have[r.EventID] > 0 })
	for i, r := range records {
		if have[r.EventID] > 0 {
			last = i
		}
		if have[r.EventID] > 1 {
			t.Errorf("%s %s is delivered %d times", r.EventName, r.EventID, have[r.EventID])
		}
	}
	if begun < 0 || last < begun {
		t.Fatalf("%d records, logging began with number %d, the last delivered is number %d", len(records), begun, last)
	}
	for _, r := range records[begun+1 : last] {
		if r.RequestID != "" && have[r.EventID] == 0 {
			t.Errorf("%s %s of %s is not delivered", r.EventName, r.EventID, r.EventTime)
		}
	}
	t.Logf("%d records are delivered", len(have))
}

// compareTrail checks that the trail has one event for every step that was made, and none for any other.
func compareTrail(t *testing.T, records []record, fleet []*writer) {
	t.Helper()
	known := map[string]bool{}
	for _, s := range steps {
		known[s.event] = true
	}
	have := map[string]int{}
	for _, r := range records {
		if known[r.EventName] && r.ErrorCode == "" {
			have[r.EventName+" "+r.RequestParameters.UserName]++
		}
	}
	users, _ := tally(fleet)
	for _, l := range users {
		for _, s := range steps[:l.done] {
			change := s.event + " " + l.name
			if n := have[change]; n != 1 {
				t.Errorf("the trail has %d events of the change %s", n, change)
			}
			delete(have, change)
		}
	}
	for change, n := range have {
		t.Errorf("the trail has %d events of %s, which nobody made", n, change)
	}
}
