package access

import (
	"strings"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/policy"
	"github.com/warder-iam/warder/policy/eval"
)

// Ask is the question for an action on a resource, with all that is known of the resource: its account, tags and policy.
// The caller may add the operation's own keys to its Context; keys that it does not set are free. An ARN that nobody knows
// belongs to the account that it names, and where it names none, to the caller's.
func (f *Finder) Ask(action, resource string) *authz.Ask {
	ask := &authz.Ask{Action: action, Resource: resource}
	if r, ok := f.resources[resource]; ok {
		ask.ResourceAccount, ask.ResourceTags, ask.ResourcePolicy = r.Account, r.Tags, r.Policy
	}
	if a, err := arn.Parse(resource); err == nil {
		if ask.ResourceAccount == "" && arn.IsAccountID(a.Account) {
			ask.ResourceAccount = a.Account
		}
		f.fromDirectory(ask, a)
	}
	if ask.ResourcePolicy == nil {
		ask.ResourcePolicy = f.containing(resource)
	}
	ask.ResourceKind = eval.KindOf(action, resource, ask.ResourcePolicy != nil)
	return ask
}

// fromDirectory adds what the snapshot knows of its own entities.
func (f *Finder) fromDirectory(ask *authz.Ask, a arn.ARN) {
	account := f.snap.Account(a.Account)
	named, ok := a.Named()
	if account == nil || !ok {
		return
	}
	var tags []directory.Tag
	switch named.Kind {
	case arn.KindUser:
		if u := account.User(named.Name); u != nil {
			tags = u.Tags
		}
	case arn.KindRole:
		if r := account.Role(named.Name); r != nil {
			tags = r.Tags
			if isOf(ask.Action, "sts") && ask.ResourcePolicy == nil {
				ask.ResourcePolicy = trustOf(r)
			}
		}
	case arn.KindPolicy:
		if p := account.Policy(named.Name); p != nil {
			tags = p.Tags
		}
	case arn.KindInstanceProfile:
		if p := account.InstanceProfile(named.Name); p != nil {
			tags = p.Tags
		}
	}
	if ask.ResourceTags == nil {
		ask.ResourceTags = tags
	}
}

// trustOf is a role's trust policy under the name that explanations show.
func trustOf(r *directory.Role) *eval.Source {
	return &eval.Source{Name: "trust policy of " + r.Name, Policy: r.Trust.Compiled()}
}

func isOf(action, service string) bool {
	of, _, ok := strings.Cut(action, ":")
	return ok && strings.EqualFold(of, service)
}

// containing finds the policy of the bucket that an object is in: the one resource whose policy stands for others.
func (f *Finder) containing(resource string) *eval.Source {
	bucket, _, ok := strings.Cut(resource, "/")
	if !ok || !strings.Contains(bucket, ":s3:::") {
		return nil
	}
	return f.resources[bucket].Policy
}

// unknownPolicy reports whether the resource may have a policy that is not in the question, and that would have to allow.
func (f *Finder) unknownPolicy(p Principal, ask *authz.Ask) bool {
	_, listed := f.resources[ask.Resource]
	foreign := ask.ResourceAccount != "" && ask.ResourceAccount != p.Account
	return p.Account != "" && p.Kind != eval.WebIdentity && ask.ResourcePolicy == nil && !listed && ask.Resource != "*" &&
		(foreign || ask.ResourceKind == eval.Authoritative)
}

// delegation is a resource policy that leaves it to an account.
func delegation(account string) *eval.Source {
	everything := []policy.Value{{Text: "*"}}
	return &eval.Source{Name: "unknown", Policy: eval.Prepare(&policy.Document{
		Version: policy.Version2012,
		Statements: []policy.Statement{{
			Effect: policy.Allow, Action: everything, Resource: everything, Principal: &policy.Principals{AWS: []policy.Value{{Text: account}}},
		}},
	})}
}
