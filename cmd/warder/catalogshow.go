package main

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/warder-iam/warder/catalog"
)

func (p *program) catalogShow() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "show SERVICE",
		Short: "Show a service's actions, resource types and condition keys",
		Example: `  warder catalog show myapp
  warder catalog show s3 --json | jq -r '.actions[].name'`,
		Args: cobra.ExactArgs(1),
	}
	addSettings(cmd, "data", catalogSetting)
	cmd.Flags().BoolVar(&asJSON, "json", false, "a JSON object")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		c, err := p.loadCatalog(cmd)
		if err != nil {
			return err
		}
		s, ok := c.Service(args[0])
		if !ok {
			return unknownService(c, args[0])
		}
		if asJSON {
			return p.printJSON(describe(s))
		}
		return p.showService(s)
	}
	return cmd
}

// serviceDescription is a service as JSON has it.
type serviceDescription struct {
	Service       string                `json:"service"`
	Name          string                `json:"name"`
	Actions       []actionDescription   `json:"actions"`
	ResourceTypes []resourceDescription `json:"resourceTypes"`
	ConditionKeys []keyDescription      `json:"conditionKeys"`
}

type actionDescription struct {
	Name             string   `json:"name"`
	AccessLevel      string   `json:"accessLevel,omitempty"`
	ResourceTypes    []string `json:"resourceTypes,omitempty"`
	ConditionKeys    []string `json:"conditionKeys,omitempty"`
	DependentActions []string `json:"dependentActions,omitempty"`
}

type resourceDescription struct {
	Name          string   `json:"name"`
	ARNs          []string `json:"arns"`
	ConditionKeys []string `json:"conditionKeys,omitempty"`
}

type keyDescription struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

func describe(s *catalog.Service) serviceDescription {
	d := serviceDescription{
		Service: s.Prefix, Name: s.Name,
		Actions: []actionDescription{}, ResourceTypes: []resourceDescription{}, ConditionKeys: []keyDescription{},
	}
	for i := range s.Actions {
		a := &s.Actions[i]
		d.Actions = append(d.Actions, actionDescription{a.Name, a.Access.String(), typesOf(a), a.Keys, a.Dependents()})
	}
	for _, r := range s.Resources {
		d.ResourceTypes = append(d.ResourceTypes, resourceDescription{r.Name, r.ARNs, r.Keys})
	}
	for _, k := range s.Keys {
		d.ConditionKeys = append(d.ConditionKeys, keyDescription{k.Name, k.TypeName()})
	}
	return d
}

func typesOf(a *catalog.Action) []string {
	var types []string
	for _, r := range a.Resources {
		types = append(types, r.Type)
	}
	return types
}

func (p *program) showService(s *catalog.Service) error {
	w := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "%s: %s\n\nActions\n", s.Prefix, s.Name)
	for i := range s.Actions {
		a := &s.Actions[i]
		fmt.Fprintf(w, "  %s\t%s\t%s\n", a, a.Access, strings.Join(typesOf(a), ", "))
	}
	if len(s.Resources) > 0 {
		fmt.Fprint(w, "\nResource types\n")
	}
	for _, r := range s.Resources {
		fmt.Fprintf(w, "  %s\t%s\n", r.Name, strings.Join(r.ARNs, " "))
	}
	if len(s.Keys) > 0 {
		fmt.Fprint(w, "\nCondition keys\n")
	}
	for _, k := range s.Keys {
		fmt.Fprintf(w, "  %s\t%s\n", k.Name, k.TypeName())
	}
	return w.Flush()
}
