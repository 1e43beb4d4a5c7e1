package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/audit/access"
	"github.com/warder-iam/warder/directory/awsimport"
)

// auditQuestion is a command that asks one question of a bundle.
type auditQuestion struct {
	auditInput
	json bool
}

// questionCommand makes the command of a question: its flags, and the way from the input to the Finder.
func (p *program) questionCommand(cmd *cobra.Command, ask func(q *asking, args []string) error) *cobra.Command {
	var a auditQuestion
	a.addFlags(cmd)
	cmd.Flags().BoolVar(&a.json, "json", false, "the answer as JSON")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		b, err := p.readBundle(cmd, &a.auditInput)
		if err != nil {
			return p.unreadable(err)
		}
		q := &asking{program: p, bundle: b, finder: audit.Finder(b, time.Now().UTC()), json: a.json}
		return ask(q, args)
	}
	return cmd
}

// asking is a question on its way.
type asking struct {
	*program
	bundle *awsimport.Bundle
	finder *access.Finder
	json   bool
}

// principal finds who is meant: by ARN, by the name of a user or role as "user/alice", or alone where only one has it.
func (q *asking) principal(name string) (access.Principal, error) {
	if p, ok := q.finder.Principal(name); ok {
		return p, nil
	}
	var found []access.Principal
	for p := range q.finder.Principals() {
		if strings.HasSuffix(p.ARN, "/"+name) || strings.HasSuffix(p.ARN, ":"+name) {
			found = append(found, p)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return access.Principal{}, usagef("there is no principal %q in the input", name)
	}
	names := make([]string, len(found))
	for i, p := range found {
		names[i] = p.ARN
	}
	return access.Principal{}, usagef("%q is several principals: %s", name, strings.Join(names, ", "))
}

// warn says whose permissions the input does not hold wholly: answers about them may say too little or too much.
func (q *asking) warn(arns ...string) {
	for _, arn := range arns {
		if reason, ok := q.bundle.Incomplete[arn]; ok {
			q.say("Not assessed: %s: %s", clean(arn), clean(reason))
		}
	}
}

// answered is one line of an answer.
type answered struct {
	Principal string `json:"principal"`
	access.Answer
}

func (p *program) auditWhoCan() *cobra.Command {
	return p.questionCommand(&cobra.Command{
		Use:   "who-can ACTION [RESOURCE]",
		Short: "Tell which principals can do an action, and under which conditions",
		Long: `Tell which users, roles and root users of the accounts in the input can do ACTION on RESOURCE (default *, as of actions that
have no resources). Identity policies, groups, boundaries, resource and trust policies, SCPs and RCPs count, with their
conditions. The answer for each is yes, or yes with what the request must meet, or undecided where too many circumstances
would have to be tried. Who is not listed cannot.`,
		Example: `  warder audit who-can s3:DeleteObject 'arn:aws:s3:::backups/db.tar' --input export/
  warder audit who-can iam:CreateUser --input export/`,
		Args: cobra.RangeArgs(1, 2),
	}, func(q *asking, args []string) error {
		resource := "*"
		if len(args) > 1 {
			resource = args[1]
		}
		list := []answered{}
		for p, a := range q.finder.WhoCan(q.finder.Ask(args[0], resource)) {
			list = append(list, answered{p.ARN, a})
		}
		for arn := range q.bundle.Incomplete {
			q.warn(arn)
		}
		if q.json {
			return q.printJSON(list)
		}
		return q.table(list)
	})
}

// table prints answers, one line for each principal.
func (q *asking) table(list []answered) error {
	if len(list) == 0 {
		return q.printf("nobody\n")
	}
	width := 0
	for i := range list {
		width = max(width, len(list[i].Principal))
	}
	for i := range list {
		if err := q.printf("%-*s  %s\n", width, clean(list[i].Principal), clean(list[i].Text())); err != nil {
			return err
		}
	}
	return nil
}

func (p *program) auditWhatCan() *cobra.Command {
	var service string
	cmd := p.questionCommand(&cobra.Command{
		Use:   "what-can PRINCIPAL",
		Short: "Tell what a principal can do, on which resources and under which conditions",
		Long: `Tell the actions that PRINCIPAL can do, service by service, with the resources as its policies name them. PRINCIPAL is an
ARN, or the name of a user or role such as user/alice. A Deny may except some of the resources of a line: ask 'warder audit
explain' about one of them.`,
		Example: `  warder audit what-can user/alice --input export/
  warder audit what-can arn:aws:iam::111122223333:role/deploy --service s3 --input export/`,
		Args: cobra.ExactArgs(1),
	}, func(q *asking, args []string) error {
		who, err := q.principal(args[0])
		if err != nil {
			return err
		}
		q.warn(who.ARN)
		return q.grants(who, service)
	})
	cmd.Flags().StringVar(&service, "service", "", "only actions of this `SERVICE`, such as s3")
	return cmd
}

// granted is one line of what a principal can do.
type granted struct {
	Action      string        `json:"action"`
	AccessLevel string        `json:"accessLevel"`
	Resources   []string      `json:"resources"`
	Regions     []string      `json:"regions,omitempty"` // in which alone it is so
	Answer      access.Answer `json:"answer"`
}

func (q *asking) grants(who access.Principal, service string) error {
	list := []granted{}
	for g := range q.finder.WhatCan(who, service) {
		list = append(list, granted{g.Action.String(), g.Action.Access.String(), g.Resources, g.Regions, g.Answer})
	}
	if q.json {
		return q.printJSON(list)
	}
	if len(list) == 0 {
		return q.printf("nothing\n")
	}
	for _, g := range list {
		where := strings.Join(g.Resources, " ")
		if len(g.Regions) > 0 {
			where += " in " + strings.Join(g.Regions, ", ")
		}
		if err := q.printf("%-44s %-22s %s  %s\n", g.Action, g.AccessLevel, clean(g.Answer.Text()), clean(where)); err != nil {
			return err
		}
	}
	return nil
}

func (p *program) auditExplain() *cobra.Command {
	return p.questionCommand(&cobra.Command{
		Use:   "explain PRINCIPAL ACTION [RESOURCE]",
		Short: "Tell whether a principal can do something, and every statement that matters",
		Long: `Tell whether PRINCIPAL can do ACTION on RESOURCE, and why: of a yes the statements that let a request through, and the
circumstances of that request; of a no those that stop it. Like 'warder policy explain', on the policies of the input.`,
		Example: `  warder audit explain user/alice s3:GetObject arn:aws:s3:::reports/q1.csv --input export/`,
		Args:    cobra.RangeArgs(2, 3),
	}, func(q *asking, args []string) error {
		who, err := q.principal(args[0])
		if err != nil {
			return err
		}
		q.warn(who.ARN)
		resource := "*"
		if len(args) > 2 {
			resource = args[2]
		}
		return q.explain(who, args[1], resource)
	})
}

func (q *asking) explain(who access.Principal, action, resource string) error {
	ask := q.finder.Ask(action, resource)
	answer := q.finder.Can(who, ask)
	w := answer.Witness
	if w == nil {
		var ok bool
		if w, ok = q.finder.Plain(who, ask); !ok {
			return errors.New("there is no such principal")
		}
	}
	e, ok := q.finder.Explain(w)
	if !ok {
		return fmt.Errorf("%s is not known", who.ARN)
	}
	if q.json {
		return q.printJSON(struct {
			access.Answer
			Explanation any `json:"explanation"`
		}{answer, e})
	}
	return q.printf("%s\n\nprincipal  %s\naction     %s\nresource   %s\n\n%s\n",
		clean(answer.Text()), clean(who.ARN), clean(action), clean(resource), e.Text(q.style()))
}

func (p *program) auditPath() *cobra.Command {
	return p.questionCommand(&cobra.Command{
		Use:   "path PRINCIPAL TARGET",
		Short: "Tell by which steps a principal can become another one",
		Long: `Tell by which steps PRINCIPAL gets to the rights of TARGET: requests that its policies allow, one after the other, each on the
account as the ones before have left it. Exit status 1 if there is no way.`,
		Example: `  warder audit path user/ci role/admin --input export/`,
		Args:    cobra.ExactArgs(2),
	}, func(q *asking, args []string) error {
		from, err := q.principal(args[0])
		if err != nil {
			return err
		}
		to, err := q.principal(args[1])
		if err != nil {
			return err
		}
		q.warn(from.ARN, to.ARN)
		return q.path(from.ARN, to.ARN)
	})
}

func (q *asking) path(from, to string) error {
	steps := audit.Steps(audit.Graph(q.finder, q.bundle).Path(from, to))
	if q.json {
		return q.printJSON(steps)
	}
	if len(steps) == 0 {
		if err := q.printf("There is no way from %s to %s.\n", clean(from), clean(to)); err != nil {
			return err
		}
		return statusError(exitFailure)
	}
	for i, s := range steps {
		if err := q.step(i+1, &s); err != nil {
			return err
		}
	}
	return nil
}

func (q *asking) step(n int, s *audit.Step) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%d. %s %s\n   and is %s\n", n, clean(s.From), clean(s.Title), clean(s.To))
	for _, r := range s.Requests {
		fmt.Fprintf(&b, "   %s on %s", clean(r.Action), clean(r.Resource))
		keys := make([]string, 0, len(r.Context))
		for key, values := range r.Context {
			keys = append(keys, key+" "+strings.Join(values, ","))
		}
		slices.Sort(keys)
		if len(keys) > 0 {
			fmt.Fprintf(&b, " (%s)", clean(strings.Join(keys, "; ")))
		}
		b.WriteByte('\n')
	}
	for _, r := range s.Requirements {
		fmt.Fprintf(&b, "   %s\n", clean(r.Text))
	}
	for _, st := range s.Statements {
		fmt.Fprintf(&b, "   by %s line %d column %d\n", clean(st.Policy), st.Line, st.Column)
	}
	return q.printf("%s", b.String())
}

func (p *program) auditExternal(use, short string, publicOnly bool) *cobra.Command {
	return p.questionCommand(&cobra.Command{
		Use:   use,
		Short: short,
		Long: short + `.
Trust policies of roles and the policies of resources in the input count, with their conditions. Outside of the organization is
told only where the input has the organization.`,
		Example: "  warder audit " + use + " --input export/",
		Args:    cobra.NoArgs,
	}, func(q *asking, _ []string) error {
		list := []audit.External{}
		for _, e := range audit.Exposures(q.finder) {
			if e.Public || !publicOnly {
				list = append(list, e)
			}
		}
		if q.json {
			return q.printJSON(list)
		}
		return q.exposures(list)
	})
}

func (q *asking) exposures(list []audit.External) error {
	if len(list) == 0 {
		return q.printf("nobody\n")
	}
	for _, e := range list {
		who := e.Principal
		if e.Public {
			who = "anybody"
		} else if e.Outside {
			who += " (outside the organization)"
		}
		var conditions []string
		for _, r := range e.Requirements {
			conditions = append(conditions, r.Text)
		}
		if err := q.printf("%s ← %s\n  %s\n", clean(e.Resource), clean(who), clean(strings.Join(e.Actions, " "))); err != nil {
			return err
		}
		if len(conditions) > 0 {
			if err := q.printf("  if %s\n", clean(strings.Join(conditions, " and "))); err != nil {
				return err
			}
		}
	}
	return nil
}
