package iam

import (
	"strings"

	"github.com/warder-iam/warder/authz"
	api "github.com/warder-iam/warder/internal/api/iam"
	"github.com/warder-iam/warder/internal/server"

	"github.com/warder-iam/warder/directory"
)

// The asks of IAM's operations. A resource that exists is asked about by its ARN, with its path and tags; one that does
// not, by the ARN that it would have: what is missing is told only to those who may ask. Actions, resources and keys are
// those of the Service Authorization Reference for IAM.

// askOn asks for the call's own action on an entity that may be absent (nil): then on the ARN made of kind and name.
func askOn(c *server.Call, e directory.Entity, kind, path, name string) authz.Ask {
	ask := authz.Ask{Action: c.Action(), ResourceAccount: c.Caller.Account}
	if e == nil {
		ask.Resource = "arn:aws:iam::" + c.Caller.Account + ":" + kind + path + name
		return ask
	}
	ask.Resource = c.Account().ARN(e)
	ask.ResourceTags = tagsOf(e)
	return ask
}

// askAny asks for the call's action where it has no resource types.
func askAny(c *server.Call) authz.Ask { return authz.Ask{Action: c.Action(), Resource: "*"} }

// onUser asks about an existing user, or the name of one. The empty name is the caller itself.
func onUser(c *server.Call, name string) authz.Ask {
	if u := c.Account().User(name); u != nil {
		return withBoundary(askOn(c, u, "user", "/", name), u.Boundary)
	}
	return askOn(c, nil, "user", "/", name)
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
		return withBoundary(askOn(c, r, "role", "/", name), r.Boundary)
	}
	return askOn(c, nil, "role", "/", name)
}

// onProfile asks about an instance profile.
func onProfile(c *server.Call, name string) authz.Ask {
	if p := c.Account().InstanceProfile(name); p != nil {
		return askOn(c, p, "instance-profile", "/", name)
	}
	return askOn(c, nil, "instance-profile", "/", name)
}

// onPolicy asks about a managed policy by its ARN, whether it exists or not.
func onPolicy(c *server.Call, arn string) authz.Ask {
	ask := authz.Ask{Action: c.Action(), Resource: arn, ResourceAccount: c.Caller.Account}
	if p := c.Account().PolicyByARN(arn); p != nil {
		ask.ResourceTags = p.Tags
	}
	return ask
}

// onNew asks about something that is to be made, by the path and name that it is to have.
func onNew(c *server.Call, kind string, path *string, name string, tags []api.Tag) authz.Ask {
	return withRequestTags(askOn(c, nil, kind, pathOr(path), name), tags)
}

// withPolicyARN gives the key iam:PolicyARN: the policy that is attached or detached.
func withPolicyARN(ask authz.Ask, arn string) authz.Ask {
	ask.Context.Set("iam:PolicyARN", arn)
	return ask
}

// withBoundary gives the key iam:PermissionsBoundary: the boundary that the request sets, or else the target's own.
func withBoundary(ask authz.Ask, arn string) authz.Ask {
	if arn != "" {
		ask.Context.Set("iam:PermissionsBoundary", arn)
	}
	return ask
}

// withRequestTags gives aws:RequestTag/… and aws:TagKeys.
func withRequestTags(ask authz.Ask, tags []api.Tag) authz.Ask {
	keys := make([]string, len(tags))
	for i, t := range tags {
		keys[i] = t.Key
		ask.Context.Set("aws:RequestTag/"+t.Key, t.Value)
	}
	return withTagKeys(ask, keys)
}

// withTagKeys gives aws:TagKeys.
func withTagKeys(ask authz.Ask, keys []string) authz.Ask {
	if len(keys) > 0 {
		ask.Context.SetList("aws:TagKeys", keys...)
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
