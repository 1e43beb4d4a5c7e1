package acceptance

import (
	"encoding/json"
	"os/exec"
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
