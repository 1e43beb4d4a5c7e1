package main

import "github.com/spf13/cobra"

func (p *program) policy() *cobra.Command {
	parent := &cobra.Command{
		Use:   "policy",
		Short: "Format, check, test and explain policies, without a server",
		Long: `Work with policies on a laptop or in CI, with the parser, the catalogue and the decision engine of the server.

  warder policy fmt -w policies/          lay documents out in one way
  warder policy validate policies/        find what is wrong or risky in them
  warder policy test tests/               run policy unit tests
  warder policy explain --help            why one request is allowed or denied
  warder policy expand 's3:Get*Tagging'   the actions that a pattern means

FILE is a file, a folder or a pattern such as 'policies/**/*.json'; - is standard input. Every verb has --json. Your own
services are known beside AWS's once they are added: warder catalog add --help.

Exit statuses: 0 all is well; 1 findings, failed tests, or a file that is not formatted; 2 a file that cannot be read, or
wrong flags and arguments.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	parent.AddCommand(p.policyFmt(), p.policyValidate(), p.policyTest(), p.policyExplain(), p.policyExpand())
	return parent
}
