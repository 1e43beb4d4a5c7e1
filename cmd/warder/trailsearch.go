package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/spf13/cobra"

	"github.com/warder-iam/warder/internal/linesort"
	"github.com/warder-iam/warder/trail"
)

func (p *program) trailSearch() *cobra.Command {
	var q trailQuery
	var last int
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "search [PATH...]",
		Short: "Find events by who, what, outcome, where from and when",
		Long: `Find events of the trail by who called, what, with what outcome, from where and when; the newest comes last.

Without PATH it reads the trail of the data directory; the server may run or not. A PATH is a file of CloudTrail, or a folder
with any number of them at any depth, compressed or not, in any order: what AWS delivered, what Warder delivered, the answers of
"aws cloudtrail lookup-events". Digest files are passed over.
` + filterHelp + `

Exit statuses: 0 all was read, whether or not an event was found; 2 a file could not be read, which is named; the others were.`,
		Example: `  warder trail search --error any --since 24h
  warder trail search --principal role/deploy --action 'iam:*' -n 20
  warder trail search --source-address 192.0.2.0/24 --since 2026-01-01 --until 2026-01-31 AWSLogs/
  warder trail search --access-key AKIAIOSFODNN7EXAMPLE --json AWSLogs/ | jq -r .eventName | sort | uniq -c`,
	}
	addSettings(cmd, "data")
	q.addFlags(cmd)
	cmd.Flags().IntVarP(&last, "lines", "n", 0, "the newest `N` of them only")
	cmd.Flags().BoolVar(&asJSON, "json", false, "the records as they are stored, one JSON object a line")
	cmd.RunE = func(cmd *cobra.Command, paths []string) error {
		if last < 0 {
			return usagef("-n %d: the number of events cannot be below zero", last)
		}
		return p.search(cmd, paths, &q, last, asJSON)
	}
	return cmd
}

func (p *program) search(cmd *cobra.Command, paths []string, q *trailQuery, last int, asJSON bool) (err error) {
	sorter := linesort.New(last, linesort.DefaultMemory)
	defer func() { err = errors.Join(err, sorter.Close()) }()
	found := false
	r, err := p.readTrails(cmd, paths, q, "searching file", func(e *trail.Event, raw []byte, file, number int) error {
		found = true
		line := []byte(nil)
		if asJSON {
			line = oneLine(raw)
		} else {
			line = []byte(e.Line())
		}
		return sorter.Add(linesort.Key{Time: e.EventTime.Unix(), File: file, Number: number}, line)
	})
	if err != nil {
		return err
	}
	for line, err := range sorter.Lines() {
		if err != nil {
			return err
		}
		if err := p.printf("%s\n", line); err != nil {
			return err
		}
	}
	if !found {
		p.say("None of %d records matches.", r.records.Load())
	}
	return p.sayProblems(r)
}

// readTrails gives the events that are wanted to take, in no order.
func (p *program) readTrails(cmd *cobra.Command, paths []string, q *trailQuery, doing string, take func(e *trail.Event, raw []byte, file, number int) error) (*trailReading, error) {
	filter, err := q.filter(time.Now())
	if err != nil {
		return nil, err
	}
	sources, problems, err := p.trailSources(cmd, paths)
	if err != nil {
		return nil, err
	}
	ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	progress, done := p.counting(doing)
	defer done()
	r := &trailReading{filter: filter, take: take, progress: progress}
	for _, problem := range problems {
		r.note(problem)
	}
	if err := r.read(ctx, sources); errors.Is(err, context.Canceled) {
		return nil, errors.New("interrupted")
	} else if err != nil {
		return nil, err
	}
	return r, nil
}

// oneLine is the record without line breaks, which some programs put into it.
func oneLine(raw []byte) []byte {
	if bytes.IndexByte(raw, '\n') < 0 && bytes.IndexByte(raw, '\r') < 0 {
		return raw
	}
	line, err := jsontext.AppendFormat(nil, raw, jsontext.AllowInvalidUTF8(true))
	if err != nil { // it was parsed: it is JSON
		return raw
	}
	return line
}
