package main

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/internal/app"
)

func (p *program) catalog() *cobra.Command {
	parent := &cobra.Command{
		Use:   "catalog",
		Short: "Know your own services beside AWS's",
		Long: `The catalogue is what every part of Warder knows of services: actions, resource types, condition keys. AWS's services are
built in. Add your own, described in the JSON form of AWS's service reference, and myapp:Approve is as well known as
s3:GetObject: to warder policy validate, expand and explain, and to the server.

  warder catalog add myapp.json
  warder catalog list
  warder catalog show myapp

Services lie in the folder catalog of the data directory, or where --catalog, WARDER_CATALOG or the configuration file says:
a folder, or one file; in CI that is a folder of the repository. A server reads them when it starts.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	parent.AddCommand(p.catalogAdd(), p.catalogList(), p.catalogShow(), p.catalogRemove())
	return parent
}

// errNoHome: without a home directory there is no place where services would lie by themselves.
var errNoHome = errors.New("no home directory is known; give --catalog DIR")

// ownServices is where the settings say that one's own services lie.
func (p *program) ownServices(cmd *cobra.Command) (app.OwnServices, error) {
	c, err := p.load(cmd)
	if err != nil {
		return app.OwnServices{}, err
	}
	path, data := c.String(catalogSetting), c.String("data")
	if path == "" && data == "" {
		return app.OwnServices{}, &app.ConfigError{Setting: catalogSetting, Err: errNoHome}
	}
	return app.NewOwnServices(path, data), nil
}

// loadCatalog is the catalogue with one's own services, for commands that need no server.
func (p *program) loadCatalog(cmd *cobra.Command) (*catalog.Catalog, error) {
	own, err := p.ownServices(cmd)
	if errors.Is(err, errNoHome) {
		return catalog.Load(), nil
	} else if err != nil {
		return nil, err
	}
	c, err := own.Catalog()
	if err != nil {
		return nil, &app.ConfigError{Setting: catalogSetting, Err: err}
	}
	return c, nil
}

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

// unknownService names the services whose names come near.
func unknownService(c *catalog.Catalog, name string) error {
	var near []string
	for s := range c.Services() {
		if d := distance(strings.ToLower(name), s.Prefix); d <= max(1, len(name)/3) {
			near = append(near, s.Prefix)
		}
	}
	hint := "warder catalog list --all shows all; add your own with warder catalog add FILE"
	if len(near) > 0 {
		hint = "near it are " + strings.Join(near[:min(len(near), 8)], ", ") + "; " + hint
	}
	return fmt.Errorf("no service is called %q: %s", name, hint)
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
		d.Actions = append(d.Actions, actionDescription{a.Name, a.Access.String(), typesOf(a), a.Keys, a.Dependent})
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

func (p *program) catalogRemove() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "remove SERVICE",
		Short:   "Forget a service of your own",
		Example: `  warder catalog remove myapp`,
		Args:    cobra.ExactArgs(1),
	}
	addSettings(cmd, "data", catalogSetting)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		own, err := p.ownServices(cmd)
		if err != nil {
			return err
		}
		file, err := own.Remove(args[0])
		if errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("there is no service %q of your own in %s; warder catalog list shows those there are", args[0], own.Path())
		} else if err != nil {
			return err
		}
		p.say("A server that runs forgets it when it is started anew.")
		return p.printf("Removed %s: %s\n", strings.ToLower(args[0]), file)
	}
	return cmd
}
