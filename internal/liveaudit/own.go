package liveaudit

import (
	"cmp"
	"context"
	"time"

	"github.com/warder-iam/warder/directory"
)

// own are the items of the checklist that no check looks at.
func (l *Live) own(a *directory.Account) map[string]itemState {
	return map[string]itemState{itemTrail: l.trailState(a), itemAlarms: l.alarmState(a)}
}

// trailState: one trail at least delivers, and nothing is in the way of any.
func (l *Live) trailState(a *directory.Account) itemState {
	delivers := ""
	for t := range a.Trails() {
		if !t.Logging {
			continue
		}
		if l.Status == nil {
			return itemState{text: "Trail " + t.Name + " is on, and no storage is configured that it could deliver to", open: true}
		}
		d, err := l.Status.Delivery(context.Background(), a.ID(), t)
		if err != nil {
			return itemState{text: "How trail " + t.Name + " delivers is not known", unknown: true}
		}
		if failure := cmp.Or(d.Error, d.DigestError); failure != "" {
			return itemState{text: "Trail " + t.Name + " cannot deliver: " + failure, open: true}
		}
		if d.Delivered.IsZero() {
			return itemState{text: "Trail " + t.Name + " is on, and has delivered nothing yet", open: true}
		}
		delivers = t.Name
	}
	if delivers == "" {
		return itemState{text: "No trail delivers the events to another place: whoever has this server has the only copy", open: true}
	}
	return itemState{text: "Trail " + delivers + " delivers"}
}

// alarmState: somebody is told of alarms, and the last message on each channel was not given up.
func (l *Live) alarmState(a *directory.Account) itemState {
	if l.Channels == nil {
		return itemState{text: "Alarms are off", open: true}
	}
	channels := l.Channels()
	if len(channels) == 0 {
		return itemState{text: "No channel is configured: alarms are raised, and nobody is told", open: true}
	}
	type last struct {
		at     time.Time
		failed bool
	}
	newest := map[string]last{}
	for _, al := range a.Alarms() {
		for _, n := range al.Notices {
			if !al.Last.Before(newest[n.Channel].at) {
				newest[n.Channel] = last{al.Last, n.Delivered.IsZero() && n.Next.IsZero()}
			}
		}
	}
	for _, name := range channels {
		if newest[name].failed {
			return itemState{text: "The last message by " + name + " did not arrive", open: true}
		}
	}
	return itemState{text: "Alarms are told by " + joined(channels)}
}
