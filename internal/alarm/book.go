package alarm

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/trail"
)

// MaxAlarms is how many alarms an account has. Beyond that the one that matters least goes.
const MaxAlarms = 1000

// book writes alarms into the state.
type book struct {
	store    *store.Store
	region   string
	channels []string // that are told of what is raised
	tell     Severity // and worse
}

// found is what matches of one rule and subject add up to.
type found struct {
	match Match // the first
	last  time.Time
	count int
	// sequence is that of the newest.
	sequence uint64
}

// add takes one more match.
func (f *found) add(m Match) {
	f.count++
	if m.Event.EventTime.After(f.last) {
		f.last = m.Event.EventTime
	}
	f.sequence = m.Sequence
}

// ID is that of the alarm of a rule about a subject.
func ID(rule, subject string) string {
	sum := sha256.Sum256([]byte(rule + "\x00" + subject))
	return hex.EncodeToString(sum[:8])
}

func (m *Match) id() string { return ID(m.Rule.ID, m.Subject) }

// goesOn reports whether the match belongs to an alarm that is raised already.
func (b *book) goesOn(m *Match) bool {
	a := b.store.Snapshot().Account(m.Account)
	if a == nil {
		return false
	}
	alarm := a.Alarm(m.id())
	return alarm != nil && alarm.State != directory.AlarmResolved
}

// enter raises an alarm, with its event, or adds to one that is raised. What was entered before, by the sequence of the
// record, is passed over: after a crash the same records may come again.
func (b *book) enter(ctx context.Context, f *found) error {
	var raised, dropped *directory.Alarm
	change := &store.Change{Account: f.match.Account, Event: func(_ []byte, at time.Time) *trail.Event {
		if raised == nil {
			return nil
		}
		return b.event(f.match.Account, raisedEvent, raised, dropped, at)
	}}
	_, err := b.store.Update(ctx, change, func(tx *store.Tx) ([]byte, error) {
		raised, dropped = nil, nil
		if tx.Account() == nil { // it is gone, and its alarms with it
			return nil, nil
		}
		alarm := tx.Account().Alarm(f.match.id())
		switch {
		case alarm != nil && alarm.Sequence >= f.sequence:
			return nil, nil
		case alarm == nil || alarm.State == directory.AlarmResolved:
			alarm = b.raise(alarm, f, tx.Now())
			raised = alarm
			dropped = makeRoom(tx, alarm)
		default:
			alarm = alarm.Clone()
			alarm.Count += f.count
			alarm.Last, alarm.Sequence = later(alarm.Last, f.last), f.sequence
		}
		return nil, tx.Put(alarm)
	})
	if err != nil {
		return fmt.Errorf("alarm %s: %w", f.match.Rule.ID, err)
	}
	return nil
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// raise makes the alarm anew; what it was before, and who muted it, stays.
func (b *book) raise(before *directory.Alarm, f *found, now time.Time) *directory.Alarm {
	m := &f.match
	alarm := &directory.Alarm{
		ID: m.id(), Rule: m.Rule.ID, Type: m.Rule.Type, Title: m.Rule.Title, Severity: string(m.Rule.Severity),
		Subject: m.Subject, Detail: cut(m.Detail, maxSubject), State: directory.AlarmRaised,
		Raised: m.Event.EventTime, Last: f.last, Count: f.count, Raises: 1, Sequence: f.sequence, Event: eventOf(m.Event),
	}
	if before != nil {
		alarm.Raises, alarm.Muted = before.Raises+1, before.Clone().Muted
	}
	if alarm.Quiet(now) || worse(b.tell, m.Rule.Severity) {
		return alarm
	}
	for _, c := range b.channels {
		alarm.Notices = append(alarm.Notices, directory.AlarmNotice{Channel: c, Next: now})
	}
	return alarm
}

// worse reports whether a is worse than b.
func worse(a, b Severity) bool {
	return slices.Index(severities(), a) > slices.Index(severities(), b)
}

// eventOf is what an alarm repeats of its event: nothing that a client could have put a document into.
func eventOf(e *trail.Event) directory.AlarmEvent {
	return directory.AlarmEvent{
		ID: cut(e.EventID, 64), Source: cut(e.EventSource, 128), Name: cut(e.EventName, 128), KeyID: cut(e.UserIdentity.AccessKeyID, 128),
		Principal: cut(cmp.Or(e.Caller(), e.UserIdentity.Type), maxSubject),
		Address:   cut(e.SourceIPAddress, 256), Agent: cut(e.UserAgent, 256), Error: cut(e.ErrorCode, 128), Region: cut(e.AWSRegion, 64),
	}
}

// makeRoom deletes the alarm that matters least where there are too many, and gives it; nil for none.
func makeRoom(tx *store.Tx, alarm *directory.Alarm) *directory.Alarm {
	a := tx.Account()
	if a.Alarm(alarm.ID) != nil || a.AlarmCount() < MaxAlarms {
		return nil
	}
	least := slices.MinFunc(a.Alarms(), matters)
	tx.Delete(least)
	return least
}

// matters compares alarms by how much is lost with them: those that are over and told are the least, then the severity counts,
// then whether somebody is still to be told, then the time. So many small alarms push out no grave one, and none unheard before
// one that was heard.
func matters(x, y *directory.Alarm) int {
	over := func(a *directory.Alarm) bool { return a.State == directory.AlarmResolved && !a.Waiting() }
	rank := func(a *directory.Alarm) int { return slices.Index(severities(), Severity(a.Severity)) }
	return cmp.Or(falseFirst(!over(x), !over(y)), rank(x)-rank(y), falseFirst(x.Waiting(), y.Waiting()), x.Last.Compare(y.Last))
}

func falseFirst(x, y bool) int {
	switch {
	case x == y:
		return 0
	case y:
		return -1
	}
	return 1
}

// resolve ends the alarms of an account that no event has met for so long.
func (b *book) resolve(ctx context.Context, account string, now time.Time, quiet time.Duration) error {
	a := b.store.Snapshot().Account(account)
	for _, alarm := range a.Alarms() {
		if alarm.State == directory.AlarmResolved || now.Sub(alarm.Last) < quiet {
			continue
		}
		if err := b.end(ctx, account, alarm.ID, now, quiet); err != nil {
			return err
		}
	}
	return nil
}

func (b *book) end(ctx context.Context, account, id string, now time.Time, quiet time.Duration) error {
	var ended *directory.Alarm
	change := &store.Change{Account: account, Event: func(_ []byte, at time.Time) *trail.Event {
		if ended == nil {
			return nil
		}
		return b.event(account, resolveEvent, ended, nil, at)
	}}
	_, err := b.store.Update(ctx, change, func(tx *store.Tx) ([]byte, error) {
		ended = nil
		alarm := tx.Account().Alarm(id)
		if alarm == nil || alarm.State == directory.AlarmResolved || now.Sub(alarm.Last) < quiet {
			return nil, nil
		}
		ended = alarm.Clone()
		ended.State = directory.AlarmResolved
		ended.Resolved = &directory.AlarmNote{At: tx.Now(), Note: "nothing more for " + inWords(quiet)}
		return nil, tx.Put(ended)
	})
	if err != nil {
		return fmt.Errorf("alarm %s is over: %w", id, err)
	}
	return nil
}

// ARN is an alarm's, for policies.
func ARN(region, account, id string) string {
	return arn.In(account).Of("warder", region, "alarm/"+id).String()
}

// onRecord is an alarm as records have it.
func onRecord(alarm *directory.Alarm) map[string]any {
	return map[string]any{
		"alarmId": alarm.ID, "ruleId": alarm.Rule, "type": alarm.Type, "title": alarm.Title, "severity": alarm.Severity,
		"subject": alarm.Subject, "detail": alarm.Detail, "count": alarm.Count, "eventId": alarm.Event.ID,
	}
}

// event is the record of what Warder itself did with an alarm, for which another one may have been dropped.
func (b *book) event(account, name string, alarm, dropped *directory.Alarm, at time.Time) *trail.Event {
	about := onRecord(alarm)
	if dropped != nil {
		about["dropped"] = onRecord(dropped)
	}
	details, err := json.Marshal(about)
	if err != nil {
		return nil // texts and numbers always encode
	}
	event := trail.ServiceEvent(uuid.NewString(), EventSource, account, b.region, name, at, details)
	event.Resources = []trail.Resource{{ARN: ARN(b.region, account, alarm.ID), AccountID: account}}
	return event
}
