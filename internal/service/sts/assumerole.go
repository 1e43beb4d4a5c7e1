package sts

import (
	"strconv"
	"time"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/sts"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/server"
)

// maxChained is the longest session of a role that was assumed with another role's session.
const maxChained = time.Hour

// roleSession is what a request asks for.
func (sts *Service) roleSession(c *server.Call, in *api.AssumeRoleInput) (*roleSession, error) {
	role, account, err := findRole(c.Directory(), in.RoleArn)
	return &roleSession{
		role: role, account: account, name: in.RoleSessionName, sourceIdentity: sourceIdentity(c, in),
		tags: requestTags(in.Tags), transitive: in.TransitiveTagKeys,
	}, err
}

// assumeRoleAsks are decided by the role's trust policy together with what the caller may.
func (sts *Service) assumeRoleAsks(c *server.Call, in *api.AssumeRoleInput) ([]authz.Ask, error) {
	r, err := sts.roleSession(c, in)
	if err != nil {
		return nil, err
	}
	ask := r.ask(c, in.RoleArn)
	if f := (factor{in.SerialNumber, in.TokenCode}); f.given() {
		if err := sts.check(c, f); err != nil {
			return nil, err
		}
		ask.MFA = c.Time()
	}
	if in.ExternalId != nil {
		ask.Context.Set("sts:ExternalId", *in.ExternalId)
	}
	if in.DurationSeconds != nil {
		ask.Context.Set("sts:DurationSeconds", strconv.Itoa(int(*in.DurationSeconds)))
	}
	return r.asks(c, ask), nil
}

// findRole finds a role of any account by its exact ARN; nil where there is none. The error is that of a text that is no
// role's ARN.
func findRole(snap *directory.Snapshot, text string) (role *directory.Role, account string, err error) {
	a, perr := arn.Parse(text)
	named, ok := a.Named()
	if perr != nil || !ok || named.Kind != arn.KindRole {
		return nil, "", awsapi.ValidationError.New("%s is invalid", text)
	}
	owner := snap.Account(a.Account)
	if owner == nil {
		return nil, a.Account, nil
	}
	role = owner.Role(named.Name)
	if role != nil && owner.ARN(role) != text {
		role = nil
	}
	return role, a.Account, nil
}

func (sts *Service) assumeRole(c *server.Call, in *api.AssumeRoleInput) (*api.AssumeRoleOutput, error) {
	r, err := sts.roleSession(c, in)
	if err != nil {
		return nil, err
	}
	if r.role == nil { // the rule does not let this happen: a role that is not there trusts nobody
		return nil, awsapi.AccessDenied.New("User: %s is not authorized to perform: sts:AssumeRole on resource: %s", c.Caller.ARN, in.RoleArn)
	}
	if len(in.ProvidedContexts) > 0 {
		return nil, awsapi.ValidationError.New("ProvidedContexts are not supported.")
	}
	life, err := roleLifetime(c, r.role, in.DurationSeconds)
	if err != nil {
		return nil, err
	}
	claims, err := r.claims(c, in.Policy, in.PolicyArns)
	if err != nil {
		return nil, err
	}
	if in.SourceIdentity != nil && r.sourceIdentity != *in.SourceIdentity {
		return nil, awsapi.AccessDenied.New("The source identity of a session cannot be changed by a chained role.")
	}
	// A second factor is a matter of the trust policy: the role's own credentials do not carry it. Source: IAM User Guide,
	// "Configuring MFA-protected API access".
	return withFactor(c, sts, factor{in.SerialNumber, in.TokenCode}, func() (*api.AssumeRoleOutput, error) {
		claims := *claims // issue writes into it
		credentials, packed, err := sts.issue(c, &claims, life)
		if err != nil {
			return nil, err
		}
		return &api.AssumeRoleOutput{
			Credentials: credentials, AssumedRoleUser: r.assumed(), PackedPolicySize: packed, SourceIdentity: optional(r.sourceIdentity),
		}, nil
	})
}

// roleLifetime keeps the session within the role's limit, and within an hour in a chain of roles.
func roleLifetime(c *server.Call, role *directory.Role, seconds *int32) (time.Duration, error) {
	life := lifetime(seconds, time.Hour)
	chained := c.Caller.Session != nil && c.Caller.Session.Type == authz.AssumedRole
	switch {
	case chained && life > maxChained:
		return 0, awsapi.ValidationError.New("The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining")
	case life > time.Duration(role.MaxSession)*time.Second:
		return 0, awsapi.ValidationError.New("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
	}
	return life, nil
}

// sourceIdentity stays through a chain of roles; else it is what the request sets.
func sourceIdentity(c *server.Call, in *api.AssumeRoleInput) string {
	if c.Caller.Session != nil && c.Caller.Session.SourceIdentity != "" {
		return c.Caller.Session.SourceIdentity
	}
	if in.SourceIdentity != nil {
		return *in.SourceIdentity
	}
	return ""
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
