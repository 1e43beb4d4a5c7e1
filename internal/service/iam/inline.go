package iam

import (
	"slices"
	"strings"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/iam"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/policy"
)

func (iam *Service) registerInlinePolicies(s *server.Server) {
	server.Handle(s, api.PutUserPolicy, server.Ask(func(c *server.Call, in *api.PutUserPolicyInput) authz.Ask {
		return onBoundedUser(c, in.UserName)
	}), func(c *server.Call, in *api.PutUserPolicyInput) (*api.PutUserPolicyOutput, error) {
		return putInline[api.PutUserPolicyOutput](c, userHolder, in.UserName, in.PolicyName, in.PolicyDocument)
	})
	server.Handle(s, api.PutGroupPolicy, server.Ask(func(c *server.Call, in *api.PutGroupPolicyInput) authz.Ask {
		return onGroup(c, in.GroupName)
	}), func(c *server.Call, in *api.PutGroupPolicyInput) (*api.PutGroupPolicyOutput, error) {
		return putInline[api.PutGroupPolicyOutput](c, groupHolder, in.GroupName, in.PolicyName, in.PolicyDocument)
	})
	server.Handle(s, api.PutRolePolicy, server.Ask(func(c *server.Call, in *api.PutRolePolicyInput) authz.Ask {
		return onBoundedRole(c, in.RoleName)
	}), func(c *server.Call, in *api.PutRolePolicyInput) (*api.PutRolePolicyOutput, error) {
		return putInline[api.PutRolePolicyOutput](c, ownRoleHolder, in.RoleName, in.PolicyName, in.PolicyDocument)
	})

	server.Handle(s, api.GetUserPolicy, server.Ask(func(c *server.Call, in *api.GetUserPolicyInput) authz.Ask {
		return onUser(c, in.UserName)
	}), iam.getUserPolicy)
	server.Handle(s, api.GetGroupPolicy, server.Ask(func(c *server.Call, in *api.GetGroupPolicyInput) authz.Ask {
		return onGroup(c, in.GroupName)
	}), iam.getGroupPolicy)
	server.Handle(s, api.GetRolePolicy, server.Ask(func(c *server.Call, in *api.GetRolePolicyInput) authz.Ask {
		return onRole(c, in.RoleName)
	}), iam.getRolePolicy)

	server.Handle(s, api.DeleteUserPolicy, server.Ask(func(c *server.Call, in *api.DeleteUserPolicyInput) authz.Ask {
		return onBoundedUser(c, in.UserName)
	}), func(c *server.Call, in *api.DeleteUserPolicyInput) (*api.DeleteUserPolicyOutput, error) {
		return deleteInline[api.DeleteUserPolicyOutput](c, userHolder, in.UserName, in.PolicyName)
	})
	server.Handle(s, api.DeleteGroupPolicy, server.Ask(func(c *server.Call, in *api.DeleteGroupPolicyInput) authz.Ask {
		return onGroup(c, in.GroupName)
	}), func(c *server.Call, in *api.DeleteGroupPolicyInput) (*api.DeleteGroupPolicyOutput, error) {
		return deleteInline[api.DeleteGroupPolicyOutput](c, groupHolder, in.GroupName, in.PolicyName)
	})
	server.Handle(s, api.DeleteRolePolicy, server.Ask(func(c *server.Call, in *api.DeleteRolePolicyInput) authz.Ask {
		return onBoundedRole(c, in.RoleName)
	}), func(c *server.Call, in *api.DeleteRolePolicyInput) (*api.DeleteRolePolicyOutput, error) {
		return deleteInline[api.DeleteRolePolicyOutput](c, ownRoleHolder, in.RoleName, in.PolicyName)
	})

	server.Handle(s, api.ListUserPolicies, server.Ask(func(c *server.Call, in *api.ListUserPoliciesInput) authz.Ask {
		return onUser(c, in.UserName)
	}), iam.listUserPolicies)
	server.Handle(s, api.ListGroupPolicies, server.Ask(func(c *server.Call, in *api.ListGroupPoliciesInput) authz.Ask {
		return onGroup(c, in.GroupName)
	}), iam.listGroupPolicies)
	server.Handle(s, api.ListRolePolicies, server.Ask(func(c *server.Call, in *api.ListRolePoliciesInput) authz.Ask {
		return onRole(c, in.RoleName)
	}), iam.listRolePolicies)
}

// mostInline bounds the bytes of one holder's inline policies. AWS's quotas leave white space out; a hundred small policies
// in 128 KiB of white space each would fill the memory.
const mostInline = 1 << 20

// putInline writes a policy into its holder. A policy of that name, without case, is replaced. The quota is for all of
// the holder's inline policies together.
func putInline[Out any](c *server.Call, find finder, holderName, name, text string) (*Out, error) {
	doc, docErr := directory.NewDocument(policy.Identity, text)
	return changeHolder[Out](c, find, holderName, func(tx *store.Tx, h *holder) error {
		if docErr != nil { // said only now, after a missing holder
			return docErr
		}
		rest := slices.DeleteFunc(*h.inline, func(p directory.InlinePolicy) bool { return strings.EqualFold(p.Name, name) })
		size, whole := policy.Size(text), len(text)
		for i := range rest {
			size += policy.Size(rest[i].Document.Text)
			whole += len(rest[i].Document.Text)
		}
		if limit := tx.Quotas().Limit(h.inlineSize); size > limit {
			return api.LimitExceeded.New("Maximum policy size of %d bytes exceeded for %s %s", limit, h.kind, h.name)
		}
		if whole > mostInline {
			return api.LimitExceeded.New("The inline policies of %s %s have more than %d bytes together, white space included.", h.kind, h.name, mostInline)
		}
		*h.inline = append(rest, directory.InlinePolicy{Name: name, Document: doc})
		slices.SortFunc(*h.inline, func(p, q directory.InlinePolicy) int {
			return strings.Compare(inlinePosition(p), inlinePosition(q))
		})
		return nil
	})
}

func deleteInline[Out any](c *server.Call, find finder, holderName, name string) (*Out, error) {
	return changeHolder[Out](c, find, holderName, func(_ *store.Tx, h *holder) error {
		i, err := h.inlineIndex(name)
		if err != nil {
			return err
		}
		*h.inline = slices.Delete(*h.inline, i, i+1)
		return nil
	})
}

// inlineIndex finds an inline policy by name, without case.
func (h *holder) inlineIndex(name string) (int, error) {
	i := slices.IndexFunc(*h.inline, func(p directory.InlinePolicy) bool { return strings.EqualFold(p.Name, name) })
	if i < 0 {
		return 0, api.NoSuchEntity.New("The %s policy with name %s cannot be found.", h.kind, name)
	}
	return i, nil
}

// inlineIn finds one inline policy of a holder.
func inlineIn(c *server.Call, find finder, holderName, name string) (h *holder, p directory.InlinePolicy, err error) {
	if h, err = find(c.Account(), holderName); err != nil {
		return nil, p, err
	}
	i, err := h.inlineIndex(name)
	if err != nil {
		return nil, p, err
	}
	return h, (*h.inline)[i], nil
}

func (iam *Service) getUserPolicy(c *server.Call, in *api.GetUserPolicyInput) (*api.GetUserPolicyOutput, error) {
	h, p, err := inlineIn(c, userHolder, in.UserName, in.PolicyName)
	if err != nil {
		return nil, err
	}
	return &api.GetUserPolicyOutput{UserName: h.name, PolicyName: p.Name, PolicyDocument: awsapi.EncodeDocument(p.Document.Text)}, nil
}

func (iam *Service) getGroupPolicy(c *server.Call, in *api.GetGroupPolicyInput) (*api.GetGroupPolicyOutput, error) {
	h, p, err := inlineIn(c, groupHolder, in.GroupName, in.PolicyName)
	if err != nil {
		return nil, err
	}
	return &api.GetGroupPolicyOutput{GroupName: h.name, PolicyName: p.Name, PolicyDocument: awsapi.EncodeDocument(p.Document.Text)}, nil
}

func (iam *Service) getRolePolicy(c *server.Call, in *api.GetRolePolicyInput) (*api.GetRolePolicyOutput, error) {
	h, p, err := inlineIn(c, roleHolder, in.RoleName, in.PolicyName)
	if err != nil {
		return nil, err
	}
	return &api.GetRolePolicyOutput{RoleName: h.name, PolicyName: p.Name, PolicyDocument: awsapi.EncodeDocument(p.Document.Text)}, nil
}

func (iam *Service) listUserPolicies(c *server.Call, in *api.ListUserPoliciesInput) (*api.ListUserPoliciesOutput, error) {
	p, err := inlinePage(c, userHolder, in.UserName, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	return &api.ListUserPoliciesOutput{PolicyNames: each(p.items, inlineName), IsTruncated: new(p.truncated), Marker: p.marker}, nil
}

func (iam *Service) listGroupPolicies(c *server.Call, in *api.ListGroupPoliciesInput) (*api.ListGroupPoliciesOutput, error) {
	p, err := inlinePage(c, groupHolder, in.GroupName, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	return &api.ListGroupPoliciesOutput{PolicyNames: each(p.items, inlineName), IsTruncated: new(p.truncated), Marker: p.marker}, nil
}

func (iam *Service) listRolePolicies(c *server.Call, in *api.ListRolePoliciesInput) (*api.ListRolePoliciesOutput, error) {
	p, err := inlinePage(c, roleHolder, in.RoleName, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	return &api.ListRolePoliciesOutput{PolicyNames: each(p.items, inlineName), IsTruncated: new(p.truncated), Marker: p.marker}, nil
}

func inlinePage(c *server.Call, find finder, name string, mark *string, maxItems *int32) (page[directory.InlinePolicy], error) {
	h, err := find(c.Account(), name)
	if err != nil {
		return page[directory.InlinePolicy]{}, err
	}
	return list(c, mark, maxItems, sortedAfter(*h.inline, inlinePosition), inlinePosition, nil)
}

func inlineName(p directory.InlinePolicy) string { return p.Name }

func inlinePosition(p directory.InlinePolicy) string { return folded(p.Name) }
