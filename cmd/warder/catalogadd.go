package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/internal/app"
)

func (p *program) catalogAdd() *cobra.Command {
	var replaceAWS, asJSON bool
	cmd := &cobra.Command{
		Use:   "add FILE…",
		Short: "Add a service of your own, or put a new description in place of an old one",
		Long: `Add the services that the files describe, each in the JSON form of AWS's service reference; - is standard input. A service
that is there already is replaced. A file that is no good changes nothing; the error says where it is wrong.

The least is a name and one action:

  {"Name": "myapp", "Actions": [{"Name": "Approve"}]}`,
		Example: `  warder catalog add myapp.json
  warder catalog add --catalog policies/services myapp.json`,
		Args: cobra.MinimumNArgs(1),
	}
	addSettings(cmd, "data", catalogSetting)
	cmd.Flags().BoolVar(&replaceAWS, "replace-aws", false, "let a file take the place of a service of AWS")
	cmd.Flags().BoolVar(&asJSON, "json", false, "a JSON array")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		own, err := p.ownServices(cmd)
		if err != nil {
			return err
		}
		added := []addedService{}
		for _, in := range p.inputs(args, catalog.MaxReference, ".json") {
			a, err := addService(own, &in, replaceAWS)
			if err != nil {
				return fmt.Errorf("%s: %w", in.name, err)
			}
			added = append(added, a)
		}
		if asJSON {
			return p.printJSON(added)
		}
		for i := range added {
			if err := p.printf("%s\n", added[i].String()); err != nil {
				return err
			}
		}
		p.say("A server that runs reads it when it is started anew.")
		return nil
	}
	return cmd
}

// addedService is what became of one description.
type addedService struct {
	serviceSummary
	Replaced bool `json:"replaced"`
}

func (a *addedService) String() string {
	verb := "Added"
	if a.Replaced {
		verb = "Replaced"
	}
	return fmt.Sprintf("%s %s: %s, %s, %s; %s", verb, a.Service, counted(a.Actions, "action"),
		counted(a.ResourceTypes, "resource type"), counted(a.ConditionKeys, "condition key"), a.File)
}

// counted is "1 action", "2 actions".
func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func addService(own app.OwnServices, in *input, replaceAWS bool) (addedService, error) {
	if in.err != nil {
		return addedService{}, in.err
	}
	s, err := catalog.ParseServiceReference([]byte(in.text))
	if err != nil {
		return addedService{}, err
	}
	if aws, ok := catalog.Load().Service(s.Prefix); ok && !replaceAWS {
		return addedService{}, fmt.Errorf("%q is a service of AWS (%s); take another name, or let yours take its place with --replace-aws",
			s.Prefix, aws.Name)
	}
	put, replaced, err := own.Put([]byte(in.text))
	if err != nil {
		return addedService{}, err
	}
	return addedService{summary(put.Service, put.File), replaced}, nil
}
