package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/warder-iam/warder/internal/trailstore"
	"github.com/warder-iam/warder/trail"
)

func (p *program) trail() *cobra.Command {
	parent := &cobra.Command{
		Use:   "trail",
		Short: "Look at the record of every call",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	var last int
	var asJSON, follow, noFollow bool
	tail := &cobra.Command{
		Use:   "tail",
		Short: "Show the events of the trail as they come",
		Long: `Show the newest events of the trail and go on with new ones as they come: when, what, who, with what outcome, from
where. It reads the files of the data directory; the server may run or not.`,
		Example: `  warder trail tail
  warder trail tail -n 100 --no-follow
  warder trail tail --json | jq 'select(.errorCode == "AccessDenied")'`,
		Args: cobra.NoArgs,
	}
	addSettings(tail, "data")
	tail.Flags().IntVarP(&last, "lines", "n", 10, "begin with the last `N` events")
	tail.Flags().BoolVarP(&follow, "follow", "f", true, "go on with new events")
	tail.Flags().BoolVar(&noFollow, "no-follow", false, "end after what is there")
	tail.Flags().BoolVar(&asJSON, "json", false, "the records as they are stored, one JSON object a line")
	tail.MarkFlagsMutuallyExclusive("follow", "no-follow")
	tail.RunE = func(cmd *cobra.Command, _ []string) error {
		return p.tail(cmd, last, follow && !noFollow, asJSON)
	}
	parent.AddCommand(tail, p.trailVerify(), p.trailAccept())
	return parent
}

func (p *program) tail(cmd *cobra.Command, last int, follow, asJSON bool) error {
	if last < 0 {
		return usagef("-n %d: the number of events cannot be below zero", last)
	}
	c, err := p.load(cmd)
	if err != nil {
		return err
	}
	dir := filepath.Join(c.String("data"), "trail")
	ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	for record, err := range records(ctx, dir, last, follow) {
		if errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("there is no trail in %s; name the server's data directory with --data DIR", c.String("data"))
		} else if err != nil {
			return err
		}
		line := string(record.Line)
		if !asJSON {
			line = eventLine(record.Event)
		}
		if err := p.printf("%s\n", line); err != nil {
			return err
		}
	}
	return nil
}

func records(ctx context.Context, dir string, last int, follow bool) iter.Seq2[trailstore.Record, error] {
	if follow {
		return trailstore.Tail(ctx, dir, trailstore.Last(last))
	}
	return trailstore.Read(ctx, dir, trailstore.Last(last))
}

// eventLine is an event on one line.
func eventLine(e *trail.Event) string {
	outcome := "ok"
	if e.ErrorCode != "" {
		outcome = e.ErrorCode
	}
	line := fmt.Sprintf("%s  %s  %s  %s  %s", e.EventTime.UTC().Format("2006-01-02T15:04:05Z"),
		strings.TrimSuffix(e.EventSource, ".amazonaws.com")+":"+e.EventName, who(&e.UserIdentity), e.SourceIPAddress, outcome)
	if e.ErrorMessage != "" {
		line += ": " + e.ErrorMessage
	}
	return clean(line)
}

func who(id *trail.UserIdentity) string {
	for _, s := range []string{id.ARN, id.InvokedBy, id.AccessKeyID} {
		if s != "" {
			return s
		}
	}
	return id.Type
}
