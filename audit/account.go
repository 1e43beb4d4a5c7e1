package audit

import (
	"time"

	"github.com/warder-iam/warder/audit/access"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/directory/awsimport"
)

// Account is what checks look at: one account, with all that the bundle holds of it.
type Account struct {
	// ID is 12 digits.
	ID string
	// Partition of its ARNs: "aws".
	Partition string
	// Directory is the account's IAM entities; nil where the bundle holds none. Evidence.AuthorizationDetails tells which
	// kinds of them are complete.
	Directory *directory.Account
	// Evidence is never nil.
	Evidence *awsimport.Evidence
	Bundle   *awsimport.Bundle
	Now      time.Time
	Settings Settings
	// Input is what else the audit was given.
	Input *Input
	// Finder answers who may do what.
	Finder *access.Finder

	administrators func() []Administrator
	activity       func() *trailActivity
}

// RootARN is the ARN of the account's root user, which stands for the account.
func (a *Account) RootARN() string { return "arn:" + a.Partition + ":iam::" + a.ID + ":root" }

// ARN of something in the account's IAM: ARN("user/alice").
func (a *Account) ARN(rest string) string { return "arn:" + a.Partition + ":iam::" + a.ID + ":" + rest }

// Ago is how many whole days before the audit a time was.
func (a *Account) Ago(t time.Time) int { return Days(t, a.Now) }

// Administrators are those of this account, the root user left out. It is worked out once.
func (a *Account) Administrators() []Administrator { return a.administrators() }

// Activity is what the trail of the bundle says of the account; nil where the bundle has no trail, and no more than an empty
// one where it has that of other accounts only. All events are read once per run, when it is asked for first.
func (a *Account) Activity() *Activity {
	all := a.activity()
	if all == nil {
		return nil
	}
	return all.of(a.ID)
}

// summary counts what the audit has seen.
func (a *Account) summary() AccountSummary {
	s := AccountSummary{ID: a.ID, Name: a.Evidence.Name, Alias: a.Evidence.Alias}
	if a.Directory != nil {
		n := a.Directory.Counts()
		s.Users, s.Groups, s.Roles, s.Policies = n.Users, n.Groups, n.Roles, n.Policies
	}
	return s
}
