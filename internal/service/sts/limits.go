package sts

import (
	"strings"

	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/sts"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/policy"
	"github.com/warder-iam/warder/policy/eval"
)

// invalidParameterValue is not in the model; STS answers it for tags. Source: responses recorded on AWS.
var invalidParameterValue = &awsapi.ErrorKind{Code: "InvalidParameterValue", Status: 400}

// limits are the policies and tags that a request gives a session.
type limits struct {
	policies, arns []string
	tags           []directory.Tag
}

// sessionLimits checks a request's session policies and tags. account is the one whose managed policies may be named.
func sessionLimits(account *directory.Account, document *string, arns []api.PolicyDescriptorType, tags []api.Tag) (*limits, error) {
	l := &limits{}
	if document != nil {
		if _, err := directory.NewDocument(policy.Identity, *document); err != nil {
			return nil, err
		}
		l.policies = []string{*document}
	}
	for _, p := range arns {
		if p.Arn == nil || account.Managed(*p.Arn) == nil {
			return nil, awsapi.ValidationError.New("Policy %s does not exist or is not attachable.", text(p.Arn))
		}
		l.arns = append(l.arns, *p.Arn)
	}
	for _, t := range tags {
		if hasKey(l.tags, t.Key) {
			return nil, invalidParameterValue.New("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
		}
		if len(t.Key) >= 4 && strings.EqualFold(t.Key[:4], "aws:") {
			return nil, invalidParameterValue.New("Tag keys starting with \"aws:\" are reserved for system use.")
		}
		l.tags = append(l.tags, directory.Tag{Key: t.Key, Value: t.Value})
	}
	return l, nil
}

// chainedTags adds the transitive tags of the caller's session, which go on into every further role and cannot be set anew.
func chainedTags(c *server.Call, tags []directory.Tag, transitive []string) ([]directory.Tag, []string, error) {
	for _, key := range transitive {
		if !hasKey(tags, key) {
			return nil, nil, invalidParameterValue.New("The specified transitive tag key must be included in the requested tags.")
		}
	}
	if c.Caller.Session == nil {
		return tags, transitive, nil
	}
	for _, key := range c.Caller.Session.TransitiveTagKeys {
		if hasKey(tags, key) {
			return nil, nil, invalidParameterValue.New("One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.")
		}
		for _, t := range c.Caller.Session.Tags {
			if strings.EqualFold(t.Key, key) {
				tags, transitive = append(tags, t), append(transitive, t.Key)
			}
		}
	}
	return tags, transitive, nil
}

// tagKeys gives the condition keys of session tags.
func tagKeys(ctx *eval.Context, tags []api.Tag, transitive []string) {
	keys := make([]string, len(tags))
	for i, t := range tags {
		keys[i] = t.Key
		ctx.Set("aws:RequestTag/"+t.Key, t.Value)
	}
	if len(keys) > 0 {
		ctx.SetList("aws:TagKeys", keys...)
	}
	if len(transitive) > 0 {
		ctx.SetList("sts:TransitiveTagKeys", transitive...)
	}
}

func hasKey(tags []directory.Tag, key string) bool {
	for _, t := range tags {
		if strings.EqualFold(t.Key, key) {
			return true
		}
	}
	return false
}

func text(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}
