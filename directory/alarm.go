package directory

import (
	"cmp"
	"iter"
	"slices"
	"strings"
	"time"
)

// AlarmState is how far an alarm is.
type AlarmState string

// The states of an alarm.
const (
	AlarmRaised       AlarmState = "RAISED"
	AlarmAcknowledged AlarmState = "ACKNOWLEDGED" // somebody looks after it
	AlarmResolved     AlarmState = "RESOLVED"     // it is over; the next event raises it again
)

// Alarm is what a rule over the trail has found about one subject, and what became of it. There is one of each rule and
// subject, however often it is raised.
type Alarm struct {
	ID       string `json:"id"` // made of the rule and the subject: 16 hexadecimal digits
	Rule     string `json:"rule"`
	Type     string `json:"type,omitempty"` // "Policy:IAMUser/RootCredentialUsage"
	Title    string `json:"title"`
	Severity string `json:"severity"` // LOW, MEDIUM, HIGH, CRITICAL
	Subject  string `json:"subject,omitempty"`
	Detail   string `json:"detail,omitempty"`

	State AlarmState `json:"state"`
	// Raised is the time of the event that raised it, this time; Last that of the newest one.
	Raised time.Time `json:"raised"`
	Last   time.Time `json:"last"`
	// Count is how many events have met the rule since it was raised, Raises how often it was raised at all.
	Count  int `json:"count"`
	Raises int `json:"raises"`
	// Sequence is the newest record of the trail that counts; what comes again up to it is not counted twice.
	Sequence uint64 `json:"sequence"`
	// Event tells about the record that raised it.
	Event AlarmEvent `json:"event"`

	Acknowledged *AlarmNote    `json:"acknowledged,omitempty"`
	Resolved     *AlarmNote    `json:"resolved,omitempty"`
	Muted        *AlarmMute    `json:"muted,omitempty"`
	Notices      []AlarmNotice `json:"notices,omitempty"`
}

// AlarmEvent is what an alarm repeats of a record: who did what, from where, with what outcome. Nothing in it is a secret.
type AlarmEvent struct {
	ID        string `json:"id"`
	Source    string `json:"source"` // "iam.amazonaws.com"
	Name      string `json:"name"`
	Principal string `json:"principal,omitempty"`
	KeyID     string `json:"keyId,omitempty"`
	Address   string `json:"address,omitempty"`
	Agent     string `json:"agent,omitempty"`
	Error     string `json:"error,omitempty"`
	Region    string `json:"region,omitempty"`
}

// AlarmNote is what somebody said about an alarm.
type AlarmNote struct {
	At   time.Time `json:"at"`
	By   string    `json:"by,omitempty"` // ARN; "" for Warder itself
	Note string    `json:"note,omitempty"`
}

// AlarmMute keeps an alarm from telling anybody, for a reason and a time.
type AlarmMute struct {
	AlarmNote
	Until time.Time `json:"until"`
}

// AlarmNotice is a channel that the alarm is to be told on, and how far that is.
type AlarmNotice struct {
	Channel  string `json:"channel"`
	Attempts int    `json:"attempts,omitempty"`
	// Next is when it is tried again; zero when it was delivered or given up.
	Next      time.Time `json:"next,omitzero"`
	Delivered time.Time `json:"delivered,omitzero"`
	Error     string    `json:"error,omitempty"` // of the last attempt
}

func (*Alarm) entity() {}

// Key gives "alarm/" and the id.
func (a *Alarm) Key() string { return "alarm/" + a.ID }

// Clone makes a copy that may be modified.
func (a *Alarm) Clone() *Alarm {
	c := *a
	c.Acknowledged, c.Resolved, c.Muted = clonePointer(a.Acknowledged), clonePointer(a.Resolved), clonePointer(a.Muted)
	c.Notices = slices.Clone(a.Notices)
	return &c
}

func clonePointer[T any](p *T) *T {
	if p == nil {
		return nil
	}
	return new(*p)
}

// Quiet reports whether the alarm is muted at that time.
func (a *Alarm) Quiet(now time.Time) bool { return a.Muted != nil && now.Before(a.Muted.Until) }

// Waiting reports whether somebody is still to be told.
func (a *Alarm) Waiting() bool {
	return slices.ContainsFunc(a.Notices, func(n AlarmNotice) bool { return !n.Next.IsZero() })
}

// Alarm by its id, or nil.
func (a *Account) Alarm(id string) *Alarm {
	return valueOf[*Alarm](&a.alarms, id)
}

// Alarms of the account, the newest first.
func (a *Account) Alarms() []*Alarm {
	all := slices.Collect(a.eachAlarm())
	slices.SortFunc(all, func(x, y *Alarm) int { return cmp.Or(y.Last.Compare(x.Last), strings.Compare(x.ID, y.ID)) })
	return all
}

// AlarmCount is the number of the account's alarms.
func (a *Account) AlarmCount() int { return a.alarms.len() }

func (a *Account) eachAlarm() iter.Seq[*Alarm] { return values[*Alarm](a.alarms.from("")) }
