package main

import (
	"fmt"
	"net/url"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"github.com/warder-iam/warder/internal/alarm"
	"github.com/warder-iam/warder/internal/apiclient"
	"github.com/warder-iam/warder/internal/app"
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
	AlarmID      string      `json:"alarmId"`
	ARN          string      `json:"arn"`
	RuleID       string      `json:"ruleId"`
	Type         string      `json:"type,omitempty"`
	Title        string      `json:"title"`
	Severity     string      `json:"severity"`
	State        string      `json:"state"`
	Subject      string      `json:"subject,omitempty"`
	Detail       string      `json:"detail,omitempty"`
	Raised       time.Time   `json:"raised"`
	LastEvent    time.Time   `json:"lastEvent"`
	Count        int         `json:"count"`
	Raises       int         `json:"raises"`
	Event        alarm.Cause `json:"event"`
	Acknowledged *apiNote    `json:"acknowledged,omitempty"`
	Resolved     *apiNote    `json:"resolved,omitempty"`
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
