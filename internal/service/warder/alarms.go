package warder

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/alarm"
	api "github.com/warder-iam/warder/internal/api/warder"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/store"
)

// Alarms are what the operations on alarms need beside the state.
type Alarms interface {
	// Rules that are known, in force or not.
	Rules() []alarm.RuleState
	// Test sends a message on every channel, once.
	Test(ctx context.Context, a *directory.Account, id, by string) []alarm.Tested
}

// longestMute is how far ahead an alarm may be muted: what nobody wants to hear of is a rule to disable.
const longestMute = 366 * 24 * time.Hour

// defaultAlarms is the size of a page of alarms; the model says how large it may be.
const defaultAlarms = 100

// RegisterAlarms makes s answer the operations on alarms.
func RegisterAlarms(s *server.Server, alarms Alarms) {
	w := &alarmService{alarms, s.Region}
	server.Handle(s, api.ListAlarms, onAccount[*api.ListAlarmsInput](), w.list)
	server.Handle(s, api.GetAlarm, server.Ask(func(c *server.Call, in *api.GetAlarmInput) authz.Ask { return w.onAlarm(c, in.AlarmId) }), w.get)
	server.Handle(s, api.AcknowledgeAlarm, server.Ask(func(c *server.Call, in *api.AcknowledgeAlarmInput) authz.Ask {
		return w.onAlarm(c, in.AlarmId)
	}), w.acknowledge)
	server.Handle(s, api.ResolveAlarm, server.Ask(func(c *server.Call, in *api.ResolveAlarmInput) authz.Ask {
		return w.onAlarm(c, in.AlarmId)
	}), w.resolve)
	server.Handle(s, api.MuteAlarm, server.Ask(func(c *server.Call, in *api.MuteAlarmInput) authz.Ask { return w.onAlarm(c, in.AlarmId) }), w.mute)
	server.Handle(s, api.UnmuteAlarm, server.Ask(func(c *server.Call, in *api.UnmuteAlarmInput) authz.Ask {
		return w.onAlarm(c, in.AlarmId)
	}), w.unmute)
	server.Handle(s, api.ListAlarmRules, onAccount[*api.ListAlarmRulesInput](), w.rules)
	server.Handle(s, api.TestAlarmChannels, onAccount[*api.TestAlarmChannelsInput](), w.test)
}

type alarmService struct {
	alarms Alarms
	// region is the server's and stands in every ARN: with the one that a caller names, a policy about an ARN could be evaded
	// by signing for another region.
	region string
}

func (s *alarmService) arn(c *server.Call, id string) string {
	return alarm.ARN(s.region, c.Caller.Account, id)
}

func (s *alarmService) onAlarm(c *server.Call, id string) authz.Ask {
	return authz.Ask{Action: c.Action(), Resource: s.arn(c, id)}
}

func (s *alarmService) list(c *server.Call, in *api.ListAlarmsInput) (*api.ListAlarmsOutput, error) {
	all := slices.DeleteFunc(c.Account().Alarms(), func(a *directory.Alarm) bool {
		return in.State != nil && string(a.State) != *in.State || in.RuleId != nil && a.Rule != *in.RuleId
	})
	if in.NextToken != nil {
		at, id, err := openToken(*in.NextToken)
		if err != nil {
			return nil, err
		}
		all = slices.DeleteFunc(all, func(a *directory.Alarm) bool {
			return cmp.Or(cmp.Compare(at, a.Last.Unix()), strings.Compare(a.ID, id)) <= 0
		})
	}
	size := defaultAlarms
	if in.MaxResults != nil {
		size = int(*in.MaxResults)
	}
	out := &api.ListAlarmsOutput{Alarms: []api.Alarm{}}
	for _, a := range all[:min(size, len(all))] {
		out.Alarms = append(out.Alarms, *s.shown(c, a))
	}
	if len(all) > size {
		last := all[size-1]
		out.NextToken = new(strconv.FormatInt(last.Last.Unix(), 10) + "." + last.ID)
	}
	return out, nil
}

// openToken reads the token of a page: the place of the last alarm that was shown, so that a page is right also where
// alarms come and go in between.
func openToken(token string) (at int64, id string, err error) {
	first, id, ok := strings.Cut(token, ".")
	at, perr := strconv.ParseInt(first, 10, 64)
	if !ok || perr != nil {
		return 0, "", invalid("nextToken is not one that this operation gave")
	}
	return at, id, nil
}

func (s *alarmService) get(c *server.Call, in *api.GetAlarmInput) (*api.GetAlarmOutput, error) {
	a, err := alarmOf(c.Account(), in.AlarmId)
	if err != nil {
		return nil, err
	}
	return &api.GetAlarmOutput{Alarm: *s.shown(c, a)}, nil
}

func alarmOf(a *directory.Account, id string) (*directory.Alarm, error) {
	if found := a.Alarm(id); found != nil {
		return found.Clone(), nil
	}
	return nil, api.ResourceNotFoundException.New("There is no alarm %s.", id)
}

// changed runs a change of one alarm.
func changed[Out any](s *alarmService, c *server.Call, id string, out func(api.Alarm) *Out, change func(a *directory.Alarm, note directory.AlarmNote) error) (*Out, error) {
	return server.Change(c, func(tx *store.Tx) (*Out, error) {
		a, err := alarmOf(tx.Account(), id)
		if err != nil {
			return nil, err
		}
		if err := change(a, directory.AlarmNote{At: tx.Now(), By: c.Caller.ARN}); err != nil {
			return nil, err
		}
		if err := tx.Put(a); err != nil {
			return nil, err
		}
		return out(*s.shown(c, a)), nil
	})
}

// acknowledge says that somebody looks after it: it stays raised, and tells nobody any more.
func (s *alarmService) acknowledge(c *server.Call, in *api.AcknowledgeAlarmInput) (*api.AcknowledgeAlarmOutput, error) {
	out := func(a api.Alarm) *api.AcknowledgeAlarmOutput { return &api.AcknowledgeAlarmOutput{Alarm: a} }
	return changed(s, c, in.AlarmId, out, func(a *directory.Alarm, note directory.AlarmNote) error {
		if a.State == directory.AlarmResolved {
			return invalid("the alarm is resolved: there is nothing to acknowledge")
		}
		note.Note = text(in.Note)
		a.State, a.Acknowledged = directory.AlarmAcknowledged, &note
		silence(a)
		return nil
	})
}

func (s *alarmService) resolve(c *server.Call, in *api.ResolveAlarmInput) (*api.ResolveAlarmOutput, error) {
	out := func(a api.Alarm) *api.ResolveAlarmOutput { return &api.ResolveAlarmOutput{Alarm: a} }
	return changed(s, c, in.AlarmId, out, func(a *directory.Alarm, note directory.AlarmNote) error {
		note.Note = text(in.Note)
		a.State, a.Resolved = directory.AlarmResolved, &note
		silence(a)
		return nil
	})
}

func (s *alarmService) mute(c *server.Call, in *api.MuteAlarmInput) (*api.MuteAlarmOutput, error) {
	out := func(a api.Alarm) *api.MuteAlarmOutput { return &api.MuteAlarmOutput{Alarm: a} }
	return changed(s, c, in.AlarmId, out, func(a *directory.Alarm, note directory.AlarmNote) error {
		if until := in.Until.Sub(note.At); until <= 0 || until > longestMute {
			return invalid("until must be later than now, and within %d days", int(longestMute.Hours()/24))
		}
		note.Note = in.Reason
		a.Muted = &directory.AlarmMute{AlarmNote: note, Until: in.Until.UTC()}
		silence(a)
		return nil
	})
}

func (s *alarmService) unmute(c *server.Call, in *api.UnmuteAlarmInput) (*api.UnmuteAlarmOutput, error) {
	out := func(a api.Alarm) *api.UnmuteAlarmOutput { return &api.UnmuteAlarmOutput{Alarm: a} }
	return changed(s, c, in.AlarmId, out, func(a *directory.Alarm, _ directory.AlarmNote) error {
		a.Muted = nil
		return nil
	})
}

// silence takes back what was not delivered yet.
func silence(a *directory.Alarm) {
	a.Notices = slices.DeleteFunc(a.Notices, func(n directory.AlarmNotice) bool { return !n.Next.IsZero() })
}

func (s *alarmService) rules(*server.Call, *api.ListAlarmRulesInput) (*api.ListAlarmRulesOutput, error) {
	out := &api.ListAlarmRulesOutput{Rules: []api.AlarmRule{}}
	for _, r := range s.alarms.Rules() {
		out.Rules = append(out.Rules, api.AlarmRule{
			RuleId: r.ID, Type: optional(r.Type), Title: r.Title, Why: optional(r.Why), Severity: string(r.Severity),
			Own: r.Own(), Inactive: optional(r.Inactive),
		})
	}
	return out, nil
}

// test waits for the channels, each of which bounds its own time.
func (s *alarmService) test(c *server.Call, _ *api.TestAlarmChannelsInput) (*api.TestAlarmChannelsOutput, error) {
	ctx, cancel := context.WithTimeout(c.Context(), testTimeout)
	defer cancel()
	out := &api.TestAlarmChannelsOutput{Channels: []api.AlarmChannelTest{}}
	for _, r := range s.alarms.Test(ctx, c.Account(), c.ID, c.Caller.ARN) {
		result := api.AlarmChannelTest{Channel: r.Channel, Delivered: r.Err == nil}
		if r.Err != nil {
			result.Error = new(r.Err.Error())
		}
		out.Channels = append(out.Channels, result)
	}
	return out, nil
}

// testTimeout is shorter than a request's own time, so that its answer says which channel did not answer.
const testTimeout = 20 * time.Second

// shown is an alarm on the wire.
func (s *alarmService) shown(c *server.Call, a *directory.Alarm) *api.Alarm {
	e := &a.Event
	out := &api.Alarm{
		AlarmId: a.ID, Arn: s.arn(c, a.ID), RuleId: a.Rule, Type: optional(a.Type), Title: a.Title,
		Severity: a.Severity, State: string(a.State), Subject: optional(a.Subject), Detail: optional(a.Detail),
		Raised: a.Raised, LastEvent: a.Last, Count: int32(a.Count), Raises: int32(a.Raises),
		Event: api.AlarmEvent{
			EventID: e.ID, EventSource: e.Source, EventName: e.Name, Principal: optional(e.Principal), AccessKeyId: optional(e.KeyID),
			SourceIPAddress: optional(e.Address), UserAgent: optional(e.Agent), ErrorCode: optional(e.Error), AwsRegion: optional(e.Region),
		},
		Acknowledged: noteOf(a.Acknowledged), Resolved: noteOf(a.Resolved), Deliveries: []api.AlarmDelivery{},
	}
	if m := a.Muted; m != nil && a.Quiet(c.Time()) {
		out.Mute = &api.AlarmMute{At: m.At, Until: m.Until, Reason: m.Note, By: optional(m.By)}
	}
	for i := range a.Notices {
		out.Deliveries = append(out.Deliveries, delivery(&a.Notices[i]))
	}
	return out
}

func delivery(n *directory.AlarmNotice) api.AlarmDelivery {
	d := api.AlarmDelivery{Channel: n.Channel, Status: "FAILED", Attempts: int32(n.Attempts), Error: optional(n.Error)}
	switch {
	case !n.Delivered.IsZero():
		d.Status, d.Delivered = "DELIVERED", &n.Delivered
	case !n.Next.IsZero():
		d.Status, d.NextAttempt = "PENDING", &n.Next
	}
	return d
}

func noteOf(n *directory.AlarmNote) *api.AlarmNote {
	if n == nil {
		return nil
	}
	return &api.AlarmNote{At: n.At, By: optional(n.By), Note: optional(n.Note)}
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
