package iam

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/iam"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/store"
)

func (iam *Service) registerTags(s *server.Server) {
	server.Handle(s, api.TagUser, server.Ask(func(c *server.Call, in *api.TagUserInput) authz.Ask {
		return withRequestTags(onUser(c, in.UserName), in.Tags)
	}), func(c *server.Call, in *api.TagUserInput) (*api.TagUserOutput, error) {
		return addTags[api.TagUserOutput](c, taggedUser, in.UserName, in.Tags)
	})
	server.Handle(s, api.TagRole, server.Ask(func(c *server.Call, in *api.TagRoleInput) authz.Ask {
		return withRequestTags(onRole(c, in.RoleName), in.Tags)
	}), func(c *server.Call, in *api.TagRoleInput) (*api.TagRoleOutput, error) {
		return addTags[api.TagRoleOutput](c, taggedRole, in.RoleName, in.Tags)
	})
	server.Handle(s, api.TagPolicy, server.Ask(func(c *server.Call, in *api.TagPolicyInput) authz.Ask {
		return withRequestTags(onPolicy(c, in.PolicyArn), in.Tags)
	}), func(c *server.Call, in *api.TagPolicyInput) (*api.TagPolicyOutput, error) {
		return addTags[api.TagPolicyOutput](c, taggedPolicy("tag policies"), in.PolicyArn, in.Tags)
	})
	server.Handle(s, api.TagInstanceProfile, server.Ask(func(c *server.Call, in *api.TagInstanceProfileInput) authz.Ask {
		return withRequestTags(onProfile(c, in.InstanceProfileName), in.Tags)
	}), func(c *server.Call, in *api.TagInstanceProfileInput) (*api.TagInstanceProfileOutput, error) {
		return addTags[api.TagInstanceProfileOutput](c, taggedProfile, in.InstanceProfileName, in.Tags)
	})

	server.Handle(s, api.UntagUser, server.Ask(func(c *server.Call, in *api.UntagUserInput) authz.Ask {
		return withTagKeys(onUser(c, in.UserName), in.TagKeys)
	}), func(c *server.Call, in *api.UntagUserInput) (*api.UntagUserOutput, error) {
		return dropTags[api.UntagUserOutput](c, taggedUser, in.UserName, in.TagKeys)
	})
	server.Handle(s, api.UntagRole, server.Ask(func(c *server.Call, in *api.UntagRoleInput) authz.Ask {
		return withTagKeys(onRole(c, in.RoleName), in.TagKeys)
	}), func(c *server.Call, in *api.UntagRoleInput) (*api.UntagRoleOutput, error) {
		return dropTags[api.UntagRoleOutput](c, taggedRole, in.RoleName, in.TagKeys)
	})
	server.Handle(s, api.UntagPolicy, server.Ask(func(c *server.Call, in *api.UntagPolicyInput) authz.Ask {
		return withTagKeys(onPolicy(c, in.PolicyArn), in.TagKeys)
	}), func(c *server.Call, in *api.UntagPolicyInput) (*api.UntagPolicyOutput, error) {
		return dropTags[api.UntagPolicyOutput](c, taggedPolicy("untag policies"), in.PolicyArn, in.TagKeys)
	})
	server.Handle(s, api.UntagInstanceProfile, server.Ask(func(c *server.Call, in *api.UntagInstanceProfileInput) authz.Ask {
		return withTagKeys(onProfile(c, in.InstanceProfileName), in.TagKeys)
	}), func(c *server.Call, in *api.UntagInstanceProfileInput) (*api.UntagInstanceProfileOutput, error) {
		return dropTags[api.UntagInstanceProfileOutput](c, taggedProfile, in.InstanceProfileName, in.TagKeys)
	})

	server.Handle(s, api.ListUserTags, server.Ask(func(c *server.Call, in *api.ListUserTagsInput) authz.Ask {
		return onUser(c, in.UserName)
	}), iam.listUserTags)
	server.Handle(s, api.ListRoleTags, server.Ask(func(c *server.Call, in *api.ListRoleTagsInput) authz.Ask {
		return onRole(c, in.RoleName)
	}), iam.listRoleTags)
	server.Handle(s, api.ListPolicyTags, server.Ask(func(c *server.Call, in *api.ListPolicyTagsInput) authz.Ask {
		return onPolicy(c, in.PolicyArn)
	}), iam.listPolicyTags)
	server.Handle(s, api.ListInstanceProfileTags, server.Ask(func(c *server.Call, in *api.ListInstanceProfileTagsInput) authz.Ask {
		return onProfile(c, in.InstanceProfileName)
	}), iam.listInstanceProfileTags)
}

// tagged is an entity, as a copy to change, seen as something that has tags.
type tagged struct {
	entity directory.Entity
	tags   *[]directory.Tag
	rule   tagRule
}

// findTagged finds one by the name or ARN that the operation was given.
type findTagged func(a *directory.Account, name string) (tagged, error)

func taggedUser(a *directory.Account, name string) (tagged, error) {
	u := a.User(name)
	if u == nil {
		return tagged{}, noUser(name)
	}
	u = u.Clone()
	return tagged{u, &u.Tags, foldedKeys}, nil
}

// taggedRole finds any role: AWS lets those of services be tagged.
func taggedRole(a *directory.Account, name string) (tagged, error) {
	r := a.Role(name)
	if r == nil {
		return tagged{}, noRole(name)
	}
	r = r.Clone()
	return tagged{r, &r.Tags, foldedKeys}, nil
}

func taggedPolicy(change string) findTagged {
	return func(a *directory.Account, policyARN string) (tagged, error) {
		p, err := ownPolicy(a, policyARN, change, noPolicy)
		if err != nil {
			return tagged{}, err
		}
		return tagged{p, &p.Tags, exactKeys}, nil
	}
}

func taggedProfile(a *directory.Account, name string) (tagged, error) {
	p := a.InstanceProfile(name)
	if p == nil {
		return tagged{}, noProfile(name)
	}
	p = p.Clone()
	return tagged{p, &p.Tags, foldedKeys}, nil
}

func addTags[Out any](c *server.Call, find findTagged, name string, given []api.Tag) (*Out, error) {
	return server.Change(c, func(tx *store.Tx) (*Out, error) {
		t, err := find(tx.Account(), name)
		if err != nil {
			return nil, err
		}
		tags, err := newTags(given, t.rule)
		if err != nil {
			return nil, err
		}
		if *t.tags, err = t.rule.merge(tx, *t.tags, tags); err != nil {
			return nil, err
		}
		return new(Out), tx.Put(t.entity)
	})
}

// dropTags takes tags away; keys that are not there are no error.
func dropTags[Out any](c *server.Call, find findTagged, name string, keys []string) (*Out, error) {
	return server.Change(c, func(tx *store.Tx) (*Out, error) {
		t, err := find(tx.Account(), name)
		if err != nil {
			return nil, err
		}
		*t.tags = t.rule.without(*t.tags, keys)
		return new(Out), tx.Put(t.entity)
	})
}

func (iam *Service) listUserTags(c *server.Call, in *api.ListUserTagsInput) (*api.ListUserTagsOutput, error) {
	p, err := listTags(c, taggedUser, in.UserName, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	return &api.ListUserTagsOutput{Tags: each(p.items, showTag), IsTruncated: new(p.truncated), Marker: p.marker}, nil
}

func (iam *Service) listRoleTags(c *server.Call, in *api.ListRoleTagsInput) (*api.ListRoleTagsOutput, error) {
	p, err := listTags(c, taggedRole, in.RoleName, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	return &api.ListRoleTagsOutput{Tags: each(p.items, showTag), IsTruncated: new(p.truncated), Marker: p.marker}, nil
}

// listPolicyTags answers for AWS's policies too: they have none.
func (iam *Service) listPolicyTags(c *server.Call, in *api.ListPolicyTagsInput) (*api.ListPolicyTagsOutput, error) {
	m, err := findManaged(c.Directory(), c.Account(), in.PolicyArn, noPolicy)
	if err != nil {
		return nil, err
	}
	var tags []directory.Tag
	if m.own != nil {
		tags = m.own.Tags
	}
	p, err := tagPage(c, tags, in.Marker, in.MaxItems, tagPositionByLength)
	if err != nil {
		return nil, err
	}
	return &api.ListPolicyTagsOutput{Tags: each(p.items, showTag), IsTruncated: new(p.truncated), Marker: p.marker}, nil
}

func (iam *Service) listInstanceProfileTags(c *server.Call, in *api.ListInstanceProfileTagsInput) (*api.ListInstanceProfileTagsOutput, error) {
	p, err := listTags(c, taggedProfile, in.InstanceProfileName, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	return &api.ListInstanceProfileTagsOutput{Tags: each(p.items, showTag), IsTruncated: new(p.truncated), Marker: p.marker}, nil
}

// listTags cuts a page out of the tags of what the operation was given.
func listTags(c *server.Call, find findTagged, name string, mark *string, maxItems *int32) (page[directory.Tag], error) {
	t, err := find(c.Account(), name)
	if err != nil {
		return page[directory.Tag]{}, err
	}
	return tagPage(c, *t.tags, mark, maxItems, tagPosition)
}

// tagPage cuts a page out of the tags in the order of their positions.
func tagPage(c *server.Call, tags []directory.Tag, mark *string, maxItems *int32, position func(directory.Tag) string) (page[directory.Tag], error) {
	return list(c, mark, maxItems, sortedAfter(tags, position), position, nil)
}

// tagPosition is the tag's key. One that is too long for a marker, in letters of several bytes, stands by its beginning
// and its hash.
func tagPosition(t directory.Tag) string {
	const most = 128
	if len(t.Key) <= most {
		return t.Key
	}
	sum := sha256.Sum256([]byte(t.Key))
	return t.Key[:most] + hex.EncodeToString(sum[:16])
}

// tagPositionByLength puts shorter keys first. AWS lists a policy's tags so, and those of users and roles not.
func tagPositionByLength(t directory.Tag) string {
	return fmt.Sprintf("%03d%s", len(t.Key), tagPosition(t))
}
