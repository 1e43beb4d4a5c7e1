package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/warder-iam/warder/internal/apiclient"
	"github.com/warder-iam/warder/internal/app"
)

func (p *program) guardrail() *cobra.Command {
	parent := &cobra.Command{
		Use:   "guardrail",
		Short: "See what the scheduled guardrails are about to change",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	parent.AddCommand(p.guardrailPlan())
	return parent
}

func (p *program) guardrailPlan() *cobra.Command {
	var profile, at string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "plan",
		Short: "Print what the next run of the guardrails would do, and why",
		Long: `Ask a running Warder what the next run of its guardrails would do, and why; and what they are about and leave alone. Nothing is
changed. The guardrails are settings of 'warder serve' that begin with guardrail-; all are off unless they are set.

With --at the run is one at a later time: what is due by then, if nothing is used or changed until then.

The caller needs the permission warder:GetGuardrailPlan. Exit statuses: 0 the run would be made; 1 it would be refused, or the
server gives no plan.`,
		Example: `  warder guardrail plan
  warder guardrail plan --at 2027-03-01T00:00:00Z
  warder guardrail plan --json | jq -r '.changes[].reason'`,
		Args: cobra.NoArgs,
	}
	cmd.Flags().StringVar(&profile, "profile", app.Profile, "`NAME` of the profile to ask a Warder with")
	cmd.Flags().String("endpoint", "", endpointHelp)
	addSettings(cmd, "data", "listen", "admin-credentials")
	cmd.Flags().StringVar(&at, "at", "", "`TIME` of the run, 2027-03-01 or 2027-03-01T00:00:00Z (default now)")
	cmd.Flags().BoolVar(&asJSON, "json", false, "the answer of the API")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return p.runGuardrailPlan(cmd, profile, at, asJSON) }
	return cmd
}

// guardrailPlanAnswer is the answer of GetGuardrailPlan.
type guardrailPlanAnswer struct {
	At      time.Time `json:"at"`
	Enabled bool      `json:"enabled"`
	Size    int       `json:"size"`
	Limit   int       `json:"limit"`
	Refused string    `json:"refused"`
	Changes []struct {
		Guardrail string `json:"guardrail"`
		Action    string `json:"action"`
		Reason    string `json:"reason"`
		Calls     []struct {
			Text       string `json:"text"`
			Reversible bool   `json:"reversible"`
		} `json:"calls"`
	} `json:"changes"`
	LeftAlone []struct {
		Guardrail string `json:"guardrail"`
		Resource  string `json:"resource"`
		Reason    string `json:"reason"`
	} `json:"leftAlone"`
}

func (p *program) runGuardrailPlan(cmd *cobra.Command, profile, at string, asJSON bool) error {
	call := apiclient.RESTCall{Service: "warder", Method: http.MethodGet, Path: "/guardrails/v1/plan"}
	if t, err := new(timeForm).flag("at", at); err != nil {
		return err
	} else if at != "" {
		call.Query = url.Values{"at": {t.Format(time.RFC3339)}}
	}
	client, by, _, err := p.callAs(cmd, profile)
	if err != nil {
		return err
	}
	var text json.RawMessage
	if err := client.REST(cmd.Context(), by, call, &text); err != nil {
		return explain(err, profile)
	}
	var plan guardrailPlanAnswer
	if err := json.Unmarshal(text, &plan); err != nil {
		return fmt.Errorf("the answer cannot be read: %w", err)
	}
	if asJSON {
		err = p.printJSON(text)
	} else {
		err = p.printf("%s", plan.text())
	}
	if err == nil && plan.Refused != "" {
		err = statusError(exitFailure)
	}
	return err
}

// actionWords say what the changes do that are more than their calls.
var actionWords = map[string]string{
	"notice": "give notice", "rotate": "make a new key, hand it to the hook, and make the old one inactive once it has taken it",
}

// text is the plan for people.
func (a *guardrailPlanAnswer) text() string {
	if !a.Enabled {
		return "No guardrail is on. They are settings of warder serve, such as --guardrail-unused-credentials 90d.\n"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "A run at %s makes %s; the limit is %d.\n", a.At.UTC().Format(time.RFC3339), counted(a.Size, "change"), a.Limit)
	if a.Refused != "" {
		fmt.Fprintf(&b, "It is refused, and changes nothing: %s.\n", clean(a.Refused))
	}
	for _, c := range a.Changes {
		fmt.Fprintf(&b, "\n%s\n  because  %s\n", c.Guardrail, clean(c.Reason))
		if words := actionWords[c.Action]; words != "" {
			fmt.Fprintf(&b, "  do       %s\n", words)
		}
		for _, call := range c.Calls {
			way := ""
			if !call.Reversible {
				way = "; there is no way back"
			}
			fmt.Fprintf(&b, "  do       %s%s\n", clean(call.Text), way)
		}
	}
	for _, s := range a.LeftAlone {
		fmt.Fprintf(&b, "\n%s\n  leaves   %s\n  because  %s\n", s.Guardrail, clean(s.Resource), clean(s.Reason))
	}
	return b.String()
}
