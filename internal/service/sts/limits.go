package sts

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/sts"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/policy"
)

// invalidParameterValue is not in the model; STS answers it for tags. Source: responses recorded on AWS.
var invalidParameterValue = &awsapi.ErrorKind{Code: "InvalidParameterValue", Status: 400}

// Limits on what a request gives a session. Source: AWS STS API reference, AssumeRole.
const (
	maxPolicyARNs = 10
	maxPolicyText = 2048 // characters of the inline policy and of the managed policies' ARNs together
	maxTags       = 50   // those that come from the session before it included
)

// limits are the policies and tags that a request gives a session.
type limits struct {
	policies, arns []string
	tags           []directory.Tag
}

// sessionLimits checks a request's session policies and tags. account is the one whose managed policies may be named.
func sessionLimits(account *directory.Account, document *string, arns []api.PolicyDescriptorType, tags []directory.Tag) (*limits, error) {
	l := &limits{}
	if err := policyText(document, arns); err != nil {
		return nil, err
	}
	if document != nil {
		if _, err := directory.NewDocument(policy.Identity, *document); err != nil {
			return nil, err
		}
		l.policies = []string{*document}
	}
	if len(arns) > maxPolicyARNs {
		return nil, awsapi.ValidationError.New("A session takes at most %d managed policies.", maxPolicyARNs)
	}
	for _, p := range arns {
		if p.Arn == nil || account.Managed(*p.Arn) == nil {
			return nil, awsapi.ValidationError.New("Policy %s does not exist or is not attachable.", text(p.Arn))
		}
		l.arns = append(l.arns, *p.Arn)
	}
	for _, t := range tags {
		if directory.HasTag(l.tags, t.Key) {
			return nil, invalidParameterValue.New("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
		}
		if len(t.Key) >= 4 && strings.EqualFold(t.Key[:4], "aws:") {
			return nil, invalidParameterValue.New("Tag keys starting with \"aws:\" are reserved for system use.")
		}
		l.tags = append(l.tags, t)
	}
	return l, nil
}

// policyText checks how much text the policies are, before it is packed: a limit that the model of AssumeRole does not have, as
// those of the other operations do. Source: IAM User Guide, "IAM and AWS STS quotas", session policies; the error is that of
// the other operations (ruling).
func policyText(document *string, arns []api.PolicyDescriptorType) error {
	own := utf8.RuneCountInString(text(document))
	all := own
	for _, p := range arns {
		all += utf8.RuneCountInString(text(p.Arn))
	}
	switch {
	case own > maxPolicyText:
		return awsapi.ValidationError.New("1 validation error detected: Value at 'policy' failed to satisfy constraint: Member must have length less than or equal to %d", maxPolicyText)
	case all > maxPolicyText:
		return awsapi.ValidationError.New("The policy and the ARNs of managed policies have %d characters together; a session takes %d.", all, maxPolicyText)
	}
	return nil
}

// chainedTags adds the transitive tags of the caller's session, which go on into every further role and cannot be set
// anew. Each key comes out once, however often the request names it.
func chainedTags(c *server.Call, tags []directory.Tag, requested []string) ([]directory.Tag, []string, error) {
	var transitive []string
	for _, key := range requested {
		if !directory.HasTag(tags, key) {
			return nil, nil, invalidParameterValue.New("The specified transitive tag key must be included in the requested tags.")
		}
		if !slices.ContainsFunc(transitive, func(k string) bool { return strings.EqualFold(k, key) }) {
			transitive = append(transitive, key)
		}
	}
	for _, t := range inherited(c) {
		if directory.HasTag(tags, t.Key) {
			return nil, nil, invalidParameterValue.New("One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.")
		}
		tags, transitive = append(tags, t), append(transitive, t.Key)
	}
	if len(tags) > maxTags {
		return nil, nil, invalidParameterValue.New("A session takes at most %d tags, those of the calling session included.", maxTags)
	}
	return tags, transitive, nil
}

// inherited are the tags of the caller's session that go on into the next one.
func inherited(c *server.Call) []directory.Tag {
	if c.Caller.Session == nil {
		return nil
	}
	var tags []directory.Tag
	for _, key := range c.Caller.Session.TransitiveTagKeys {
		for _, t := range c.Caller.Session.Tags {
			if strings.EqualFold(t.Key, key) && !directory.HasTag(tags, key) {
				tags = append(tags, t)
			}
		}
	}
	return tags
}

// requestTags are the tags of a request as the model has them.
func requestTags(tags []api.Tag) []directory.Tag {
	var list []directory.Tag
	for _, t := range tags {
		list = append(list, directory.Tag{Key: t.Key, Value: t.Value})
	}
	return list
}

func text(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}
