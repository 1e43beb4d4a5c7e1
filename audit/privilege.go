package audit

import (
	"github.com/warder-iam/warder/audit/access"
	"github.com/warder-iam/warder/directory/awsimport"
	"github.com/warder-iam/warder/policy/eval"
)

// resource is a resource of the bundle as questions about access need it. A policy that cannot be read stands with its
// document, which denies everything: that its resource is not assessed the bundle's problems tell.
func resource(account string, p *awsimport.ResourcePolicy) access.Resource {
	r := access.Resource{ARN: p.ARN, Account: p.Account}
	if r.Account == "" {
		r.Account = account
	}
	r.Policy = &eval.Source{Name: p.ARN, File: p.File, Policy: p.Document.Compiled()}
	return r
}

// administrators are those of one account.
func administrators(a *Account) []Administrator { return nil }
