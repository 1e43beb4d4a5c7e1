package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/audit/checks"
)

func (p *program) auditChecks() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "checks [ID…]",
		Short: "List the checks of the audit, or tell all of some",
		Long: `List the checks that warder audit runs, by area, with their severity. With the ID of one: why it matters and which
benchmarks ask for it.`,
		Example: `  warder audit checks
  warder audit checks root-mfa escalation
  warder audit checks --json`,
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "all of each check as JSON")
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		list, err := named(args)
		switch {
		case err != nil:
			return err
		case asJSON:
			return p.printJSON(list)
		case len(args) > 0:
			return p.tellChecks(list)
		}
		return p.listChecks(list)
	}
	return cmd
}

func named(ids []string) ([]audit.CheckInfo, error) {
	byID := map[string]audit.CheckInfo{}
	var all []audit.CheckInfo
	for _, c := range checks.All() {
		all = append(all, c.Info())
		byID[c.ID] = c.Info()
	}
	if len(ids) == 0 {
		return all, nil
	}
	var list []audit.CheckInfo
	for _, id := range ids {
		c, ok := byID[id]
		if !ok {
			return nil, usagef("there is no check %q", id)
		}
		list = append(list, c)
	}
	return list, nil
}

func (p *program) listChecks(list []audit.CheckInfo) error {
	area := audit.Area("")
	for _, c := range list {
		if c.Area != area {
			area = c.Area
			if err := p.printf("%s\n", area); err != nil {
				return err
			}
		}
		if err := p.printf("  %-28s %-13s %s\n", c.ID, c.Severity, c.Title); err != nil {
			return err
		}
	}
	return nil
}

func (p *program) tellChecks(list []audit.CheckInfo) error {
	for _, c := range list {
		refs := make([]string, len(c.References))
		for i, r := range c.References {
			refs[i] = fmt.Sprintf("%s %s", r.Framework, r.ID)
		}
		if err := p.printf("%s (%s, %v)\n  %s.\n  %s\n  %s\n", c.ID, c.Area, c.Severity, c.Title, c.Why, strings.Join(refs, ", ")); err != nil {
			return err
		}
	}
	return nil
}
