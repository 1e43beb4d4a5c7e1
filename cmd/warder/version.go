package main

import (
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/warder-iam/warder/catalog"
)

func (p *program) version() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version, and that of the embedded data",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			policies, services := catalog.Sources()
			return p.printf("warder %s, %s, %s/%s\nAWS-managed policies from %s %s, services and actions from %s %s\n",
				buildVersion(), runtime.Version(), runtime.GOOS, runtime.GOARCH,
				policies.Package, policies.Version, services.Package, services.Version)
		},
	}
}

// buildVersion is the module's version, or the commit that it was built from.
func buildVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return s.Value
		}
	}
	return "devel"
}
