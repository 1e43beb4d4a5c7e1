package checks

import (
	"fmt"
	"slices"
	"time"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/directory/awsimport"
)

// together is how close to the user a key was made so that it was made for no need: the console's wizard takes seconds,
// a person or a script some minutes.
const together = 10 * time.Minute

var accessKeyAtCreation = audit.Check{
	ID:         "access-key-at-creation",
	Title:      "No access key was made together with a console user",
	Why:        "A key that is made just in case is kept badly and missed by nobody.",
	Severity:   audit.Low,
	Area:       audit.AreaCredentials,
	References: slices.Concat(cis("1.10", ""), practice("rotate")),
	Run: func(a *audit.Account, r *audit.Reporter) {
		keys := accessKeys(a, r)
		users := consoleUsers(a)
		for i := range keys {
			k := &keys[i]
			if !k.active || k.created.IsZero() {
				continue
			}
			u := users[k.user]
			if u == nil || u.created.IsZero() || !u.known {
				r.NotAssessed("when user "+k.user+" was made and whether it has a password", getReport)
				continue
			}
			if !u.password || k.created.Sub(u.created).Abs() > together {
				continue
			}
			r.Found(k.aspect(), audit.Finding{
				Resource: k.arn,
				Title:    fmt.Sprintf("%s of user %s was made together with the user, who has a password", k.capital(), k.user),
				Evidence: []audit.Evidence{fact("user %s was made on %s", k.user, u.created.UTC().Format(time.DateTime)), k.made(), lastUse(a, k)},
				Remedy: audit.Remedy{
					Text:    "Ask the user what the key is for; deactivate it, and let the user make one when there is a need.",
					Command: k.deactivate(),
				},
			})
		}
	},
}

// consoleUser is what is known of a user and its password.
type consoleUser struct {
	created         time.Time // zero if unknown
	password, known bool
}

// consoleUsers are the users by name, of the credential report, the authorization details and the login profiles.
func consoleUsers(a *audit.Account) map[string]*consoleUser {
	users := map[string]*consoleUser{}
	if report := a.Evidence.CredentialReport; report != nil {
		for _, row := range report.Rows {
			if row.Root {
				continue
			}
			u := &consoleUser{password: is(row.PasswordEnabled, true), known: row.PasswordEnabled.State != awsimport.NotInReport}
			if row.Created.State == awsimport.Known {
				u.created = row.Created.Value
			}
			users[row.User] = u
		}
	}
	if a.Directory != nil {
		for d := range a.Directory.Users() {
			if users[d.Name] == nil {
				users[d.Name] = &consoleUser{}
			}
			users[d.Name].created = d.Created
		}
	}
	for name, profile := range a.Evidence.LoginProfiles {
		if u := users[name]; u != nil && !u.known {
			u.password, u.known = profile != nil, true
		}
	}
	return users
}
