package warder

import (
	"time"

	api "github.com/warder-iam/warder/internal/api/warder"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/policy/eval"
)

// defaultAccessToken is the life of a bearer token when the request names none.
const defaultAccessToken = time.Hour

// createAccessToken gives the caller a bearer token: for this API alone, with no more rights than the caller has, and no
// longer than its own credentials last.
func (s *Service) createAccessToken(c *server.Call, in *api.CreateAccessTokenInput) (*api.CreateAccessTokenOutput, error) {
	claims, err := tokenClaims(c)
	if err != nil {
		return nil, err
	}
	life := defaultAccessToken
	if in.DurationSeconds != nil {
		life = time.Duration(*in.DurationSeconds) * time.Second
	}
	now := c.Time().Truncate(time.Second)
	if expires := now.Add(life); claims.Expires.IsZero() || expires.Before(claims.Expires) {
		claims.Expires = expires
	}
	token, err := s.keys.MintBearer(*claims)
	if err != nil {
		return nil, err
	}
	return &api.CreateAccessTokenOutput{Token: token, Expires: claims.Expires}, nil
}

// tokenClaims are those of the caller's own session, or those of a session that its long-term key begins now.
func tokenClaims(c *server.Call) (*session.Claims, error) {
	if own := c.Claims(); own != nil {
		return new(*own), nil
	}
	if c.Caller.Kind != eval.User {
		return nil, awsapi.AccessDenied.New("Access tokens are for users and for sessions.")
	}
	return &session.Claims{
		KeyID: c.Caller.AccessKeyID, Type: session.SessionToken, Account: c.Caller.Account, PrincipalID: c.Caller.PrincipalID,
		Issued: c.Time().Truncate(time.Second),
	}, nil
}
