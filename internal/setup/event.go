package setup

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/trail"
)

// Source is the service in events of what happens on the host itself.
const Source = "warder.internal"

// The names of the events. Whoever has the link is the root user.
const (
	linkMade         = "CreateSetupLink"
	opened           = "OpenSetup"
	rootSet          = "SetUpRootUser"
	administratorSet = "SetUpAdministrator"
	factorBegun      = "CreateSetupMFADevice"
	factorEnabled    = "EnableSetupMFADevice"
	factorLater      = "SkipSetupMFADevice"
	// completed has all that a file did in its details, where one did it.
	completed = "CompleteSetup"
)

// event is the record of a step, done as the root user by who has the link, in a browser.
func (s *Setup) event(account, name string, details map[string]string, at time.Time, v Visitor) *trail.Event {
	e := RootEvent(account, s.Region, name, encode(details), at)
	e.EventSource = trail.SignInSource
	e.SourceIPAddress, e.UserAgent, e.RequestID, e.TLSDetails = v.Address, v.Agent, v.Request, v.TLS
	return e
}

// encode gives nil for no details.
func encode(details map[string]string) json.RawMessage {
	if details == nil {
		return nil
	}
	text, err := json.Marshal(details)
	if err != nil {
		return nil // a map of strings always encodes
	}
	return text
}

// RootEvent is the record of what the root user did on the host itself, at no endpoint.
func RootEvent(account, region, name string, details json.RawMessage, at time.Time) *trail.Event {
	e := trail.ServiceEvent(uuid.NewString(), Source, account, region, name, at, details)
	e.UserIdentity = trail.UserIdentity{Type: "Root", PrincipalID: account, ARN: arn.In(account).Root().String(), AccountID: account}
	return e
}

// refused records a link that did not open. account is "" where it is not known whose it was to be: then it is that of every account
// whose console is being set up.
func (s *Setup) refused(ctx context.Context, account string, v Visitor, message string) error {
	var events []*trail.Event
	for a := range s.Store.Snapshot().Accounts() {
		if found := a.Setup(); found == nil || !found.Done.IsZero() || account != "" && a.ID() != account {
			continue
		}
		e := s.event(a.ID(), opened, nil, v.Time, v)
		e.UserIdentity = trail.UserIdentity{Type: "Unknown", AccountID: a.ID()}
		e.ErrorCode, e.ErrorMessage = "AccessDenied", message
		events = append(events, e)
	}
	if len(events) == 0 {
		return nil
	}
	return s.Recorder.Append(ctx, events...)
}
