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
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/policy/eval"
)

// maxChained is the longest session of a role that was assumed with another role's session.
const maxChained = time.Hour

// assumeRoleAsks: the role itself, and apart from it the right to hand over tags and to set a source identity, each
// decided by the role's trust policy together with what the caller may. What goes on from the caller's own session
// through a chain needs the same rights as what the request sets. Source: IAM User Guide, "Monitor and control actions
// taken with assumed roles".
func assumeRoleAsks(c *server.Call, in *api.AssumeRoleInput) ([]authz.Ask, error) {
	role, account, err := findRole(c.Directory(), in.RoleArn)
	if err != nil {
		return nil, err
	}
	ask := authz.Ask{Action: c.Action(), Resource: in.RoleArn, ResourceAccount: account, ResourceKind: eval.Authoritative}
	if role != nil {
		ask.ResourceTags = role.Tags
		ask.ResourcePolicy = &eval.Source{Name: "trust policy of " + role.Name, Policy: role.Trust.Compiled()}
	}
	ask.Context.Set("sts:RoleSessionName", in.RoleSessionName)
	if in.ExternalId != nil {
		ask.Context.Set("sts:ExternalId", *in.ExternalId)
	}
	if in.DurationSeconds != nil {
		ask.Context.Set("sts:DurationSeconds", strconv.Itoa(int(*in.DurationSeconds)))
	}
	if id := sourceIdentity(c, in); id != "" {
		ask.Context.Set("sts:SourceIdentity", id)
	}
	if len(in.TransitiveTagKeys) > 0 {
		ask.Context.SetList("sts:TransitiveTagKeys", in.TransitiveTagKeys...)
	}
	ask.RequestTags = requestTags(in.Tags)

	asks := []authz.Ask{ask}
	if len(in.Tags) > 0 || len(inherited(c)) > 0 {
		asks = append(asks, withAction(ask, "sts:TagSession"))
	}
	if sourceIdentity(c, in) != "" {
		asks = append(asks, withAction(ask, "sts:SetSourceIdentity"))
	}
	return asks, nil
}

func withAction(ask authz.Ask, action string) authz.Ask {
	ask.Action, ask.Context = action, ask.Context.Clone()
	return ask
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
	role, account, err := findRole(c.Directory(), in.RoleArn)
	if err != nil {
		return nil, err
	}
	if role == nil { // the rule does not let this happen: a role that is not there trusts nobody
		return nil, awsapi.AccessDenied.New("User: %s is not authorized to perform: sts:AssumeRole on resource: %s", c.Caller.ARN, in.RoleArn)
	}
	if len(in.ProvidedContexts) > 0 {
		return nil, awsapi.ValidationError.New("ProvidedContexts are not supported.")
	}
	if err := secondFactor(in.SerialNumber, in.TokenCode); err != nil {
		return nil, err
	}
	life, err := roleLifetime(c, role, in.DurationSeconds)
	if err != nil {
		return nil, err
	}
	limits, err := sessionLimits(c.Directory().Account(account), in.Policy, in.PolicyArns, in.Tags)
	if err != nil {
		return nil, err
	}
	tags, transitive, err := chainedTags(c, limits.tags, in.TransitiveTagKeys)
	if err != nil {
		return nil, err
	}
	source := sourceIdentity(c, in)
	if in.SourceIdentity != nil && source != *in.SourceIdentity {
		return nil, awsapi.AccessDenied.New("The source identity of a session cannot be changed by a chained role.")
	}
	credentials, packed, err := sts.issue(c, &session.Claims{
		Type: session.AssumedRole, Account: account, PrincipalID: role.ID, SessionName: in.RoleSessionName,
		SourceIdentity: source,
		Policies:       limits.policies, PolicyARNs: limits.arns, Tags: tags, TransitiveTagKeys: transitive,
	}, life)
	if err != nil {
		return nil, err
	}
	return &api.AssumeRoleOutput{
		Credentials: credentials,
		AssumedRoleUser: &api.AssumedRoleUser{
			AssumedRoleId: role.ID + ":" + in.RoleSessionName,
			Arn:           arn.In(account).AssumedRole(role.Name, in.RoleSessionName).String(),
		},
		PackedPolicySize: packed,
		SourceIdentity:   optional(source),
	}, nil
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
