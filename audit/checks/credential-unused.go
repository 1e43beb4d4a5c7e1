package checks

import (
	"fmt"
	"slices"
	"time"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/directory/awsimport"
)

var credentialUnused = audit.Check{
	ID:         "credential-unused",
	Title:      "Passwords and access keys are in use",
	Why:        "A credential that nobody uses is one whose theft nobody notices.",
	Severity:   audit.Medium,
	Area:       audit.AreaCredentials,
	References: slices.Concat(cis("1.11", "2.11"), fsbp("IAM.8"), hub("IAM.22"), practice("remove what is unused")),
	Run: func(a *audit.Account, r *audit.Reporter) {
		rows, ok := reportRows(a, r)
		keys := map[string][]userKey{}
		for _, k := range accessKeys(a, r) {
			keys[k.user] = append(keys[k.user], k)
			unusedKey(a, r, &k)
		}
		if !ok {
			return
		}
		others := otherCredentials(a)
		for i := range rows {
			row := &rows[i]
			unusedPassword(a, r, row)
			if !others[row.User] && !is(row.Certificates[0].Active, true) && !is(row.Certificates[1].Active, true) {
				inactiveUser(a, r, row, keys[row.User])
			}
		}
	},
}

func unusedKey(a *audit.Account, r *audit.Reporter, k *userKey) {
	if !k.active {
		return
	}
	if !k.usedKnown || k.used.IsZero() && k.created.IsZero() {
		r.NotAssessed("when "+k.name()+" of user "+k.user+" was last used", getReport)
		return
	}
	title := fmt.Sprintf("%s of user %s was not used for %d days", k.capital(), k.user, a.Ago(k.used))
	since := k.used
	if k.used.IsZero() {
		since = k.created
		title = fmt.Sprintf("%s of user %s was never used since it was made %d days ago", k.capital(), k.user, a.Ago(k.created))
	}
	if a.Ago(since) < a.Settings.CredentialUnusedDays {
		return
	}
	r.Found(k.aspect(), audit.Finding{
		Resource: k.arn, Title: title, Evidence: []audit.Evidence{lastUse(a, k)},
		Remedy: audit.Remedy{Text: "Deactivate it, and delete it when nothing has missed it for a month.", Command: k.deactivate()},
	})
}

func unusedPassword(a *audit.Account, r *audit.Reporter, row *awsimport.ReportRow) {
	if row.PasswordEnabled.State == awsimport.NotInReport {
		r.NotAssessed("whether "+row.User+" has a password", getReport)
	}
	if !is(row.PasswordEnabled, true) {
		return
	}
	last, known := lastSignIn(a, row)
	if !known {
		r.NotAssessed("when "+row.User+" last signed in", getReport)
		return
	}
	title := fmt.Sprintf("User %s has not signed in for %d days", row.User, a.Ago(last))
	evidence := fact("the credential report says password_last_used %s", day(last))
	if last.IsZero() {
		last = passwordMade(row)
		title = fmt.Sprintf("User %s has never signed in, with a password that is %d days old", row.User, a.Ago(last))
		evidence = fact("the credential report has no password_last_used; the password is of %s", day(last))
	}
	switch {
	case last.IsZero():
		r.NotAssessed("when the password of "+row.User+", who never signed in, was made", getReport)
		return
	case a.Ago(last) < a.Settings.CredentialUnusedDays:
		return
	}
	r.Found("password", audit.Finding{
		Resource: row.ARN, Title: title, Evidence: []audit.Evidence{evidence},
		Remedy: audit.Remedy{
			Text:    "Take the password away; whoever needs it again asks for a new one.",
			Command: audit.Command("aws", "iam", "delete-login-profile", "--user-name", row.User),
		},
	})
}

// lastSignIn is when a user last signed in, zero for never: of the report, or of list-users if that knows of a later time.
func lastSignIn(a *audit.Account, row *awsimport.ReportRow) (last time.Time, known bool) {
	switch row.PasswordLastUsed.State {
	case awsimport.Known:
		last, known = row.PasswordLastUsed.Value, true
	case awsimport.NotApplicable, awsimport.NoInformation:
		known = true
	}
	if t, ok := a.Evidence.PasswordLastUsed[row.ARN]; ok {
		known = true
		if t.After(last) {
			last = t
		}
	}
	return last, known
}

// passwordMade is when the password was made: not before its last change, nor before the user.
func passwordMade(row *awsimport.ReportRow) time.Time {
	if row.PasswordLastChanged.State == awsimport.Known {
		return row.PasswordLastChanged.Value
	}
	if row.Created.State == awsimport.Known {
		return row.Created.Value
	}
	return time.Time{}
}

// inactiveUser finds users who used nothing at all for long. It is not asked about those with SSH keys, service-specific
// credentials or signing certificates, of whose use AWS tells nothing.
func inactiveUser(a *audit.Account, r *audit.Reporter, row *awsimport.ReportRow, keys []userKey) {
	last, known := lastSignIn(a, row)
	if !known {
		return // reported with the password
	}
	for i := range keys {
		if !keys[i].usedKnown {
			return // reported with the key
		}
		last = later(last, keys[i].used)
	}
	for _, k := range row.AccessKeys { // of keys that are deleted
		if k.LastUsed.State == awsimport.Known {
			last = later(last, k.LastUsed.Value)
		}
	}
	last = later(last, lastAct(a, row.ARN))
	since, what := last, "did nothing"
	title := fmt.Sprintf("User %s has been inactive for %d days", row.User, a.Ago(last))
	if last.IsZero() {
		if row.Created.State != awsimport.Known {
			r.NotAssessed("when user "+row.User+", who never did anything, was made", getReport)
			return
		}
		since, what = row.Created.Value, "never did anything"
		title = fmt.Sprintf("User %s was never active since it was made %d days ago", row.User, a.Ago(since))
	}
	if a.Ago(since) < a.Settings.UserInactiveDays {
		return
	}
	r.FoundAs(audit.Low, "user", audit.Finding{
		Resource: row.ARN, Title: title,
		Evidence: []audit.Evidence{fact("by the credential report the user %s with password or access keys since %s", what, day(since))},
		Remedy: audit.Remedy{
			Text: "Ask whose it is; if nobody needs it, take it out of its groups, detach its policies, delete its credentials and then the user.",
			Command: audit.Command("aws", "iam", "list-groups-for-user", "--user-name", row.User) + "\n" +
				audit.Command("aws", "iam", "delete-user", "--user-name", row.User),
		},
	})
}

// otherCredentials are the users with active credentials of whose use nothing is known.
func otherCredentials(a *audit.Account) map[string]bool {
	users := map[string]bool{}
	for _, list := range [][]awsimport.Credential{a.Evidence.SSHPublicKeys, a.Evidence.ServiceCredentials, a.Evidence.SigningCertificates} {
		for _, c := range list {
			if c.Active {
				users[c.User] = true
			}
		}
	}
	return users
}

func later(t, u time.Time) time.Time {
	if u.After(t) {
		return u
	}
	return t
}
