package search_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/warder-iam/warder/trail"
	"github.com/warder-iam/warder/trail/search"
)

// monday is when the days of these tests begin.
var monday = time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)

// did makes events: n of them, from a time on, a minute apart.
func did(who, action, address string, from time.Time, n int) []*trail.Event {
	var list []*trail.Event
	for i := range n {
		list = append(list, &trail.Event{
			EventTime: from.Add(time.Duration(i) * time.Minute), EventSource: "iam.amazonaws.com", EventName: action, SourceIPAddress: address,
			UserIdentity: trail.UserIdentity{Type: "IAMUser", ARN: "arn:aws:iam::111122223333:user/" + who, UserName: who},
		})
	}
	return list
}

// office are calls at nine and at ten on each of eight days.
func office(who string) []*trail.Event {
	var list []*trail.Event
	for day := range 8 {
		list = append(list, did(who, "GetUser", "192.0.2.1", monday.Add(time.Duration(24*day+9)*time.Hour), 70)...)
	}
	return list
}

func root(e *trail.Event, change func(*trail.Event)) []*trail.Event {
	e.UserIdentity = trail.UserIdentity{Type: "Root", ARN: "arn:aws:iam::111122223333:root"}
	change(e)
	return []*trail.Event{e}
}

// insights is one, of calls of bob.
func insights(t *testing.T, state string) []*trail.Event {
	t.Helper()
	about := trail.Insight{State: state, EventSource: "iam.amazonaws.com", EventName: "CreateUser", Type: trail.CallRate}
	about.Context.Attributions = []trail.InsightAttribution{{Attribute: "userIdentityArn", Insight: []trail.InsightValue{{Value: "bob", Average: 12}}}}
	e, err := trail.InsightEvent("i", "s", "111122223333", "us-east-1", at(1, 9), &about)
	if err != nil {
		t.Fatal(err)
	}
	return []*trail.Event{e}
}

func at(day, hour int) time.Time { return monday.Add(time.Duration(24*day+hour) * time.Hour) }

func TestUnusual(t *testing.T) {
	usual := office("a")
	tests := []struct {
		name   string
		events []*trail.Event
		want   []string // rule, what, count
	}{
		{"nothing", nil, nil},
		{"new address", did("a", "GetUser", "198.51.100.7", at(7, 9), 3), []string{"new-address 198.51.100.7 3"}},
		{"new address, too early", did("a", "GetUser", "198.51.100.7", at(3, 9), 3), nil},
		{"known address again", did("a", "GetUser", "192.0.2.1", at(7, 9), 3), nil},
		{"new call", did("a", "CreateUser", "192.0.2.1", at(7, 10), 1), []string{"new-action iam:CreateUser 1"}},
		{"new principal", did("b", "CreateUser", "198.51.100.7", at(7, 9), 10), nil},
		{"unknown principal", append(did("b", "GetUser", "192.0.2.1", at(1, 9), 19), did("b", "CreateUser", "192.0.2.1", at(7, 9), 1)...), nil},
		{"just known", append(did("b", "GetUser", "192.0.2.1", at(1, 9), 20), did("b", "CreateUser", "192.0.2.1", at(7, 9), 1)...), []string{"new-action iam:CreateUser 1"}},
		{"at night", did("a", "GetUser", "192.0.2.1", at(7, 3), 2), []string{"unusual-hour 03h UTC 2"}},
		{"an hour early", did("a", "GetUser", "192.0.2.1", at(7, 8), 2), nil},
		{"two hours early", did("a", "GetUser", "192.0.2.1", at(7, 7), 2), []string{"unusual-hour 07h UTC 2"}},
		{"at night, early on", did("a", "GetUser", "192.0.2.1", at(2, 3), 2), nil},
		{"burst", slices.Repeat(did("a", "GetUser", "192.0.2.1", at(7, 10), 60), 10), []string{"burst 2026-01-12 10h 610"}},
		{"busy, not ten times as much", slices.Repeat(did("a", "GetUser", "192.0.2.1", at(7, 10), 60), 5), nil},
		{"root", root(did("", "X", "", at(1, 0), 1)[0], func(*trail.Event) {}), []string{"root-use  1"}},
		{"root by a service", root(did("", "X", "", at(1, 0), 1)[0], func(e *trail.Event) { e.UserIdentity.InvokedBy = "x" }), nil},
		{"a service's own", root(did("", "X", "", at(1, 0), 1)[0], func(e *trail.Event) { e.EventType = "AwsServiceEvent" }), nil},
		{"an insight", insights(t, "Start"), []string{"insight iam:CreateUser 1"}},
		{"the end of one", insights(t, "End"), nil},
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			all := append(slices.Clone(usual), test.events...)
			s := summary(all)
			var got []string
			for _, u := range s.Unusual {
				got = append(got, fmt.Sprintf("%s %s %d", u.Rule, u.What, u.Count))
				if u.Why == "" || u.First.IsZero() || u.Last.Before(u.First) || u.Principal == "" {
					t.Errorf("incomplete: %+v", u)
				}
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
			rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
			if other := summary(all); !reflect.DeepEqual(s, other) {
				t.Error("in another order the summary is another")
			}
		})
	}
}

func summary(events []*trail.Event) *search.Summary {
	z := search.NewSummarizer()
	for _, e := range events {
		z.Add(e)
	}
	return z.Summary()
}

func TestSummary(t *testing.T) {
	denied := did("a", "CreateUser", "", at(0, 1), 2)
	for _, e := range denied {
		e.ErrorCode = "AccessDenied"
	}
	session := did("", "GetUser", "", at(0, 2), 2)
	for i, e := range session {
		e.UserIdentity = trail.UserIdentity{
			Type: "AssumedRole", ARN: fmt.Sprint("arn:aws:sts::1:assumed-role/r/s", i),
			SessionContext: &trail.SessionContext{SessionIssuer: &trail.SessionIssuer{Type: "Role", ARN: "arn:aws:iam::1:role/r"}},
		}
	}
	s := summary(slices.Concat(session, denied, did("a", "CreateUser", "", at(0, 3), 1), did("a", "GetUser", "", at(0, 0), 1)))
	const a, r = "arn:aws:iam::111122223333:user/a", "arn:aws:iam::1:role/r"
	want := &search.Summary{
		Events: 6, From: at(0, 0), To: at(0, 3), TooShort: true,
		Uses: []search.Use{
			{a, "iam:CreateUser", 3, 2, at(0, 1), at(0, 3)},
			{a, "iam:GetUser", 1, 0, at(0, 0), at(0, 0)},
			{r, "iam:GetUser", 2, 0, at(0, 2), at(0, 2).Add(time.Minute)},
		},
		Failures: []search.Failure{{a, "iam:CreateUser", "AccessDenied", 2, at(0, 1), at(0, 1).Add(time.Minute)}},
	}
	if !reflect.DeepEqual(s, want) {
		t.Errorf("got  %+v\nwant %+v", s, want)
	}
	if empty := summary(nil); empty.Events != 0 || len(empty.Uses) != 0 || !empty.From.IsZero() {
		t.Errorf("of nothing: %+v", empty)
	}
}

// However many there are, no more than MaxTracked are held, and the rest is counted.
func TestSummaryIsBounded(t *testing.T) {
	z := search.NewSummarizer()
	e := did("a", "X", "192.0.2.1", at(0, 0), 1)[0]
	for i := range search.MaxTracked + 5 {
		e.EventName = fmt.Sprint("X", i)
		z.Add(e)
	}
	s := z.Summary()
	if len(s.Uses) != search.MaxTracked || s.Untracked != 5 || s.Events != search.MaxTracked+5 {
		t.Errorf("%d uses, %d untracked of %d", len(s.Uses), s.Untracked, s.Events)
	}
}
