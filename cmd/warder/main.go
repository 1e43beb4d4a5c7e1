package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/warder-iam/warder/internal/app"
	"github.com/warder-iam/warder/internal/visible"
)

// Exit statuses; docs/operations-guide.md lists them.
const (
	exitOK      = 0
	exitFailure = 1
	exitUsage   = 2 // wrong flags, arguments or configuration: nothing was done; or a file that cannot be read
)

func main() {
	os.Exit(run(context.Background(), os.Args, os.Stdin, os.Stdout, os.Stderr, os.Environ()))
}

// program is what a command has to do with the outside.
type program struct {
	name     string // as the user called it
	in       io.Reader
	out, err io.Writer
	environ  []string
}

// run runs one command line and returns the exit status.
func run(ctx context.Context, args []string, in io.Reader, out, errs io.Writer, environ []string) int {
	p := &program{name: args[0], in: in, out: out, err: errs, environ: environ}
	running := false
	root := p.root()
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error {
		// Cobra looks only after this whether flags go together.
		if err := errors.Join(cmd.ValidateRequiredFlags(), cmd.ValidateFlagGroups()); err != nil {
			return err
		}
		running = true
		return nil
	}
	root.SetArgs(args[1:])
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return exitOK
	}
	if status, ok := errors.AsType[statusError](err); ok {
		return int(status)
	}
	p.say("warder: %v", err)
	var config *app.ConfigError
	var usage *usageError
	if running && !errors.As(err, &config) && !errors.As(err, &usage) {
		return exitFailure
	}
	p.say("Run '%s --help' for usage.", cmd.CommandPath())
	return exitUsage
}

// usageError is a mistake on the command line that cobra does not see.
type usageError struct{ message string }

func (e *usageError) Error() string { return e.message }

func usagef(format string, args ...any) error { return &usageError{fmt.Sprintf(format, args...)} }

// statusError ends the program with that status and no further word: the output has said it all.
type statusError int

func (e statusError) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// say writes a line for people.
func (p *program) say(format string, args ...any) {
	_, _ = fmt.Fprintf(p.err, format+"\n", args...) // nobody is there to tell
}

// getenv is os.Getenv on the program's environment; the last entry of a name counts.
func (p *program) getenv(name string) string {
	for _, entry := range slices.Backward(p.environ) {
		if value, ok := strings.CutPrefix(entry, name+"="); ok {
			return value
		}
	}
	return ""
}

// printf writes a part of the result.
func (p *program) printf(format string, args ...any) error {
	_, err := fmt.Fprintf(p.out, format, args...)
	return err
}

// printJSON writes a result as JSON, laid out for people too.
func (p *program) printJSON(v any) error {
	e := json.NewEncoder(p.out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// clean makes a line of text whose parts others chose: those may hold anything, control sequences of a terminal too.
func clean(line string) string { return visible.Blank(line) }

func (p *program) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "warder",
		Short: "Identity and access management that you run yourself, in the dialect of AWS IAM",
		Long: `Warder serves the APIs of AWS IAM and STS: users, groups, roles, policies, access keys and temporary credentials; of
CloudTrail, with the record of every call; of Account Management the contacts; and of IAM Access Analyzer what checks policies.
Every request is authenticated, authorized by policy, made durable and recorded.

  warder serve                       start; the first start makes an account and shows the key of its administrator
  warder configure                   make a profile of the AWS CLI that hands out sessions; --static for the key itself
  eval "$(warder env)"               or set up this shell
  aws sts get-caller-identity        then any AWS client works

Policies are formatted, checked, tested and explained without a server:

  warder policy --help`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetOut(p.out)
	root.SetErr(p.err)
	root.AddCommand(p.serve(), p.alarm(), p.configure(), p.credentials(), p.rotateKey(), p.rootUser(), p.env(), p.policy(), p.audit(), p.guardrail(), p.catalog(), p.operations(), p.trail(), p.config(), p.version())
	return root
}
