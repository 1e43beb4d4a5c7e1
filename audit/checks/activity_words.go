package checks

import (
	"fmt"
	"time"

	"github.com/warder-iam/warder/audit"
)

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
			u.Service, u.Action, ended, count(u.Records, "time"), at.UTC().Format(time.DateTime), u.Address, u.EventID),
		Time: &at,
	}
}
