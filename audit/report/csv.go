package report

import (
	"encoding/csv"
	"io"
	"strings"
	"time"

	"github.com/warder-iam/warder/audit"
)

// writeCSV writes a line for each finding, and one for each check that was not assessed: a list without it would read as
// if all had been looked at.
func writeCSV(w io.Writer, r *audit.Report, _ Options) error {
	c := csv.NewWriter(w)
	rows := [][]string{{"id", "status", "severity", "check", "account", "resource", "title", "evidence", "remedy", "command", "references", "first_seen"}}
	for i := range r.Findings {
		f := &r.Findings[i]
		var evidence []string
		for _, e := range f.Evidence {
			evidence = append(evidence, place(&e)+e.Text)
		}
		rows = append(rows, []string{f.ID, status(f), f.Severity.String(), f.Check, f.Account, f.Resource, f.Title, strings.Join(evidence, "; "),
			f.Remedy.Text, f.Remedy.Command, references(f.References), f.FirstSeen.Format(time.RFC3339)})
	}
	for _, a := range r.NotAssessed {
		for _, g := range a.Missing {
			check := r.Check(a.Check)
			rows = append(rows, []string{"", "not assessed", check.Severity.String(), a.Check, a.Account, "", check.Title + ": " + g.Missing + " is missing",
				"", "", g.Get, references(check.References), ""})
		}
	}
	for _, row := range rows {
		for i := range row {
			row[i] = inert(visibleLines(row[i]))
		}
	}
	return c.WriteAll(rows)
}

// status is "open", "new" or "suppressed".
func status(f *audit.Finding) string {
	switch {
	case f.Suppressed != nil:
		return "suppressed"
	case f.New:
		return "new"
	}
	return "open"
}

// inert keeps a spreadsheet from taking a text for a formula: names in an account are other people's.
func inert(text string) string {
	if text != "" && strings.IndexByte("=+-@\t\r", text[0]) >= 0 {
		return "'" + text
	}
	return text
}
