package iam

import (
	"slices"
	"strings"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/iam"
	"github.com/warder-iam/warder/internal/server"
)

// The asks of IAM's operations. A resource that exists is asked about by its ARN, with its path and tags; one that does
// not, by the ARN that it would have: what is missing is told only to those who may ask. Actions, resources and keys are
// those of the Service Authorization Reference for IAM; a test compares them with the catalogue.

// askOn asks for the call's own action on an entity that may be absent (nil): then on the ARN made of kind and name.
func askOn(c *server.Call, e directory.Entity, kind, path, name string) authz.Ask {
	ask := authz.Ask{Action: c.Action(), ResourceAccount: c.Caller.Account}
	if e == nil {
		ask.Resource = arn.In(c.Caller.Account).Resource(kind + path + name).String()
		return ask
	}
	ask.Resource = c.Account().ARN(e)
	ask.ResourceTags = tagsOf(e)
	return ask
}

// askAny asks for the call's action where it has no resource types.
func askAny(c *server.Call) authz.Ask { return authz.Ask{Action: c.Action(), Resource: "*"} }

// askUnder asks for a listing. It has no resource types, but AWS asks, and names in its denials, the path that is listed.
func askUnder(c *server.Call, kind string, prefix *string) authz.Ask {
	return askOn(c, nil, kind, pathOr(prefix), "")
}

// onUser asks about an existing user, or the name of one.
func onUser(c *server.Call, name string) authz.Ask {
	if u := c.Account().User(name); u != nil {
		return askOn(c, u, "user", "/", name)
	}
	return askOn(c, nil, "user", "/", name)
}

// onBoundedUser is onUser for the actions that have the key iam:PermissionsBoundary: the user's own.
func onBoundedUser(c *server.Call, name string) authz.Ask {
	ask := onUser(c, name)
	if u := c.Account().User(name); u != nil {
		return withBoundary(ask, u.Boundary)
	}
	return ask
}

// onGroup asks about a group.
func onGroup(c *server.Call, name string) authz.Ask {
	if g := c.Account().Group(name); g != nil {
		return askOn(c, g, "group", "/", name)
	}
	return askOn(c, nil, "group", "/", name)
}

// onRole asks about a role.
func onRole(c *server.Call, name string) authz.Ask {
	if r := c.Account().Role(name); r != nil {
		return askOn(c, r, "role", "/", name)
	}
	return askOn(c, nil, "role", "/", name)
}

// onBoundedRole is onRole for the actions that have the key iam:PermissionsBoundary: the role's own.
func onBoundedRole(c *server.Call, name string) authz.Ask {
	ask := onRole(c, name)
	if r := c.Account().Role(name); r != nil {
		return withBoundary(ask, r.Boundary)
	}
	return ask
}

// onProfile asks about an instance profile.
func onProfile(c *server.Call, name string) authz.Ask {
	if p := c.Account().InstanceProfile(name); p != nil {
		return askOn(c, p, "instance-profile", "/", name)
	}
	return askOn(c, nil, "instance-profile", "/", name)
}

// onServerCertificate asks about a server certificate.
func onServerCertificate(c *server.Call, name string) authz.Ask {
	if cert := c.Account().ServerCertificate(name); cert != nil {
		return askOn(c, cert, "server-certificate", "/", name)
	}
	return askOn(c, nil, "server-certificate", "/", name)
}

// onPolicy asks about a managed policy by its ARN, whether it exists or not. One of another account is asked about as
// such, and nothing in that account grants it; those of AWS every account may treat as its own.
func onPolicy(c *server.Call, policyARN string) authz.Ask {
	ask := authz.Ask{Action: c.Action(), Resource: policyARN, ResourceAccount: c.Caller.Account}
	if a, err := arn.Parse(policyARN); err == nil && arn.IsAccountID(a.Account) {
		ask.ResourceAccount = a.Account
	}
	if p := c.Account().PolicyByARN(policyARN); p != nil {
		ask.ResourceTags = p.Tags
	}
	return ask
}

// tagActions are what it takes to make an entity with tags, beside the action that makes it.
// Source: IAM User Guide, "Tags for IAM resources".
var tagActions = map[string]string{
	"user": "iam:TagUser", "role": "iam:TagRole", "policy": "iam:TagPolicy", "instance-profile": "iam:TagInstanceProfile",
	"server-certificate": "iam:TagServerCertificate",
	"mfa":                "iam:TagMFADevice",
	"saml-provider":      "iam:TagSAMLProvider",
}

// onNew asks about something that is to be made, by the path and name that it is to have: for making it, and first in
// the list; and for tagging it, where it is to have tags.
func onNew(c *server.Call, kind string, path *string, name string, tags []api.Tag) []authz.Ask {
	ask := withRequestTags(askOn(c, nil, kind, pathOr(path), name), tags)
	if len(tags) == 0 {
		return []authz.Ask{ask}
	}
	tagging := ask
	tagging.Action, tagging.Context = tagActions[kind], ask.Context.Clone()
	return []authz.Ask{ask, tagging}
}

// onNewBounded is onNew for what is to have a permissions boundary, or nil.
func onNewBounded(c *server.Call, kind string, path *string, name string, tags []api.Tag, boundary *string) []authz.Ask {
	asks := onNew(c, kind, path, name, tags)
	asks[0] = withBoundary(asks[0], value(boundary))
	return asks
}

// onMoved asks for a change of path or name on the ARN that an entity has, and on the one that it is to have.
func onMoved(c *server.Call, ask authz.Ask, kind, path, name string, newPath, newName *string) []authz.Ask {
	if newPath != nil {
		path = *newPath
	}
	if newName != nil {
		name = *newName
	}
	moved := askOn(c, nil, kind, path, name)
	if moved.Resource == ask.Resource {
		return []authz.Ask{ask}
	}
	moved.ResourceTags = ask.ResourceTags
	return []authz.Ask{ask, moved}
}

// withPolicyARN gives the key iam:PolicyARN: the policy that is attached or detached.
func withPolicyARN(ask authz.Ask, policyARN string) authz.Ask {
	ask.Context.Set("iam:PolicyARN", policyARN)
	return ask
}

// withBoundary gives the key iam:PermissionsBoundary: the boundary that the request sets, or else the target's own.
func withBoundary(ask authz.Ask, policyARN string) authz.Ask {
	if policyARN != "" {
		ask.Context.Set("iam:PermissionsBoundary", policyARN)
	}
	return ask
}

// withRequestTags gives aws:RequestTag/… and aws:TagKeys.
func withRequestTags(ask authz.Ask, tags []api.Tag) authz.Ask {
	ask.RequestTags = each(tags, modelTag)
	return withTagKeys(ask, each(tags, func(t api.Tag) string { return t.Key }))
}

// withTagKeys gives aws:TagKeys: the keys as the request spells them, and as the resource does where the two differ in
// case. Policies compare them with case, but what is written is the same tag.
func withTagKeys(ask authz.Ask, keys []string) authz.Ask {
	ask.TagKeys = slices.Clone(keys)
	for _, t := range ask.ResourceTags {
		same := func(key string) bool { return key != t.Key && strings.EqualFold(key, t.Key) }
		if slices.ContainsFunc(keys, same) && !slices.Contains(keys, t.Key) {
			ask.TagKeys = append(ask.TagKeys, t.Key)
		}
	}
	return ask
}

// passRole asks whether the caller may hand the role to a service.
func passRole(c *server.Call, name, service string) authz.Ask {
	ask := onRole(c, name)
	ask.Action = "iam:PassRole"
	ask.Context.Set("iam:PassedToService", service)
	return ask
}

// pathOr is the path that was given, or "/".
func pathOr(path *string) string {
	if path == nil || *path == "" {
		return "/"
	}
	return *path
}

// underPath reports whether a path filter, nil for none, lets path through.
func underPath(path string, prefix *string) bool {
	return prefix == nil || strings.HasPrefix(path, *prefix)
}
