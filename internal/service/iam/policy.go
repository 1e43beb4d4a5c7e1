package iam

import (
	"slices"
	"time"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/iam"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/policy"
)

func (iam *Service) registerPolicies(s *server.Server) {
	server.Handle(s, api.CreatePolicy, server.Asks(func(c *server.Call, in *api.CreatePolicyInput) ([]authz.Ask, error) {
		return onNew(c, "policy", in.Path, in.PolicyName, in.Tags), nil
	}), iam.createPolicy)
	server.Handle(s, api.GetPolicy, server.Ask(func(c *server.Call, in *api.GetPolicyInput) authz.Ask {
		return onPolicy(c, in.PolicyArn)
	}), iam.getPolicy)
	server.Handle(s, api.ListPolicies, server.Ask(func(c *server.Call, _ *api.ListPoliciesInput) authz.Ask {
		return askAny(c)
	}), iam.listPolicies)
	server.Handle(s, api.DeletePolicy, server.Ask(func(c *server.Call, in *api.DeletePolicyInput) authz.Ask {
		return onPolicy(c, in.PolicyArn)
	}), iam.deletePolicy)
	server.Handle(s, api.CreatePolicyVersion, server.Ask(func(c *server.Call, in *api.CreatePolicyVersionInput) authz.Ask {
		return onPolicy(c, in.PolicyArn)
	}), iam.createPolicyVersion)
	server.Handle(s, api.GetPolicyVersion, server.Ask(func(c *server.Call, in *api.GetPolicyVersionInput) authz.Ask {
		return onPolicy(c, in.PolicyArn)
	}), iam.getPolicyVersion)
	server.Handle(s, api.ListPolicyVersions, server.Ask(func(c *server.Call, in *api.ListPolicyVersionsInput) authz.Ask {
		return onPolicy(c, in.PolicyArn)
	}), iam.listPolicyVersions)
	server.Handle(s, api.DeletePolicyVersion, server.Ask(func(c *server.Call, in *api.DeletePolicyVersionInput) authz.Ask {
		return onPolicy(c, in.PolicyArn)
	}), iam.deletePolicyVersion)
	server.Handle(s, api.SetDefaultPolicyVersion, server.Ask(func(c *server.Call, in *api.SetDefaultPolicyVersionInput) authz.Ask {
		return onPolicy(c, in.PolicyArn)
	}), iam.setDefaultPolicyVersion)
}

func (iam *Service) createPolicy(c *server.Call, in *api.CreatePolicyInput) (*api.CreatePolicyOutput, error) {
	tags, err := newTags(in.Tags, exactKeys)
	if err != nil {
		return nil, err
	}
	doc, err := directory.NewDocument(policy.Identity, in.PolicyDocument)
	if err != nil {
		return nil, err
	}
	return server.Change(c, func(tx *store.Tx) (*api.CreatePolicyOutput, error) {
		account := tx.Account()
		if account.Policy(in.PolicyName) != nil {
			return nil, api.EntityAlreadyExists.New("A policy called %s already exists. Duplicate names are not allowed.", in.PolicyName)
		}
		if err := tx.Quota(store.PoliciesPerAccount, account.Counts().Policies); err != nil {
			return nil, err
		}
		if err := fits(tx, store.PolicySize, policy.Size(doc.Text)); err != nil {
			return nil, err
		}
		p := &directory.Policy{
			ID: session.NewEntityID(session.PrefixPolicy), Name: in.PolicyName, Path: pathOr(in.Path),
			Created: tx.Now(), Updated: tx.Now(), Description: value(in.Description), Tags: tags,
			Default: 1, Latest: 1, Versions: []directory.PolicyVersion{{Number: 1, Created: tx.Now(), Document: doc}},
		}
		shown := showPolicy(account, managed{own: p}) // AWS repeats the tags here, but not the description
		shown.Tags = showTags(p.Tags)
		return &api.CreatePolicyOutput{Policy: &shown}, tx.Put(p)
	})
}

// fits checks a size against the quota: a document may be as large as the limit.
func fits(tx *store.Tx, name store.QuotaName, size int) error { return tx.Quota(name, size-1) }

func (iam *Service) getPolicy(c *server.Call, in *api.GetPolicyInput) (*api.GetPolicyOutput, error) {
	m, err := findManaged(c.Directory(), c.Account(), in.PolicyArn, noPolicy)
	if err != nil {
		return nil, err
	}
	shown := showPolicy(c.Account(), m)
	shown.Tags = []api.Tag{} // shown even when there are none, as on AWS
	if m.own != nil {
		shown.Tags = each(m.own.Tags, showTag)
		shown.Description = notEmpty(m.own.Description)
	}
	return &api.GetPolicyOutput{Policy: &shown}, nil
}

func (iam *Service) listPolicies(c *server.Call, in *api.ListPoliciesInput) (*api.ListPoliciesOutput, error) {
	a, scope := c.Account(), value(in.Scope)
	p, err := list(c, in.Marker, in.MaxItems, managedAfter(c.Directory(), a, scope != "AWS", scope != "Local"), managed.position,
		func(m managed) bool {
			return underPath(m.path(), in.PathPrefix) && usedAs(a, m.arn(a), value(in.OnlyAttached), value(in.PolicyUsageFilter))
		})
	if err != nil {
		return nil, err
	}
	shown := each(p.items, func(m managed) api.Policy { return showPolicy(a, m) })
	return &api.ListPoliciesOutput{Policies: shown, IsTruncated: new(p.truncated), Marker: p.marker}, nil
}

// The values of PolicyUsageFilter.
const (
	asPermissions = "PermissionsPolicy"
	asBoundary    = "PermissionsBoundary"
)

// usedAs reports whether a policy passes the filters for what it is used as; "" for none.
func usedAs(a *directory.Account, policyARN string, attached bool, usage string) bool {
	switch {
	case usage == asBoundary:
		return a.BoundaryCount(policyARN) > 0
	case usage == asPermissions || attached:
		return a.AttachedCount(policyARN) > 0
	}
	return true
}

func (iam *Service) deletePolicy(c *server.Call, in *api.DeletePolicyInput) (*api.DeletePolicyOutput, error) {
	return server.Change(c, func(tx *store.Tx) (*api.DeletePolicyOutput, error) {
		p, err := ownPolicy(tx.Account(), in.PolicyArn, "delete policies", noPolicy)
		if err != nil {
			return nil, err
		}
		switch {
		case tx.Account().AttachedCount(in.PolicyArn) > 0, tx.Account().BoundaryCount(in.PolicyArn) > 0:
			return nil, api.DeleteConflict.New("Cannot delete a policy attached to entities.")
		case len(p.Versions) > 1:
			return nil, api.DeleteConflict.New("This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.")
		}
		tx.Delete(p)
		return &api.DeletePolicyOutput{}, nil
	})
}

func (iam *Service) createPolicyVersion(c *server.Call, in *api.CreatePolicyVersionInput) (*api.CreatePolicyVersionOutput, error) {
	doc, docErr := directory.NewDocument(policy.Identity, in.PolicyDocument)
	return server.Change(c, func(tx *store.Tx) (*api.CreatePolicyVersionOutput, error) {
		p, err := ownPolicy(tx.Account(), in.PolicyArn, "create policy versions for policies", noPolicy)
		if err != nil {
			return nil, err
		}
		if docErr != nil { // said only now: whose policy it is matters more
			return nil, docErr
		}
		if limit := tx.Quotas().Limit(store.VersionsPerPolicy); len(p.Versions) >= limit {
			return nil, api.LimitExceeded.New("A managed policy can have up to %d versions. Before you create a new version, you must delete an existing version.", limit)
		}
		if err := fits(tx, store.PolicySize, policy.Size(doc.Text)); err != nil {
			return nil, err
		}
		p.Latest++
		p.Updated = tx.Now()
		p.Versions = append(p.Versions, directory.PolicyVersion{Number: p.Latest, Created: tx.Now(), Document: doc})
		if value(in.SetAsDefault) {
			p.Default = p.Latest
		}
		v, _ := managed{own: p}.version(versionID(p.Latest))
		return &api.CreatePolicyVersionOutput{PolicyVersion: new(showVersion(v))}, tx.Put(p)
	})
}

func (iam *Service) getPolicyVersion(c *server.Call, in *api.GetPolicyVersionInput) (*api.GetPolicyVersionOutput, error) {
	missing := func(policyARN string) *awsapi.Error { return noPolicyVersion(policyARN, in.VersionId) }
	m, err := findManaged(c.Directory(), c.Account(), in.PolicyArn, missing)
	if err != nil {
		return nil, err
	}
	v, ok := m.version(in.VersionId)
	if !ok {
		return nil, missing(in.PolicyArn)
	}
	return &api.GetPolicyVersionOutput{PolicyVersion: new(showVersionIn(v))}, nil
}

func (iam *Service) listPolicyVersions(c *server.Call, in *api.ListPolicyVersionsInput) (*api.ListPolicyVersionsOutput, error) {
	m, err := findManaged(c.Directory(), c.Account(), in.PolicyArn, noPolicy)
	if err != nil {
		return nil, err
	}
	p, err := list(c, in.Marker, in.MaxItems, m.versionsAfter, func(v version) string { return v.id }, nil)
	if err != nil {
		return nil, err
	}
	return &api.ListPolicyVersionsOutput{
		Versions: each(p.items, showVersion), IsTruncated: new(p.truncated), Marker: p.marker,
	}, nil
}

func (iam *Service) deletePolicyVersion(c *server.Call, in *api.DeletePolicyVersionInput) (*api.DeletePolicyVersionOutput, error) {
	return server.Change(c, func(tx *store.Tx) (*api.DeletePolicyVersionOutput, error) {
		p, number, err := ownVersion(tx, in.PolicyArn, in.VersionId, "delete policy versions for policies")
		if err != nil {
			return nil, err
		}
		if number == p.Default {
			return nil, api.DeleteConflict.New("Cannot delete the default version of a policy.")
		}
		p.Versions = slices.DeleteFunc(p.Versions, func(v directory.PolicyVersion) bool { return v.Number == number })
		return &api.DeletePolicyVersionOutput{}, tx.Put(p)
	})
}

func (iam *Service) setDefaultPolicyVersion(c *server.Call, in *api.SetDefaultPolicyVersionInput) (*api.SetDefaultPolicyVersionOutput, error) {
	return server.Change(c, func(tx *store.Tx) (*api.SetDefaultPolicyVersionOutput, error) {
		p, number, err := ownVersion(tx, in.PolicyArn, in.VersionId, "update policies")
		if err != nil {
			return nil, err
		}
		p.Default = number
		return &api.SetDefaultPolicyVersionOutput{}, tx.Put(p)
	})
}

// ownVersion finds a policy as a copy to change, and the number of one of its versions.
func ownVersion(tx *store.Tx, policyARN, id, change string) (*directory.Policy, int, error) {
	missing := func(policyARN string) *awsapi.Error { return noPolicyVersion(policyARN, id) }
	p, err := ownPolicy(tx.Account(), policyARN, change, missing)
	if err != nil {
		return nil, 0, err
	}
	number, ok := versionNumber(id)
	if !ok || p.Version(number) == nil {
		return nil, 0, missing(policyARN)
	}
	return p, number, nil
}

// showPolicy is the policy as listings show it: description and tags are GetPolicy's alone.
func showPolicy(a *directory.Account, m managed) api.Policy {
	policyARN := m.arn(a)
	shown := api.Policy{
		Arn: new(policyARN), IsAttachable: new(true),
		AttachmentCount:               new(int32(a.AttachedCount(policyARN))),
		PermissionsBoundaryUsageCount: new(int32(a.BoundaryCount(policyARN))),
	}
	fill := func(name, id, path, version string, created, updated time.Time) {
		shown.PolicyName, shown.PolicyId, shown.Path, shown.DefaultVersionId = &name, &id, &path, &version
		shown.CreateDate, shown.UpdateDate = &created, &updated
	}
	if p := m.own; p != nil {
		fill(p.Name, p.ID, p.Path, versionID(p.Default), p.Created, p.Updated)
	} else {
		fill(m.aws.Name, m.aws.ID, m.aws.Path, m.aws.DefaultVersion, m.aws.Created, m.aws.Updated)
	}
	return shown
}

// showVersion leaves the document out, as AWS does except where one version is asked for.
func showVersion(v version) api.PolicyVersion {
	return api.PolicyVersion{VersionId: new(v.id), IsDefaultVersion: new(v.isDefault), CreateDate: new(v.created)}
}

func showVersionIn(v version) api.PolicyVersion {
	shown := showVersion(v)
	shown.Document = new(awsapi.EncodeDocument(v.text()))
	return shown
}
