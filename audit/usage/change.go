package usage

import (
	"fmt"
	"slices"
	"strings"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/directory"
)

// WithManaged is the snapshot in which a managed policy has another document. One of AWS's has it in every account that has
// the policy.
func WithManaged(snap *directory.Snapshot, policyARN, text string) (*directory.Snapshot, error) {
	a, err := arn.Parse(policyARN)
	if err != nil {
		return nil, fmt.Errorf("%q is no ARN of a policy: %w", policyARN, err)
	}
	if a.Account == arn.AWS {
		return withAWSManaged(snap, policyARN, text)
	}
	account := snap.Account(a.Account)
	if account == nil || account.PolicyByARN(policyARN) == nil {
		return nil, fmt.Errorf("there is no policy %s", policyARN)
	}
	p := account.PolicyByARN(policyARN).Clone()
	at := slices.IndexFunc(p.Versions, func(v directory.PolicyVersion) bool { return v.Number == p.Default })
	if at < 0 {
		p.Versions = append(p.Versions, directory.PolicyVersion{Number: p.Default})
		at = len(p.Versions) - 1
	}
	p.Versions[at].Document = snap.Library().Document(text)
	return snap.With(snap.Revision()+1, a.Account, []directory.Entity{p}, nil), nil
}

func withAWSManaged(snap *directory.Snapshot, policyARN, text string) (*directory.Snapshot, error) {
	found := false
	for account := range snap.Accounts() {
		p := account.Managed(policyARN)
		if p == nil {
			continue
		}
		found = true
		name := policyARN[strings.LastIndexByte(policyARN, '/')+1:]
		snap = snap.WithAWSPolicies(account.ID(), []directory.AWSPolicy{{ARN: policyARN, Name: name, Path: "/", Version: "v1", Document: snap.Library().Document(text)}})
	}
	if !found {
		return nil, fmt.Errorf("there is no policy %s", policyARN)
	}
	return snap, nil
}

// WithOnly is the snapshot in which a user or role has one identity policy, and no other: no inline and no managed one, and
// no group. Its permissions boundary stays.
func WithOnly(snap *directory.Snapshot, principal, text string) (*directory.Snapshot, error) {
	return withPrincipal(snap, principal, func(inline []directory.InlinePolicy, document directory.Document) ([]directory.InlinePolicy, bool, error) {
		return []directory.InlinePolicy{{Name: "new", Document: document}}, true, nil
	}, text)
}

// WithInline is the snapshot in which an inline policy of a user or role has another document.
func WithInline(snap *directory.Snapshot, principal, name, text string) (*directory.Snapshot, error) {
	return withPrincipal(snap, principal, func(inline []directory.InlinePolicy, document directory.Document) ([]directory.InlinePolicy, bool, error) {
		at := slices.IndexFunc(inline, func(p directory.InlinePolicy) bool { return p.Name == name })
		if at < 0 {
			return nil, false, fmt.Errorf("%s has no inline policy %q", principal, name)
		}
		inline[at].Document = document
		return inline, false, nil
	}, text)
}

type inlineChange func(inline []directory.InlinePolicy, document directory.Document) (changed []directory.InlinePolicy, alone bool, err error)

func withPrincipal(snap *directory.Snapshot, principal string, change inlineChange, text string) (*directory.Snapshot, error) {
	account, e := entityOf(snap, principal)
	document := snap.Library().Document(text)
	var alone bool
	var err error
	switch own := e.(type) {
	case *directory.User:
		u := own.Clone()
		if u.Inline, alone, err = change(u.Inline, document); alone {
			u.Attached, u.Groups = nil, nil
		}
		e = u
	case *directory.Role:
		r := own.Clone()
		if r.Inline, alone, err = change(r.Inline, document); alone {
			r.Attached = nil
		}
		e = r
	default:
		return nil, fmt.Errorf("there is no user or role %s", principal)
	}
	if err != nil {
		return nil, err
	}
	return snap.With(snap.Revision()+1, account.ID(), []directory.Entity{e}, nil), nil
}
