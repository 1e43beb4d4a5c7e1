package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/audit/access"
	"github.com/warder-iam/warder/audit/usage"
	"github.com/warder-iam/warder/directory/awsimport"
	"github.com/warder-iam/warder/policy/eval"
)

func (p *program) auditUnused() *cobra.Command {
	var a auditTrail
	cmd := &cobra.Command{
		Use:   "unused [PRINCIPAL]",
		Short: "Tell which granted actions nobody used",
		Long: `Tell, of PRINCIPAL or of every user and role, which actions its identity policies grant and it did not use. What shows the use
is the last accessed details in the input and a trail, in the input or by --trail. An action that neither would show is not
called unused: there is no evidence. Attempts that were refused are told apart; they are no use.`,
		Example: `  warder audit unused --input export/
  warder audit unused role/deploy --input export/ --trail logs/`,
		Args: cobra.MaximumNArgs(1),
	}
	a.addFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(a.inputs) == 0 {
			return usagef("--input says which accounts are asked about")
		}
		return p.unused(cmd, &a, args)
	}
	return cmd
}

func (p *program) unused(cmd *cobra.Command, a *auditTrail, args []string) error {
	b, err := p.readBundle(cmd, &a.auditInput)
	if err != nil {
		return p.unreadable(err)
	}
	trails := b.Trails
	if len(a.trails) > 0 {
		t, err := p.readBundle(cmd, &auditInput{inputs: a.trails, account: a.account})
		if err != nil {
			return p.unreadable(err)
		}
		trails = slices.Concat(trails, t.Trails)
	}
	q := &asking{program: p, bundle: b, finder: audit.Finder(b, time.Now().UTC()), json: a.json}
	var who []access.Principal
	if len(args) > 0 {
		one, err := q.principal(args[0])
		if err != nil {
			return err
		}
		who = append(who, one)
	} else {
		for one := range q.finder.Principals() {
			if one.Kind != eval.Root {
				who = append(who, one)
			}
		}
	}
	_, stop := p.counting("reading the trail")
	activity := usage.ReadActivity(trails, b.Snapshot)
	stop()
	return q.rights(who, activity)
}

// rights shows what each principal does not use.
func (q *asking) rights(who []access.Principal, activity *usage.Activity) error {
	list := []usage.Rights{}
	for _, p := range who {
		r, ok := usage.RightsOf(q.bundle.Snapshot, p.ARN, activity, lastAccessed(q.bundle, p.ARN))
		if !ok {
			return usagef("%s is no user or role", p.ARN)
		}
		q.warn(p.ARN)
		list = append(list, r)
	}
	if q.json {
		return q.printJSON(list)
	}
	for i := range list {
		if err := q.printf("%s", rightsText(&list[i])); err != nil {
			return err
		}
	}
	if activity.From.IsZero() {
		q.say("There is no trail: only the last accessed details tell of use.")
	} else {
		q.say("The trail has records from %s.", period(activity.From, activity.To))
	}
	return nil
}

func lastAccessed(b *awsimport.Bundle, principal string) *awsimport.LastAccessed {
	a, err := arn.Parse(principal)
	if err != nil || b.Accounts[a.Account] == nil {
		return nil
	}
	return b.Accounts[a.Account].LastAccessed[principal]
}

// rightsText tells of one principal, service by service.
func rightsText(r *usage.Rights) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", clean(r.Principal))
	for i := range r.Services {
		s := &r.Services[i]
		granted := len(s.Used) + len(s.Unused)
		for _, u := range s.NoEvidence {
			granted += len(u.Actions)
		}
		fmt.Fprintf(&b, "  %-24s %-12s %d granted, %d used, %d unused\n", s.Service, s.Status, granted, len(s.Used), len(s.Unused))
		if s.Status == usage.Unused {
			continue // all of them
		}
		if len(s.Unused) > 0 {
			fmt.Fprintf(&b, "    unused       %s\n", someOf(s.Unused))
		}
		for _, u := range s.NoEvidence {
			fmt.Fprintf(&b, "    no evidence  %s (%s)\n", someOf(u.Actions), u.Why)
		}
	}
	for _, d := range r.Denied {
		fmt.Fprintf(&b, "  refused        %s, %s, last %s\n", clean(d.Action), calls(d.Records), d.Last.Format("2006-01-02"))
	}
	return b.String()
}
