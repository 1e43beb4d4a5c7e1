package cloudtrail

import (
	"slices"
	"strings"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/cloudtrail"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/store"
)

const (
	// maxTags is how many tags a trail has.
	maxTags = 50
	// maxResources is how many resources ListTags tells of at once.
	maxResources = 20
)

func (ct *Service) onAddTags(c *server.Call, in *api.AddTagsInput) authz.Ask {
	ask := askARN(c, in.ResourceId)
	ask.RequestTags = modelTags(in.TagsList)
	return ask
}

func (ct *Service) onRemoveTags(c *server.Call, in *api.RemoveTagsInput) authz.Ask {
	ask := askARN(c, in.ResourceId)
	for _, t := range in.TagsList {
		ask.TagKeys = append(ask.TagKeys, t.Key)
	}
	return ask
}

func (ct *Service) onListTags(c *server.Call, in *api.ListTagsInput) ([]authz.Ask, error) {
	const invalid = "1 validation error detected: Value at 'resourceIdList' failed to satisfy constraint: Member must have length "
	switch n := len(in.ResourceIdList); {
	case n == 0:
		return nil, awsapi.ValidationError.New(invalid+"greater than or equal to %d", 1)
	case n > maxResources:
		return nil, awsapi.ValidationError.New(invalid+"less than or equal to %d", maxResources)
	}
	var asks []authz.Ask
	for _, id := range in.ResourceIdList {
		asks = append(asks, askARN(c, id))
	}
	return asks, nil
}

// findTagged finds the trail with that ARN. CloudTrail's other resources have tags as well, and Warder has none of them.
func findTagged(a *directory.Account, text string) (*directory.Trail, error) {
	if parsed, err := arn.Parse(text); err == nil && parsed.Service == "cloudtrail" {
		kind, _, _ := strings.Cut(parsed.Resource, "/")
		if slices.Contains([]string{"eventdatastore", "channel", "dashboard"}, kind) {
			return nil, api.ResourceTypeNotSupportedException.New("Warder has no resources of CloudTrail but trails: %.300s", text)
		}
	}
	if _, err := trailOf(text); err != nil {
		return nil, err
	}
	t := a.TrailByARN(text)
	if t == nil {
		return nil, api.ResourceNotFoundException.New("%s is not found.", text)
	}
	return t, nil
}

func (ct *Service) addTags(c *server.Call, in *api.AddTagsInput) (*api.AddTagsOutput, error) {
	return server.Change(c, func(tx *store.Tx) (*api.AddTagsOutput, error) {
		t, err := findTagged(tx.Account(), in.ResourceId)
		if err != nil {
			return nil, err
		}
		t = t.Clone()
		if t.Tags, err = mergeTags(t.Tags, in.TagsList); err != nil {
			return nil, err
		}
		return &api.AddTagsOutput{}, tx.Put(t)
	})
}

// removeTags goes by the keys, as CloudTrail does; those that are not there are no error.
func (ct *Service) removeTags(c *server.Call, in *api.RemoveTagsInput) (*api.RemoveTagsOutput, error) {
	return server.Change(c, func(tx *store.Tx) (*api.RemoveTagsOutput, error) {
		t, err := findTagged(tx.Account(), in.ResourceId)
		if err != nil {
			return nil, err
		}
		t = t.Clone()
		t.Tags = slices.DeleteFunc(t.Tags, func(tag directory.Tag) bool {
			return slices.ContainsFunc(in.TagsList, func(gone api.Tag) bool { return gone.Key == tag.Key })
		})
		return &api.RemoveTagsOutput{}, tx.Put(t)
	})
}

func (ct *Service) listTags(c *server.Call, in *api.ListTagsInput) (*api.ListTagsOutput, error) {
	if in.NextToken != nil {
		return nil, noToken()
	}
	out := &api.ListTagsOutput{ResourceTagList: []api.ResourceTag{}}
	for _, id := range in.ResourceIdList {
		t, err := findTagged(c.Account(), id)
		if err != nil {
			return nil, err
		}
		shown := api.ResourceTag{ResourceId: &id, TagsList: []api.Tag{}}
		for _, tag := range t.Tags {
			one := api.Tag{Key: tag.Key}
			if tag.Value != "" {
				one.Value = &tag.Value
			}
			shown.TagsList = append(shown.TagsList, one)
		}
		out.ResourceTagList = append(out.ResourceTagList, shown)
	}
	return out, nil
}

// mergeTags adds tags, in place of those with the same keys.
func mergeTags(have []directory.Tag, add []api.Tag) ([]directory.Tag, error) {
	for i, tag := range modelTags(add) {
		switch {
		case len(tag.Key) >= 4 && strings.EqualFold(tag.Key[:4], "aws:"):
			return nil, api.InvalidTagParameterException.New("Tag keys starting with \"aws:\" are reserved for system use.")
		case slices.ContainsFunc(add[:i], func(t api.Tag) bool { return t.Key == tag.Key }):
			return nil, api.InvalidTagParameterException.New("The tag key %s is given more than once.", tag.Key)
		}
		if at := slices.IndexFunc(have, func(t directory.Tag) bool { return t.Key == tag.Key }); at >= 0 {
			have[at] = tag
		} else {
			have = append(have, tag)
		}
	}
	if len(have) > maxTags {
		return nil, api.TagsLimitExceededException.New("A trail has %d tags at most.", maxTags)
	}
	return have, nil
}

func modelTags(tags []api.Tag) []directory.Tag {
	var list []directory.Tag
	for _, t := range tags {
		tag := directory.Tag{Key: t.Key}
		set(&tag.Value, t.Value)
		list = append(list, tag)
	}
	return list
}
