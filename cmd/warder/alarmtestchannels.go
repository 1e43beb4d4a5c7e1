package main

import (
	"errors"

	"github.com/spf13/cobra"
)

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
