package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/warder-iam/warder/internal/app"
)

// maxReason bounds what stands on the trail for good.
const maxReason = 512

func (p *program) trailAccept() *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use:   "accept",
		Short: "Go on with a trail that was lost or damaged, on record",
		Long: `Go on with a trail that does not fit the state, where no backup is left that does. A server does not start on such a trail.

A log that is whole and only longer than the state knows goes on: the state is the older of the two. Any other is set aside
in a folder beside it, and a new log begins behind every record number that was given. Nothing is deleted. The first record
after that is AcceptTrail, done by Root, with the reason.

Stop the server first. Look at 'warder trail verify' before, and keep what was set aside: it is evidence.`,
		Example: `  warder trail accept --data /srv/warder --reason "disk of 3 May lost, no backup"`,
		Args:    cobra.NoArgs,
	}
	addSettings(cmd, offlineSettings()...)
	cmd.Flags().StringVar(&reason, "reason", "", "`TEXT` that says why, for the record; needed")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if reason = strings.TrimSpace(reason); reason == "" || len(reason) > maxReason {
			return usagef("--reason: say why, in %d characters at most; it stands on the trail", maxReason)
		}
		config, err := p.offlineConfig(cmd)
		if err != nil {
			return err
		}
		accepted, err := app.AcceptTrail(cmd.Context(), config, reason, app.Output{Text: p.out, Log: p.err})
		if err != nil {
			return err
		}
		return p.printf("%s", acceptText(accepted))
	}
	return cmd
}

func acceptText(a *app.AcceptedTrail) string {
	if a == nil {
		return "The trail fits the state; nothing was done.\n"
	}
	text := fmt.Sprintf("The state knew of records up to %d, the log is sound up to record %d.\n", a.Known, a.Log)
	if a.SetAside != "" {
		text += "The old log lies in " + a.SetAside + " now; a new one has begun. Keep it: it is evidence.\n"
	} else {
		text += "The log goes on.\n"
	}
	return text + "That is on the trail. Start the server again: warder serve\n"
}
