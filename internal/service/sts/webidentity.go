package sts

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/sts"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/oidc"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/policy/eval"
)

// webIdentity is what a verified token proves, and about which role.
type webIdentity struct {
	*oidc.Identity
	provider *directory.OIDCProvider
	arn      string // the provider's
	role     *directory.Role
	account  string
	tags     []directory.Tag
}

func (sts *Service) registerWebIdentity(s *server.Server) {
	server.HandleVouched(s, api.AssumeRoleWithWebIdentity, server.Vouched[api.AssumeRoleWithWebIdentityInput, api.AssumeRoleWithWebIdentityOutput, webIdentity]{
		Vouch: sts.vouchWebIdentity, Asks: webIdentityAsks, Act: sts.assumeRoleWithWebIdentity,
	})
}

// vouchWebIdentity verifies the token with the provider that the role's account has registered for its issuer.
func (sts *Service) vouchWebIdentity(c *server.Call, in *api.AssumeRoleWithWebIdentityInput) (*authz.Caller, *webIdentity, error) {
	role, account, err := findRole(c.Directory(), in.RoleArn)
	if err != nil {
		return nil, nil, err
	}
	c.About(account)
	if in.ProviderId != nil {
		return nil, nil, awsapi.ValidationError.New("ProviderId is for OAuth 2.0 access tokens of www.amazon.com and graph.facebook.com, which are not served. Leave it out for an OpenID Connect token.")
	}
	token, err := oidc.Parse(in.WebIdentityToken)
	if err != nil {
		return nil, nil, tokenError(err)
	}
	owner := c.Directory().Account(account)
	issuer, https := strings.CutPrefix(token.Issuer, "https://")
	if owner == nil || !https || owner.OIDCProvider(issuer) == nil {
		return nil, nil, api.InvalidIdentityToken.New("No OpenIDConnect provider found in your account for %.255s", token.Issuer)
	}
	p := owner.OIDCProvider(issuer)
	identity, err := sts.verifier.Verify(c.Context(), token, &oidc.Provider{
		Issuer: token.Issuer, ClientIDs: p.ClientIDs, Thumbprints: p.Thumbprints,
	}, c.Time())
	if err != nil {
		return nil, nil, tokenError(err)
	}
	w := &webIdentity{Identity: identity, provider: p, arn: owner.ARN(p), role: role, account: account}
	for _, t := range identity.Tags {
		w.tags = append(w.tags, directory.Tag{Key: t.Key, Value: t.Value})
	}
	return &authz.Caller{
		Kind: eval.WebIdentity, Provider: w.arn, UserName: identity.Subject,
		UserID: w.arn + ":" + identity.Audience + ":" + identity.Subject,
	}, w, nil
}

// tokenErrors are the wire's names of what is wrong with a token. Source: AWS STS API Reference, AssumeRoleWithWebIdentity.
var tokenErrors = map[oidc.Kind]*awsapi.ErrorKind{
	oidc.Invalid: api.InvalidIdentityToken, oidc.Expired: api.ExpiredTokenException,
	oidc.Rejected: api.IDPRejectedClaim, oidc.Unreachable: api.IDPCommunicationError,
}

func tokenError(err error) error {
	var e *oidc.Error
	if !errors.As(err, &e) {
		return err
	}
	return tokenErrors[e.Kind].New("%s", e.Message)
}

// webIdentityAsks are those of AssumeRole, decided by the role's trust policy alone; what the token asks for beside the
// role needs the same further rights.
func webIdentityAsks(c *server.Call, in *api.AssumeRoleWithWebIdentityInput, w *webIdentity) ([]authz.Ask, error) {
	ask := authz.Ask{Action: c.Action(), Resource: in.RoleArn, ResourceAccount: w.account, ResourceKind: eval.Authoritative}
	if w.role != nil {
		ask.ResourceTags = w.role.Tags
		ask.ResourcePolicy = &eval.Source{Name: "trust policy of " + w.role.Name, Policy: w.role.Trust.Compiled()}
	}
	for _, k := range w.Keys {
		name := w.provider.URL + ":" + k.Name
		if k.Many {
			ask.Context.SetList(name, k.Values...)
		} else {
			ask.Context.Set(name, k.Values[0])
		}
	}
	ask.Context.Set("sts:RoleSessionName", in.RoleSessionName)
	if in.DurationSeconds != nil {
		ask.Context.Set("sts:DurationSeconds", strconv.Itoa(int(*in.DurationSeconds)))
	}
	if w.SourceIdentity != "" {
		ask.Context.Set("sts:SourceIdentity", w.SourceIdentity)
	}
	if len(w.TransitiveTagKeys) > 0 {
		ask.Context.SetList("sts:TransitiveTagKeys", w.TransitiveTagKeys...)
	}
	ask.RequestTags = w.tags

	asks := []authz.Ask{ask}
	if len(w.tags) > 0 {
		asks = append(asks, withAction(ask, "sts:TagSession"))
	}
	if w.SourceIdentity != "" {
		asks = append(asks, withAction(ask, "sts:SetSourceIdentity"))
	}
	return asks, nil
}

func (sts *Service) assumeRoleWithWebIdentity(c *server.Call, in *api.AssumeRoleWithWebIdentityInput, w *webIdentity) (*api.AssumeRoleWithWebIdentityOutput, error) {
	if w.role == nil { // the rule does not let this happen: a role that is not there trusts nobody
		return nil, awsapi.AccessDenied.New("Not authorized to perform %s", c.Action())
	}
	life, err := roleLifetime(c, w.role, in.DurationSeconds)
	if err != nil {
		return nil, err
	}
	if err := w.check(); err != nil {
		return nil, err
	}
	limits, err := sessionLimits(c.Directory().Account(w.account), in.Policy, in.PolicyArns, writtenTags(w.tags))
	if err != nil {
		return nil, err
	}
	tags, transitive, err := chainedTags(c, limits.tags, w.TransitiveTagKeys)
	if err != nil {
		return nil, err
	}
	credentials, packed, err := sts.issue(c, &session.Claims{
		Type: session.AssumedRole, Account: w.account, PrincipalID: w.role.ID, SessionName: in.RoleSessionName,
		SourceIdentity: w.SourceIdentity, FederatedProvider: w.arn,
		Policies: limits.policies, PolicyARNs: limits.arns, Tags: tags, TransitiveTagKeys: transitive,
	}, life)
	if err != nil {
		return nil, err
	}
	return &api.AssumeRoleWithWebIdentityOutput{
		Credentials:                 credentials,
		SubjectFromWebIdentityToken: new(w.Subject),
		AssumedRoleUser: &api.AssumedRoleUser{
			AssumedRoleId: w.role.ID + ":" + in.RoleSessionName,
			Arn:           arn.In(w.account).AssumedRole(w.role.Name, in.RoleSessionName).String(),
		},
		PackedPolicySize: packed,
		Provider:         new(w.arn),
		Audience:         new(w.Audience),
		SourceIdentity:   optional(w.SourceIdentity),
	}, nil
}

// check holds what a token sets against the constraints that the model has for the same members of AssumeRole.
func (w *webIdentity) check() error {
	in := &api.AssumeRoleInput{RoleArn: strings.Repeat("x", 20), RoleSessionName: "xx", SourceIdentity: optional(w.SourceIdentity)}
	in.Tags, in.TransitiveTagKeys = writtenTags(w.tags), slices.Clone(w.TransitiveTagKeys)
	if err := awsapi.Validate(api.AssumeRole.Operation, in, nil); err != nil {
		var public *awsapi.Error
		if errors.As(err, &public) {
			return api.InvalidIdentityToken.New("What the token asks of the session is not valid: %s", public.Message)
		}
		return err
	}
	return nil
}

// writtenTags writes tags as a request has them.
func writtenTags(tags []directory.Tag) []api.Tag {
	var list []api.Tag
	for _, t := range tags {
		list = append(list, api.Tag{Key: t.Key, Value: t.Value})
	}
	return list
}
