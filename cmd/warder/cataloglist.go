package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/internal/app"
)

// serviceSummary is a service in a line.
type serviceSummary struct {
	Service       string `json:"service"`
	Name          string `json:"name"`
	Actions       int    `json:"actions"`
	ResourceTypes int    `json:"resourceTypes"`
	ConditionKeys int    `json:"conditionKeys"`
	File          string `json:"file,omitempty"` // "" for a service of AWS
}

func summary(s *catalog.Service, file string) serviceSummary {
	return serviceSummary{s.Prefix, s.Name, len(s.Actions), len(s.Resources), len(s.Keys), file}
}

func (p *program) catalogList() *cobra.Command {
	var all, asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List your own services, or all",
		Example: `  warder catalog list
  warder catalog list --all`,
		Args: cobra.NoArgs,
	}
	addSettings(cmd, "data", catalogSetting)
	cmd.Flags().BoolVarP(&all, "all", "a", false, "AWS's services too")
	cmd.Flags().BoolVar(&asJSON, "json", false, "a JSON array")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		own, err := p.ownServices(cmd)
		if err != nil {
			return err
		}
		list, err := summaries(own, all)
		switch {
		case err != nil:
			return err
		case asJSON:
			return p.printJSON(list)
		case len(list) == 0:
			p.say("No services of your own in %s; add one with warder catalog add FILE, or see AWS's with --all.", own.Path())
		}
		return p.serviceTable(list)
	}
	return cmd
}

func summaries(own app.OwnServices, all bool) ([]serviceSummary, error) {
	mine, err := own.Read()
	if err != nil {
		return nil, err
	}
	list := []serviceSummary{}
	services := make([]*catalog.Service, len(mine))
	files := map[string]string{}
	for i, s := range mine {
		services[i], files[s.Prefix] = s.Service, s.File
	}
	for s := range catalog.Load().With(services...).Services() {
		if file, isOwn := files[s.Prefix]; isOwn || all {
			list = append(list, summary(s, file))
		}
	}
	return list, nil
}

func (p *program) serviceTable(list []serviceSummary) error {
	w := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
	for _, s := range list {
		from := s.File
		if from == "" {
			from = s.Name
		}
		if _, err := fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", s.Service, counted(s.Actions, "action"),
			counted(s.ResourceTypes, "resource type"), counted(s.ConditionKeys, "condition key"), from); err != nil {
			return err
		}
	}
	return w.Flush()
}
