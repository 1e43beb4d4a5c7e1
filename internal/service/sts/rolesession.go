package sts

import (
	"errors"
	"slices"
	"strings"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/sts"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/policy/eval"
)

// roleSession is a session of a role as it is asked for: by a request, or by an identity provider's token or assertion.
type roleSession struct {
	role           *directory.Role // nil for one that is not there: it trusts nobody
	account        string          // the role's
	name           string
	sourceIdentity string
	tags           []directory.Tag
	transitive     []string // keys of tags
	// provider is the ARN of the identity provider, "" where a principal asks; keys are its condition keys that stay.
	provider string
	keys     []session.ProviderKey
}

// ask is whether the role may be assumed, which its trust policy decides.
func (r *roleSession) ask(c *server.Call, roleARN string) authz.Ask {
	ask := authz.Ask{
		Action: c.Action(), Resource: roleARN, ResourceAccount: r.account, ResourceKind: eval.Authoritative, RequestTags: r.tags,
	}
	if r.role != nil {
		ask.ResourceTags = r.role.Tags
		ask.ResourcePolicy = &eval.Source{Name: "trust policy of " + r.role.Name, Policy: r.role.Trust.Compiled()}
	}
	ask.Context.Set("sts:RoleSessionName", r.name)
	if r.sourceIdentity != "" {
		ask.Context.Set("sts:SourceIdentity", r.sourceIdentity)
	}
	if len(r.transitive) > 0 {
		ask.Context.SetList("sts:TransitiveTagKeys", r.transitive...)
	}
	return ask
}

// asks adds to it the right to hand over tags and to set a source identity, each decided in the same way. What goes on from
// the caller's own session through a chain needs the same rights as what is asked for. Source: IAM User Guide, "Monitor and
// control actions taken with assumed roles".
func (r *roleSession) asks(c *server.Call, ask authz.Ask) []authz.Ask {
	asks := []authz.Ask{ask}
	if len(r.tags) > 0 || len(inherited(c)) > 0 {
		asks = append(asks, withAction(ask, "sts:TagSession"))
	}
	if r.sourceIdentity != "" {
		asks = append(asks, withAction(ask, "sts:SetSourceIdentity"))
	}
	return asks
}

func withAction(ask authz.Ask, action string) authz.Ask {
	ask.Action, ask.Context = action, ask.Context.Clone()
	return ask
}

// claims are those of the session under the policies of a request.
func (r *roleSession) claims(c *server.Call, policy *string, policies []api.PolicyDescriptorType) (*session.Claims, error) {
	limits, err := sessionLimits(c.Directory().Account(r.account), policy, policies, r.tags)
	if err != nil {
		return nil, err
	}
	tags, transitive, err := chainedTags(c, limits.tags, r.transitive)
	if err != nil {
		return nil, err
	}
	return &session.Claims{
		Type: session.AssumedRole, Account: r.account, PrincipalID: r.role.ID, SessionName: r.name,
		SourceIdentity: r.sourceIdentity, FederatedProvider: r.provider, ProviderKeys: r.keys,
		Policies: limits.policies, PolicyARNs: limits.arns, Tags: tags, TransitiveTagKeys: transitive,
	}, nil
}

// assumed is the session's principal as answers have it.
func (r *roleSession) assumed() *api.AssumedRoleUser {
	return &api.AssumedRoleUser{
		AssumedRoleId: r.role.ID + ":" + r.name,
		Arn:           arn.In(r.account).AssumedRole(r.role.Name, r.name).String(),
	}
}

// check holds what a token or assertion asks for, which no model describes, against the constraints that the model has for
// the same members of AssumeRole. what is the word for it.
func (r *roleSession) check(what string) error {
	in := &api.AssumeRoleInput{
		RoleArn: strings.Repeat("x", 20), RoleSessionName: r.name, SourceIdentity: optional(r.sourceIdentity),
		TransitiveTagKeys: slices.Clone(r.transitive),
	}
	for _, t := range r.tags {
		in.Tags = append(in.Tags, api.Tag{Key: t.Key, Value: t.Value})
	}
	err := awsapi.Validate(api.AssumeRole.Operation, in, nil)
	var public *awsapi.Error
	if errors.As(err, &public) {
		return api.InvalidIdentityToken.New("What the %s asks of the session is not valid: %s", what, public.Message)
	}
	return err
}
