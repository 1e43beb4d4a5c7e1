package acceptance

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

// tagged is one kind of thing that carries tags.
type tagged struct {
	name  string
	tag   func(context.Context, []types.Tag) error
	untag func(context.Context, []string) error
	list  func(context.Context, *string) ([]types.Tag, *string, error) // one page of two tags
}

// TestSDKTags tags, reads in pages and untags everything that carries tags.
func TestSDKTags(t *testing.T) {
	t.Parallel()
	w := start(t)
	ctx := background(t)
	client := w.iam(w.Key)
	_, err := client.CreateRole(ctx, &iam.CreateRoleInput{RoleName: new("x"), AssumeRolePolicyDocument: new(trustRoot)})
	check(t, err)
	_, err = client.CreateInstanceProfile(ctx, &iam.CreateInstanceProfileInput{InstanceProfileName: new("x")})
	check(t, err)
	policy, err := client.CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: new("x"), PolicyDocument: new(listUsers)})
	check(t, err)

	for _, kind := range taggedKinds(client, *policy.Policy.Arn) {
		t.Run(kind.name, func(t *testing.T) {
			var tags []types.Tag
			want := map[string]string{}
			for i := range 7 {
				key, value := fmt.Sprintf("key %d", i), fmt.Sprintf("Wert é@%d", i)
				tags = append(tags, types.Tag{Key: &key, Value: &value})
				want[key] = value
			}
			check(t, kind.tag(ctx, tags))
			check(t, kind.tag(ctx, []types.Tag{{Key: new("key 3"), Value: new("")}}))
			want["key 3"] = ""
			sameTags(ctx, t, kind, want)
			check(t, kind.untag(ctx, []string{"key 0", "key 6", "never there"}))
			delete(want, "key 0")
			delete(want, "key 6")
			sameTags(ctx, t, kind, want)

			many := make([]types.Tag, 46)
			for i := range many {
				many[i] = types.Tag{Key: new(fmt.Sprintf("more %d", i)), Value: new("")}
			}
			refused(t, "51 tags", kind.tag(ctx, many), "LimitExceeded")
			refused(t, "a reserved tag", kind.tag(ctx, []types.Tag{{Key: new("aws:x"), Value: new("")}}), "InvalidInput")
			sameTags(ctx, t, kind, want)
		})
	}
}

// sameTags reads the tags page by page.
func sameTags(ctx context.Context, t *testing.T, kind tagged, want map[string]string) {
	t.Helper()
	var have []string
	for marker, first := (*string)(nil), true; first || marker != nil; first = false {
		tags, next, err := kind.list(ctx, marker)
		check(t, err)
		for _, tag := range tags {
			have = append(have, *tag.Key+"="+*tag.Value)
		}
		marker = next
	}
	var text []string
	for key, value := range want {
		text = append(text, key+"="+value)
	}
	slices.Sort(have)
	slices.Sort(text)
	same(t, have, text)
}

func taggedKinds(client *iam.Client, policy string) []tagged {
	two := new(int32(2))
	return []tagged{
		{
			"user",
			func(ctx context.Context, tags []types.Tag) error {
				_, err := client.TagUser(ctx, &iam.TagUserInput{UserName: new("admin"), Tags: tags})
				return err
			},
			func(ctx context.Context, keys []string) error {
				_, err := client.UntagUser(ctx, &iam.UntagUserInput{UserName: new("admin"), TagKeys: keys})
				return err
			},
			func(ctx context.Context, marker *string) ([]types.Tag, *string, error) {
				out, err := client.ListUserTags(ctx, &iam.ListUserTagsInput{UserName: new("admin"), MaxItems: two, Marker: marker})
				if err != nil {
					return nil, nil, err
				}
				return out.Tags, out.Marker, nil
			},
		},
		{
			"role",
			func(ctx context.Context, tags []types.Tag) error {
				_, err := client.TagRole(ctx, &iam.TagRoleInput{RoleName: new("x"), Tags: tags})
				return err
			},
			func(ctx context.Context, keys []string) error {
				_, err := client.UntagRole(ctx, &iam.UntagRoleInput{RoleName: new("x"), TagKeys: keys})
				return err
			},
			func(ctx context.Context, marker *string) ([]types.Tag, *string, error) {
				out, err := client.ListRoleTags(ctx, &iam.ListRoleTagsInput{RoleName: new("x"), MaxItems: two, Marker: marker})
				if err != nil {
					return nil, nil, err
				}
				return out.Tags, out.Marker, nil
			},
		},
		{
			"policy",
			func(ctx context.Context, tags []types.Tag) error {
				_, err := client.TagPolicy(ctx, &iam.TagPolicyInput{PolicyArn: &policy, Tags: tags})
				return err
			},
			func(ctx context.Context, keys []string) error {
				_, err := client.UntagPolicy(ctx, &iam.UntagPolicyInput{PolicyArn: &policy, TagKeys: keys})
				return err
			},
			func(ctx context.Context, marker *string) ([]types.Tag, *string, error) {
				out, err := client.ListPolicyTags(ctx, &iam.ListPolicyTagsInput{PolicyArn: &policy, MaxItems: two, Marker: marker})
				if err != nil {
					return nil, nil, err
				}
				return out.Tags, out.Marker, nil
			},
		},
		{
			"instance profile",
			func(ctx context.Context, tags []types.Tag) error {
				_, err := client.TagInstanceProfile(ctx, &iam.TagInstanceProfileInput{InstanceProfileName: new("x"), Tags: tags})
				return err
			},
			func(ctx context.Context, keys []string) error {
				_, err := client.UntagInstanceProfile(ctx, &iam.UntagInstanceProfileInput{InstanceProfileName: new("x"), TagKeys: keys})
				return err
			},
			func(ctx context.Context, marker *string) ([]types.Tag, *string, error) {
				out, err := client.ListInstanceProfileTags(ctx, &iam.ListInstanceProfileTagsInput{InstanceProfileName: new("x"), MaxItems: two, Marker: marker})
				if err != nil {
					return nil, nil, err
				}
				return out.Tags, out.Marker, nil
			},
		},
	}
}
