package checks

import (
	"slices"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/directory/awsimport"
)

// reportRows are the rows of the credential report for users, root left out; ok is false, and a gap reported, where there
// is no report. Users whose rows are missing or cannot be read are gaps too.
func reportRows(a *audit.Account, r *audit.Reporter) (rows []awsimport.ReportRow, ok bool) {
	report := a.Evidence.CredentialReport
	if report == nil {
		r.NotAssessed("the credential report", getReport)
		return nil, false
	}
	if report.Root() != nil && a.Evidence.Extent(awsimport.KindCredentialReport) != awsimport.Complete {
		r.NotAssessed("all rows of the credential report: some cannot be read", getReport)
	}
	rows = slices.DeleteFunc(slices.Clone(report.Rows), func(row awsimport.ReportRow) bool { return row.Root })
	if a.Directory == nil {
		return rows, true
	}
	there := make(map[string]bool, len(rows))
	for i := range rows {
		there[rows[i].User] = true
	}
	for u := range a.Directory.Users() {
		if !there[u.Name] {
			r.NotAssessed("user "+u.Name+" in the credential report", getReport)
		}
	}
	return rows, true
}

// rootRow is the root user's row of the credential report, or nil.
func rootRow(a *audit.Account) *awsimport.ReportRow {
	if a.Evidence.CredentialReport == nil {
		return nil
	}
	return a.Evidence.CredentialReport.Root()
}

// is reports whether a cell is known to hold a value.
func is[T comparable](c awsimport.Cell[T], value T) bool {
	return c.State == awsimport.Known && c.Value == value
}
