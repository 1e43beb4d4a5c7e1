package repair

import (
	"fmt"
	"strings"
	"time"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/audit/access"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/directory/awsimport"
)

// witness tells from the evidence of the input what was used.
type witness struct {
	in       *Input
	activity *audit.TrailActivity
}

// action tells whether a principal used an action. A trail can show a use, never that there was none: not every action is
// logged.
func (w *witness) action(who access.Principal, g *access.Grant) (Use, string) {
	if last, ok := w.called(who, g); ok {
		return Used, "the trail has a call of " + date(last)
	}
	e := w.in.Bundle.Accounts[who.Account]
	if e == nil || e.LastAccessed[who.ARN] == nil {
		return Unknown, "there are no last accessed details of it"
	}
	return accessed(e.LastAccessed[who.ARN], g.Service.Prefix, g.Action.Name)
}

// accessed tells of the use of an action from last accessed details.
func accessed(l *awsimport.LastAccessed, service, action string) (Use, string) {
	for i := range l.Services {
		s := &l.Services[i]
		switch {
		case s.Service != service:
			continue
		case s.Last.IsZero():
			return Unused, service + " was not used in the tracking period"
		}
		for _, a := range s.Actions {
			switch {
			case !strings.EqualFold(a.Action, action):
			case a.Last.IsZero():
				return Unused, "the last accessed details have no use of it"
			default:
				return Used, "it was last used on " + date(a.Last)
			}
		}
		return PerhapsUsed, service + " was last used on " + date(s.Last) + "; by which actions is not recorded"
	}
	return Unknown, "the last accessed details do not tell of " + service
}

// called is when the trail last has the action of the principal, not counting calls that were denied.
func (w *witness) called(who access.Principal, g *access.Grant) (last time.Time, ok bool) {
	a := w.activity.Of(who.Account)
	if a == nil || a.Principal(who.ARN) == nil {
		return last, false
	}
	for _, u := range a.Principal(who.ARN).Uses {
		if u.Outcome != audit.Denied && strings.EqualFold(u.Service, g.Service.Prefix) && strings.EqualFold(u.Action, g.Action.Name) && !u.Last.Before(last) {
			last, ok = u.Last, true
		}
	}
	return last, ok
}

// key tells whether an access key is in use: whether it was used as lately as a credential must be to count as used.
func (w *witness) key(k *directory.AccessKey, snap *directory.Snapshot) Key {
	out := Key{ID: k.ID, Evidence: "when it was last used is not known"}
	_, account := snap.AccessKey(k.ID)
	if account == nil {
		return out
	}
	u := account.UserByID(k.User)
	if u == nil {
		return out
	}
	out.User = u.Name
	var last time.Time
	known, service := false, ""
	if use := w.in.keyUse(account.ID(), k.ID); use != nil {
		known, last, service = true, use.Time, use.Service
	}
	if a := w.activity.Of(account.ID()); a != nil {
		if p := a.Principal(account.ARN(u)); p != nil {
			for _, s := range p.Sources {
				if s.KeyID == k.ID && s.Last.After(last) {
					known, last, service = true, s.Last, ""
				}
			}
		}
	}
	if !known {
		return out
	}
	out.Use, out.Evidence = w.judge(last, service)
	return out
}

// judge says whether a last use is a use.
func (w *witness) judge(last time.Time, service string) (Use, string) {
	if last.IsZero() {
		return Unused, "it was never used"
	}
	text := "it was last used on " + date(last)
	if service != "" {
		text += " for " + service
	}
	days := audit.Days(last, w.in.Now)
	text += fmt.Sprintf(", %d days ago", days)
	if days >= w.in.Settings.CredentialUnusedDays {
		return Unused, text
	}
	return Used, text
}

func date(t time.Time) string { return t.UTC().Format(time.DateOnly) }
