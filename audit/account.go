package audit

import (
	"time"

	"github.com/warder-iam/warder/arn"
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

	privileges func() *privileges
	activity   func() *TrailActivity
}

// RootARN is the ARN of the account's root user, which stands for the account.
func (a *Account) RootARN() string { return a.ARN(arn.KindRoot) }

// ARN of something in the account's IAM: ARN("user/alice").
func (a *Account) ARN(rest string) string { return a.Names().Resource(rest).String() }

// Names makes ARNs of the account's IAM and STS resources.
func (a *Account) Names() arn.Account { return arn.Account{Partition: a.Partition, ID: a.ID} }

// Ago is how many whole days before the audit a time was.
func (a *Account) Ago(t time.Time) int { return Days(t, a.Now) }

// Administrators are those of this account, the root user left out.
func (a *Account) Administrators() []Administrator {
	return ofAccount(a.privileges().administrators, a.ID, func(p *Administrator) string { return p.Account })
}

// Escalations are the ways by which principals of this account that are no administrators become one.
func (a *Account) Escalations() []Escalation {
	return ofAccount(a.privileges().escalations, a.ID, func(e *Escalation) string { return accountOf(e.From) })
}

// Cut is the smallest set of statements, in all accounts of the audit, without which no escalation is left; nil where there
// is none.
func (a *Account) Cut() *Cut { return a.privileges().cut }

// External is who outside of this account reaches what in it.
func (a *Account) External() []External {
	return ofAccount(a.privileges().external, a.ID, func(e *External) string { return a.ownerOf(e.Resource) })
}

// Unsettled are questions about rights that could not be decided, each with the reason: what follows from them is not
// assessed.
func (a *Account) Unsettled() []string { return a.privileges().unsettled }

// ownerOf is the account of a resource: most ARNs name it, those of buckets do not.
func (a *Account) ownerOf(resource string) string {
	if owner := accountOf(resource); owner != "" {
		return owner
	}
	for id, e := range a.Bundle.Accounts {
		for i := range e.ResourcePolicies {
			if e.ResourcePolicies[i].ARN == resource {
				return id
			}
		}
	}
	return ""
}

// Activity is what the trail of the bundle says of the account; nil where the bundle has no trail, and no more than an empty
// one where it has that of other accounts only. All events are read once per run, when it is asked for first.
func (a *Account) Activity() *Activity {
	return a.activity().Of(a.ID)
}

// summary counts what the audit has seen.
func (a *Account) summary() AccountSummary {
	s := AccountSummary{ID: a.ID, Name: a.Evidence.Name, Alias: a.Evidence.Alias}
	if a.Directory != nil {
		n := a.Directory.Counts()
		s.Entities = true
		s.Users, s.Groups, s.Roles, s.Policies = n.Users, n.Groups, n.Roles, n.Policies
	}
	return s
}
