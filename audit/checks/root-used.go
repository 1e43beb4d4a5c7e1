package checks

import (
	"fmt"
	"slices"
	"time"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/directory/awsimport"
)

var rootUsed = audit.Check{
	ID:         "root-used",
	Title:      "The root user is not used for daily work",
	Why:        "Whoever works as root works without limits and without a name: every slip is unbounded, and the record does not say who it was.",
	Severity:   audit.Medium,
	Area:       audit.AreaRoot,
	References: slices.Concat(cis("1.6", "2.7"), practice("protect the root user")),
	Run: func(a *audit.Account, r *audit.Reporter) {
		reported, byKey, known := rootUseReported(a)
		evidence := append(reported, rootEvents(a)...)
		if len(evidence) == 0 {
			if !known {
				r.NotAssessed("when the root user was last used: the credential report", getReport)
			}
			return
		}
		severity := audit.Medium
		if byKey {
			severity = audit.High
		}
		r.FoundAs(severity, "", audit.Finding{
			Title:    fmt.Sprintf("The root user was used within the last %s", count(a.Settings.RootUsedDays, "day", "days")),
			Evidence: few(evidence),
			Remedy: audit.Remedy{Text: "Give those who did this an administrator role with MFA, and keep the root user for the few tasks that only it can do; " +
				"if nobody knows of it, take it as a break-in."},
		})
	},
}

// recent reports whether a time of use is within the days that count.
func recent(a *audit.Account, c awsimport.Cell[time.Time]) bool {
	return c.State == awsimport.Known && a.Ago(c.Value) < a.Settings.RootUsedDays
}

// rootUseReported is what the credential report says of root's last uses; known tells whether it would.
func rootUseReported(a *audit.Account) (evidence []audit.Evidence, byKey, known bool) {
	row := rootRow(a)
	if row == nil {
		return nil, false, false
	}
	known = row.PasswordLastUsed.State != awsimport.NotInReport
	if recent(a, row.PasswordLastUsed) {
		evidence = append(evidence, fact("the credential report says password_last_used %s", day(row.PasswordLastUsed.Value)))
	}
	for i, k := range row.AccessKeys {
		known = known && k.LastUsed.State != awsimport.NotInReport
		if recent(a, k.LastUsed) {
			byKey = true
			evidence = append(evidence, fact("the credential report says access_key_%d_last_used_date %s", i+1, day(k.LastUsed.Value)))
		}
	}
	return evidence, byKey, known
}

// rootEvents are what the trail has of the root user: sign-ins that went well, and calls. What AWS did on its own, and what a
// service did on its behalf, is no work of somebody who signed in.
func rootEvents(a *audit.Account) []audit.Evidence {
	activity := a.Activity()
	if activity == nil {
		return nil
	}
	root := activity.Principal(a.RootARN())
	if root == nil {
		return nil
	}
	var evidence []audit.Evidence
	for _, u := range slices.SortedFunc(slices.Values(root.Uses), func(u, v *audit.Use) int { return v.Last.Compare(u.Last) }) {
		signIn := u.Service == "signin"
		if u.ByService || u.Via != "" || a.Ago(u.Last) >= a.Settings.RootUsedDays || signIn && (u.Action != "ConsoleLogin" || u.Outcome != audit.Succeeded) {
			continue
		}
		evidence = append(evidence, used(u))
	}
	return evidence
}
