package trail_test

import (
	"slices"
	"testing"
	"time"

	"github.com/warder-iam/warder/trail"
)

// delivered is the record of an Insights event in the form of CloudTrail's documentation, with numbers and names of our own.
const delivered = `{"eventVersion":"1.09","eventTime":"2026-01-02T03:04:00Z","awsRegion":"us-east-1","eventID":"e-1","eventType":"AwsCloudTrailInsight",` +
	`"recipientAccountId":"123456789012","sharedEventID":"s-1","insightDetails":{"state":"End","eventSource":"iam.amazonaws.com","eventName":"CreateUser",` +
	`"insightType":"ApiErrorRateInsight","errorCode":"LimitExceeded","insightContext":{"statistics":{"baseline":{"average":9.8E-5},"insight":{"average":5},` +
	`"insightDuration":1,"baselineDuration":10181},"attributions":[{"attribute":"userIdentityArn","insight":[{"value":"arn:aws:iam::123456789012:user/bob",` +
	`"average":5.0}],"baseline":[]}]}},"eventCategory":"Insight"}`

func TestInsightOfCloudTrail(t *testing.T) {
	e, err := trail.Parse([]byte(delivered))
	if err != nil {
		t.Fatal(err)
	}
	i := e.Insight()
	if i == nil || !e.IsInsight() || e.IsManagement() || i.State != trail.InsightEnd || i.Type != trail.ErrorRate || i.ErrorCode != "LimitExceeded" ||
		i.Context.Statistics.Baseline.Average != 9.8e-5 || i.Context.Attributions[0].Insight[0].Value != "arn:aws:iam::123456789012:user/bob" {
		t.Errorf("%+v", i)
	}
	if got, want := e.Line(), "2026-01-02T03:04:00Z  iam:CreateUser(ApiErrorRateInsight,End)  -  -  ok"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	for attribute, want := range map[trail.Attribute][]string{
		trail.ByEventName: {"CreateUser"}, trail.ByEventSource: {"iam.amazonaws.com"}, trail.ByEventID: {"e-1"}, trail.ByReadOnly: nil, trail.ByUsername: nil,
	} {
		if got := e.Values(attribute); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", attribute, got, want)
		}
	}
}

// An insight is written with the members that CloudTrail's have, and none of a call.
func TestInsightEvent(t *testing.T) {
	about := trail.Insight{State: trail.InsightStart, EventSource: "iam.amazonaws.com", EventName: "CreateUser", Type: trail.CallRate}
	about.Context.Statistics = trail.InsightStatistics{
		Baseline: trail.InsightAverage{Average: 0.25}, Insight: trail.InsightAverage{Average: 20}, InsightDuration: 1, BaselineDuration: 10080,
	}
	about.Context.Attributions = []trail.InsightAttribution{
		{Attribute: "userAgent", Insight: []trail.InsightValue{{Value: "cli", Average: 20}}, Baseline: []trail.InsightValue{}},
	}
	e, err := trail.InsightEvent("e-1", "s-1", "123456789012", "us-east-1", time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC), &about)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"eventVersion":"1.11","eventTime":"2026-01-02T03:04:05Z","awsRegion":"us-east-1","eventID":"e-1","eventType":"AwsCloudTrailInsight",` +
		`"recipientAccountId":"123456789012","sharedEventID":"s-1","insightDetails":{"state":"Start","eventSource":"iam.amazonaws.com","eventName":"CreateUser",` +
		`"insightType":"ApiCallRateInsight","insightContext":{"statistics":{"baseline":{"average":0.25},"insight":{"average":20},"insightDuration":1,` +
		`"baselineDuration":10080},"attributions":[{"attribute":"userAgent","insight":[{"value":"cli","average":20}],"baseline":[]}]}},"eventCategory":"Insight"}`
	if got := encode(t, *e); got != want {
		t.Errorf("\n%s\nwant\n%s", got, want)
	}
}
