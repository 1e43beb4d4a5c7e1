package liveaudit_test

import (
	"fmt"
	"net/url"
	"slices"
	"testing"
	"time"

	api "github.com/warder-iam/warder/internal/api/warder"
	"github.com/warder-iam/warder/internal/trailstore"
	"github.com/warder-iam/warder/trail"
)

// noon is when the events of these tests begin.
var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// happened puts an event on the trail of the test, so many minutes after noon.
func (f *fixture) happened(minutes int, user, source, name, code string) {
	e := &trail.Event{
		EventTime: noon.Add(time.Duration(minutes) * time.Minute), EventSource: source, EventName: name, ErrorCode: code, SourceIPAddress: "192.0.2.1",
		RecipientAccountID: accountID, UserIdentity: trail.UserIdentity{
			Type: "IAMUser", ARN: "arn:aws:iam::" + accountID + ":user/" + user, AccountID: accountID, UserName: user,
		},
	}
	f.events.mu.Lock()
	defer f.events.mu.Unlock()
	f.events.records = append(f.events.records, trailstore.Record{Event: e})
	slices.SortStableFunc(f.events.records, func(a, b trailstore.Record) int { return b.Event.EventTime.Compare(a.Event.EventTime) })
}

func activity(t *testing.T, f *fixture, query string) api.GetActivityOutput {
	t.Helper()
	return get[api.GetActivityOutput](t, f.admin, "/audit/v1/activity?from="+url.QueryEscape(noon.Format(time.RFC3339))+"&to="+
		url.QueryEscape(noon.Add(3*time.Hour).Format(time.RFC3339))+query)
}

// TestActivity: numbers by bucket, and by who or what.
func TestActivity(t *testing.T) {
	f := newFixture(t)
	f.happened(-1, "alice", "iam.amazonaws.com", "CreateUser", "")
	f.happened(0, "alice", "iam.amazonaws.com", "CreateUser", "")
	f.happened(61, "alice", "iam.amazonaws.com", "GetUser", "NoSuchEntityException")
	f.happened(62, "bob", "sts.amazonaws.com", "AssumeRole", "AccessDenied")
	f.happened(62, "bob", "sts.amazonaws.com", "AssumeRole", "")
	f.happened(62, "bob", "iam.amazonaws.com", "GetUser", "")
	f.happened(179, "eve", "iam.amazonaws.com", "GetUser", "AccessDenied")

	all := activity(t, f, "&bucketSeconds=3600")
	if all.Events != 6 || all.Denied != 2 || all.Failed != 1 || all.Truncated || !all.CompleteFrom.Equal(noon) || all.GroupBy != "principal" {
		t.Errorf("%+v", all)
	}
	if got := points(all.Points); got != "12:00 1/0/0 13:00 4/1/1 14:00 1/1/0 15:00 0/0/0" {
		t.Errorf("buckets: %s", got)
	}
	for _, tt := range []struct{ query, want string }{
		{"&bucketSeconds=3600", "bob 3/1/0 [13:00 3/1/0] alice 2/0/1 [12:00 1/0/0 13:00 1/0/1] eve 1/1/0 [14:00 1/1/0] others 0"},
		{"&bucketSeconds=3600&maxSeries=1", "bob 3/1/0 [13:00 3/1/0] others 3"},
		{"&bucketSeconds=7200&groupBy=action&maxSeries=2", "iam:GetUser 3/1/1 [12:00 2/0/1 14:00 1/1/0] sts:AssumeRole 2/1/0 [12:00 2/1/0] others 1"},
		{"&bucketSeconds=7200&groupBy=service", "iam.amazonaws.com 4/1/1 [12:00 3/0/1 14:00 1/1/0] sts.amazonaws.com 2/1/0 [12:00 2/1/0] others 0"},
		{"&bucketSeconds=86400&groupBy=address", "192.0.2.1 6/2/1 [00:00 6/2/1] others 0"},
		{"&bucketSeconds=3600&attributeKey=EventName&attributeValue=AssumeRole", "bob 2/1/0 [13:00 2/1/0] others 0"},
	} {
		if got := allSeries(activity(t, f, tt.query)); got != tt.want {
			t.Errorf("%s: %s\nwant %s", tt.query, got, tt.want)
		}
	}
	if n := activity(t, f, "").BucketSeconds; n != 300 {
		t.Errorf("three hours by themselves: buckets of %d seconds", n)
	}
}

// TestMuchActivity: of more events than one question reads the newest count, and it is said from when on.
func TestMuchActivity(t *testing.T) {
	f := newFixture(t)
	e := func(at time.Time) trailstore.Record {
		return trailstore.Record{Event: &trail.Event{EventTime: at, EventName: "GetUser", EventSource: "iam.amazonaws.com", RecipientAccountID: accountID}}
	}
	for i := range 25_000 {
		f.events.records = append(f.events.records, e(noon.Add(3*time.Hour-time.Duration(i/10)*time.Second)))
	}
	a := activity(t, f, "")
	oldest := noon.Add(3*time.Hour - 1_999*time.Second)
	if a.Events != 20_000 || !a.Truncated || !a.CompleteFrom.Equal(oldest.Add(time.Second)) {
		t.Errorf("%d events, truncated %v, complete from %v", a.Events, a.Truncated, a.CompleteFrom)
	}
}

func points(list []api.ActivityPoint) string {
	text := ""
	for _, p := range list {
		text += fmt.Sprintf(" %s %d/%d/%d", p.Start.Format("15:04"), p.Events, p.Denied, p.Failed)
	}
	return text[min(1, len(text)):]
}

func allSeries(a api.GetActivityOutput) string {
	text := ""
	for _, s := range a.Series {
		name := s.Name
		if at := len("arn:aws:iam::" + accountID + ":user/"); a.GroupBy == "principal" {
			name = name[at:]
		}
		text += fmt.Sprintf("%s %d/%d/%d [%s] ", name, s.Events, s.Denied, s.Failed, points(s.Points))
	}
	return text + fmt.Sprintf("others %d", a.Others)
}
