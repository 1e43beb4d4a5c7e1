package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/spf13/cobra"

	"github.com/warder-iam/warder/internal/collect"
)

const collectHelp = `Print a shell script that makes the folder which 'warder audit --input' reads: some sixty read-only calls of the AWS CLI, for
every user, key, role, bucket and region of the account. Read it, and run it as whoever may read: sh collect.sh FOLDER.

--run makes the same calls itself, as the AWS clients are configured: profile, environment, single sign-on, role of the
instance. --policy prints the policy that the caller needs.

A call that is refused stops nothing: it is told at the end, and the audit lists as not assessed what it was about. Nothing is
changed; AWS generates its credential report and its data on last access anew. The folder may hold secrets that stand in the
environment of functions and builds: it is for its owner alone, and it is not sent anywhere.`

// auditCollected are the flags of warder audit collect.
type auditCollected struct {
	run, policy     bool
	output, profile string
	regions         []string
}

func (p *program) auditCollect() *cobra.Command {
	a := new(auditCollected)
	cmd := &cobra.Command{
		Use:   "collect",
		Short: "Print, or make, the read-only calls that an audit of an AWS account needs",
		Long:  collectHelp,
		Example: `  warder audit collect > collect.sh
  warder audit collect --policy
  warder audit collect --run --output export
  warder audit collect --run --output export --profile production --region eu-west-1,us-east-1`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.runCollect(cmd, a) },
	}
	f := cmd.Flags()
	f.BoolVar(&a.run, "run", false, "make the calls")
	f.BoolVar(&a.policy, "policy", false, "print the policy that allows the calls and nothing else")
	f.StringVar(&a.output, "output", "warder-export", "write to the folder `DIR`, which --run makes")
	f.StringVar(&a.profile, "profile", "", "`NAME` of the profile of the AWS clients (default as they have it)")
	f.StringSliceVar(&a.regions, "region", nil, "look in the region `NAME` (default all that the account has); may be repeated")
	cmd.MarkFlagsMutuallyExclusive("run", "policy")
	return cmd
}

func (p *program) runCollect(cmd *cobra.Command, a *auditCollected) error {
	switch {
	case a.run:
		return p.collectFolder(cmd, a)
	case cmd.Flags().Changed("output") || cmd.Flags().Changed("profile") || cmd.Flags().Changed("region"):
		return usagef("--output, --profile and --region go with --run; the script has FOLDER, AWS_PROFILE and REGIONS in their place")
	case a.policy:
		text, err := collect.Policy()
		if err != nil {
			return err
		}
		return p.printf("%s", text)
	}
	return p.printf("%s", collect.Script())
}

// collectFolder makes the calls and writes the folder.
func (p *program) collectFolder(cmd *cobra.Command, a *auditCollected) error {
	if entries, err := os.ReadDir(a.output); err == nil && len(entries) > 0 {
		return usagef("--output %s: the folder holds files already, which would be read with the new ones", a.output)
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	settings, err := config.LoadDefaultConfig(cmd.Context(), config.WithSharedConfigProfile(a.profile))
	if err != nil {
		return err
	}
	result, err := p.collected(cmd.Context(), collect.Options{Config: settings, Regions: a.regions}, a.profile)
	if err != nil {
		return err
	}
	if err := writeFiles(a.output, result.Files); err != nil {
		return err
	}
	p.say("%s holds what account %s answered.", clean(a.output), result.Account)
	p.sayMissing(result.Missing)
	return nil
}

// writeFiles writes all files, for their owner alone.
func writeFiles(dir string, files fs.FS) error {
	return fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		to := filepath.Join(dir, filepath.FromSlash(name))
		if d.IsDir() {
			return os.MkdirAll(to, 0o700)
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		return os.WriteFile(to, text, 0o600)
	})
}

// sayMissing tells what was refused: operations with their number of calls and the reason.
func (p *program) sayMissing(missing []collect.Missing) {
	if len(missing) == 0 {
		return
	}
	var order []string
	count := map[string]int{}
	for _, m := range missing {
		line := m.Operation + ": " + m.Refusal.Code
		if m.Refusal.Code == "NoAnswer" {
			line += ": " + m.Refusal.Message
		}
		if count[line]++; count[line] == 1 {
			order = append(order, line)
		}
	}
	var b strings.Builder
	for _, line := range order {
		fmt.Fprintf(&b, "\n%7d %s", count[line], clean(line))
	}
	p.say("Refused, and so not assessed (number of calls, operation, reason):%s", b.String())
}
