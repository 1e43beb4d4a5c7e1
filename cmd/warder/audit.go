package main

import "github.com/spf13/cobra"

func (p *program) audit() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "Find what is against best practice, and access keys that leaked",
		Long: `Look for access keys in files, in git history and in what is about to be committed.

` + scanKeysHelp,
		Example: `  warder audit --scan-keys .
  warder audit --scan-keys ~/work --gitignore --json
  warder audit --scan-keys . --deactivate
  warder audit --staged`,
		Args: cobra.ArbitraryArgs,
	}
	keys := scanKeysFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		switch {
		case keys.asked():
			return p.runScanKeys(cmd, keys, args)
		case len(args) > 0:
			return usagef("unexpected %q", args[0])
		}
		return cmd.Help()
	}
	return cmd
}
