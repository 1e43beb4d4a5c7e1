package main

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"github.com/warder-iam/warder/internal/apiclient"
	"github.com/warder-iam/warder/internal/app"
	"github.com/warder-iam/warder/trail"
)

func (p *program) alarm() *cobra.Command {
	parent := &cobra.Command{
		Use:   "alarm",
		Short: "See, acknowledge and mute what the trail raised alarms about",
		Long: `Warder looks at every event of the trail and raises an alarm where a rule says so: root use, denied calls in numbers,
policies and trails that are changed, somebody who becomes an administrator, and more. An alarm is told by webhook, mail and
syslog, where those are configured; events of the same kind about the same subject then only count, until it is over.

These commands ask the server, as the profile; the user needs warder:ListAlarms and the like.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	parent.AddCommand(p.alarmList(), p.alarmShow(), p.alarmAck(), p.alarmResolve(), p.alarmMute(), p.alarmUnmute(), p.alarmRules(), p.alarmTest())
	return parent
}

// alarmCommand has what all of them have: whom to ask, as whom.
func (p *program) alarmCommand(cmd *cobra.Command, run func(cmd *cobra.Command, a *alarmAPI, args []string) error) *cobra.Command {
	var profile string
	var asJSON bool
	addSettings(cmd, "data", "listen", "admin-credentials")
	cmd.Flags().StringVar(&profile, "profile", app.Profile, "`NAME` of the profile")
	cmd.Flags().String("endpoint", "", endpointHelp)
	cmd.Flags().BoolVar(&asJSON, "json", false, "the answers of the API")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		client, by, _, err := p.callAs(cmd, profile)
		if err != nil {
			return err
		}
		return explain(run(cmd, &alarmAPI{cmd, client, by, asJSON}, args), profile)
	}
	return cmd
}

// alarmAPI asks about alarms.
type alarmAPI struct {
	cmd    *cobra.Command
	client *apiclient.Client
	by     apiclient.Credentials
	asJSON bool
}

func (a *alarmAPI) get(path string, query url.Values, out any) error {
	return a.client.REST(a.cmd.Context(), a.by, apiclient.RESTCall{Service: "warder", Method: "GET", Path: "/alarms/v1/" + path, Query: query}, out)
}

// change happens once, also where it is sent again.
func (a *alarmAPI) change(path string, body, out any) error {
	call := apiclient.RESTCall{Service: "warder", Method: "POST", Path: "/alarms/v1/" + path, Body: body, Invocation: uuid.NewString()}
	return a.client.REST(a.cmd.Context(), a.by, call, out)
}

// apiAlarm is an alarm as the API has it.
type apiAlarm struct {
	AlarmID   string    `json:"alarmId"`
	ARN       string    `json:"arn"`
	RuleID    string    `json:"ruleId"`
	Type      string    `json:"type,omitempty"`
	Title     string    `json:"title"`
	Severity  string    `json:"severity"`
	State     string    `json:"state"`
	Subject   string    `json:"subject,omitempty"`
	Detail    string    `json:"detail,omitempty"`
	Raised    time.Time `json:"raised"`
	LastEvent time.Time `json:"lastEvent"`
	Count     int       `json:"count"`
	Raises    int       `json:"raises"`
	Event     struct {
		EventID         string `json:"eventID"`
		EventSource     string `json:"eventSource"`
		EventName       string `json:"eventName"`
		Principal       string `json:"principal,omitempty"`
		AccessKeyID     string `json:"accessKeyId,omitempty"`
		SourceIPAddress string `json:"sourceIPAddress,omitempty"`
		UserAgent       string `json:"userAgent,omitempty"`
		ErrorCode       string `json:"errorCode,omitempty"`
		AWSRegion       string `json:"awsRegion,omitempty"`
	} `json:"event"`
	Acknowledged *apiNote `json:"acknowledged,omitempty"`
	Resolved     *apiNote `json:"resolved,omitempty"`
	Mute         *struct {
		At     time.Time `json:"at"`
		Until  time.Time `json:"until"`
		Reason string    `json:"reason"`
		By     string    `json:"by,omitempty"`
	} `json:"mute,omitempty"`
	Deliveries []apiDelivery `json:"deliveries"`
}

type apiNote struct {
	At   time.Time `json:"at"`
	By   string    `json:"by,omitempty"`
	Note string    `json:"note,omitempty"`
}

type apiDelivery struct {
	Channel     string     `json:"channel"`
	Status      string     `json:"status"`
	Attempts    int        `json:"attempts"`
	Delivered   *time.Time `json:"delivered,omitempty"`
	NextAttempt *time.Time `json:"nextAttempt,omitempty"`
	Error       string     `json:"error,omitempty"`
}

func (p *program) alarmList() *cobra.Command {
	var all bool
	var rule string
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the alarms, the newest first",
		Example: `  warder alarm list
  warder alarm list --all --json | jq '.[] | select(.severity == "HIGH")'`,
		Args: cobra.NoArgs,
	}
	cmd.Flags().BoolVarP(&all, "all", "a", false, "those that are resolved too")
	cmd.Flags().StringVar(&rule, "rule", "", "of this rule only: its `ID`")
	return p.alarmCommand(cmd, func(_ *cobra.Command, a *alarmAPI, _ []string) error {
		list, err := a.all(rule, all)
		switch {
		case err != nil:
			return err
		case a.asJSON:
			return p.printJSON(list)
		case len(list) == 0:
			p.say("No alarms.")
			return nil
		}
		return p.alarmTable(list)
	})
}

// all reads every page.
func (a *alarmAPI) all(rule string, resolved bool) ([]apiAlarm, error) {
	list := []apiAlarm{}
	query := url.Values{}
	if rule != "" {
		query.Set("ruleId", rule)
	}
	for {
		var page struct {
			Alarms    []apiAlarm
			NextToken string
		}
		if err := a.get("alarms", query, &page); err != nil {
			return nil, err
		}
		for _, one := range page.Alarms {
			if resolved || one.State != "RESOLVED" {
				list = append(list, one)
			}
		}
		if page.NextToken == "" {
			return list, nil
		}
		query.Set("nextToken", page.NextToken)
	}
}

func (p *program) alarmTable(list []apiAlarm) error {
	w := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
	for i := range list {
		a := &list[i]
		state := strings.ToLower(a.State)
		if a.Mute != nil {
			state += ", muted"
		}
		if _, err := fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", a.AlarmID, a.LastEvent.UTC().Format(time.RFC3339), a.Severity, state,
			clean(a.headline())); err != nil {
			return err
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, channel := range undelivered(list) {
		p.say("%s", clean(channel))
	}
	return nil
}

func (a *apiAlarm) headline() string {
	text := a.Title
	if a.Subject != "" {
		text += ": " + a.Subject
	}
	if a.Count > 1 {
		text += fmt.Sprintf(" (%d times)", a.Count)
	}
	return text
}

// undelivered says of each channel that it did not take an alarm, and why.
func undelivered(list []apiAlarm) (lines []string) {
	number, reason := map[string]int{}, map[string]string{}
	var order []string
	for i := range list {
		for _, d := range list[i].Deliveries {
			if d.Status == "DELIVERED" || d.Error == "" {
				continue
			}
			if number[d.Channel] == 0 {
				order, reason[d.Channel] = append(order, d.Channel), d.Error
			}
			number[d.Channel]++
		}
	}
	for _, c := range order {
		lines = append(lines, fmt.Sprintf("%s did not take %s: %s", c, counted(number[c], "alarm"), reason[c]))
	}
	return lines
}

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

// alarmChange is a command that changes one alarm.
func (p *program) alarmChange(cmd *cobra.Command, verb, done string, body func() (map[string]any, error)) *cobra.Command {
	cmd.Args = cobra.ExactArgs(1)
	return p.alarmCommand(cmd, func(_ *cobra.Command, a *alarmAPI, args []string) error {
		sent, err := body()
		if err != nil {
			return err
		}
		var out struct{ Alarm apiAlarm }
		if err := a.change("alarms/"+url.PathEscape(args[0])+"/"+verb, sent, &out); err != nil {
			return err
		}
		if a.asJSON {
			return p.printJSON(out.Alarm)
		}
		return p.printf("%s %s: %s\n", out.Alarm.AlarmID, done, clean(out.Alarm.headline()))
	})
}

func (p *program) alarmAck() *cobra.Command {
	var note string
	cmd := &cobra.Command{
		Use:     "ack ID",
		Aliases: []string{"acknowledge"},
		Short:   "Say that you look after an alarm",
		Example: `  warder alarm ack 0f3c9a1b2d4e5f60 --note "it is me, moving the account"`,
	}
	cmd.Flags().StringVar(&note, "note", "", "`TEXT` for whoever looks later")
	return p.alarmChange(cmd, "acknowledge", "acknowledged", func() (map[string]any, error) { return withNote(note), nil })
}

func (p *program) alarmResolve() *cobra.Command {
	var note string
	cmd := &cobra.Command{
		Use:   "resolve ID",
		Short: "Say that an alarm is over; the next event raises it again",
	}
	cmd.Flags().StringVar(&note, "note", "", "`TEXT` for whoever looks later")
	return p.alarmChange(cmd, "resolve", "resolved", func() (map[string]any, error) { return withNote(note), nil })
}

func withNote(note string) map[string]any {
	if note == "" {
		return map[string]any{}
	}
	return map[string]any{"note": note}
}

func (p *program) alarmMute() *cobra.Command {
	var reason, until string
	cmd := &cobra.Command{
		Use:   "mute ID",
		Short: "Keep an alarm from telling anybody, for a reason and a time",
		Example: `  warder alarm mute 0f3c9a1b2d4e5f60 --reason "migration, ticket 1234" --until 48h
  warder alarm mute 0f3c9a1b2d4e5f60 --reason "known scanner" --until 2027-01-31T00:00:00Z`,
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why: `TEXT`")
	cmd.Flags().StringVar(&until, "until", "", "`TIME` from now, such as 48h, or a point in time")
	for _, name := range []string{"reason", "until"} {
		if err := cmd.MarkFlagRequired(name); err != nil {
			panic(err) // the flag is there
		}
	}
	return p.alarmChange(cmd, "mute", "muted", func() (map[string]any, error) {
		at, err := momentOf(until, time.Now())
		if err != nil {
			return nil, usagef("--until %q: a time from now such as 48h, or one such as 2027-01-31T00:00:00Z", until)
		}
		return map[string]any{"reason": reason, "until": at.UTC().Format(time.RFC3339)}, nil
	})
}

// momentOf reads a duration from now, or a time.
func momentOf(text string, now time.Time) (time.Time, error) {
	if d, err := time.ParseDuration(text); err == nil {
		if d <= 0 {
			return time.Time{}, errors.New("not in the future")
		}
		return now.Add(d), nil
	}
	return time.Parse(time.RFC3339, text)
}

func (p *program) alarmUnmute() *cobra.Command {
	return p.alarmChange(&cobra.Command{Use: "unmute ID", Short: "Let an alarm tell people again"}, "unmute", "is no longer muted",
		func() (map[string]any, error) { return map[string]any{}, nil })
}

func (p *program) alarmRules() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "rules",
		Short: "List the rules that events are put to",
		Args:  cobra.NoArgs,
	}
	return p.alarmCommand(cmd, func(_ *cobra.Command, a *alarmAPI, _ []string) error {
		var out struct {
			Rules []struct {
				RuleID   string `json:"ruleId"`
				Type     string `json:"type,omitempty"`
				Title    string `json:"title"`
				Why      string `json:"why,omitempty"`
				Severity string `json:"severity"`
				Own      bool   `json:"own"`
				Inactive string `json:"inactive,omitempty"`
			}
		}
		if err := a.get("rules", nil, &out); err != nil {
			return err
		}
		if a.asJSON {
			return p.printJSON(out.Rules)
		}
		w := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
		for _, r := range out.Rules {
			title := r.Title
			if r.Inactive != "" {
				title += " (not in force: " + r.Inactive + ")"
			}
			if _, err := fmt.Fprintf(w, "%s\t%s\t%s\n", r.RuleID, r.Severity, clean(title)); err != nil {
				return err
			}
		}
		return w.Flush()
	})
}

func (p *program) alarmTest() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "test",
		Short: "Send a test on every channel that is configured",
		Long: `Send a test message on every channel that is configured, once, and say what became of it. The exit status is 1 where one
did not take it, or none is configured.`,
		Args: cobra.NoArgs,
	}
	return p.alarmCommand(cmd, func(_ *cobra.Command, a *alarmAPI, _ []string) error {
		var out struct {
			Channels []struct {
				Channel   string `json:"channel"`
				Delivered bool   `json:"delivered"`
				Error     string `json:"error,omitempty"`
			}
		}
		if err := a.change("test", map[string]any{}, &out); err != nil {
			return err
		}
		if len(out.Channels) == 0 {
			return errors.New("no channel is configured: see the settings alarm-webhook, alarm-mail and alarm-syslog")
		}
		failed := false
		for _, c := range out.Channels {
			failed = failed || !c.Delivered
		}
		if a.asJSON {
			if err := p.printJSON(out.Channels); err != nil {
				return err
			}
		} else {
			for _, c := range out.Channels {
				result := "took the test"
				if !c.Delivered {
					result = "did not take the test: " + c.Error
				}
				if err := p.printf("%s %s\n", c.Channel, clean(result)); err != nil {
					return err
				}
			}
		}
		if failed {
			return statusError(exitFailure)
		}
		return nil
	})
}
