package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/internal/app"
	"github.com/warder-iam/warder/policy"
	"github.com/warder-iam/warder/policy/eval"
)

func (p *program) policyTest() *cobra.Command {
	var verbose, asJSON bool
	cmd := &cobra.Command{
		Use:   "test [FILE…]",
		Short: "Run policy unit tests",
		Long: `Run policy unit tests: requests, the policies that apply to them, and the verdict that is expected. FILE is JSON or YAML
(.yaml, .yml) with one case or a list of them, a folder of such files, or a pattern; none, or -, is
standard input.

  - name: alice reads her own reports
    request:
      principal: arn:aws:iam::111122223333:user/alice
      action: s3:GetObject
      resource: arn:aws:s3:::reports/alice/q1.csv
      context: {"aws:SourceIp": 10.0.0.1}
    policies:
      identity:
        - file: ../policies/own-prefix.json     # beside the test file; or "document:" and the policy itself
      scp: [[{name: full, document: {…}}]]      # a list for each level, the organization's root first
    expect: Allow                               # Allow, ExplicitDeny, ImplicitDeny, or Deny for either

Beside identity there are boundary (one policy), session (a list), resource (a bare document, or {"file": …}), scp and rcp.
A failing case is one line with the reason; the last line is "N passed, N failed".

Exit statuses: 0 all passed; 1 a case failed; 2 a file cannot be read, or there was no case. What was not run is never
counted as passed.`,
		Example: `  warder policy test tests/
  warder policy test 'tests/**/*.yaml' -v
  warder policy test --json tests/*.json | jq '.cases[] | select(.passed | not)'`,
	}
	addSettings(cmd, catalogSetting)
	cmd.Flags().BoolVarP(&verbose, "verbose", "v", false, "a line for each case that passed too, and why a case failed in full")
	cmd.Flags().BoolVar(&asJSON, "json", false, "a JSON object, with the explanation of each case")
	cmd.Flags().Bool("github", false, "annotations of GitHub Actions for cases that fail (default true where GITHUB_ACTIONS=true)")
	cmd.MarkFlagsMutuallyExclusive("json", "github")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		services, err := p.loadCatalog(cmd)
		if err != nil {
			return err
		}
		run := testRun{documents: map[string]input{}, catalog: services, doubted: map[string]bool{}}
		for _, in := range p.inputs(args, maxCaseFile, caseSuffixes()...) {
			run.file(p, &in)
		}
		if err := p.reportTests(&run, report{verbose: verbose, json: asJSON, github: p.annotated(cmd)}); err != nil {
			return err
		}
		return run.status()
	}
	return cmd
}

// testRun is what came of policy tests, as --json prints it.
type testRun struct {
	Cases  []testedCase `json:"cases"`
	Passed int          `json:"passed"`
	Failed int          `json:"failed"`
	// Errors are the files that could not be read.
	Errors []fileError `json:"errors,omitempty"`

	documents map[string]input
	catalog   *catalog.Catalog
	doubted   map[string]bool // actions that a note was written about
}

// fileError is a file that could not be read.
type fileError struct {
	File  string `json:"file"`
	Error string `json:"error"`
}

// testedCase is one case that was run, or could not be.
type testedCase struct {
	File        string            `json:"file"`
	Line        int               `json:"line"`
	Name        string            `json:"name"`
	Passed      bool              `json:"passed"`
	Expect      eval.Expectation  `json:"expect"`
	Verdict     string            `json:"verdict,omitempty"`
	Reason      string            `json:"reason"` // why it failed, or the decision's
	Explanation *eval.Explanation `json:"explanation,omitempty"`
}

// file runs the cases of a file.
func (r *testRun) file(p *program, in *input) {
	cases, err := readCases(in, eval.ReadCases)
	if err == nil && len(cases) == 0 {
		err = errors.New("the file has no case")
	}
	if err != nil {
		r.Errors = append(r.Errors, fileError{in.name, placeless(err)})
		p.complain(in, err)
	}
	documents := documents{beside: in, catalog: r.catalog, read: r.documents}
	for i := range cases {
		action := cases[i].Request.Action
		if doubt := doubtful(r.catalog, action); doubt != "" && !r.doubted[action] {
			r.doubted[action] = true
			p.say("Note: %s", clean(fmt.Sprintf("%s:%d: %s", in.name, cases[i].Pos.Line, doubt)))
		}
		tested, err := r.one(&cases[i], &documents)
		if unreadable(err) {
			r.Errors = append(r.Errors, fileError{in.name, err.Error()})
		}
		if tested.Passed {
			r.Passed++
		} else {
			r.Failed++
		}
		r.Cases = append(r.Cases, tested)
	}
}

func (r *testRun) one(c *eval.Case, d *documents) (testedCase, error) {
	t := testedCase{File: c.File, Line: c.Pos.Line, Name: c.Name, Expect: c.Expect}
	err := c.Load(d.load)
	var got eval.Result
	if err == nil {
		got, err = c.Run(eval.WithKeyTypes(r.catalog))
	}
	if err != nil {
		t.Reason = caseProblem(err)
		return t, err
	}
	t.Passed, t.Verdict, t.Explanation = got.Passed, got.Explanation.Verdict.String(), &got.Explanation
	t.Reason = got.Explanation.Reason
	if !t.Passed {
		t.Reason = fmt.Sprintf("expected %s, got %s: %s", t.Expect, t.Verdict, t.Reason)
	}
	return t, nil
}

// caseProblem is why a case cannot be run, with the place in the policy's file.
func caseProblem(err error) string {
	c, ok := errors.AsType[*eval.CaseError](err)
	if inner := errors.Unwrap(err); !ok && inner != nil { // the case's name stands before it anyway
		return inner.Error()
	} else if !ok {
		return err.Error()
	}
	if syntax, ok := errors.AsType[*policy.SyntaxError](err); ok {
		return fmt.Sprintf("%s: %s:%d:%d: %s", c.Policy, c.File, syntax.Pos.Line, syntax.Pos.Column, syntax.Message)
	}
	return fmt.Sprintf("%s: %s: %s", c.Policy, c.File, bare(c.Err))
}

func (r *testRun) status() error {
	switch {
	case len(r.Errors) > 0 || len(r.Cases) == 0:
		return statusError(exitUsage)
	case r.Failed > 0:
		return statusError(exitFailure)
	}
	return nil
}

// report says how results are to be shown.
type report struct{ verbose, json, github bool }

func (p *program) reportTests(r *testRun, how report) error {
	if how.json {
		if r.Cases == nil {
			r.Cases = []testedCase{} // a list in JSON, never null
		}
		return p.printJSON(r)
	}
	var failed *testedCase
	for i := range r.Cases {
		t := &r.Cases[i]
		if err := p.printf("%s", t.text(how)); err != nil {
			return err
		}
		if !t.Passed && t.Explanation != nil && failed == nil && t.File != stdinName {
			failed = t
		}
	}
	if len(r.Cases) == 0 {
		p.say("No case was run.")
	}
	if failed != nil && !how.verbose {
		p.say("To see why in full: warder policy test -v, or warder policy explain %s --case %s", app.Quote(clean(failed.File)), app.Quote(clean(failed.Name)))
	}
	return p.printf("%d passed, %d failed\n", r.Passed, r.Failed)
}

func (t *testedCase) text(how report) string {
	line := fmt.Sprintf("%s:%d: %s", t.File, t.Line, t.Name)
	switch {
	case t.Passed && how.verbose:
		return "ok   " + clean(line) + "\n"
	case t.Passed:
		return ""
	}
	text := "FAIL " + clean(line+": "+t.Reason) + "\n"
	if how.github {
		properties := []string{property("file", filepath.ToSlash(t.File)), property("line", t.Line), property("title", "policy test failed")}
		text = annotation("error", properties, t.Name+"\n"+t.Reason) + "\n"
	}
	if how.verbose && t.Explanation != nil {
		text += indent(t.Explanation.String())
	}
	return text
}

func indent(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if line != "\n" {
			line = "     " + line
		}
		b.WriteString(line)
	}
	return b.String() + "\n"
}
