package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/audit/access"
	"github.com/warder-iam/warder/audit/usage"
	"github.com/warder-iam/warder/directory"
)

// auditTrail is what commands about used permissions read: a trail, and the policies of accounts.
type auditTrail struct {
	auditInput
	trails []string
	json   bool
}

func (a *auditTrail) addFlags(cmd *cobra.Command) {
	a.auditInput.addFlags(cmd)
	cmd.Flags().StringArrayVar(&a.trails, "trail", nil, "read the records of CloudTrail, or Warder's, in `DIR`, a folder or file, compressed or not; may be repeated")
	cmd.Flags().BoolVar(&a.json, "json", false, "the answer as JSON")
}

// evidence is what was read.
type evidence struct {
	finder  *access.Finder
	records []usage.Records
}

// read reads the trail, and the accounts if --input names any. The finder is nil without.
func (p *program) readTrail(cmd *cobra.Command, a *auditTrail) (*evidence, error) {
	e := &evidence{}
	if len(a.inputs) > 0 {
		b, err := p.readBundle(cmd, &a.auditInput)
		if err != nil {
			return nil, err
		}
		e.finder = audit.Finder(b, time.Now().UTC())
	}
	b, err := p.readBundle(cmd, &auditInput{inputs: a.trails, account: a.account})
	if err != nil {
		return nil, err
	}
	e.records = b.Trails
	if len(e.records) == 0 {
		return nil, errors.New("there are no records of CloudTrail in what --trail names")
	}
	return e, nil
}

// alone is a finder that knows nothing but the principal.
func (p *program) alone(cmd *cobra.Command, principal string) (*access.Finder, error) {
	services, err := p.loadCatalog(cmd)
	if err != nil {
		return nil, err
	}
	snap, ok := usage.Alone(directory.NewLibrary(services), principal)
	if !ok {
		return nil, usagef("%q is not the ARN of a user or role; with --input a name such as user/alice will do", principal)
	}
	return access.New(snap, access.Options{Now: time.Now().UTC()}), nil
}

// sayGaps says which calls nothing is known of.
func (p *program) sayGaps(gaps []usage.Gap) {
	for _, g := range gaps {
		p.say("Not in the policy: %s, because %s.", clean(fmt.Sprintf("%s of %s, %s", g.Event, g.Source, calls(g.Records))), clean(g.Why))
	}
}

// calls is a number of calls in words.
func calls(n int) string {
	if n == 1 {
		return "1 call"
	}
	return fmt.Sprintf("%d calls", n)
}

// period is a span of time in words.
func period(from, to time.Time) string {
	const day = "2006-01-02"
	if from.IsZero() {
		return "no time"
	}
	return from.Format(day) + " to " + to.Format(day)
}
