package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/audit/checks"
	auditreport "github.com/warder-iam/warder/audit/report"
	"github.com/warder-iam/warder/internal/wholefile"
)

const auditHelp = `warder audit --input PATH reads what AWS and other exports say of accounts: a folder, or files, of any names; each is
recognised by what is in it. It needs no credentials and sends nothing anywhere. What the input does not hold is listed as not
assessed, with the command that gets it: 'warder audit collect' prints them all. Without --input it is the Warder of the
profile that is audited, and with --input URL the one at that address: any user who may read will do.

Thresholds, findings to live with and answers of people stand in warder-audit.yaml, in the working folder or by --settings.
--baseline OLD.json, an earlier report as JSON, says what is new and what is gone; it fails on what is new only.

Exit statuses: 0 nothing at or above the bar, which is high unless --fail-on says otherwise; 1 something is; 2 the input cannot
be read.`

// auditRun is one run of warder audit.
type auditRun struct {
	auditInput
	format, output, ocsf        string
	checks                      []string
	severity, failOn, framework string
	baseline, settings          string
}

func auditFlags(cmd *cobra.Command) *auditRun {
	a := new(auditRun)
	f := cmd.Flags()
	a.addFlags(cmd)
	names := make([]string, 0, len(auditreport.Formats()))
	for _, form := range auditreport.Formats() {
		names = append(names, form.Name)
	}
	f.StringVar(&a.format, "format", "", "`FORM` of the report: "+strings.Join(names, ", ")+" (default by the name of --output, else text)")
	f.StringVar(&a.output, "output", "", "write the report to `FILE`; the summary still goes to the terminal")
	f.StringSliceVar(&a.checks, "check", nil, "run only these checks, by `ID`; 'warder audit checks' lists them")
	f.StringVar(&a.severity, "severity", "informational", "leave out checks less grave than `SEVERITY`: critical, high, medium, low or informational")
	f.StringVar(&a.framework, "framework", "warder", "run the checks that `NAME` asks for: cis, fsbp or warder (all)")
	f.StringVar(&a.failOn, "fail-on", "high", "exit status 1 from this `SEVERITY` on, or none for never")
	f.StringVar(&a.baseline, "baseline", "", "compare with an earlier report, JSON `FILE`")
	f.StringVar(&a.settings, "settings", "", "`FILE` with thresholds, suppressions and attestations (default "+auditSettingsFile+" where it exists)")
	f.StringVar(&a.ocsf, "ocsf-version", auditreport.DefaultOCSF, "`VERSION` of OCSF")
	completeWith(cmd, "format", names...)
	completeWith(cmd, "severity", "critical", "high", "medium", "low", "informational")
	completeWith(cmd, "fail-on", "critical", "high", "medium", "low", "informational", "none")
	completeWith(cmd, "framework", "cis", "fsbp", "warder")
	return a
}

func (p *program) runAudit(cmd *cobra.Command, a *auditRun) error {
	form, err := a.form()
	if err != nil {
		return err
	}
	failOn, err := a.bar()
	if err != nil {
		return err
	}
	in := &audit.Input{Now: time.Now().UTC()}
	if in.Checks, err = a.chosen(); err != nil {
		return err
	}
	settings, err := loadAuditSettings(a.settings)
	if err != nil {
		return p.unreadable(err)
	}
	settings.apply(in)
	if in.Baseline, err = readBaseline(a.baseline); err != nil {
		return p.unreadable(err)
	}
	if in.Bundle, err = p.readBundle(cmd, &a.auditInput); err != nil {
		return p.unreadable(err)
	}
	report, stop := p.counting("checking")
	in.Progress = report
	r := audit.Run(in)
	stop()
	if err := p.writeReport(r, form, a); err != nil {
		return err
	}
	if failOn != nil && fails(r, *failOn) {
		return statusError(exitFailure)
	}
	return nil
}

// unreadable ends the program with the status for what cannot be read.
func (p *program) unreadable(err error) error {
	p.say("warder: %s", clean(err.Error()))
	return statusError(exitUsage)
}

// fails reports whether a finding counts: with a baseline only a new one does.
func fails(r *audit.Report, bar audit.Severity) bool {
	return slices.ContainsFunc(r.Open(bar), func(f audit.Finding) bool { return f.New || !r.Compared })
}

// form is the form of the report: as chosen, else as the file is called.
func (a *auditRun) form() (auditreport.Format, error) {
	name := a.format
	if name == "" {
		name = "text"
		for _, f := range auditreport.Formats() {
			if a.output != "" && strings.HasSuffix(a.output, f.Extension) {
				name = f.Name // the last that fits: ".asff.json" stands behind ".json"
			}
		}
	}
	f, ok := auditreport.ByName(name)
	if !ok {
		return f, usagef("--format %s: there is no such form of report", name)
	}
	return f, nil
}

func (a *auditRun) bar() (*audit.Severity, error) {
	if a.failOn == "none" {
		return nil, nil
	}
	s := new(audit.Severity)
	if err := s.UnmarshalText([]byte(a.failOn)); err != nil {
		return nil, usagef("--fail-on: %v, none", err)
	}
	return s, nil
}

// chosen are the checks to run.
func (a *auditRun) chosen() ([]*audit.Check, error) {
	var least audit.Severity
	if err := least.UnmarshalText([]byte(a.severity)); err != nil {
		return nil, usagef("--severity: %v", err)
	}
	if !slices.Contains([]string{"cis", "fsbp", "warder"}, a.framework) {
		return nil, usagef("--framework %s: there are cis, fsbp and warder", a.framework)
	}
	all := checks.All()
	for _, id := range a.checks {
		if !slices.ContainsFunc(all, func(c *audit.Check) bool { return c.ID == id }) {
			return nil, usagef("--check %s: there is no such check; 'warder audit checks' lists them", id)
		}
	}
	all = slices.DeleteFunc(all, func(c *audit.Check) bool {
		return c.Severity < least || !c.In(a.framework) || len(a.checks) > 0 && !slices.Contains(a.checks, c.ID)
	})
	if len(all) == 0 {
		return nil, usagef("no check is left by --check, --severity and --framework")
	}
	return all, nil
}

// maxBaseline in bytes: a report of a hundred thousand findings.
const maxBaseline = 512 << 20

// readBaseline reads an earlier report; nil where none is named.
func readBaseline(name string) (*audit.Report, error) {
	if name == "" {
		return nil, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(f, maxBaseline+1))
	if err := errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	if len(text) > maxBaseline {
		return nil, fmt.Errorf("%s: larger than %d MiB", name, maxBaseline>>20)
	}
	r := new(audit.Report)
	if err := json.Unmarshal(text, r); err != nil {
		return nil, fmt.Errorf("%s is no report of warder audit --format json: %w", name, err)
	}
	if r.Version != audit.ReportVersion {
		return nil, fmt.Errorf("%s is a report of version %q; this program reads version %s", name, r.Version, audit.ReportVersion)
	}
	return r, nil
}

// writeReport writes the report where it is wanted; of one that goes into a file the summary comes to the terminal.
func (p *program) writeReport(r *audit.Report, form auditreport.Format, a *auditRun) error {
	o := auditreport.Options{Tool: buildVersion(), OCSF: a.ocsf, Input: a.name()}
	if a.output == "" {
		o.Colour = p.style().Good != nil
		return form.Write(p.out, r, o)
	}
	write := func(w io.Writer) error { return form.Write(w, r, o) }
	if err := wholefile.ReplaceWith(a.output, 0o600, write); err != nil {
		return err
	}
	o.Colour = p.style().Good != nil
	if err := auditreport.Summary(p.out, r, o); err != nil {
		return err
	}
	return p.printf("\nThe report is in %s.\n", clean(a.output))
}
