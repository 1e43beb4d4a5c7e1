package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/warder-iam/warder/internal/app"
	"github.com/warder-iam/warder/internal/server"
)

func (p *program) operations() *cobra.Command {
	var asJSON, served bool
	cmd := &cobra.Command{
		Use:   "operations",
		Short: "List the operations that are served, and those that are not",
		Long: `List every operation of the services' API models, in one of three states: served; refused, with an error of the
model and the reason for it, where a thing makes sense on AWS alone; and not yet, which answers an error that says so.
With --json also the action that a policy must allow, and the tests that cover the operation. Needs no running server.`,
		Example: `  warder operations
  warder operations --json | jq -r '.[] | select(.served) | .action'
  warder operations --json | jq -r '.[] | select(.state == "refused") | .name + ": " + .reason'`,
		Args: cobra.NoArgs,
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "a JSON array")
	cmd.Flags().BoolVar(&served, "served", false, "only those that are served")
	cmd.RunE = func(*cobra.Command, []string) error {
		list := app.Operations()
		if served {
			list = onlyServed(list)
		}
		if asJSON {
			return p.printJSON(list)
		}
		return p.operationTable(list)
	}
	return cmd
}

func onlyServed(all []server.OperationState) []server.OperationState {
	list := []server.OperationState{}
	for _, o := range all {
		if o.Served {
			list = append(list, o)
		}
	}
	return list
}

func (p *program) operationTable(list []server.OperationState) error {
	w := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
	served, refused, services := map[string]int{}, map[string]int{}, []string{}
	total := map[string]int{}
	for _, o := range list {
		if total[o.Service] == 0 {
			services = append(services, o.Service)
		}
		total[o.Service]++
		state := string(o.State)
		if o.Served {
			served[o.Service]++
		}
		if o.State == server.Refused {
			refused[o.Service]++
			state += ": " + o.Reason
		}
		if o.Open != "" {
			state += ", no permission needed: " + o.Open
		}
		if o.Own != "" {
			state += ", no permission needed for one's own: " + o.Own
		}
		if _, err := fmt.Fprintf(w, "%s:%s\t%s\n", o.Service, o.Name, state); err != nil {
			return err
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, s := range services {
		summary := fmt.Sprintf("%s: %d of %d served", s, served[s], total[s])
		if n := refused[s]; n > 0 {
			summary += fmt.Sprintf(", %d refused", n)
		}
		if err := p.printf("%s\n", summary); err != nil {
			return err
		}
	}
	return nil
}
