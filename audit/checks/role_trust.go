package checks

import (
	"slices"
	"strings"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/audit/access"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/directory/awsimport"
	"github.com/warder-iam/warder/policy/eval"
)

// entrance is a role with somebody outside the account who may assume it.
type entrance struct {
	role   *directory.Role
	who    access.Principal
	public bool
	answer access.Answer
}

// entrances are the roles of the account that other accounts may assume, each with who. Services and identity providers are
// not among them.
func entrances(a *audit.Account, r *audit.Reporter) []entrance {
	var all []entrance
	for _, e := range a.External() {
		if !slices.Contains(e.Actions, "sts:AssumeRole") {
			continue
		}
		role := roleOf(a, e.Resource)
		who, ok := a.Finder.Principal(e.Principal)
		if role == nil || !ok || slices.ContainsFunc(all, func(known entrance) bool { return known.role == role && known.who == who }) {
			continue
		}
		answer := a.Finder.Can(who, a.Finder.Ask("sts:AssumeRole", e.Resource))
		if answer.Verdict == access.Undecided {
			r.NotAssessed("whether "+e.Principal+" may assume role "+role.Name+": "+answer.Why, "")
		}
		if answer.Possible() {
			all = append(all, entrance{role, who, e.Public, answer})
		}
	}
	return all
}

// trusts reports the gaps of checks about trust policies: roles that are not there, trust policies that cannot be read.
func trusts(a *audit.Account, r *audit.Reporter) bool {
	if !inventory(a, r, rolesOf) {
		return false
	}
	for role := range roles(a) {
		if role.Trust.Err() != nil {
			r.NotAssessed("the "+trustName(role)+", which cannot be read", "")
		}
	}
	return true
}

// who is for people: "account 444455556666", "user x of account …", "anybody with an AWS account".
func (e *entrance) whoText() string {
	switch {
	case e.who.Anybody() && e.limited():
		return "the accounts that its conditions let in"
	case e.who.Anybody():
		return "anybody with an AWS account"
	}
	if e.who.Account != "" && strings.HasSuffix(e.who.ARN, ":root") {
		return "account " + e.who.Account
	}
	return labelOf(e.who.ARN) + " of account " + e.who.Account
}

// evidence is what the role's trust policy says of it. That the other account lets its own is taken for granted.
func (e *entrance) evidence(a *audit.Account, text string) []audit.Evidence {
	answer := e.answer
	answer.Statements = slices.DeleteFunc(slices.Clone(answer.Statements), func(st access.StatementRef) bool { return st.Layer != eval.LayerResource })
	return grants(a, a.Directory.ARN(e.role), &answer, text)
}

// limited reports whether a trust policy that names everybody says by a condition whose they must be.
func (e *entrance) limited() bool { return requires(e.answer.Requirements, ownerKeys...) }

// ownerKeys are the condition keys by which a policy for everybody names an organization or accounts.
var ownerKeys = []string{"aws:PrincipalOrgID", "aws:PrincipalOrgPaths", "aws:PrincipalAccount"}

// ownOnly reports whether such conditions are met by those of the account's own organization alone.
func (e *entrance) ownOnly(a *audit.Account) bool {
	org := a.Bundle.Organization
	return org != nil && slices.ContainsFunc(e.answer.Requirements, func(q access.Requirement) bool {
		return strings.EqualFold(q.Key, "aws:PrincipalOrgID") && slices.Equal(q.Values, []string{org.ID}) ||
			strings.EqualFold(q.Key, "aws:PrincipalOrgPaths") && !slices.ContainsFunc(q.Values, func(v string) bool { return !strings.HasPrefix(v, org.ID+"/") })
	})
}

// standing is how somebody's account stands to this one.
type standing uint8

const (
	stranger standing = iota
	own               // of the organization
	trusted           // by the settings
	unknown           // nothing is known of an organization
)

// standing of those whom an entrance lets in.
func (e *entrance) standing(a *audit.Account) standing {
	switch {
	case !e.who.Anybody():
		return standingOf(a, e.who.Account)
	case e.ownOnly(a):
		return own
	case e.limited():
		return unknown
	}
	return stranger
}

// standingOf an account by the organization and the settings.
func standingOf(a *audit.Account, account string) standing {
	if slices.Contains(a.Settings.TrustedAccounts, account) {
		return trusted
	}
	org := a.Bundle.Organization
	switch {
	case org == nil:
		return unknown
	case org.Accounts[account] != nil || account == org.Management && account != "":
		return own
	case org.NotInUse || membersListed(org):
		return stranger
	}
	return unknown
}

// membersListed reports whether all accounts of the organization are known.
func membersListed(org *awsimport.Organization) bool {
	return len(org.Accounts) > 0 && len(org.Incomplete) == 0
}

const getAccounts = "aws organizations list-accounts > accounts.json"

// editTrust is the command that puts a corrected trust policy in place.
func editTrust(role *directory.Role) string {
	return audit.Command("aws", "iam", "update-assume-role-policy", "--role-name", role.Name, "--policy-document", "file://policy.json")
}

// providerHost is an OpenID Connect provider's host and path, as its condition keys begin; "" for other providers.
func providerHost(name string) string {
	if access.BuiltInProvider(name) {
		return name
	}
	if a, err := arn.Parse(name); err == nil {
		if named, ok := a.Named(); ok && named.Kind == arn.KindOIDCProvider {
			return named.Name
		}
	}
	return ""
}
