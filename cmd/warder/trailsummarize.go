package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/warder-iam/warder/trail"
	"github.com/warder-iam/warder/trail/search"
)

func (p *program) trailSummarize() *cobra.Command {
	var q trailQuery
	var most int
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "summarize [PATH...]",
		Short: "Tell who used what, what failed, and what is unusual",
		Long: `Tell who used what and how often, which calls failed for whom, and what is unusual. A role stands for all its sessions. It
reads what "warder trail search" reads, and takes the same filters.

What is unusual is told by plain rules, each with what it saw. The time that is looked at has two parts, the first three quarters
and the last quarter.

  root-use      the root user did something
  new-address   a principal known from the first part called from an address for the first time in the last
  new-action    likewise, it made a call for the first time
  burst         at least 100 calls in an hour, and ten times the principal's median hour
  insight       the trail has an Insights event: a call was unusually frequent, or failed unusually often
  unusual-hour  in the last part it was active at an hour of the day at which, and next to which, it never was in the first

A principal is known after 20 calls; for its hours, after 50 calls on 5 days. Less than a day tells nothing but root use.`,
		Example: `  warder trail summarize --since 30d
  warder trail summarize --since 30d --principal role/deploy AWSLogs/
  warder trail summarize --json AWSLogs/ | jq '.Unusual[] | select(.Rule == "root-use")'`,
	}
	addSettings(cmd, "data")
	q.addFlags(cmd)
	cmd.Flags().IntVarP(&most, "lines", "n", 20, "show `N` lines of each part, 0 for all")
	cmd.Flags().BoolVar(&asJSON, "json", false, "the whole summary as JSON")
	cmd.RunE = func(cmd *cobra.Command, paths []string) error {
		if most < 0 {
			return usagef("-n %d: the number of lines cannot be below zero", most)
		}
		return p.summarize(cmd, paths, &q, most, asJSON)
	}
	return cmd
}

func (p *program) summarize(cmd *cobra.Command, paths []string, q *trailQuery, most int, asJSON bool) error {
	z := search.NewSummarizer()
	r, err := p.readTrails(cmd, paths, q, "reading file", func(e *trail.Event, _ []byte, _, _ int) error {
		z.Add(e)
		return nil
	})
	if err != nil {
		return err
	}
	s := z.Summary()
	if asJSON {
		err = p.printJSON(s)
	} else {
		err = p.printf("%s", summaryText(s, most))
	}
	if err != nil {
		return err
	}
	return p.sayProblems(r)
}

// summaryText is a summary for people.
func summaryText(s *search.Summary, most int) string {
	if s.Events == 0 {
		return "No event.\n"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s from %s to %s.\n", counted(s.Events, "event"), s.From.Format(time.RFC3339), s.To.Format(time.RFC3339))
	part(&b, "Who used what", s.Uses, most, func(u search.Use) string {
		failed := ""
		if u.Failed > 0 {
			failed = fmt.Sprintf(", %d failed", u.Failed)
		}
		return fmt.Sprintf("%s  %s  %d%s  %s", u.Principal, u.Action, u.Count, failed, period(u.First, u.Last))
	})
	part(&b, "Failures", s.Failures, most, func(f search.Failure) string {
		return fmt.Sprintf("%s  %s  %s  %d  %s", f.Code, f.Principal, f.Action, f.Count, period(f.First, f.Last))
	})
	part(&b, "Unusual", s.Unusual, most, func(u search.Unusual) string {
		return fmt.Sprintf("%s  %s  %s  %s  %s", u.Rule, strings.TrimRight(u.Principal+"  "+u.What, " "), counted(u.Count, "event"), period(u.First, u.Last), u.Why)
	})
	if s.TooShort {
		b.WriteString("\nThe time is shorter than a day: what is unusual cannot be told, but for root use.\n")
	}
	if s.Untracked > 0 {
		fmt.Fprintf(&b, "\n%s came after %d different ones of a sort and stand in no part or not in all.\n", counted(s.Untracked, "event"), search.MaxTracked)
	}
	return b.String()
}

// part writes one part of a summary.
func part[T any](b *strings.Builder, title string, list []T, most int, line func(T) string) {
	fmt.Fprintf(b, "\n%s\n", title)
	if len(list) == 0 {
		b.WriteString("  nothing\n")
	}
	for i, item := range list {
		if most > 0 && i == most {
			fmt.Fprintf(b, "  and %d more; -n 0 shows all\n", len(list)-most)
			break
		}
		fmt.Fprintf(b, "  %s\n", clean(line(item)))
	}
}
