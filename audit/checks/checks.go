package checks

import (
	"slices"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/directory/awsimport"
)

// All gives every check, in the order of areas and then as they stand here.
func All() []*audit.Check {
	list := []audit.Check{
		rootMFA, rootAccessKey,
		userMFA,
		accessKeyRotation,
		userDirectPolicy, groupInlinePolicy, groupEmpty, policyUnattached, policyInvalid,
		notActionAllow, notResourceAllow, notPrincipalAllow, serviceWildcard,
	}
	areas := audit.Areas()
	slices.SortStableFunc(list, func(a, b audit.Check) int {
		return slices.Index(areas, a.Area) - slices.Index(areas, b.Area)
	})
	checks := make([]*audit.Check, len(list))
	for i := range list {
		checks[i] = &list[i]
	}
	return checks
}

// Commands that get what is missing, as gaps name them.
const (
	getReport  = "aws iam generate-credential-report && aws iam get-credential-report > credential-report.json"
	getSummary = "aws iam get-account-summary > account-summary.json"
	getDetails = "aws iam get-account-authorization-details > authorization-details.json"
)

// reportRows are the rows of the credential report for users, root left out; ok is false, and a gap reported, where there
// is no report.
func reportRows(a *audit.Account, r *audit.Reporter) (rows []awsimport.ReportRow, ok bool) {
	report := a.Evidence.CredentialReport
	if report == nil {
		r.NotAssessed("the credential report", getReport)
		return nil, false
	}
	return slices.DeleteFunc(slices.Clone(report.Rows), func(row awsimport.ReportRow) bool { return row.Root }), true
}
