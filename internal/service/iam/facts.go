package iam

import (
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/store"
)

// Facts are what operations of this service tell of an account, for whoever looks at all of it at once.
type Facts struct{ service *Service }

// NewFacts gives the facts of the accounts in st.
func NewFacts(st *store.Store) Facts { return Facts{&Service{store: st}} }

// CredentialReport is the CSV text of GetCredentialReport, if it were made now.
func (f Facts) CredentialReport(a *directory.Account) ([]byte, error) {
	return f.service.credentialReport(a)
}

// AccountSummary is the map of GetAccountSummary.
func (f Facts) AccountSummary(snap *directory.Snapshot, a *directory.Account) map[string]int32 {
	return f.service.summary(snap, a)
}

// TrustPolicy is a role's trust policy as clients see it: principals that it is bound to stand with their ARNs of now.
func (f Facts) TrustPolicy(snap *directory.Snapshot, r *directory.Role) string {
	return showTrust(snap, r.Trust)
}

// TrackedSince is how far back what is told of last accesses goes.
func (f Facts) TrackedSince(now time.Time) time.Time { return now.Add(-trackingPeriod) }
