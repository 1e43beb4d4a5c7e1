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
	// TypeSignIn: somebody signed in at the console, tried to, or signed out.
	TypeSignIn = "AwsConsoleSignIn"
)

// SignInSource is the event source of what TypeSignIn tells of.
const SignInSource = "signin.amazonaws.com"

// SignInEvent is the record of one step of who signs in at the console of an account: ConsoleLogin, CheckMfa and the like, with
// the outcome in responseElements as CloudTrail has it. id is a new unique one. An outcome of "" leaves the answer to the caller.
func SignInEvent(id, account, region, name, outcome string, who UserIdentity, at time.Time) *Event {
	e := &Event{
		EventVersion:       EventVersion,
		UserIdentity:       who,
		EventTime:          at.UTC().Truncate(time.Second),
		EventSource:        SignInSource,
		EventName:          name,
		AWSRegion:          region,
		EventID:            id,
		EventType:          TypeSignIn,
		ManagementEvent:    true,
		RecipientAccountID: account,
		EventCategory:      managementCategory,
	}
	if outcome != "" {
		e.ResponseElements, _ = json.Marshal(map[string]string{name: outcome}) // texts always encode
	}
	return e
}

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
