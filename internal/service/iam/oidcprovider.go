package iam

import (
	"encoding/hex"
	"errors"
	"net"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/iam"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/internal/store"
)

// maxThumbprints is how many certificates one provider may have. Source: IAM API Reference, CreateOpenIDConnectProvider.
const maxThumbprints = 5

func (iam *Service) registerOIDCProviders(s *server.Server) {
	server.Handle(s, api.CreateOpenIDConnectProvider, server.Asks(createOIDCAsks), iam.createOIDCProvider)
	server.Handle(s, api.GetOpenIDConnectProvider, server.Ask(func(c *server.Call, in *api.GetOpenIDConnectProviderInput) authz.Ask {
		return onOIDCProvider(c, in.OpenIDConnectProviderArn)
	}), iam.getOIDCProvider)
	server.Handle(s, api.ListOpenIDConnectProviders, server.Ask(func(c *server.Call, _ *api.ListOpenIDConnectProvidersInput) authz.Ask {
		return askAny(c)
	}), iam.listOIDCProviders)
	server.Handle(s, api.DeleteOpenIDConnectProvider, server.Ask(func(c *server.Call, in *api.DeleteOpenIDConnectProviderInput) authz.Ask {
		return onOIDCProvider(c, in.OpenIDConnectProviderArn)
	}), iam.deleteOIDCProvider)
	server.Handle(s, api.AddClientIDToOpenIDConnectProvider, server.Ask(func(c *server.Call, in *api.AddClientIDToOpenIDConnectProviderInput) authz.Ask {
		return onOIDCProvider(c, in.OpenIDConnectProviderArn)
	}), iam.addClientID)
	server.Handle(s, api.RemoveClientIDFromOpenIDConnectProvider, server.Ask(func(c *server.Call, in *api.RemoveClientIDFromOpenIDConnectProviderInput) authz.Ask {
		return onOIDCProvider(c, in.OpenIDConnectProviderArn)
	}), iam.removeClientID)
	server.Handle(s, api.UpdateOpenIDConnectProviderThumbprint, server.Ask(func(c *server.Call, in *api.UpdateOpenIDConnectProviderThumbprintInput) authz.Ask {
		return onOIDCProvider(c, in.OpenIDConnectProviderArn)
	}), iam.updateThumbprints)
	iam.registerOIDCProviderTags(s)
}

func (iam *Service) registerOIDCProviderTags(s *server.Server) {
	server.Handle(s, api.TagOpenIDConnectProvider, server.Ask(func(c *server.Call, in *api.TagOpenIDConnectProviderInput) authz.Ask {
		return withRequestTags(onOIDCProvider(c, in.OpenIDConnectProviderArn), in.Tags)
	}), func(c *server.Call, in *api.TagOpenIDConnectProviderInput) (*api.TagOpenIDConnectProviderOutput, error) {
		return addTags[api.TagOpenIDConnectProviderOutput](c, taggedOIDCProvider, in.OpenIDConnectProviderArn, in.Tags)
	})
	server.Handle(s, api.UntagOpenIDConnectProvider, server.Ask(func(c *server.Call, in *api.UntagOpenIDConnectProviderInput) authz.Ask {
		return withTagKeys(onOIDCProvider(c, in.OpenIDConnectProviderArn), in.TagKeys)
	}), func(c *server.Call, in *api.UntagOpenIDConnectProviderInput) (*api.UntagOpenIDConnectProviderOutput, error) {
		return dropTags[api.UntagOpenIDConnectProviderOutput](c, taggedOIDCProvider, in.OpenIDConnectProviderArn, in.TagKeys)
	})
	server.Handle(s, api.ListOpenIDConnectProviderTags, server.Ask(func(c *server.Call, in *api.ListOpenIDConnectProviderTagsInput) authz.Ask {
		return onOIDCProvider(c, in.OpenIDConnectProviderArn)
	}), iam.listOIDCProviderTags)
}

// onOIDCProvider asks about a provider by its ARN, whether it exists or not.
func onOIDCProvider(c *server.Call, providerARN string) authz.Ask {
	ask := authz.Ask{Action: c.Action(), Resource: providerARN, ResourceAccount: c.Caller.Account}
	if a, err := arn.Parse(providerARN); err == nil && arn.IsAccountID(a.Account) {
		ask.ResourceAccount = a.Account
	}
	if p := c.Account().OIDCProviderByARN(providerARN); p != nil {
		ask.ResourceTags = p.Tags
	}
	return ask
}

func createOIDCAsks(c *server.Call, in *api.CreateOpenIDConnectProviderInput) ([]authz.Ask, error) {
	ask := withRequestTags(onOIDCProvider(c, arn.In(c.Caller.Account).OIDCProvider(in.Url).String()), in.Tags)
	if len(in.Tags) == 0 {
		return []authz.Ask{ask}, nil
	}
	tagging := ask
	tagging.Action, tagging.Context = "iam:TagOpenIDConnectProvider", ask.Context.Clone()
	return []authz.Ask{ask, tagging}, nil
}

func (iam *Service) createOIDCProvider(c *server.Call, in *api.CreateOpenIDConnectProviderInput) (*api.CreateOpenIDConnectProviderOutput, error) {
	issuer, err := issuerURL(in.Url)
	if err != nil {
		return nil, err
	}
	thumbprints, err := thumbprintList(in.ThumbprintList)
	if err != nil {
		return nil, err
	}
	tags, err := newTags(in.Tags, exactKeys)
	if err != nil {
		return nil, err
	}
	return server.Change(c, func(tx *store.Tx) (*api.CreateOpenIDConnectProviderOutput, error) {
		account := tx.Account()
		if account.OIDCProvider(issuer) != nil {
			return nil, api.EntityAlreadyExists.New("Provider with url https://%s already exists.", issuer)
		}
		if err := tx.Quota(store.OpenIDConnectProvidersPerAccount, account.OIDCProviderCount()); err != nil {
			return nil, err
		}
		p := &directory.OIDCProvider{
			ID: session.NewEntityID(session.PrefixOIDCProvider), URL: issuer, Created: tx.Now(), Thumbprints: thumbprints, Tags: tags,
		}
		for _, id := range in.ClientIDList {
			if err := registerClient(p, id); err != nil {
				return nil, err
			}
		}
		return &api.CreateOpenIDConnectProviderOutput{
			OpenIDConnectProviderArn: new(account.ARN(p)), Tags: showTags(p.Tags),
		}, tx.Put(p)
	})
}

// maxClients is how many client ids one provider may have.
const maxClients = 100

// registerClient adds a client id; one that is there stays as it is.
func registerClient(p *directory.OIDCProvider, id string) error {
	if slices.Contains(p.ClientIDs, id) {
		return nil
	}
	if len(p.ClientIDs) >= maxClients {
		return api.LimitExceeded.New("Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: %d", maxClients)
	}
	p.ClientIDs = append(p.ClientIDs, id)
	return nil
}

// issuerURL checks a provider's URL and drops its scheme: https, a host, perhaps a path, and nothing else. AWS asks for a URL
// without a port; Warder takes one, because providers that one runs oneself have one.
// Source: IAM API Reference, CreateOpenIDConnectProvider; OpenID Connect Core, "iss".
func issuerURL(text string) (string, error) {
	rest, ok := strings.CutPrefix(text, "https://")
	u, err := url.Parse(text)
	odd := func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`?#%*\"<>`, r) }
	if !ok || err != nil || u.User != nil || !isIssuerHost(u) || strings.ContainsFunc(rest, odd) || strings.HasSuffix(rest, "/") ||
		u.EscapedPath() != u.Path || // there is another spelling
		!strings.ContainsAny(rest, ".:/") || // its condition keys could pass for those of a service: "sts:…"
		u.Path != "" && path.Clean(u.Path) != u.Path {
		return "", awsapi.ValidationError.New("Invalid Open ID Connect Provider URL")
	}
	return rest, nil
}

// isIssuerHost reports whether the URL's host is a name or address in lower case, with a port or without.
func isIssuerHost(u *url.URL) bool {
	host := u.Hostname()
	if u.Host != strings.ToLower(u.Host) || strings.HasSuffix(u.Host, ":") {
		return false
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 || strconv.FormatUint(n, 10) != port {
			return false
		}
	}
	if net.ParseIP(host) != nil {
		return !strings.Contains(host, ":") // its ARN would have no form
	}
	for label := range strings.SplitSeq(host, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' ||
			strings.ContainsFunc(label, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' }) {
			return false
		}
	}
	return len(host) <= 253
}

// thumbprintList checks SHA-1 hashes and writes them in lower case, each once.
func thumbprintList(given []string) ([]string, error) {
	var list []string
	for _, text := range given {
		text = strings.ToLower(text)
		if sum, err := hex.DecodeString(text); err != nil || len(sum) != 20 {
			return nil, api.InvalidInput.New("Thumbprint %s is not the SHA-1 hash of a certificate in 40 hexadecimal digits.", text)
		}
		if !slices.Contains(list, text) {
			list = append(list, text)
		}
	}
	if len(list) > maxThumbprints {
		return nil, api.InvalidInput.New("Thumbprint list must contain fewer than %d entries.", maxThumbprints)
	}
	return list, nil
}

// oidcProvider finds a provider by its ARN as a copy to change.
func oidcProvider(a *directory.Account, providerARN string) (*directory.OIDCProvider, error) {
	parsed, err := arn.Parse(providerARN)
	if named, ok := parsed.Named(); err != nil || !ok || named.Kind != arn.KindOIDCProvider {
		return nil, api.InvalidInput.New(badARN, providerARN)
	}
	p := a.OIDCProviderByARN(providerARN)
	if p == nil {
		return nil, api.NoSuchEntity.New("OpenIDConnect Provider not found for arn %s", providerARN)
	}
	return p.Clone(), nil
}

func taggedOIDCProvider(a *directory.Account, providerARN string) (tagged, error) {
	p, err := oidcProvider(a, providerARN)
	if err != nil {
		return tagged{}, err
	}
	return tagged{p, &p.Tags, exactKeys}, nil
}

func (iam *Service) getOIDCProvider(c *server.Call, in *api.GetOpenIDConnectProviderInput) (*api.GetOpenIDConnectProviderOutput, error) {
	p, err := oidcProvider(c.Account(), in.OpenIDConnectProviderArn)
	if err != nil {
		return nil, err
	}
	return &api.GetOpenIDConnectProviderOutput{
		Url: new(p.URL), ClientIDList: append([]string{}, p.ClientIDs...), ThumbprintList: append([]string{}, p.Thumbprints...),
		CreateDate: new(p.Created), Tags: each(p.Tags, showTag),
	}, nil
}

// listOIDCProviders gives all of them: AWS's operation knows no pages, and the quota bounds the list.
func (iam *Service) listOIDCProviders(c *server.Call, _ *api.ListOpenIDConnectProvidersInput) (*api.ListOpenIDConnectProvidersOutput, error) {
	list := []api.OpenIDConnectProviderListEntry{}
	for p := range c.Account().OIDCProviders() {
		list = append(list, api.OpenIDConnectProviderListEntry{Arn: new(c.Account().ARN(p))})
	}
	return &api.ListOpenIDConnectProvidersOutput{OpenIDConnectProviderList: list}, nil
}

// deleteOIDCProvider succeeds for a provider that is not there, as on AWS. Roles that trust it stay; nobody can assume them
// with its tokens any more.
func (iam *Service) deleteOIDCProvider(c *server.Call, in *api.DeleteOpenIDConnectProviderInput) (*api.DeleteOpenIDConnectProviderOutput, error) {
	return server.Change(c, func(tx *store.Tx) (*api.DeleteOpenIDConnectProviderOutput, error) {
		p, err := oidcProvider(tx.Account(), in.OpenIDConnectProviderArn)
		switch {
		case p != nil:
			tx.Delete(p)
		case !errors.Is(err, api.NoSuchEntity.New("")):
			return nil, err
		}
		return &api.DeleteOpenIDConnectProviderOutput{}, nil
	})
}

func (iam *Service) addClientID(c *server.Call, in *api.AddClientIDToOpenIDConnectProviderInput) (*api.AddClientIDToOpenIDConnectProviderOutput, error) {
	return server.Change(c, func(tx *store.Tx) (*api.AddClientIDToOpenIDConnectProviderOutput, error) {
		p, err := oidcProvider(tx.Account(), in.OpenIDConnectProviderArn)
		if err != nil {
			return nil, err
		}
		if err := registerClient(p, in.ClientID); err != nil {
			return nil, err
		}
		return &api.AddClientIDToOpenIDConnectProviderOutput{}, tx.Put(p)
	})
}

// removeClientID succeeds for an id that is not there, as on AWS.
func (iam *Service) removeClientID(c *server.Call, in *api.RemoveClientIDFromOpenIDConnectProviderInput) (*api.RemoveClientIDFromOpenIDConnectProviderOutput, error) {
	return server.Change(c, func(tx *store.Tx) (*api.RemoveClientIDFromOpenIDConnectProviderOutput, error) {
		p, err := oidcProvider(tx.Account(), in.OpenIDConnectProviderArn)
		if err != nil {
			return nil, err
		}
		p.ClientIDs = slices.DeleteFunc(p.ClientIDs, func(id string) bool { return id == in.ClientID })
		return &api.RemoveClientIDFromOpenIDConnectProviderOutput{}, tx.Put(p)
	})
}

func (iam *Service) updateThumbprints(c *server.Call, in *api.UpdateOpenIDConnectProviderThumbprintInput) (*api.UpdateOpenIDConnectProviderThumbprintOutput, error) {
	thumbprints, err := thumbprintList(in.ThumbprintList)
	if err != nil {
		return nil, err
	}
	return server.Change(c, func(tx *store.Tx) (*api.UpdateOpenIDConnectProviderThumbprintOutput, error) {
		p, err := oidcProvider(tx.Account(), in.OpenIDConnectProviderArn)
		if err != nil {
			return nil, err
		}
		p.Thumbprints = thumbprints
		return &api.UpdateOpenIDConnectProviderThumbprintOutput{}, tx.Put(p)
	})
}

func (iam *Service) listOIDCProviderTags(c *server.Call, in *api.ListOpenIDConnectProviderTagsInput) (*api.ListOpenIDConnectProviderTagsOutput, error) {
	p, err := listTags(c, taggedOIDCProvider, in.OpenIDConnectProviderArn, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	return &api.ListOpenIDConnectProviderTagsOutput{Tags: each(p.items, showTag), IsTruncated: new(p.truncated), Marker: p.marker}, nil
}
