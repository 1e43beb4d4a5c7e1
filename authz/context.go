package authz

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/policy/eval"
)

// usualKeys is the number of keys that a request has without tags and those of its operation.
const usualKeys = 20

// requestContext builds the condition keys of a request: the operation's own, and those of environment, principal,
// session and resource. A key that authz derives comes from there or is absent, whatever the ask says of it.
func requestContext(p *subject, c *Caller, env *Environment, ask *Ask) eval.Context {
	ctx := ask.Context.Clone()
	ctx.Grow(usualKeys + len(p.tags) + 2*len(ask.ResourceTags) + len(ask.RequestTags))
	for key := range ask.Context.All() {
		if derived(key) {
			ctx.Delete(key)
		}
	}
	environmentKeys(&ctx, env)
	principalKeys(&ctx, p, c)
	if c.Session != nil {
		sessionKeys(&ctx, c.Session, env.Time)
	}
	if !ask.MFA.IsZero() {
		factorKeys(&ctx, ask.MFA, env.Time)
	}
	setIf(&ctx, "aws:ResourceAccount", ownerOf(c, ask))
	setTags(&ctx, "aws:ResourceTag/", ask.ResourceTags)
	if hasIAMTags(ask.Action) {
		setTags(&ctx, "iam:ResourceTag/", ask.ResourceTags)
	}
	setTags(&ctx, "aws:RequestTag/", ask.RequestTags)
	if keys := tagKeys(ask); len(keys) > 0 {
		ctx.SetList("aws:TagKeys", keys...)
	}
	return ctx
}

// setTags gives each tag its condition key. Condition keys have no case, but tag keys of some resources do: of two tags
// that differ in it alone nobody knows which one a policy means. The condition key then has both values, and eval, which
// knows that it has one, lets no Allow hold by it and every Deny.
func setTags(ctx *eval.Context, prefix string, tags []directory.Tag) {
	for i, t := range tags {
		key := prefix + t.Key
		if !directory.HasTag(tags[:i], t.Key) {
			ctx.Set(key, t.Value)
			continue
		}
		before, _ := ctx.Lookup(key)
		ctx.SetList(key, append(before.Texts(), t.Value)...)
	}
}

func tagKeys(ask *Ask) []string {
	keys := slices.Clone(ask.TagKeys)
	for _, t := range ask.RequestTags {
		if !slices.Contains(keys, t.Key) {
			keys = append(keys, t.Key)
		}
	}
	return keys
}

// hasIAMTags: the actions whose resources are IAM's have the older name of the key too.
func hasIAMTags(action string) bool {
	return isOf(action, "iam") || isOf(action, "sts")
}

// isOf reports whether an action is one of the service: actions have no case.
func isOf(action, service string) bool {
	of, _, ok := strings.Cut(action, ":")
	return ok && strings.EqualFold(of, service)
}

// derived tells the keys that only authz itself may set.
func derived(key string) bool { return KeyOrigin(key) != FromRequest }

func environmentKeys(ctx *eval.Context, env *Environment) {
	clockKeys(ctx, env.Time)
	ctx.Set("aws:SecureTransport", strconv.FormatBool(env.Secure))
	ctx.Set("aws:ViaAWSService", strconv.FormatBool(len(env.CalledVia) > 0))
	if n := len(env.CalledVia); n > 0 {
		ctx.SetList("aws:CalledVia", env.CalledVia...)
		ctx.Set("aws:CalledViaFirst", env.CalledVia[0])
		ctx.Set("aws:CalledViaLast", env.CalledVia[n-1])
	}
	setIf(ctx, "aws:SourceIp", env.SourceIP)
	setIf(ctx, "aws:UserAgent", env.UserAgent)
	setIf(ctx, "aws:referer", env.Referer)
	setIf(ctx, "aws:RequestedRegion", env.Region)
}

// organizationKeys tell of the organizations that caller and resource belong to, where they do.
func organizationKeys(ctx *eval.Context, caller, resource *directory.Membership) {
	if caller != nil {
		ctx.Set("aws:PrincipalOrgID", caller.Organization)
		ctx.SetList("aws:PrincipalOrgPaths", caller.Path)
	}
	if resource != nil {
		ctx.Set("aws:ResourceOrgID", resource.Organization)
		ctx.SetList("aws:ResourceOrgPaths", resource.Path)
	}
}

func clockKeys(ctx *eval.Context, now time.Time) {
	now = now.UTC()
	ctx.Set("aws:CurrentTime", now.Format(time.RFC3339))
	ctx.Set("aws:EpochTime", strconv.FormatInt(now.Unix(), 10))
}

func principalKeys(ctx *eval.Context, p *subject, c *Caller) {
	arn := c.ARN
	if c.Kind == eval.RoleSession {
		arn = p.roleARN // with its path, as it is now
	}
	setIf(ctx, "aws:PrincipalArn", arn)
	setIf(ctx, "aws:PrincipalAccount", c.home())
	if c.Kind != eval.WebIdentity { // it has none before it has a session
		setIf(ctx, "aws:userid", c.UserID)
	}
	setIf(ctx, "aws:PrincipalType", principalTypes[c.Kind])
	ctx.Set("aws:PrincipalIsAWSService", strconv.FormatBool(c.Kind == eval.Service))
	if c.Kind == eval.User {
		setIf(ctx, "aws:username", c.UserName)
	}
	if len(c.Services) > 0 {
		ctx.Set("aws:PrincipalServiceName", c.Services[0])
		ctx.SetList("aws:PrincipalServiceNamesList", c.Services...)
	}
	for _, t := range p.tags {
		ctx.Set("aws:PrincipalTag/"+t.Key, t.Value)
	}
	for key, v := range c.ProviderKeys.All() {
		if v.List() {
			ctx.SetList(key, v.Texts()...)
		} else {
			ctx.Set(key, v.At(0))
		}
	}
}

// principalTypes are the values of aws:PrincipalType. Source: IAM User Guide, global condition context keys.
var principalTypes = map[eval.PrincipalKind]string{
	eval.Anonymous:     "Anonymous",
	eval.Root:          "Account",
	eval.User:          "User",
	eval.RoleSession:   "AssumedRole",
	eval.FederatedUser: "FederatedUser",
	eval.Service:       "AWSService",
}

// sessionKeys are absent for long-term credentials, all of them: a policy that asks for MFA with Bool must not be
// satisfied by a key that never could carry it.
func sessionKeys(ctx *eval.Context, s *Session, now time.Time) {
	ctx.Set("aws:TokenIssueTime", s.Issued.UTC().Format(time.RFC3339))
	ctx.Set("aws:MultiFactorAuthPresent", "false")
	if !s.MFA.IsZero() {
		factorKeys(ctx, s.MFA, now)
	}
	setIf(ctx, "aws:SourceIdentity", s.SourceIdentity)
	setIf(ctx, "aws:FederatedProvider", s.FederatedProvider)
}

// factorKeys tell of a second factor that was given at that time.
func factorKeys(ctx *eval.Context, given, now time.Time) {
	ctx.Set("aws:MultiFactorAuthPresent", "true")
	age := max(0, int64(now.Sub(given)/time.Second))
	ctx.Set("aws:MultiFactorAuthAge", strconv.FormatInt(age, 10))
}

func setIf(ctx *eval.Context, key, value string) {
	if value != "" {
		ctx.Set(key, value)
	}
}

// mergeTags lays the session's tags over the principal's own.
func mergeTags(own, session []directory.Tag) []directory.Tag {
	if len(session) == 0 {
		return own
	}
	merged := slices.Clone(session)
	for _, t := range own {
		if !directory.HasTag(session, t.Key) {
			merged = append(merged, t)
		}
	}
	return merged
}
