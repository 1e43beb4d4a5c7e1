package main

import (
	"fmt"
	"net/url"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
)

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
