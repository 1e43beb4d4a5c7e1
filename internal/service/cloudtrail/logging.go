package cloudtrail

import (
	"time"

	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/cloudtrail"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/store"
)

// startLogging begins the delivery, with the events from now on. Of a trail that is logging it changes nothing.
func (ct *Service) startLogging(c *server.Call, in *api.StartLoggingInput) (*api.StartLoggingOutput, error) {
	return changeTrail[api.StartLoggingOutput](ct, c, in.Name, func(t *directory.Trail, now time.Time) {
		if !t.Logging {
			t.Logging, t.Started = true, now
		}
	})
}

// stopLogging ends the delivery. The call itself is on record, and what was recorded before it is still delivered.
func (ct *Service) stopLogging(c *server.Call, in *api.StopLoggingInput) (*api.StopLoggingOutput, error) {
	return changeTrail[api.StopLoggingOutput](ct, c, in.Name, func(t *directory.Trail, now time.Time) {
		if t.Logging {
			t.Logging, t.Stopped = false, now
		}
	})
}

// changeTrail changes a trail that exists. now is the time of the change, in whole seconds.
func changeTrail[Out any](ct *Service, c *server.Call, name string, change func(t *directory.Trail, now time.Time)) (*Out, error) {
	return server.Change(c, func(tx *store.Tx) (*Out, error) {
		t, err := ct.findTrail(tx.Account(), name)
		if err != nil {
			return nil, err
		}
		t = t.Clone()
		change(t, wholeSecond(tx.Now()))
		return new(Out), tx.Put(t)
	})
}

// getTrailStatus tells how the delivery goes. The texts beside the times are CloudTrail's older form of them; there are no
// notifications.
func (ct *Service) getTrailStatus(c *server.Call, in *api.GetTrailStatusInput) (*api.GetTrailStatusOutput, error) {
	t, err := ct.findTrail(c.Account(), in.Name)
	if err != nil {
		return nil, err
	}
	var d Delivery
	if ct.Status != nil {
		if d, err = ct.Status.Delivery(c.Context(), c.Account().ID(), t); err != nil {
			return nil, err
		}
	}
	out := &api.GetTrailStatusOutput{
		IsLogging: &t.Logging, StartLoggingTime: timeOrNil(t.Started), StopLoggingTime: timeOrNil(t.Stopped),
		LatestDeliveryTime: timeOrNil(d.Delivered), LatestDigestDeliveryTime: timeOrNil(d.Digested),
		TimeLoggingStarted: new(timeText(t.Started)), TimeLoggingStopped: new(timeText(t.Stopped)),
		LatestDeliveryAttemptTime: new(timeText(d.Attempted)), LatestDeliveryAttemptSucceeded: new(timeText(d.Delivered)),
		LatestNotificationAttemptTime: new(""), LatestNotificationAttemptSucceeded: new(""),
	}
	if d.Error != "" {
		out.LatestDeliveryError = &d.Error
	}
	if d.DigestError != "" {
		out.LatestDigestDeliveryError = &d.DigestError
	}
	return out, nil
}

func wholeSecond(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }

func timeOrNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func timeText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
