package trail_test

import (
	stdjson "encoding/json"
	"testing"
	"time"

	"github.com/warder-iam/warder/trail"
)

func TestServiceEvent(t *testing.T) {
	at := time.Date(2026, 1, 2, 4, 4, 5, 678, time.FixedZone("", 3600))
	e := trail.ServiceEvent("event-1", "warder.internal", "123456789012", "us-east-1", "CreateAccount", at, stdjson.RawMessage(`{"a":1}`))
	const want = `{"eventVersion":"1.11","userIdentity":{"type":"AWSService","invokedBy":"warder.internal"},` +
		`"eventTime":"2026-01-02T03:04:05Z","eventSource":"warder.internal","eventName":"CreateAccount","awsRegion":"us-east-1",` +
		`"sourceIPAddress":"warder.internal","userAgent":"warder.internal","requestParameters":null,"responseElements":null,` +
		`"eventID":"event-1","readOnly":false,"eventType":"AwsServiceEvent","managementEvent":true,` +
		`"recipientAccountId":"123456789012","serviceEventDetails":{"a":1},"eventCategory":"Management"}`
	if got := encode(t, *e); got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
	if e.EventTime != at.UTC().Truncate(time.Second) {
		t.Errorf("its time is %v", e.EventTime)
	}
	if !e.ByService() || (&trail.Event{EventType: trail.TypeAPICall}).ByService() {
		t.Error("a service's event is not told from a call")
	}
}
