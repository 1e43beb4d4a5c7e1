package main

import (
	"net/url"
	"time"

	"github.com/spf13/cobra"
)

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
	cmd.Flags().StringVar(&until, "until", "", "`TIME` from now, such as 48h or 7d, or a point in time; of a day all of it")
	for _, name := range []string{"reason", "until"} {
		if err := cmd.MarkFlagRequired(name); err != nil {
			panic(err) // the flag is there
		}
	}
	return p.alarmChange(cmd, "mute", "muted", func() (map[string]any, error) {
		at, err := timeForm{day: endOfDay, now: time.Now()}.flag("until", until)
		if err != nil {
			return nil, err
		}
		return map[string]any{"reason": reason, "until": at.Format(time.RFC3339)}, nil
	})
}

func (p *program) alarmUnmute() *cobra.Command {
	return p.alarmChange(&cobra.Command{Use: "unmute ID", Short: "Let an alarm tell people again"}, "unmute", "is no longer muted",
		func() (map[string]any, error) { return map[string]any{}, nil })
}
