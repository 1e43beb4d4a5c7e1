package main

import (
	"fmt"
	"net/url"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/warder-iam/warder/trail"
)

func (p *program) alarmShow() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "show ID",
		Short: "Show all of an alarm",
		Args:  cobra.ExactArgs(1),
	}
	return p.alarmCommand(cmd, func(_ *cobra.Command, a *alarmAPI, args []string) error {
		var out struct{ Alarm apiAlarm }
		if err := a.get("alarms/"+url.PathEscape(args[0]), nil, &out); err != nil {
			return err
		}
		return p.showAlarm(a, &out.Alarm)
	})
}

func (p *program) showAlarm(a *alarmAPI, one *apiAlarm) error {
	if a.asJSON {
		return p.printJSON(one)
	}
	w := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
	for _, line := range one.lines() {
		if line[1] == "" {
			continue
		}
		if _, err := fmt.Fprintf(w, "%s\t%s\n", line[0], clean(line[1])); err != nil {
			return err
		}
	}
	return w.Flush()
}

func (a *apiAlarm) lines() [][2]string {
	at := func(t time.Time) string { return t.UTC().Format(time.RFC3339) }
	note := func(n *apiNote) string {
		if n == nil {
			return ""
		}
		return strings.TrimSpace(at(n.At) + " " + n.By + " " + n.Note)
	}
	e := &a.Event
	outcome := e.ErrorCode
	if outcome == "" {
		outcome = "ok"
	}
	list := [][2]string{
		{"alarm", a.AlarmID}, {"title", a.Title}, {"severity", a.Severity}, {"state", strings.ToLower(a.State)}, {"about", a.Subject},
		{"detail", a.Detail}, {"type", a.Type}, {"rule", a.RuleID}, {"raised", at(a.Raised)}, {"last event", at(a.LastEvent)},
		{"events", fmt.Sprint(a.Count)}, {"raised before", fmt.Sprint(a.Raises - 1)},
		{"event", trail.ServiceOf(e.EventSource) + ":" + e.EventName + " " + e.EventID}, {"by", e.Principal},
		{"access key", e.AccessKeyID}, {"from", e.SourceIPAddress}, {"with", e.UserAgent}, {"outcome", outcome},
		{"acknowledged", note(a.Acknowledged)}, {"resolved", note(a.Resolved)},
	}
	if m := a.Mute; m != nil {
		list = append(list, [2]string{"muted", "until " + at(m.Until) + ": " + m.Reason + " (" + m.By + ")"})
	}
	for _, d := range a.Deliveries {
		text := fmt.Sprintf("%s after %s", strings.ToLower(d.Status), counted(d.Attempts, "attempt"))
		if d.Error != "" {
			text += ": " + d.Error
		}
		list = append(list, [2]string{d.Channel, text})
	}
	return list
}
