package iam

import (
	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/iam"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/internal/store"
)

func (iam *Service) registerOutboundFederation(s *server.Server) {
	server.Handle(s, api.EnableOutboundWebIdentityFederation, server.Ask(func(c *server.Call, _ *api.EnableOutboundWebIdentityFederationInput) authz.Ask {
		return askAny(c)
	}), iam.enableOutboundFederation)
	server.Handle(s, api.DisableOutboundWebIdentityFederation, server.Ask(func(c *server.Call, _ *api.DisableOutboundWebIdentityFederationInput) authz.Ask {
		return askAny(c)
	}), iam.disableOutboundFederation)
	server.Handle(s, api.GetOutboundWebIdentityFederationInfo, server.Ask(func(c *server.Call, _ *api.GetOutboundWebIdentityFederationInfoInput) authz.Ask {
		return askAny(c)
	}), iam.getOutboundFederationInfo)
	server.Handle(s, api.SetSecurityTokenServicePreferences, server.Ask(func(c *server.Call, _ *api.SetSecurityTokenServicePreferencesInput) authz.Ask {
		return askAny(c)
	}), iam.setTokenServicePreferences)
}

// enableOutboundFederation makes the account an issuer. Its URL and keys are made the first time and stay.
func (iam *Service) enableOutboundFederation(c *server.Call, _ *api.EnableOutboundWebIdentityFederationInput) (*api.EnableOutboundWebIdentityFederationOutput, error) {
	made := c.Account().TokenIssuer()
	if made == nil {
		var err error
		if made, err = iam.newIssuer(c); err != nil {
			return nil, err
		}
	}
	return server.Change(c, func(tx *store.Tx) (*api.EnableOutboundWebIdentityFederationOutput, error) {
		issuer := made.Clone()
		if i := tx.Account().TokenIssuer(); i != nil {
			issuer = i.Clone()
		}
		if issuer.Enabled {
			return nil, outboundEnabled()
		}
		issuer.Enabled = true
		return &api.EnableOutboundWebIdentityFederationOutput{IssuerIdentifier: new(session.IssuerURL(iam.issuer, issuer))}, tx.Put(issuer)
	})
}

// newIssuer makes an issuer with a key for each algorithm; outside of any transaction, because that takes a while.
func (iam *Service) newIssuer(c *server.Call) (*directory.TokenIssuer, error) {
	i := &directory.TokenIssuer{ID: session.NewIssuerID(c.Caller.Account)}
	for _, algorithm := range session.IssuerAlgorithms() {
		key, err := iam.keys.MintIssuerKey(c.Caller.Account, algorithm, c.Time())
		if err != nil {
			return nil, err
		}
		i.Keys = append(i.Keys, key)
	}
	return i, nil
}

// disableOutboundFederation ends the giving out of tokens. Those that were given out stay verifiable.
func (iam *Service) disableOutboundFederation(c *server.Call, _ *api.DisableOutboundWebIdentityFederationInput) (*api.DisableOutboundWebIdentityFederationOutput, error) {
	return server.Change(c, func(tx *store.Tx) (*api.DisableOutboundWebIdentityFederationOutput, error) {
		i := tx.Account().TokenIssuer()
		if i == nil || !i.Enabled {
			return nil, outboundDisabled()
		}
		i = i.Clone()
		i.Enabled = false
		return &api.DisableOutboundWebIdentityFederationOutput{}, tx.Put(i)
	})
}

func (iam *Service) getOutboundFederationInfo(c *server.Call, _ *api.GetOutboundWebIdentityFederationInfoInput) (*api.GetOutboundWebIdentityFederationInfoOutput, error) {
	i := c.Account().TokenIssuer()
	if i == nil || !i.Enabled {
		return nil, outboundDisabled()
	}
	return &api.GetOutboundWebIdentityFederationInfoOutput{IssuerIdentifier: new(session.IssuerURL(iam.issuer, i)), JwtVendingEnabled: new(true)}, nil
}

func outboundEnabled() *awsapi.Error {
	return api.FeatureEnabled.New("Outbound web identity federation is already enabled for this account.")
}

func outboundDisabled() *awsapi.Error {
	return api.FeatureDisabled.New("Outbound web identity federation is disabled for this account.")
}

// tokenVersions are the values of GlobalEndpointTokenVersion. Tokens of Warder are the same in every region: the choice is
// kept and shown, as on AWS, and makes no difference to them.
var tokenVersions = map[string]int{"v1Token": 1, "v2Token": 2}

func (iam *Service) setTokenServicePreferences(c *server.Call, in *api.SetSecurityTokenServicePreferencesInput) (*api.SetSecurityTokenServicePreferencesOutput, error) {
	return server.Change(c, func(tx *store.Tx) (*api.SetSecurityTokenServicePreferencesOutput, error) {
		info := tx.Account().Info().Clone()
		info.TokenVersion = tokenVersions[in.GlobalEndpointTokenVersion]
		return &api.SetSecurityTokenServicePreferencesOutput{}, tx.Put(info)
	})
}
