package main

import (
	"errors"

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
