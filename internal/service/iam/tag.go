package iam

import (
	"slices"
	"strings"

	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/iam"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/store"
)

// tagRule says when two tag keys of one resource are the same.
type tagRule struct {
	same      func(a, b string) bool
	duplicate string
}

// Tag keys of users, roles and instance profiles have no case; those of customer-managed policies do.
// Source: responses recorded on AWS.
var (
	foldedKeys = tagRule{strings.EqualFold, "Duplicate tag keys found. Please note that Tag keys are case insensitive."}
	exactKeys  = tagRule{func(a, b string) bool { return a == b }, "Duplicate tag keys found."}
)

// newTags checks the tags of a request and makes them the model's.
func newTags(tags []api.Tag, rule tagRule) ([]directory.Tag, error) {
	var list []directory.Tag
	for _, t := range tags {
		if err := ownKey(t.Key); err != nil {
			return nil, err
		}
		if rule.find(list, t.Key) >= 0 {
			return nil, api.InvalidInput.New("%s", rule.duplicate)
		}
		list = append(list, modelTag(t))
	}
	return list, nil
}

// ownKey refuses keys under the prefix that is AWS's own.
func ownKey(key string) *awsapi.Error {
	if len(key) >= 4 && strings.EqualFold(key[:4], "aws:") {
		return api.InvalidInput.New("Tag keys starting with \"aws:\" are reserved for system use.")
	}
	return nil
}

func (rule tagRule) find(tags []directory.Tag, key string) int {
	for i, t := range tags {
		if rule.same(t.Key, key) {
			return i
		}
	}
	return -1
}

// merge lays tags over those that are there, in a new slice: the value of a key that is there changes, new ones come to
// the end.
func (rule tagRule) merge(tx *store.Tx, have, tags []directory.Tag) ([]directory.Tag, error) {
	merged := slices.Clone(have)
	for _, t := range tags {
		if i := rule.find(merged, t.Key); i >= 0 {
			merged[i] = t
			continue
		}
		if err := tx.Quota(store.TagsPerResource, len(merged)); err != nil {
			return nil, err
		}
		merged = append(merged, t)
	}
	return merged, nil
}

// without leaves out the tags of these keys.
func (rule tagRule) without(have []directory.Tag, keys []string) []directory.Tag {
	return slices.DeleteFunc(slices.Clone(have), func(t directory.Tag) bool {
		return slices.ContainsFunc(keys, func(key string) bool { return rule.same(t.Key, key) })
	})
}

// showTags gives nil for no tags, so that the element is left out.
func showTags(tags []directory.Tag) []api.Tag {
	if len(tags) == 0 {
		return nil
	}
	return each(tags, showTag)
}

func modelTag(t api.Tag) directory.Tag { return directory.Tag{Key: t.Key, Value: t.Value} }

func showTag(t directory.Tag) api.Tag { return api.Tag{Key: t.Key, Value: t.Value} }

// tagsOf are the tags of an entity of any kind.
func tagsOf(e directory.Entity) []directory.Tag {
	switch e := e.(type) {
	case *directory.User:
		return e.Tags
	case *directory.Role:
		return e.Tags
	case *directory.Policy:
		return e.Tags
	case *directory.InstanceProfile:
		return e.Tags
	case *directory.ServerCertificate:
		return e.Tags
	case *directory.MFADevice:
		return e.Tags
	case *directory.OIDCProvider:
		return e.Tags
	case *directory.SAMLProvider:
		return e.Tags
	}
	return nil
}
