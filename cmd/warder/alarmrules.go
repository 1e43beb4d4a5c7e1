package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"
)

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
