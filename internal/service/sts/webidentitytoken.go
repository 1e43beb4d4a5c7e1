package sts

import (
	"slices"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/uuid"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/sts"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/internal/store"
)

const (
	// defaultWebToken is the life of a web identity token when the request names none.
	defaultWebToken = 300 * time.Second
	// maxWebToken bounds a token's payload, in bytes: headers of HTTP take it.
	maxWebToken = 4 << 10
)

// webTokenAsks: the token itself and, where it is to carry tags, the right to put them in.
// Source: Service Authorization Reference, AWS STS.
func webTokenAsks(c *server.Call, in *api.GetWebIdentityTokenInput) ([]authz.Ask, error) {
	ask := authz.Ask{Action: c.Action(), Resource: "*", RequestTags: requestTags(in.Tags)}
	ask.Context.SetList("sts:IdentityTokenAudience", in.Audience...)
	ask.Context.Set("sts:SigningAlgorithm", in.SigningAlgorithm)
	ask.Context.Set("sts:DurationSeconds", strconv.Itoa(int(lifetime(in.DurationSeconds, defaultWebToken)/time.Second)))
	asks := []authz.Ask{ask}
	if len(in.Tags) > 0 {
		asks = append(asks, withAction(ask, "sts:TagGetWebIdentityToken"))
	}
	return asks, nil
}

func (sts *Service) getWebIdentityToken(c *server.Call, in *api.GetWebIdentityTokenInput) (*api.GetWebIdentityTokenOutput, error) {
	issuer := c.Account().TokenIssuer()
	if issuer == nil || !issuer.Enabled {
		return nil, webTokensDisabled()
	}
	if !slices.Contains(session.IssuerAlgorithms(), in.SigningAlgorithm) {
		return nil, awsapi.ValidationError.New("SigningAlgorithm %s is not one of RS256 and ES384.", in.SigningAlgorithm)
	}
	expires := c.Time().Truncate(time.Second).Add(lifetime(in.DurationSeconds, defaultWebToken))
	if s := c.Caller.Session; s != nil && expires.After(s.Expires) {
		return nil, api.SessionDurationEscalationException.New("The requested token duration would extend the session beyond its original expiration time.")
	}
	limits, err := sessionLimits(c.Account(), nil, nil, requestTags(in.Tags))
	if err != nil {
		return nil, err
	}
	sign := func(i *directory.TokenIssuer) (*api.GetWebIdentityTokenOutput, error) {
		return sts.sign(c, i, in, limits.tags, expires)
	}
	if !session.IssuerKeyDue(issuer, in.SigningAlgorithm, c.Time()) {
		return sign(issuer)
	}
	return sts.signWithNewKey(c, in.SigningAlgorithm, sign)
}

// signWithNewKey gives the account's issuer a new key beside the others, on record as the change that it is.
func (sts *Service) signWithNewKey(c *server.Call, algorithm string, sign func(*directory.TokenIssuer) (*api.GetWebIdentityTokenOutput, error)) (*api.GetWebIdentityTokenOutput, error) {
	key, err := sts.keys.MintIssuerKey(c.Caller.Account, algorithm, c.Time())
	if err != nil {
		return nil, err
	}
	return server.Change(c, func(tx *store.Tx) (*api.GetWebIdentityTokenOutput, error) {
		i := tx.Account().TokenIssuer()
		if i == nil || !i.Enabled {
			return nil, webTokensDisabled()
		}
		i = i.Clone()
		if session.IssuerKeyDue(i, algorithm, c.Time()) {
			session.AddIssuerKey(i, key, c.Time())
			if err := tx.Put(i); err != nil {
				return nil, err
			}
		}
		return sign(i)
	})
}

func webTokensDisabled() *awsapi.Error {
	return api.OutboundWebIdentityFederationDisabledException.New("Outbound web identity federation is not enabled for this account. Enable it with EnableOutboundWebIdentityFederation.")
}

// webToken is the payload. Source: IAM User Guide, "Understanding token claims".
type webToken struct {
	Issuer   string `json:"iss"`
	Audience any    `json:"aud"` // a text, or a list of several
	Subject  string `json:"sub"`
	Issued   int64  `json:"iat"`
	Expires  int64  `json:"exp"`
	ID       string `json:"jti"`
	About    about  `json:"https://sts.amazonaws.com/"`
}

// about is what AWS tells beside the standard claims.
type about struct {
	Account           string            `json:"aws_account"`
	Region            string            `json:"source_region"`
	PrincipalTags     map[string]string `json:"principal_tags,omitempty"`
	SessionExpires    string            `json:"original_session_exp,omitempty"`
	FederatedProvider string            `json:"federated_provider,omitempty"`
	SourceIdentity    string            `json:"source_identity,omitempty"`
	RequestTags       map[string]string `json:"request_tags,omitempty"`
}

func (sts *Service) sign(c *server.Call, i *directory.TokenIssuer, in *api.GetWebIdentityTokenInput, tags []directory.Tag, expires time.Time) (*api.GetWebIdentityTokenOutput, error) {
	token := webToken{
		Issuer: session.IssuerURL(sts.issuer, i), Audience: in.Audience, Subject: c.Caller.ARN,
		Issued: c.Time().Unix(), Expires: expires.Unix(), ID: uuid.NewString(),
		About: about{
			Account: c.Caller.Account, Region: c.Env.Region,
			PrincipalTags: tagMap(authz.PrincipalTags(c.Directory(), c.Caller)), RequestTags: tagMap(tags),
		},
	}
	if len(in.Audience) == 1 {
		token.Audience = in.Audience[0]
	}
	if s := c.Caller.Session; s != nil {
		if s.Type == authz.AssumedRole {
			token.Subject = s.RoleARN
		}
		token.About.SessionExpires = s.Expires.UTC().Format(time.RFC3339)
		token.About.FederatedProvider, token.About.SourceIdentity = s.FederatedProvider, s.SourceIdentity
	}
	payload, err := json.Marshal(&token, json.Deterministic(true))
	if err != nil {
		return nil, err
	}
	if len(payload) > maxWebToken {
		return nil, api.JWTPayloadSizeExceededException.New("The requested token payload size exceeds the maximum allowed size of %d bytes. Use fewer or shorter tags.", maxWebToken)
	}
	signed, err := sts.keys.SignToken(c.Caller.Account, session.SigningKey(i, in.SigningAlgorithm, c.Time()), payload)
	if err != nil {
		return nil, err
	}
	return &api.GetWebIdentityTokenOutput{WebIdentityToken: new(signed), Expiration: new(expires)}, nil
}

func tagMap(tags []directory.Tag) map[string]string {
	m := make(map[string]string, len(tags))
	for _, t := range tags {
		m[t.Key] = t.Value
	}
	return m
}
