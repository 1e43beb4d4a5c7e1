package iam

import (
	"strings"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/iam"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/store"
)

func (iam *Service) registerAccount(s *server.Server) {
	server.Handle(s, api.CreateAccountAlias, server.Ask(func(c *server.Call, _ *api.CreateAccountAliasInput) authz.Ask {
		return askAny(c)
	}), iam.createAccountAlias)
	server.Handle(s, api.DeleteAccountAlias, server.Ask(func(c *server.Call, _ *api.DeleteAccountAliasInput) authz.Ask {
		return askAny(c)
	}), iam.deleteAccountAlias)
	server.Handle(s, api.ListAccountAliases, server.Ask(func(c *server.Call, _ *api.ListAccountAliasesInput) authz.Ask {
		return askAny(c)
	}), iam.listAccountAliases)
	server.Handle(s, api.GetAccountSummary, server.Ask(func(c *server.Call, _ *api.GetAccountSummaryInput) authz.Ask {
		return askAny(c)
	}), iam.getAccountSummary)
	server.Handle(s, api.GetAccountAuthorizationDetails, server.Ask(func(c *server.Call, _ *api.GetAccountAuthorizationDetailsInput) authz.Ask {
		return askAny(c)
	}), iam.getAuthorizationDetails)
}

// createAccountAlias replaces the alias that the account has: there is one at most.
func (iam *Service) createAccountAlias(c *server.Call, in *api.CreateAccountAliasInput) (*api.CreateAccountAliasOutput, error) {
	return server.Change(c, func(tx *store.Tx) (*api.CreateAccountAliasOutput, error) {
		if tx.Directory().AccountByAlias(in.AccountAlias) != nil {
			return nil, api.EntityAlreadyExists.New("The account alias %s already exists.", in.AccountAlias)
		}
		info := tx.Account().Info().Clone()
		info.Alias = in.AccountAlias
		return &api.CreateAccountAliasOutput{}, tx.Put(info)
	})
}

func (iam *Service) deleteAccountAlias(c *server.Call, in *api.DeleteAccountAliasInput) (*api.DeleteAccountAliasOutput, error) {
	return server.Change(c, func(tx *store.Tx) (*api.DeleteAccountAliasOutput, error) {
		info := tx.Account().Info().Clone()
		if !strings.EqualFold(info.Alias, in.AccountAlias) {
			return nil, api.NoSuchEntity.New("The account alias with name %s cannot be found.", in.AccountAlias)
		}
		info.Alias = ""
		return &api.DeleteAccountAliasOutput{}, tx.Put(info)
	})
}

func (iam *Service) listAccountAliases(c *server.Call, in *api.ListAccountAliasesInput) (*api.ListAccountAliasesOutput, error) {
	var aliases []string
	if alias := c.Account().Info().Alias; alias != "" {
		aliases = append(aliases, alias)
	}
	itself := func(alias string) string { return alias }
	p, err := list(c, in.Marker, in.MaxItems, sortedAfter(aliases, itself), itself, nil)
	if err != nil {
		return nil, err
	}
	return &api.ListAccountAliasesOutput{AccountAliases: p.items, IsTruncated: new(p.truncated), Marker: p.marker}, nil
}

// getAccountSummary gives every key that AWS gives. What Warder does not have yet is 0: the root user's password and
// keys. Source: IAM API Reference, GetAccountSummary.
func (iam *Service) getAccountSummary(c *server.Call, _ *api.GetAccountSummaryInput) (*api.GetAccountSummaryOutput, error) {
	counts := c.Account().Counts()
	summary := map[string]int32{
		"Users":               int32(counts.Users),
		"Groups":              int32(counts.Groups),
		"Roles":               int32(counts.Roles),
		"Policies":            int32(counts.Policies),
		"InstanceProfiles":    int32(counts.InstanceProfiles),
		"PolicyVersionsInUse": int32(counts.PolicyVersions + awsPoliciesInUse(c.Directory(), c.Account())),

		"AccountAccessKeysPresent":          0,
		"AccountMFAEnabled":                 int32(min(1, len(c.Account().MFADevicesOf(c.Account().ID())))),
		"AccountPasswordPresent":            rootPasswords(c.Account()),
		"AccountSigningCertificatesPresent": 0,
		"MFADevices":                        int32(counts.MFADevices),
		"MFADevicesInUse":                   int32(counts.MFADevicesInUse),
		"Providers":                         int32(c.Account().OIDCProviderCount() + counts.SAMLProviders),
		"ServerCertificates":                int32(counts.ServerCertificates),
		"GlobalEndpointTokenVersion":        int32(max(1, c.Account().Info().TokenVersion)),
	}
	for key, limit := range iam.store.Quotas().Summary() {
		summary[key] = int32(limit)
	}
	return &api.GetAccountSummaryOutput{SummaryMap: summary}, nil
}

// awsPoliciesInUse is the number of AWS's policies that something in the account has attached or as its boundary. One
// version of each is in use; of the account's own policies every version is.
func awsPoliciesInUse(snap *directory.Snapshot, a *directory.Account) int {
	n := 0
	for m := range managedAfter(snap, a, false, true)("") {
		if inUse(a, m.aws.ARN) {
			n++
		}
	}
	return n
}

// inUse reports whether a managed policy is attached to something in the account, or is a boundary there.
func inUse(a *directory.Account, policyARN string) bool {
	return a.AttachedCount(policyARN) > 0 || a.BoundaryCount(policyARN) > 0
}
