package report

import (
	"io"
	"slices"
	"strings"

	"github.com/warder-iam/warder/audit"
)

// Options of writing a report.
type Options struct {
	// Tool is the version of the program that writes.
	Tool string
	// Colour: use the colours of a terminal.
	Colour bool
	// Input is the file or folder that findings without a place of their own point to, where a form needs a file.
	Input string
	// OCSF is the version of that schema; "" is DefaultOCSF.
	OCSF string
}

// Format is a form of report.
type Format struct {
	// Name is what people choose it by: "sarif".
	Name string
	// Extension of its files: ".sarif".
	Extension string
	// About says what it is for, in a line.
	About string
	Write func(w io.Writer, r *audit.Report, o Options) error
}

// Formats are all forms.
func Formats() []Format {
	return []Format{
		{"text", ".txt", "for people, at a terminal", writeText},
		{"json", ".json", "everything; also the baseline of a later audit", writeJSON},
		{"sarif", ".sarif", "SARIF 2.1.0, for code scanning", writeSARIF},
		{"asff", ".asff.json", "AWS Security Finding Format, a request of aws securityhub batch-import-findings in each line", writeASFF},
		{"ocsf", ".ocsf.json", "OCSF Compliance Findings, for security data lakes", writeOCSF},
		{"csv", ".csv", "a line for each finding, for spreadsheets", writeCSV},
		{"junit", ".xml", "JUnit, a test case for each check, for CI servers", writeJUnit},
		{"markdown", ".md", "for tickets and pull requests", writeMarkdown},
		{"html", ".html", "one page with everything, for a browser or paper", writeHTML},
	}
}

// ByName finds a form by its name, or by the extension of a file name; ok is false where there is none.
func ByName(name string) (f Format, ok bool) {
	all := Formats()
	i := slices.IndexFunc(all, func(f Format) bool { return f.Name == name })
	if i < 0 {
		i = slices.IndexFunc(all, func(f Format) bool { return strings.HasPrefix(name, ".") && f.Extension == name })
	}
	if i < 0 {
		return Format{}, false
	}
	return all[i], true
}

func writeJSON(w io.Writer, r *audit.Report, _ Options) error { return encode(w, r) }
