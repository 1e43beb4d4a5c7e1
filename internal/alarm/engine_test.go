package alarm_test

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/internal/alarm"
	"github.com/warder-iam/warder/trail"
)

const account = "111122223333"

// step is an event of a case, in short, and which alarms it meets: "rule: subject: detail" each.
type step struct {
	After  string          `json:"after"`  // time since the event before
	Times  int             `json:"times"`  // the event comes so often; what the last one meets counts
	Record json.RawMessage `json:"record"` // members of the record that differ from the case's own
	// Now is what the judge says from then on: details by fact and subject.
	Now  map[alarm.Fact]map[string][]string `json:"now"`
	Want []string                           `json:"want"`
}

// engineCase is a line of testdata/engine.json.
type engineCase struct {
	Name     string                     `json:"name"`
	Rules    string                     `json:"rules"` // a file of one's own; "" for Warder's alone
	Networks []netip.Prefix             `json:"networks"`
	Services []string                   `json:"services"` // ARNs of roles that services may assume
	Record   map[string]json.RawMessage `json:"record"`   // what all records have
	Steps    []step                     `json:"steps"`
}

// stated is a judge that says what a case has.
type stated struct {
	services []string
	now      map[alarm.Fact]map[string][]string
}

func (s *stated) Workload(role string) bool { return slices.Contains(s.services, role) }

func (s *stated) Look(f alarm.Fact, _ *trail.Event) []alarm.Finding { return s.All(f) }

func (s *stated) All(f alarm.Fact) (all []alarm.Finding) {
	for subject, details := range s.now[f] {
		all = append(all, alarm.Finding{Account: account, Subject: subject, Details: details})
	}
	slices.SortFunc(all, func(a, b alarm.Finding) int { return strings.Compare(a.Subject, b.Subject) })
	return all
}

func (c *engineCase) event(t *testing.T, s *step, at time.Time) *trail.Event {
	t.Helper()
	members := map[string]json.RawMessage{
		"eventVersion": json.RawMessage(`"1.11"`), "eventID": json.RawMessage(`"e"`), "recipientAccountId": json.RawMessage(`"` + account + `"`),
		"eventTime": json.RawMessage(`"` + at.UTC().Format(time.RFC3339) + `"`), "eventType": json.RawMessage(`"AwsApiCall"`),
	}
	for name, value := range c.Record {
		members[name] = value
	}
	if len(s.Record) > 0 {
		check(t, json.Unmarshal(s.Record, &members))
	}
	text, err := json.Marshal(members)
	check(t, err)
	e, err := trail.Parse(text)
	check(t, err)
	return e
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func engineCases(t *testing.T) (cases []engineCase) {
	t.Helper()
	text, err := os.ReadFile("testdata/engine.json")
	check(t, err)
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.DisallowUnknownFields()
	check(t, d.Decode(&cases))
	if len(cases) == 0 {
		t.Fatal("no case")
	}
	return cases
}

// run gives what the events of a case meet, by rule.
func (c *engineCase) run(t *testing.T, met map[string]int) {
	rules, err := alarm.ParseRules([]byte(c.Rules))
	check(t, err)
	judge := &stated{services: c.Services}
	e := alarm.NewEngine(alarm.Options{Rules: rules, Networks: c.Networks, Judge: judge}, nil)
	at, sequence := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), uint64(0)
	for i := range c.Steps {
		s := &c.Steps[i]
		for fact, subjects := range s.Now {
			if judge.now == nil {
				judge.now = map[alarm.Fact]map[string][]string{}
			}
			judge.now[fact] = subjects
		}
		var got []string
		for range max(s.Times, 1) {
			if s.After != "" {
				d, err := time.ParseDuration(s.After)
				check(t, err)
				at = at.Add(d)
			}
			sequence++
			got = nil
			for _, m := range e.Feed(account, sequence, c.event(t, s, at)) {
				met[m.Rule.ID]++
				line := m.Rule.ID + ": " + m.Subject
				if m.Detail != "" {
					line += ": " + m.Detail
				}
				if m.Sequence != sequence || m.Account != account {
					t.Errorf("record %d of %s, want %d", m.Sequence, m.Account, sequence)
				}
				got = append(got, line)
			}
		}
		slices.Sort(got)
		slices.Sort(s.Want)
		if !slices.Equal(got, s.Want) {
			t.Errorf("event %d meets\n%s\nwant\n%s", i+1, strings.Join(got, "\n"), strings.Join(s.Want, "\n"))
		}
	}
}

// TestEngine puts records of CloudTrail's form to the rules. Each of Warder's own has a case in which its alarm is raised;
// that other events of the same cases meet nothing is as exact.
func TestEngine(t *testing.T) {
	met := map[string]int{}
	for _, c := range engineCases(t) {
		t.Run(c.Name, func(t *testing.T) { c.run(t, met) })
	}
	for _, r := range alarm.Builtin() {
		if met[r.ID] == 0 {
			t.Errorf("no case meets the rule %s", r.ID)
		}
	}
}

// What is true when the engine learns is no news; what becomes true later is.
func TestLearn(t *testing.T) {
	judge := &stated{now: map[alarm.Fact]map[string][]string{alarm.Administrator: {"arn:aws:iam::111122223333:user/admin": {"x"}}}}
	e := alarm.NewEngine(alarm.Options{Rules: alarm.Builtin(), Judge: judge}, nil)
	e.Learn()
	c := engineCase{Record: map[string]json.RawMessage{
		"eventSource": json.RawMessage(`"iam.amazonaws.com"`), "eventName": json.RawMessage(`"AddUserToGroup"`), "userIdentity": json.RawMessage(`{"type":"IAMUser","arn":"a"}`),
	}}
	if got := e.Feed(account, 1, c.event(t, &step{}, time.Unix(1e9, 0))); len(got) != 0 {
		t.Errorf("%+v", got)
	}
	judge.now[alarm.Administrator]["arn:aws:iam::111122223333:user/eve"] = []string{"x"}
	got := e.Feed(account, 2, c.event(t, &step{}, time.Unix(1e9, 0)))
	if len(got) != 1 || got[0].Rule.ID != "administrator-granted" || got[0].Subject != "arn:aws:iam::111122223333:user/eve" {
		t.Errorf("%+v", got)
	}
	next := alarm.NewEngine(alarm.Options{Rules: alarm.Builtin(), Judge: judge}, e.Memory())
	if got := next.Feed(account, 3, c.event(t, &step{}, time.Unix(1e9, 0))); len(got) != 0 {
		t.Errorf("the next engine forgot: %+v", got)
	}
}

// However many subjects come along the trail, memory is bounded, and the one that was busy last is still counted.
func TestMemoryIsBounded(t *testing.T) {
	rules, err := alarm.ParseRules([]byte(`{"rules":[
		{"id":"many","title":"t","severity":"LOW","when":{"eventName":"X"},"by":"sourceIPAddress","threshold":2,"within":"24h"},
		{"id":"fresh","title":"t","severity":"LOW","when":{"eventName":"X"},"by":"sourceIPAddress","fresh":"1h"}]}`))
	check(t, err)
	e := alarm.NewEngine(alarm.Options{Rules: rules}, nil)
	event := &trail.Event{EventName: "X", EventSource: "s"}
	const n = 30_000
	for i := range n {
		event.EventTime = time.Unix(1e9+int64(i), 0)
		event.SourceIPAddress = fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&255, i&255)
		for _, m := range e.Feed(account, uint64(i), event) {
			if m.Rule.ID == "many" {
				t.Fatalf("%d: %+v", i, m)
			}
		}
	}
	if got := e.Feed(account, n, event); len(got) != 1 || got[0].Rule.ID != "many" {
		t.Errorf("%+v", got)
	}
	if got := len(e.Memory().Seen); got > 8192 || got < 4096 {
		t.Errorf("%d are remembered", got)
	}
	text, err := json.Marshal(e.Memory().Seen)
	check(t, err)
	if len(text) > 600<<10 {
		t.Errorf("the memory takes %d bytes", len(text))
	}
}

// Calls of strangers, each with another key or from another address, crowd out of memory neither who is known nor what was met:
// the rules with fresh go on to see both.
func TestStrangersCrowdNobodyOut(t *testing.T) {
	rules, err := alarm.ParseRules([]byte(`{"rules":[{"id":"fresh","title":"t","severity":"LOW","when":{"eventName":"GetCallerIdentity"},"by":"sourceIPAddress","fresh":"1h"}]}`))
	check(t, err)
	e := alarm.NewEngine(alarm.Options{Rules: rules}, nil)
	sequence := uint64(0)
	feed := func(second int64, name string, who trail.UserIdentity, address string) (met []string) {
		sequence++
		for _, m := range e.Feed(account, sequence, &trail.Event{
			EventSource: "cloudtrail.amazonaws.com", EventName: name, EventTime: time.Unix(1e9+second, 0), UserIdentity: who, SourceIPAddress: address,
		}) {
			met = append(met, m.Rule.ID)
		}
		return met
	}
	alice := trail.UserIdentity{Type: "IAMUser", ARN: "arn:aws:iam::111122223333:user/alice"}
	feed(0, "ListTrails", alice, "192.0.2.1")
	feed(1, "GetCallerIdentity", alice, "192.0.2.1")
	known := len(e.Memory().Seen)
	const week = 7 * 24 * 3600
	for i := range int64(20_000) {
		who := trail.UserIdentity{Type: "Unknown", AccessKeyID: fmt.Sprint("AKIA", i)}
		if met := feed(week+i/10, "GetCallerIdentity", who, fmt.Sprintf("10.0.%d.%d", i>>8, i&255)); len(met) > 0 {
			t.Fatalf("a stranger meets %v", met)
		}
	}
	if got := len(e.Memory().Seen); got != known {
		t.Errorf("%d are remembered, want %d", got, known)
	}
	if met := feed(2*week, "StopLogging", alice, "192.0.2.1"); !slices.Contains(met, "first-evasion") {
		t.Errorf("met: %v", met)
	}
}
