package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/warder-iam/warder/audit/access"
	"github.com/warder-iam/warder/audit/usage"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/policy"
)

// auditReplayed is one run of warder audit replay.
type auditReplayed struct {
	auditTrail
	policy, principal, policyARN, inline string
}

func (p *program) auditReplay() *cobra.Command {
	var a auditReplayed
	cmd := &cobra.Command{
		Use:   "replay",
		Short: "Tell which calls of a trail a changed policy would decide otherwise",
		Long: `Tell which calls of a trail would end otherwise if a policy were changed to NEW, before anything is changed: calls that would
be denied, and calls that would be allowed, in groups, with the statement that decides.

The change is one of these. --policy-arn ARN: the managed policy has NEW as its document. --principal WHO: the user or role
has NEW as its only identity policy, without groups. --principal WHO --inline NAME: that inline policy of WHO is NEW.

Everything else is as in the input: boundaries, SCPs, the policies of resources. The circumstances of a call are those of its
record: address, user agent, time, MFA, tags of the request. Where it depends on what no record tells, such as the tags of a
session or of a bucket, that is said; what the record shows to have been allowed counts as having met it.

Exit statuses: 0 nothing changes; 1 some calls would, or may, end otherwise; 2 the input cannot be read.`,
		Example: `  warder audit replay --trail logs/ --input export/ --policy new.json --policy-arn arn:aws:iam::111122223333:policy/deploy
  warder audit replay --trail logs/ --input export/ --policy policy.json --principal role/deploy`,
		Args: cobra.NoArgs,
	}
	a.addFlags(cmd)
	f := cmd.Flags()
	f.StringVar(&a.policy, "policy", "", "`FILE` with the new document")
	f.StringVar(&a.policyARN, "policy-arn", "", "the managed policy that changes")
	f.StringVar(&a.principal, "principal", "", "the user or role whose policies change")
	f.StringVar(&a.inline, "inline", "", "the inline policy of --principal that changes, by `NAME`")
	cmd.MarkFlagsMutuallyExclusive("principal", "policy-arn")
	cmd.MarkFlagsOneRequired("principal", "policy-arn")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		switch {
		case len(a.trails) == 0:
			return usagef("--trail says where the records are")
		case len(a.inputs) == 0:
			return usagef("--input says where the policies of today are")
		case a.policy == "":
			return usagef("--policy says where the new document is")
		case a.inline != "" && a.principal == "":
			return usagef("--inline needs --principal")
		}
		return p.replay(cmd, &a)
	}
	return cmd
}

func (p *program) replay(cmd *cobra.Command, a *auditReplayed) error {
	text, err := newDocument(a.policy)
	if err != nil {
		return p.unreadable(err)
	}
	e, err := p.readTrail(cmd, &a.auditTrail)
	if err != nil {
		return p.unreadable(err)
	}
	after, err := p.changed(e.finder, a, text)
	if err != nil {
		return p.unreadable(err)
	}
	progress, stop := p.counting("replaying file")
	r := usage.Run(e.records, usage.ReplayOptions{
		Before: e.finder, After: access.New(after, access.Options{Now: time.Now().UTC(), Resources: e.finder.Resources()}), Workers: runtime.NumCPU(),
		Progress: func(done, total int) { progress(done, total, "") },
	})
	stop()
	if a.json {
		err = p.printJSON(r)
	} else {
		err = p.printReplay(r)
	}
	if err == nil && len(r.Flips) > 0 {
		return statusError(exitFailure)
	}
	return err
}

// newDocument reads a policy that is about to be written: what AWS would refuse is an error.
func newDocument(name string) (string, error) {
	raw, err := os.ReadFile(name)
	if err != nil {
		return "", err
	}
	if _, err := policy.ParseFor(policy.Identity, string(raw)); err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	return string(raw), nil
}

// changed is the snapshot after the change.
func (p *program) changed(f *access.Finder, a *auditReplayed, text string) (*directory.Snapshot, error) {
	if a.policyARN != "" {
		return usage.WithManaged(f.Snapshot(), a.policyARN, text)
	}
	q := &asking{program: p, finder: f}
	who, err := q.principal(a.principal)
	if err != nil {
		return nil, errors.New(err.Error()) // about the input, not about how the command is called
	}
	if a.inline != "" {
		return usage.WithInline(f.Snapshot(), who.ARN, a.inline, text)
	}
	return usage.WithOnly(f.Snapshot(), who.ARN, text)
}

func (p *program) printReplay(r *usage.Replay) error {
	if err := p.printf("%d records; %s concerned, from %s.\n", r.Records, calls(r.Concerned), period(r.From, r.To)); err != nil {
		return err
	}
	if len(r.Flips) == 0 {
		if err := p.printf("No call would end otherwise.\n"); err != nil {
			return err
		}
	}
	for i := range r.Flips {
		if err := p.printf("%s", flipText(&r.Flips[i])); err != nil {
			return err
		}
	}
	if r.Unlisted > 0 {
		p.say("%s more would end otherwise.", calls(r.Unlisted))
	}
	if r.Unread > 0 {
		p.say("Not assessed: %d records could not be read.", r.Unread)
	}
	for _, g := range r.Gaps {
		p.say("Not assessed: %s of %s, %s: %s.", clean(g.Event), clean(g.Source), calls(g.Records), clean(g.Why))
	}
	for i := range r.Unexplained {
		u := &r.Unexplained[i]
		p.say("The policies of the input do not explain how it ended: %s %s, %s.", clean(u.Principal), clean(u.Action), calls(u.Records))
	}
	return nil
}

// flipText is a group of calls for people.
func flipText(f *usage.Flip) string {
	var b strings.Builder
	head := map[usage.Change]string{usage.ToDenied: "would be denied", usage.ToAllowed: "would be allowed", usage.Depends: "may end otherwise"}[f.Change]
	fmt.Fprintf(&b, "\n%s %s: %s, %s\n", clean(f.Action), head, calls(f.Records), period(f.First, f.Last))
	fmt.Fprintf(&b, "  principal   %s\n", clean(f.Principal))
	if f.With != "" {
		fmt.Fprintf(&b, "  goes with   %s\n", clean(f.With))
	}
	for _, r := range f.Resources {
		fmt.Fprintf(&b, "  resource    %s\n", clean(r))
	}
	if f.More > 0 {
		fmt.Fprintf(&b, "              and %d more\n", f.More)
	}
	word := "by"
	if f.Gone {
		word = "was by"
	}
	for _, s := range f.Statements {
		fmt.Fprintf(&b, "  %-10s  %s, line %d column %d\n", word, clean(s.Policy), s.Line, s.Column)
	}
	if len(f.DependsOn) > 0 {
		fmt.Fprintf(&b, "  depends on  %s\n", clean(strings.Join(f.DependsOn, ", ")))
	}
	return b.String()
}
