package alarm

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/trail"
)

// Channel carries messages to people or machines. Send returns once the other side has taken the message, or why it did
// not; it is called again then, with the same message. An implementation bounds its own time and what it reads, and its
// errors hold no secret.
type Channel interface {
	// Name is what settings and alarms call it: "webhook", "mail", "syslog".
	Name() string
	Send(ctx context.Context, m *Message) error
}

// Message is what is told of an alarm. Its JSON is the body of a webhook's request.
type Message struct {
	// ID is the same for every attempt to deliver it.
	ID   string `json:"id"`
	Kind string `json:"kind"` // "alarm", or "test"
	// Server is the endpoint of the Warder that says so.
	Server  string    `json:"server"`
	Account string    `json:"account"`
	Time    time.Time `json:"time"` // when it was made
	Alarm   Told      `json:"alarm"`

	contact string // address of the account's security contact
}

// Told is the alarm as a message has it.
type Told struct {
	ID       string    `json:"id"`
	Rule     string    `json:"rule"`
	Type     string    `json:"type,omitempty"`
	Severity string    `json:"severity"`
	Title    string    `json:"title"`
	Subject  string    `json:"subject,omitempty"`
	Detail   string    `json:"detail,omitempty"`
	Raised   time.Time `json:"raised"`
	Count    int       `json:"count"`
	Event    Cause     `json:"event"`
}

// Cause is the event that raised it, in CloudTrail's words.
type Cause struct {
	EventID         string `json:"eventID"`
	EventSource     string `json:"eventSource"`
	EventName       string `json:"eventName"`
	Principal       string `json:"principal,omitempty"`
	AccessKeyID     string `json:"accessKeyId,omitempty"`
	SourceIPAddress string `json:"sourceIPAddress,omitempty"`
	UserAgent       string `json:"userAgent,omitempty"`
	ErrorCode       string `json:"errorCode,omitempty"`
	AWSRegion       string `json:"awsRegion,omitempty"`
}

// The kinds of message.
const (
	kindAlarm = "alarm"
	kindTest  = "test"
)

// message tells of an alarm of an account.
func message(server string, a *directory.Account, alarm *directory.Alarm, now time.Time) *Message {
	e := &alarm.Event
	m := &Message{
		ID: fmt.Sprintf("%s-%s-%d", a.ID(), alarm.ID, alarm.Raises), Kind: kindAlarm, Server: server, Account: a.ID(), Time: now,
		Alarm: Told{
			ID: alarm.ID, Rule: alarm.Rule, Type: alarm.Type, Severity: alarm.Severity, Title: alarm.Title,
			Subject: alarm.Subject, Detail: alarm.Detail, Raised: alarm.Raised, Count: alarm.Count,
			Event: Cause{
				EventID: e.ID, EventSource: e.Source, EventName: e.Name, Principal: e.Principal, AccessKeyID: e.KeyID,
				SourceIPAddress: e.Address, UserAgent: e.Agent, ErrorCode: e.Error, AWSRegion: e.Region,
			},
		},
	}
	if c := a.AlternateContact(directory.SecurityContact); c != nil {
		m.contact = c.EmailAddress
	}
	return m
}

// testMessage is what `warder alarm test` sends.
func testMessage(server string, a *directory.Account, id, by string, now time.Time) *Message {
	m := message(server, a, &directory.Alarm{
		ID: "test", Rule: "test", Severity: string(Low), Title: "A test of this channel; nothing has happened",
		Subject: by, Raised: now, Count: 1, Event: directory.AlarmEvent{ID: id, Source: EventSource, Name: "TestAlarmChannels", Principal: by},
	}, now)
	m.ID, m.Kind = id, kindTest
	return m
}

// subject is the message on one line.
func (m *Message) subject() string {
	text := fmt.Sprintf("[Warder] %s: %s", m.Alarm.Severity, m.Alarm.Title)
	if m.Alarm.Subject != "" {
		text += " (" + m.Alarm.Subject + ")"
	}
	return oneLine(text, 200)
}

// lines are the message for people: a name and a value each.
func (m *Message) lines() [][2]string {
	e := &m.Alarm.Event
	all := [][2]string{
		{"Severity", m.Alarm.Severity}, {"About", m.Alarm.Subject}, {"Detail", m.Alarm.Detail}, {"Type", m.Alarm.Type},
		{"Rule", m.Alarm.Rule}, {"Account", m.Account}, {"Raised", m.Alarm.Raised.UTC().Format(time.RFC3339)},
		{"Event", trail.ServiceOf(e.EventSource) + ":" + e.EventName}, {"Event id", e.EventID},
		{"By", e.Principal}, {"Access key", e.AccessKeyID}, {"From", e.SourceIPAddress}, {"With", e.UserAgent},
		{"Outcome", cmp.Or(e.ErrorCode, "ok")}, {"Alarm", m.Alarm.ID}, {"Warder", m.Server},
	}
	var some [][2]string
	for _, line := range all {
		if line[1] != "" {
			some = append(some, [2]string{line[0], oneLine(line[1], maxSubject)})
		}
	}
	return some
}

// oneLine makes a text harmless in a line of any protocol: what does not print becomes "?", and more than n bytes are cut.
func oneLine(s string, n int) string {
	s = strings.Map(func(c rune) rune {
		if c == unicode.ReplacementChar || !unicode.IsPrint(c) {
			return '?'
		}
		return c
	}, s)
	return cut(s, n)
}
