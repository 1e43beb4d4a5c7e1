package main

import (
	"errors"
	"os"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/spf13/cobra"

	"github.com/warder-iam/warder/internal/app"
	"github.com/warder-iam/warder/policy"
)

// formatting is what policy fmt is to do.
type formatting struct{ write, diff, check, json bool }

func (p *program) policyFmt() *cobra.Command {
	var f formatting
	cmd := &cobra.Command{
		Use:   "fmt [FILE…]",
		Short: "Lay policy documents out in one way",
		Long: `Print policy documents laid out in one way: two spaces a level, elements in AWS's usual order, Statement as a list, one
value as a string and several as a list. What a document means stays as it is, and so does the order of its statements and
values. FILE is a file, a folder (its *.json files) or a pattern; none, or -, is standard input.

A file with a syntax error is left as it is; the error names line and column.

Exit statuses: 0 done, or nothing would change; 1 with --check or --diff: a file would change; 2 a file cannot be read or
is no policy.`,
		Example: `  warder policy fmt policy.json
  warder policy fmt -w policies/
  warder policy fmt --check 'policies/**/*.json'
  aws iam get-policy-version … | jq .PolicyVersion.Document | warder policy fmt`,
		RunE: func(_ *cobra.Command, args []string) error { return p.runFmt(f, args) },
	}
	cmd.Flags().BoolVarP(&f.write, "write", "w", false, "write the result to the file instead of printing it; names the files that changed")
	cmd.Flags().BoolVarP(&f.diff, "diff", "d", false, "print what would change")
	cmd.Flags().BoolVar(&f.check, "check", false, "print the names of the files that would change")
	cmd.Flags().BoolVar(&f.json, "json", false, "a JSON array: what became of each file")
	cmd.MarkFlagsMutuallyExclusive("write", "diff", "check")
	return cmd
}

// formatted is what became of one file.
type formatted struct {
	File      string `json:"file"`
	Changed   bool   `json:"changed"` // it is, or would be
	Formatted string `json:"formatted,omitempty"`
	Diff      string `json:"diff,omitempty"`
	Line      int    `json:"line,omitempty"` // of the error
	Column    int    `json:"column,omitempty"`
	Error     string `json:"error,omitempty"`
}

func (p *program) runFmt(f formatting, args []string) error {
	results, status := []formatted{}, exitOK
	for _, in := range p.inputs(args, policy.MaxSize, ".json") {
		if f.write && in.stdin {
			return usagef("-w cannot write to standard input; leave -w out, or name files")
		}
		r, err := f.one(&in)
		if err != nil {
			status = exitUsage
			r.fail(err)
			p.complain(&in, err)
		} else if r.Changed && (f.check || f.diff) {
			status = max(status, exitFailure)
		}
		if results = append(results, r); f.json {
			continue
		}
		if err := p.printf("%s", f.text(&r)); err != nil {
			return err
		}
	}
	if f.json {
		if err := p.printJSON(results); err != nil {
			return err
		}
	}
	if status != exitOK {
		return statusError(status)
	}
	return nil
}

// one formats a file.
func (f *formatting) one(in *input) (formatted, error) {
	r := formatted{File: in.name}
	if in.err != nil {
		return r, in.err
	}
	doc, err := policy.Parse(in.text)
	if err != nil {
		return r, err
	}
	text := doc.Print()
	r.Changed = text != in.text
	switch {
	case f.write && r.Changed:
		return r, rewrite(in.name, text)
	case f.diff:
		r.Diff = string(diff.Diff(in.name+".orig", []byte(in.text), in.name, []byte(text)))
	case !f.write && !f.check:
		r.Formatted = text
	}
	return r, nil
}

func (r *formatted) fail(err error) {
	r.Error = err.Error()
	if syntax, ok := errors.AsType[*policy.SyntaxError](err); ok {
		r.Error, r.Line, r.Column = syntax.Message, syntax.Pos.Line, syntax.Pos.Column
	}
}

// rewrite replaces a file's content and keeps its mode.
func rewrite(name, text string) error {
	info, err := os.Stat(name)
	if err != nil {
		return bare(err)
	}
	return app.ReplaceFile(name, info.Mode().Perm(), []byte(text))
}

// text is what is printed for a file.
func (f *formatting) text(r *formatted) string {
	switch {
	case r.Error != "":
		return ""
	case f.diff:
		return r.Diff
	case f.write || f.check:
		if r.Changed {
			return r.File + "\n"
		}
		return ""
	default:
		return r.Formatted
	}
}
