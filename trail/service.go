package trail

import (
	"encoding/json"
	"time"
)

// The types of event that Warder writes.
const (
	// TypeAPICall: somebody called an API.
	TypeAPICall = "AwsApiCall"
	// TypeServiceEvent: a service did it on its own, or it happened at no endpoint.
	TypeServiceEvent = "AwsServiceEvent"
)

// ServiceEvent is the record of what a service did in an account without being called. id is a new unique one, source the
// service ("warder.internal"), which stands as the caller too; details are any JSON object, nil for none.
func ServiceEvent(id, source, account, region, name string, at time.Time, details json.RawMessage) *Event {
	return &Event{
		EventVersion:        EventVersion,
		UserIdentity:        UserIdentity{Type: "AWSService", InvokedBy: source},
		EventTime:           at.UTC().Truncate(time.Second),
		EventSource:         source,
		EventName:           name,
		AWSRegion:           region,
		SourceIPAddress:     source,
		UserAgent:           source,
		EventID:             id,
		EventType:           TypeServiceEvent,
		ManagementEvent:     true,
		RecipientAccountID:  account,
		ServiceEventDetails: details,
		EventCategory:       managementCategory,
	}
}

// ByService reports whether the event tells of what a service did, not of a call of the principal that it names.
func (e *Event) ByService() bool { return e.EventType == TypeServiceEvent }
