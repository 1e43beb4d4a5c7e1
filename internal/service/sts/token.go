package sts

import (
	"time"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/authz"
	api "github.com/warder-iam/warder/internal/api/sts"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/policy/eval"
)

// defaultToken is the life of a session token or federation token when the request names none.
const defaultToken = 12 * time.Hour

func (sts *Service) getSessionToken(c *server.Call, in *api.GetSessionTokenInput) (*api.GetSessionTokenOutput, error) {
	if c.Caller.Kind != eval.User || c.Caller.Session != nil {
		return nil, awsapi.AccessDenied.New("Cannot call GetSessionToken with session credentials")
	}
	f := factor{in.SerialNumber, in.TokenCode}
	claims := session.Claims{Type: session.SessionToken, Account: c.Caller.Account, PrincipalID: c.Caller.PrincipalID}
	if f.given() {
		if err := sts.check(c, f); err != nil {
			return nil, err
		}
		claims.MFA = c.Time()
	}
	return withFactor(c, sts, f, func() (*api.GetSessionTokenOutput, error) {
		claims := claims // issue writes into it
		credentials, _, err := sts.issue(c, &claims, lifetime(in.DurationSeconds, defaultToken))
		if err != nil {
			return nil, err
		}
		return &api.GetSessionTokenOutput{Credentials: credentials}, nil
	})
}

func federatedARN(c *server.Call, name string) string {
	return arn.In(c.Caller.Account).FederatedUser(name).String()
}

func federationAsks(c *server.Call, in *api.GetFederationTokenInput) ([]authz.Ask, error) {
	ask := authz.Ask{Action: c.Action(), Resource: federatedARN(c, in.Name), RequestTags: requestTags(in.Tags)}
	asks := []authz.Ask{ask}
	if len(in.Tags) > 0 {
		asks = append(asks, withAction(ask, "sts:TagSession"))
	}
	return asks, nil
}

func (sts *Service) getFederationToken(c *server.Call, in *api.GetFederationTokenInput) (*api.GetFederationTokenOutput, error) {
	if c.Caller.Kind != eval.User || c.Caller.Session != nil {
		return nil, awsapi.AccessDenied.New("Cannot call GetFederationToken with session credentials")
	}
	limits, err := sessionLimits(c.Account(), in.Policy, in.PolicyArns, requestTags(in.Tags))
	if err != nil {
		return nil, err
	}
	credentials, packed, err := sts.issue(c, &session.Claims{
		Type: session.Federation, Account: c.Caller.Account, PrincipalID: c.Caller.PrincipalID, SessionName: in.Name,
		Policies: limits.policies, PolicyARNs: limits.arns, Tags: limits.tags,
	}, lifetime(in.DurationSeconds, defaultToken))
	if err != nil {
		return nil, err
	}
	if packed == nil {
		packed = new(int32) // AWS gives 0 here, and leaves the size out where a role is assumed
	}
	return &api.GetFederationTokenOutput{
		Credentials:      credentials,
		FederatedUser:    &api.FederatedUser{FederatedUserId: c.Caller.Account + ":" + in.Name, Arn: federatedARN(c, in.Name)},
		PackedPolicySize: packed,
	}, nil
}
