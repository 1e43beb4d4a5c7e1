package iam

import (
	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/iam"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/policy"
)

// bindTrust checks a trust policy that is to be written, and binds the users and roles that it names to their unique ids:
// who is later made under the name of a deleted principal is somebody else.
func bindTrust(tx *store.Tx, text string) (directory.Document, error) {
	doc, err := policy.ParseFor(policy.Trust, text)
	if err != nil {
		return directory.Document{}, err
	}
	if limit := tx.Quotas().Limit(store.ACLSizePerRole); policy.Size(text) > limit {
		return directory.Document{}, api.LimitExceeded.New("Cannot exceed quota for ACLSizePerRole: %d", limit)
	}
	bound, missing := tx.Directory().BindPrincipals(doc)
	if missing != "" {
		return directory.Document{}, noPrincipal(missing)
	}
	return directory.NewDocument(policy.Trust, bound)
}

func noPrincipal(name string) *awsapi.Error {
	return api.MalformedPolicyDocument.New("%s", policy.InvalidPrincipal("AWS", name))
}
