package audit

import (
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/warder-iam/warder/directory/awsimport"
	"github.com/warder-iam/warder/trail"
)

// activityCase is a case of testdata/activity.json: events, and all that they add up to, as lines.
type activityCase struct {
	Name   string            `json:"name"`
	Events []json.RawMessage `json:"events"`
	Want   []string          `json:"want"`
}

func TestActivity(t *testing.T) {
	text, err := os.ReadFile("testdata/activity.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []activityCase
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			got := lines(Activities(&awsimport.Bundle{Events: eventsOf(c.Events)}).accounts)
			if !slices.Equal(got, c.Want) {
				t.Errorf("got\n%s\nwant\n%s", indent(got), indent(c.Want))
			}
		})
	}
}

func indent(list []string) string {
	text, _ := json.MarshalIndent(list, "", " ") // strings can be written
	return string(text)
}

func eventsOf(texts []json.RawMessage) iter.Seq2[*trail.Event, *awsimport.Problem] {
	return func(yield func(*trail.Event, *awsimport.Problem) bool) {
		for _, text := range texts {
			e, err := trail.Parse(text)
			var problem *awsimport.Problem
			if err != nil {
				problem = &awsimport.Problem{Message: err.Error()}
			}
			if !yield(e, problem) {
				return
			}
		}
	}
}

func lines(all map[string]*Activity) []string {
	var out []string
	for _, id := range slices.Sorted(maps.Keys(all)) {
		a := all[id]
		out = append(out, fmt.Sprintf("%s: %d records from %s to %s", id, a.Records, clock(a.From), clock(a.To)))
		for _, p := range a.Principals {
			if a.Principal(p.ARN) != p {
				out = append(out, "Principal does not find "+p.ARN)
			}
			out = append(out, fmt.Sprintf("%s: %d records, %d denied, from %s to %s", p.ARN, p.Records, p.Denied, clock(p.First), clock(p.Last)))
			for _, u := range p.Uses {
				out = append(out, fmt.Sprintf("- %s:%s %s, %d records, %d without MFA, via %q, by service %v, read only %v, from %s to %s, %s, %s %s, %s %v",
					u.Service, u.Action, [...]string{"succeeded", "failed", "denied"}[u.Outcome], u.Records, u.WithoutMFA, u.Via, u.ByService, u.ReadOnly,
					clock(u.First), clock(u.Last), u.EventID, u.ErrorCode, u.ErrorMessage, u.Address, u.Resources))
			}
			for _, s := range p.Sources {
				out = append(out, fmt.Sprintf("- from %s with %q by %s, %d records, hours %b, weekdays %b, from %s to %s",
					s.Address, s.KeyID, s.Agent, s.Records, s.Hours, s.Weekdays, clock(s.First), clock(s.Last)))
			}
		}
	}
	return out
}

func clock(t time.Time) string { return t.Format("02T15") }

// TestActivityLimit holds that what finds no room is counted, and that what has room already goes on to count.
func TestActivityLimit(t *testing.T) {
	g := newGatherer(2)
	for _, action := range []string{"A", "B", "C", "A", "D"} {
		g.add(&trail.Event{
			EventName: action, EventSource: "s3.amazonaws.com", RecipientAccountID: "111122223333",
			UserIdentity: trail.UserIdentity{Type: "IAMUser", ARN: "arn:aws:iam::111122223333:user/alice"},
		})
	}
	p := g.accounts["111122223333"].Principal("arn:aws:iam::111122223333:user/alice")
	if g.unread != 2 || p.Records != 3 || len(p.Uses) != 2 || p.Uses[0].Records != 2 {
		t.Errorf("%d unread, %d records, %d uses", g.unread, p.Records, len(p.Uses))
	}
}

// TestActivityOnce holds that all events are read once for all checks and accounts, and that a record that cannot be read
// is told of.
func TestActivityOnce(t *testing.T) {
	read := 0
	events := eventsOf([]json.RawMessage{[]byte(`{"eventID":"e1","eventName":"A","eventTime":"2026-11-20T10:00:00Z","recipientAccountId":"111122223333"}`), []byte(`{}`)})
	bundle, err := awsimport.Read(os.DirFS("testdata"), awsimport.Options{Account: "111122223333"})
	if err != nil {
		t.Fatal(err)
	}
	bundle.Accounts = map[string]*awsimport.Evidence{"111122223333": {}, "444455556666": {}}
	bundle.Events = func(yield func(*trail.Event, *awsimport.Problem) bool) {
		read++
		events(yield)
	}
	var records []int
	look := &Check{ID: "look", Run: func(a *Account, _ *Reporter) {
		records = append(records, a.Activity().Records, a.Activity().Unread)
	}}
	Run(&Input{Bundle: bundle, Checks: []*Check{look, look}})
	if read != 1 || !slices.Equal(records, []int{1, 1, 1, 1, 0, 1, 0, 1}) {
		t.Errorf("read %d times: %v", read, records)
	}
}
