package sts

import (
	"errors"
	"slices"
	"strconv"
	"strings"

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
	roleSession
}

func (sts *Service) registerWebIdentity(s *server.Server) {
	server.HandleVouched(s, api.AssumeRoleWithWebIdentity, server.Vouched[*api.AssumeRoleWithWebIdentityInput, *api.AssumeRoleWithWebIdentityOutput, *webIdentity]{
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
	w := &webIdentity{identity, roleSession{
		role: role, account: account, name: in.RoleSessionName, sourceIdentity: identity.SourceIdentity,
		transitive: identity.TransitiveTagKeys, provider: owner.ARN(p),
	}}
	for _, t := range identity.Tags {
		w.tags = append(w.tags, directory.Tag{Key: t.Key, Value: t.Value})
	}
	caller := &authz.Caller{
		Kind: eval.WebIdentity, Provider: w.provider, UserName: identity.Subject,
		UserID: w.provider + ":" + identity.Audience + ":" + identity.Subject,
	}
	w.addKeys(&caller.ProviderKeys, p.URL)
	return caller, w, nil
}

// lasting are the keys of a token that the session's requests have too. Source: Service Authorization Reference, actions of
// STS: AssumeRole, which sessions call, has aud, sub and amr of providers, and of their other keys none; IAM User Guide,
// "Available keys for AWS OIDC federation".
var lasting = []string{"aud", "sub", "amr"}

// addKeys gives the token's keys, and keeps for the session those that last.
func (w *webIdentity) addKeys(to *eval.Context, issuer string) {
	for _, k := range w.Keys {
		name := issuer + ":" + k.Name
		if k.Many {
			to.SetList(name, k.Values...)
		} else {
			to.Set(name, k.Values[0])
		}
		if slices.Contains(lasting, k.Name) {
			w.keys = append(w.keys, session.ProviderKey{Name: k.Name, Values: k.Values, List: k.Many})
		}
	}
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
	ask := w.ask(c, in.RoleArn)
	if in.DurationSeconds != nil {
		ask.Context.Set("sts:DurationSeconds", strconv.Itoa(int(*in.DurationSeconds)))
	}
	return w.asks(c, ask), nil
}

func (sts *Service) assumeRoleWithWebIdentity(c *server.Call, in *api.AssumeRoleWithWebIdentityInput, w *webIdentity) (*api.AssumeRoleWithWebIdentityOutput, error) {
	if w.role == nil { // the rule does not let this happen: a role that is not there trusts nobody
		return nil, awsapi.AccessDenied.New("Not authorized to perform %s", c.Action())
	}
	life, err := roleLifetime(c, w.role, in.DurationSeconds)
	if err != nil {
		return nil, err
	}
	if err := w.check("token"); err != nil {
		return nil, err
	}
	claims, err := w.claims(c, in.Policy, in.PolicyArns)
	if err != nil {
		return nil, err
	}
	credentials, packed, err := sts.issue(c, claims, life)
	if err != nil {
		return nil, err
	}
	return &api.AssumeRoleWithWebIdentityOutput{
		Credentials:                 credentials,
		SubjectFromWebIdentityToken: new(w.Subject),
		AssumedRoleUser:             w.assumed(),
		PackedPolicySize:            packed,
		Provider:                    new(w.provider),
		Audience:                    new(w.Audience),
		SourceIdentity:              optional(w.sourceIdentity),
	}, nil
}
