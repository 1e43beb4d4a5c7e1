package main

import (
	"errors"
	"io/fs"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"github.com/warder-iam/warder/internal/app"
)

const endpointHelp = "`URL` of the server (default: of the server that uses the data directory, else by --listen)"

// endpoint is where the server is reached: what the flag says, else what the running server wrote into its data
// directory, else what the profile says, if any, else by the address to listen on.
func (p *program) endpoint(cmd *cobra.Command, c *configuration, profile *app.Endpoint) (*app.Endpoint, error) {
	running, err := app.ReadEndpoint(c.String("data"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if given, _ := cmd.Flags().GetString("endpoint"); given != "" {
		u, err := url.Parse(given)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.User != nil {
			return nil, usagef("--endpoint %q is not http://HOST:PORT or https://HOST:PORT", given)
		}
		e := &app.Endpoint{URL: u.Scheme + "://" + u.Host}
		if running != nil && u.Scheme == "https" {
			e.CA = running.CA
		}
		return e, nil
	}
	chosen := c.source["data"] != "default" || c.source["listen"] != "default"
	switch {
	case profile != nil && !chosen:
		return profile, nil
	case running != nil:
		return running, nil
	case profile != nil:
		return profile, nil
	}
	return &app.Endpoint{URL: "http://" + c.String("listen")}, nil
}
