package main

import "github.com/spf13/cobra"

func (p *program) audit() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "Find what is against best practice, and access keys that leaked",
		Long:  auditHelp + "\n\n" + scanKeysHelp,
		Example: `  warder audit
  warder audit --input export/
  warder audit --input export/ --output report.sarif
  warder audit fix group-empty-0123456789ab --apply
  warder audit --scan-keys .
  warder audit --scan-keys ~/work --gitignore --json
  warder audit --scan-keys . --deactivate
  warder audit --staged`,
		Args: cobra.ArbitraryArgs,
	}
	run := auditFlags(cmd)
	keys := scanKeysFlags(cmd)
	cmd.AddCommand(p.auditChecks(), p.auditWhoCan(), p.auditWhatCan(), p.auditExplain(), p.auditPath(), p.auditCollect(), p.auditFix(),
		p.auditExternal("public", "Tell what anybody at all reaches", true),
		p.auditExternal("external", "Tell who outside an account reaches what in it", false),
		p.auditGeneratePolicy(), p.auditReplay(), p.auditDiff(), p.auditUnused())
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		switch {
		case keys.asked():
			keys.profile = run.profile
			return p.runScanKeys(cmd, keys, args)
		case len(args) > 0:
			return usagef("unexpected %q", args[0])
		case keys.json && run.format == "":
			run.format = "json"
		}
		return p.runAudit(cmd, run)
	}
	return cmd
}
