package sts

import (
	"errors"
	"time"

	"github.com/warder-iam/warder/authz"
	api "github.com/warder-iam/warder/internal/api/sts"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/oidc"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/internal/signin"
)

// Service serves STS.
type Service struct {
	keys     *session.Keys
	signIn   *signin.Checker
	verifier *oidc.Verifier
	issuer   string // what the URLs of token issuers begin with
}

// Options are what STS needs beside the keys.
type Options struct {
	// Verifier of web identity tokens; nil for one that calls public addresses only.
	Verifier *oidc.Verifier
	// Issuer is what the URLs of the accounts' token issuers begin with: where this server answers, without a slash at the end.
	Issuer string
}

// Register makes s answer the operations of STS that Warder serves.
func Register(s *server.Server, keys *session.Keys, o Options) {
	if o.Verifier == nil {
		o.Verifier, _ = oidc.New(oidc.Options{}) // no options, no error
	}
	sts := &Service{keys: keys, signIn: s.SignIn, verifier: o.Verifier, issuer: o.Issuer}
	sts.registerWebIdentity(s)
	server.Handle(s, api.GetCallerIdentity,
		server.NeedsNone[*api.GetCallerIdentityInput]("everybody may ask who he is; AWS lets no policy deny it"), sts.getCallerIdentity)
	server.Handle(s, api.GetSessionToken,
		server.NeedsNone[*api.GetSessionTokenInput]("it turns a user's own key into a shorter-lived one; a Deny binds, no Allow is needed"), sts.getSessionToken)
	server.Handle(s, api.GetAccessKeyInfo, server.Ask(func(c *server.Call, _ *api.GetAccessKeyInfoInput) authz.Ask {
		return authz.Ask{Action: c.Action(), Resource: "*"}
	}), sts.getAccessKeyInfo)
	server.Handle(s, api.AssumeRole, server.Asks(sts.assumeRoleAsks), sts.assumeRole)
	server.Handle(s, api.GetFederationToken, server.Asks(federationAsks), sts.getFederationToken)
	server.Handle(s, api.DecodeAuthorizationMessage, server.Ask(func(c *server.Call, _ *api.DecodeAuthorizationMessageInput) authz.Ask {
		return authz.Ask{Action: c.Action(), Resource: "*"}
	}), sts.decodeAuthorizationMessage)
	server.Handle(s, api.GetWebIdentityToken, server.Asks(webTokenAsks), sts.getWebIdentityToken)
}

func (sts *Service) getCallerIdentity(c *server.Call, _ *api.GetCallerIdentityInput) (*api.GetCallerIdentityOutput, error) {
	return &api.GetCallerIdentityOutput{
		UserId: new(c.Caller.UserID), Account: new(c.Caller.Account), Arn: new(c.Caller.ARN),
	}, nil
}

func (sts *Service) getAccessKeyInfo(_ *server.Call, in *api.GetAccessKeyInfoInput) (*api.GetAccessKeyInfoOutput, error) {
	account, ok := session.AccountOf(in.AccessKeyId)
	if !ok {
		return nil, awsapi.ValidationError.New("The access key id is not valid.")
	}
	return &api.GetAccessKeyInfoOutput{Account: new(account)}, nil
}

// decodeAuthorizationMessage opens a message about a denial in the caller's own account; others it cannot open.
func (sts *Service) decodeAuthorizationMessage(c *server.Call, in *api.DecodeAuthorizationMessageInput) (*api.DecodeAuthorizationMessageOutput, error) {
	text, ok := sts.keys.DecodeMessage(c.Caller.Account, in.EncodedMessage, c.Time())
	if !ok {
		return nil, api.InvalidAuthorizationMessageException.New("Message is not valid")
	}
	return &api.DecodeAuthorizationMessageOutput{DecodedMessage: new(string(text))}, nil
}

// issue mints credentials that live from the call's time on. packed is how much of the room for policies and tags they
// use, in per cent; nil where there are none.
func (sts *Service) issue(c *server.Call, claims *session.Claims, lifetime time.Duration) (shown *api.Credentials, packed *int32, err error) {
	claims.Issued = c.Time().Truncate(time.Second)
	claims.Expires = claims.Issued.Add(lifetime)
	made, err := sts.keys.Mint(*claims)
	switch {
	case errors.Is(err, session.ErrPackedPolicySize):
		return nil, nil, api.PackedPolicyTooLarge.New("The session policies and tags are at %d%% of the packed size limit.", sts.keys.PackedPolicySize(claims))
	case errors.Is(err, session.ErrProviderKeys):
		return nil, nil, api.InvalidIdentityToken.New("What the identity provider says of the user is longer than a session can carry")
	case err != nil:
		return nil, nil, err
	}
	if made.PackedPolicySize > 0 {
		packed = new(int32(made.PackedPolicySize))
	}
	return &api.Credentials{
		AccessKeyId:     made.AccessKeyID,
		SecretAccessKey: made.Show(),
		SessionToken:    made.Token,
		Expiration:      claims.Expires,
	}, packed, nil
}

// lifetime is what was asked for, or the default.
func lifetime(seconds *int32, otherwise time.Duration) time.Duration {
	if seconds == nil {
		return otherwise
	}
	return time.Duration(*seconds) * time.Second
}
