package main

import (
	"context"
	"iter"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/warder-iam/warder/internal/trailstore"
	"github.com/warder-iam/warder/trail/search"
)

func (p *program) trail() *cobra.Command {
	parent := &cobra.Command{
		Use:   "trail",
		Short: "Look at the record of every call",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	parent.AddCommand(p.trailTail(), p.trailSearch(), p.trailSummarize(), p.trailVerify(), p.trailAccept())
	return parent
}

func (p *program) trailTail() *cobra.Command {
	var q trailQuery
	var last int
	var asJSON, follow, noFollow bool
	tail := &cobra.Command{
		Use:   "tail",
		Short: "Show the events of the trail as they come",
		Long: `Show the newest events of the trail and go on with new ones as they come: when, who, from where, what, with what
outcome. It reads the files of the data directory; the server may run or not.
` + filterHelp + `

"warder trail search" reads the whole trail, and delivered files, and shows what it finds in the order of time.`,
		Example: `  warder trail tail
  warder trail tail -n 100 --no-follow
  warder trail tail --error any --source-address 192.0.2.0/24
  warder trail tail --json | jq 'select(.errorCode == "AccessDenied")'`,
		Args: cobra.NoArgs,
	}
	addSettings(tail, "data")
	q.addFlags(tail)
	tail.Flags().IntVarP(&last, "lines", "n", 10, "begin with the last `N` events")
	tail.Flags().BoolVarP(&follow, "follow", "f", true, "go on with new events")
	tail.Flags().BoolVar(&noFollow, "no-follow", false, "end after what is there")
	tail.Flags().BoolVar(&asJSON, "json", false, "the records as they are stored, one JSON object a line")
	tail.MarkFlagsMutuallyExclusive("follow", "no-follow")
	tail.RunE = func(cmd *cobra.Command, _ []string) error {
		return p.tail(cmd, &q, last, follow && !noFollow, asJSON)
	}
	return tail
}

func (p *program) tail(cmd *cobra.Command, q *trailQuery, last int, follow, asJSON bool) error {
	if last < 0 {
		return usagef("-n %d: the number of events cannot be below zero", last)
	}
	filter, err := q.filter(time.Now())
	if err != nil {
		return err
	}
	data, dir, err := p.trailDir(cmd)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	for record, err := range tailed(ctx, dir, filter, last, follow) {
		if err != nil {
			return noTrail(err, data)
		}
		line := string(record.Line)
		if !asJSON {
			line = record.Event.Line()
		}
		if err := p.printf("%s\n", line); err != nil {
			return err
		}
	}
	return nil
}

// tailed gives the last events that the filter wants, and then those that come.
func tailed(ctx context.Context, dir string, filter *search.Filter, last int, follow bool) iter.Seq2[trailstore.Record, error] {
	return func(yield func(trailstore.Record, error) bool) {
		found, end, err := trailstore.ReadLast(ctx, dir, last, filter.MayMatch, filter.Match)
		if err != nil {
			yield(trailstore.Record{}, err)
			return
		}
		for _, r := range found {
			if !yield(r, nil) {
				return
			}
		}
		if !follow {
			return
		}
		for r, err := range trailstore.Tail(ctx, dir, trailstore.After(end)) {
			if (err != nil || filter.Match(r.Event)) && !yield(r, err) {
				return
			}
		}
	}
}
