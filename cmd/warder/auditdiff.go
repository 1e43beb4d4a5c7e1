package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/audit/access"
	"github.com/warder-iam/warder/audit/compare"
)

func (p *program) auditDiff() *cobra.Command {
	var asJSON bool
	var account string
	cmd := &cobra.Command{
		Use:   "diff OLD NEW",
		Short: "Tell who gained and who lost what access between two exports",
		Long: `Tell who gained what access, and who lost what, between two exports of accounts, OLD and NEW: folders or files. Policies that
are written otherwise and mean the same are no difference. Each line is decided in both exports, with all policies that apply.

Exit statuses: 0 there is no difference; 1 there are some; 2 an export cannot be read.`,
		Example: `  warder audit diff monday/ tuesday/`,
		Args:    cobra.ExactArgs(2),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "the answer as JSON")
	cmd.Flags().StringVar(&account, "account", "", "`ID` of the account where nothing in the input tells")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		var finders [2]*access.Finder
		now := time.Now().UTC()
		for i, path := range args {
			b, err := p.readBundle(cmd, &auditInput{inputs: []string{path}, account: account})
			if err != nil {
				return p.unreadable(err)
			}
			finders[i] = audit.Finder(b, now)
			q := &asking{program: p, bundle: b}
			for arn := range b.Incomplete {
				q.warn(arn)
			}
		}
		_, stop := p.counting("comparing")
		r := compare.Compare(finders[0], finders[1], compare.Options{})
		stop()
		return p.showDiff(r, asJSON)
	}
	return cmd
}

func (p *program) showDiff(r *compare.Report, asJSON bool) error {
	var err error
	if asJSON {
		err = p.printJSON(r)
	} else {
		err = p.printDiff(r)
	}
	if err == nil && len(r.Differences)+len(r.Added)+len(r.Removed) > 0 {
		return statusError(exitFailure)
	}
	return err
}

func (p *program) printDiff(r *compare.Report) error {
	var b strings.Builder
	for _, name := range r.Added {
		fmt.Fprintf(&b, "new  %s\n", clean(name))
	}
	for _, name := range r.Removed {
		fmt.Fprintf(&b, "gone %s\n", clean(name))
	}
	for i := range r.Differences {
		d := &r.Differences[i]
		sign := map[compare.Direction]string{compare.Gained: "+", compare.Lost: "-", compare.Changed: "~"}[d.Direction]
		for _, name := range d.Principals {
			fmt.Fprintf(&b, "%s %s\n", sign, clean(name))
		}
		fmt.Fprintf(&b, "    %s on %s\n    %s → %s\n", clean(someOf(d.Actions)), clean(d.Resource), clean(d.Before), clean(d.After))
	}
	if b.Len() == 0 {
		b.WriteString("No difference in access.\n")
	}
	for _, u := range r.Undecided {
		p.say("Undecided: %s", clean(u))
	}
	return p.printf("%s", b.String())
}

// shownActions is how many actions a line names.
const shownActions = 12

// someOf are the first of a list of actions, and how many there are beside them.
func someOf(actions []string) string {
	if len(actions) <= shownActions {
		return strings.Join(actions, " ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(actions[:shownActions], " "), len(actions)-shownActions)
}
