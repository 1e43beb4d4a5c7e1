package checks

import (
	"fmt"
	"time"

	"github.com/warder-iam/warder/audit"
)

// lastAct is when a principal last did something by the trail; zero where the trail has nothing of it. A sign-in that failed
// may have been anybody's.
func lastAct(a *audit.Account, principal string) (last time.Time) {
	activity := a.Activity()
	if activity == nil || activity.Principal(principal) == nil {
		return last
	}
	for _, u := range activity.Principal(principal).Uses {
		if !u.ByService && (u.Service != "signin" || u.Outcome == audit.Succeeded) {
			last = later(last, u.Last)
		}
	}
	return last
}

// used tells of an action of a principal: how often, and of the last time when, from where and how it ended.
func used(u *audit.Use) audit.Evidence {
	ended := ""
	switch u.Outcome {
	case audit.Denied:
		ended = ", denied"
	case audit.Failed:
		ended = ", failed"
	}
	at := u.Last
	return audit.Evidence{
		Text: fmt.Sprintf("%s:%s%s, %s, last on %s from %s (event %s)",
			u.Service, u.Action, ended, count(u.Records, "time", "times"), at.UTC().Format(time.DateTime), u.Address, u.EventID),
		Time: &at,
	}
}
