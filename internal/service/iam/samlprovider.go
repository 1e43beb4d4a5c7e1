package iam

import (
	"slices"
	"time"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/iam"
	"github.com/warder-iam/warder/internal/saml"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/internal/store"
)

// maxSAMLKeys is how many private keys a provider may have, so that one can take over from the other.
const maxSAMLKeys = 2

// samlProviderYears is how long a provider is good whose metadata name no end, as on AWS.
const samlProviderYears = 100

func (iam *Service) registerSAMLProviders(s *server.Server) {
	server.Handle(s, api.CreateSAMLProvider, server.Asks(func(c *server.Call, in *api.CreateSAMLProviderInput) ([]authz.Ask, error) {
		return onNew(c, "saml-provider", nil, in.Name, in.Tags), nil
	}), iam.createSAMLProvider)
	server.Handle(s, api.GetSAMLProvider, server.Ask(func(c *server.Call, in *api.GetSAMLProviderInput) authz.Ask {
		return onSAMLProvider(c, in.SAMLProviderArn)
	}), iam.getSAMLProvider)
	server.Handle(s, api.ListSAMLProviders, server.Ask(func(c *server.Call, _ *api.ListSAMLProvidersInput) authz.Ask {
		return askUnder(c, "saml-provider", nil)
	}), iam.listSAMLProviders)
	server.Handle(s, api.UpdateSAMLProvider, server.Ask(func(c *server.Call, in *api.UpdateSAMLProviderInput) authz.Ask {
		return onSAMLProvider(c, in.SAMLProviderArn)
	}), iam.updateSAMLProvider)
	server.Handle(s, api.DeleteSAMLProvider, server.Ask(func(c *server.Call, in *api.DeleteSAMLProviderInput) authz.Ask {
		return onSAMLProvider(c, in.SAMLProviderArn)
	}), iam.deleteSAMLProvider)
	server.Handle(s, api.TagSAMLProvider, server.Ask(func(c *server.Call, in *api.TagSAMLProviderInput) authz.Ask {
		return withRequestTags(onSAMLProvider(c, in.SAMLProviderArn), in.Tags)
	}), func(c *server.Call, in *api.TagSAMLProviderInput) (*api.TagSAMLProviderOutput, error) {
		return addTags[api.TagSAMLProviderOutput](c, taggedSAMLProvider, in.SAMLProviderArn, in.Tags)
	})
	server.Handle(s, api.UntagSAMLProvider, server.Ask(func(c *server.Call, in *api.UntagSAMLProviderInput) authz.Ask {
		return withTagKeys(onSAMLProvider(c, in.SAMLProviderArn), in.TagKeys)
	}), func(c *server.Call, in *api.UntagSAMLProviderInput) (*api.UntagSAMLProviderOutput, error) {
		return dropTags[api.UntagSAMLProviderOutput](c, taggedSAMLProvider, in.SAMLProviderArn, in.TagKeys)
	})
	server.Handle(s, api.ListSAMLProviderTags, server.Ask(func(c *server.Call, in *api.ListSAMLProviderTagsInput) authz.Ask {
		return onSAMLProvider(c, in.SAMLProviderArn)
	}), iam.listSAMLProviderTags)
}

// onSAMLProvider asks about a provider by its ARN, whether it exists or not.
func onSAMLProvider(c *server.Call, text string) authz.Ask {
	ask := authz.Ask{Action: c.Action(), Resource: text, ResourceAccount: c.Caller.Account}
	if a, err := arn.Parse(text); err == nil && arn.IsAccountID(a.Account) {
		ask.ResourceAccount = a.Account
	}
	if p := c.Account().SAMLProviderByARN(text); p != nil {
		ask.ResourceTags = p.Tags
	}
	return ask
}

// findSAMLProvider finds a provider as a copy to change.
func findSAMLProvider(a *directory.Account, text string) (*directory.SAMLProvider, error) {
	parsed, err := arn.Parse(text)
	if err != nil {
		return nil, noARN(text)
	}
	if named, ok := parsed.Named(); !ok || named.Kind != arn.KindSAMLProvider {
		return nil, api.InvalidInput.New(badARN, text)
	}
	p := a.SAMLProviderByARN(text)
	if p == nil {
		return nil, api.NoSuchEntity.New("Manifest not found for arn %s", text)
	}
	return p.Clone(), nil
}

func taggedSAMLProvider(a *directory.Account, text string) (tagged, error) {
	p, err := findSAMLProvider(a, text)
	if err != nil {
		return tagged{}, err
	}
	return tagged{p, &p.Tags, exactKeys}, nil
}

func (iam *Service) createSAMLProvider(c *server.Call, in *api.CreateSAMLProviderInput) (*api.CreateSAMLProviderOutput, error) {
	tags, err := newTags(in.Tags, exactKeys)
	if err != nil {
		return nil, err
	}
	p := &directory.SAMLProvider{
		ID: session.NewEntityID(session.PrefixSAMLProvider), Name: in.Name, Created: c.Time().Truncate(time.Second), Tags: tags,
	}
	if err := setMetadata(p, in.SAMLMetadataDocument, c.Time()); err != nil {
		return nil, err
	}
	key, err := iam.newSAMLKey(c, in.AddPrivateKey)
	if err != nil {
		return nil, err
	}
	if err := setEncryption(p, in.AssertionEncryptionMode, key, nil); err != nil {
		return nil, err
	}
	return server.Change(c, func(tx *store.Tx) (*api.CreateSAMLProviderOutput, error) {
		if tx.Account().SAMLProvider(in.Name) != nil {
			return nil, api.EntityAlreadyExists.New("Provider with name %s already exists.", in.Name)
		}
		if err := tx.Quota(store.SAMLProvidersPerAccount, tx.Account().Counts().SAMLProviders); err != nil {
			return nil, err
		}
		return &api.CreateSAMLProviderOutput{SAMLProviderArn: new(tx.Account().ARN(p)), Tags: showTags(p.Tags)}, tx.Put(p)
	})
}

// setMetadata checks a metadata document and takes over what it says.
func setMetadata(p *directory.SAMLProvider, document string, now time.Time) error {
	m, err := saml.ParseMetadata(document)
	if err != nil {
		return api.InvalidInput.New("Could not parse metadata: %s", err)
	}
	if m.ValidUntil.IsZero() {
		m.ValidUntil = now.Truncate(time.Second).AddDate(samlProviderYears, 0, 0)
	}
	if !now.Before(m.ValidUntil) {
		return api.InvalidInput.New("The metadata document has expired at %s", m.ValidUntil.Format(time.RFC3339))
	}
	p.Metadata, p.EntityID, p.ValidUntil, p.Certificates = document, m.EntityID, m.ValidUntil, nil
	for _, cert := range m.Certificates {
		p.Certificates = append(p.Certificates, cert.Raw)
	}
	return nil
}

// newSAMLKey reads and seals a private key; nil stays nil.
func (iam *Service) newSAMLKey(c *server.Call, text *string) (*directory.SAMLKey, error) {
	if text == nil {
		return nil, nil
	}
	key, err := saml.ParsePrivateKey(*text)
	if err != nil {
		return nil, api.InvalidInput.New("Invalid private key: %s.", err)
	}
	id := session.NewEntityID(session.PrefixSAMLKey)
	sealed, err := iam.keys.SealSAMLKey(id, key)
	if err != nil {
		return nil, err
	}
	return &directory.SAMLKey{ID: id, Created: c.Time().Truncate(time.Second), Sealed: sealed}, nil
}

// setEncryption changes the mode, and adds or removes a private key. The words are AWS's.
// Source: IAM User Guide, "Troubleshoot SAML federation with IAM".
func setEncryption(p *directory.SAMLProvider, mode *string, add *directory.SAMLKey, remove *string) error {
	if add != nil && remove != nil {
		return api.InvalidInput.New("Unable to add and remove private keys in the same request. Set a value for only one of the two parameters.")
	}
	if mode != nil {
		p.EncryptionMode = *mode
	}
	if add != nil {
		if len(p.Keys) >= maxSAMLKeys {
			return api.InvalidInput.New("Private key limit of %d is reached.", maxSAMLKeys)
		}
		p.Keys = append(p.Keys, *add)
	}
	if remove != nil {
		i := slices.IndexFunc(p.Keys, func(k directory.SAMLKey) bool { return k.ID == *remove })
		if i < 0 {
			return api.InvalidInput.New("Failed to remove private key because the Key ID does not match a private key.")
		}
		p.Keys = slices.Delete(p.Keys, i, i+1)
	}
	switch {
	case p.EncryptionMode != directory.EncryptionRequired || len(p.Keys) > 0:
		return nil
	case remove != nil:
		return api.InvalidInput.New("Failed to remove private key. The assertion encryption mode Required needs one.")
	}
	return api.InvalidInput.New("Unable to set assertion encryption mode to Required because no private key is provided.")
}

func (iam *Service) updateSAMLProvider(c *server.Call, in *api.UpdateSAMLProviderInput) (*api.UpdateSAMLProviderOutput, error) {
	if in.SAMLMetadataDocument == nil && in.AssertionEncryptionMode == nil && in.AddPrivateKey == nil && in.RemovePrivateKey == nil {
		return nil, api.InvalidInput.New("Unable to update identity provider. No updates are defined for metadata or encryption assertion.")
	}
	key, err := iam.newSAMLKey(c, in.AddPrivateKey)
	if err != nil {
		return nil, err
	}
	return server.Change(c, func(tx *store.Tx) (*api.UpdateSAMLProviderOutput, error) {
		p, err := findSAMLProvider(tx.Account(), in.SAMLProviderArn)
		if err != nil {
			return nil, err
		}
		if in.SAMLMetadataDocument != nil {
			if err := setMetadata(p, *in.SAMLMetadataDocument, tx.Now()); err != nil {
				return nil, err
			}
		}
		if err := setEncryption(p, in.AssertionEncryptionMode, key, in.RemovePrivateKey); err != nil {
			return nil, err
		}
		return &api.UpdateSAMLProviderOutput{SAMLProviderArn: new(tx.Account().ARN(p))}, tx.Put(p)
	})
}

func (iam *Service) deleteSAMLProvider(c *server.Call, in *api.DeleteSAMLProviderInput) (*api.DeleteSAMLProviderOutput, error) {
	return server.Change(c, func(tx *store.Tx) (*api.DeleteSAMLProviderOutput, error) {
		p, err := findSAMLProvider(tx.Account(), in.SAMLProviderArn)
		if err != nil {
			return nil, err
		}
		tx.Delete(p)
		return &api.DeleteSAMLProviderOutput{}, nil
	})
}

func (iam *Service) getSAMLProvider(c *server.Call, in *api.GetSAMLProviderInput) (*api.GetSAMLProviderOutput, error) {
	p, err := findSAMLProvider(c.Account(), in.SAMLProviderArn)
	if err != nil {
		return nil, err
	}
	return &api.GetSAMLProviderOutput{
		SAMLProviderUUID: &p.ID, SAMLMetadataDocument: &p.Metadata, CreateDate: &p.Created, ValidUntil: &p.ValidUntil,
		Tags: each(p.Tags, showTag), AssertionEncryptionMode: notEmpty(p.EncryptionMode),
		PrivateKeyList: each(p.Keys, func(k directory.SAMLKey) api.SAMLPrivateKey {
			return api.SAMLPrivateKey{KeyId: new(k.ID), Timestamp: new(k.Created)}
		}),
	}, nil
}

// listSAMLProviders gives all of them: the operation has no pages, and the quota keeps them few.
func (iam *Service) listSAMLProviders(c *server.Call, _ *api.ListSAMLProvidersInput) (*api.ListSAMLProvidersOutput, error) {
	return &api.ListSAMLProvidersOutput{
		SAMLProviderList: each(slices.Collect(c.Account().SAMLProviders()), func(p *directory.SAMLProvider) api.SAMLProviderListEntry {
			return api.SAMLProviderListEntry{Arn: new(c.Account().ARN(p)), CreateDate: new(p.Created), ValidUntil: new(p.ValidUntil)}
		}),
	}, nil
}

func (iam *Service) listSAMLProviderTags(c *server.Call, in *api.ListSAMLProviderTagsInput) (*api.ListSAMLProviderTagsOutput, error) {
	p, err := listTags(c, taggedSAMLProvider, in.SAMLProviderArn, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	return &api.ListSAMLProviderTagsOutput{Tags: each(p.items, showTag), IsTruncated: new(p.truncated), Marker: p.marker}, nil
}
