package iam

import (
	"strings"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/iam"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/internal/store"
)

func (iam *Service) registerServerCertificates(s *server.Server) {
	server.Handle(s, api.UploadServerCertificate, server.Asks(func(c *server.Call, in *api.UploadServerCertificateInput) ([]authz.Ask, error) {
		return onNew(c, "server-certificate", in.Path, in.ServerCertificateName, in.Tags), nil
	}), iam.uploadServerCertificate)
	server.Handle(s, api.GetServerCertificate, server.Ask(func(c *server.Call, in *api.GetServerCertificateInput) authz.Ask {
		return onServerCertificate(c, in.ServerCertificateName)
	}), iam.getServerCertificate)
	server.Handle(s, api.ListServerCertificates, server.Ask(func(c *server.Call, in *api.ListServerCertificatesInput) authz.Ask {
		return askUnder(c, "server-certificate", in.PathPrefix)
	}), iam.listServerCertificates)
	server.Handle(s, api.UpdateServerCertificate, server.Asks(updateServerCertificateAsks), iam.updateServerCertificate)
	server.Handle(s, api.DeleteServerCertificate, server.Ask(func(c *server.Call, in *api.DeleteServerCertificateInput) authz.Ask {
		return onServerCertificate(c, in.ServerCertificateName)
	}), iam.deleteServerCertificate)
	server.Handle(s, api.TagServerCertificate, server.Ask(func(c *server.Call, in *api.TagServerCertificateInput) authz.Ask {
		return withRequestTags(onServerCertificate(c, in.ServerCertificateName), in.Tags)
	}), func(c *server.Call, in *api.TagServerCertificateInput) (*api.TagServerCertificateOutput, error) {
		return addTags[api.TagServerCertificateOutput](c, taggedServerCertificate, in.ServerCertificateName, in.Tags)
	})
	server.Handle(s, api.UntagServerCertificate, server.Ask(func(c *server.Call, in *api.UntagServerCertificateInput) authz.Ask {
		return withTagKeys(onServerCertificate(c, in.ServerCertificateName), in.TagKeys)
	}), func(c *server.Call, in *api.UntagServerCertificateInput) (*api.UntagServerCertificateOutput, error) {
		return dropTags[api.UntagServerCertificateOutput](c, taggedServerCertificate, in.ServerCertificateName, in.TagKeys)
	})
	server.Handle(s, api.ListServerCertificateTags, server.Ask(func(c *server.Call, in *api.ListServerCertificateTagsInput) authz.Ask {
		return onServerCertificate(c, in.ServerCertificateName)
	}), iam.listServerCertificateTags)
}

// updateServerCertificateAsks: a rename or move must be allowed on the old ARN and on the new one.
func updateServerCertificateAsks(c *server.Call, in *api.UpdateServerCertificateInput) ([]authz.Ask, error) {
	ask := onServerCertificate(c, in.ServerCertificateName)
	cert := c.Account().ServerCertificate(in.ServerCertificateName)
	if cert == nil {
		return []authz.Ask{ask}, nil
	}
	return onMoved(c, ask, "server-certificate", cert.Path, cert.Name, in.NewPath, in.NewServerCertificateName), nil
}

func noServerCertificate(name string) *awsapi.Error {
	return api.NoSuchEntity.New("The Server Certificate with name %s cannot be found.", name)
}

func serverCertificateExists(name string) *awsapi.Error {
	return api.EntityAlreadyExists.New("The Server Certificate with name %s already exists.", name)
}

// uploadServerCertificate keeps certificates without white space around them: Terraform's provider relies on it.
func (iam *Service) uploadServerCertificate(c *server.Call, in *api.UploadServerCertificateInput) (*api.UploadServerCertificateOutput, error) {
	tags, err := newTags(in.Tags, foldedKeys)
	if err != nil {
		return nil, err
	}
	if len(value(in.CertificateChain)) > mostChainBytes {
		return nil, api.MalformedCertificate.New("The certificate chain has more than %d characters.", mostChainBytes)
	}
	read, err := readServerCertificate(in.CertificateBody, value(in.CertificateChain), in.PrivateKey, c.Time())
	if err != nil {
		return nil, err
	}
	id := session.NewEntityID(session.PrefixCertificate)
	sealed, err := iam.keys.SealCertificateKey(id, []byte(in.PrivateKey))
	if err != nil {
		return nil, err
	}
	return server.Change(c, func(tx *store.Tx) (*api.UploadServerCertificateOutput, error) {
		account := tx.Account()
		if account.ServerCertificate(in.ServerCertificateName) != nil {
			return nil, serverCertificateExists(in.ServerCertificateName)
		}
		if err := tx.Quota(store.ServerCertificatesPerAccount, account.Counts().ServerCertificates); err != nil {
			return nil, err
		}
		cert := &directory.ServerCertificate{
			ID: id, Name: in.ServerCertificateName, Path: pathOr(in.Path), Uploaded: tx.Now(), Expires: read.NotAfter.UTC(),
			Body: strings.TrimSpace(in.CertificateBody), Chain: strings.TrimSpace(value(in.CertificateChain)), Tags: tags, Sealed: sealed,
		}
		return &api.UploadServerCertificateOutput{
			ServerCertificateMetadata: new(showServerCertificate(account, cert)), Tags: showTags(tags),
		}, tx.Put(cert)
	})
}

// mostChainBytes is the length of a chain: ten certificates are far shorter.
const mostChainBytes = 64 << 10

func (iam *Service) getServerCertificate(c *server.Call, in *api.GetServerCertificateInput) (*api.GetServerCertificateOutput, error) {
	cert := c.Account().ServerCertificate(in.ServerCertificateName)
	if cert == nil {
		return nil, noServerCertificate(in.ServerCertificateName)
	}
	return &api.GetServerCertificateOutput{ServerCertificate: api.ServerCertificate{
		ServerCertificateMetadata: showServerCertificate(c.Account(), cert),
		CertificateBody:           cert.Body, CertificateChain: notEmpty(cert.Chain),
		Tags: each(cert.Tags, showTag), // shown even when there are none, as on AWS
	}}, nil
}

func (iam *Service) listServerCertificates(c *server.Call, in *api.ListServerCertificatesInput) (*api.ListServerCertificatesOutput, error) {
	a := c.Account()
	p, err := list(c, in.Marker, in.MaxItems, a.ServerCertificatesAfter,
		func(cert *directory.ServerCertificate) string { return cert.Name },
		func(cert *directory.ServerCertificate) bool { return underPath(cert.Path, in.PathPrefix) })
	if err != nil {
		return nil, err
	}
	certs := each(p.items, func(cert *directory.ServerCertificate) api.ServerCertificateMetadata {
		return showServerCertificate(a, cert)
	})
	return &api.ListServerCertificatesOutput{ServerCertificateMetadataList: certs, IsTruncated: new(p.truncated), Marker: p.marker}, nil
}

func (iam *Service) updateServerCertificate(c *server.Call, in *api.UpdateServerCertificateInput) (*api.UpdateServerCertificateOutput, error) {
	return server.Change(c, func(tx *store.Tx) (*api.UpdateServerCertificateOutput, error) {
		old := tx.Account().ServerCertificate(in.ServerCertificateName)
		if old == nil {
			return nil, noServerCertificate(in.ServerCertificateName)
		}
		cert := old.Clone()
		if in.NewPath != nil {
			cert.Path = *in.NewPath
		}
		if in.NewServerCertificateName != nil {
			if other := tx.Account().ServerCertificate(*in.NewServerCertificateName); other != nil && other.ID != cert.ID {
				return nil, serverCertificateExists(*in.NewServerCertificateName)
			}
			cert.Name = *in.NewServerCertificateName
		}
		return &api.UpdateServerCertificateOutput{}, tx.Put(cert)
	})
}

func (iam *Service) deleteServerCertificate(c *server.Call, in *api.DeleteServerCertificateInput) (*api.DeleteServerCertificateOutput, error) {
	return server.Change(c, func(tx *store.Tx) (*api.DeleteServerCertificateOutput, error) {
		cert := tx.Account().ServerCertificate(in.ServerCertificateName)
		if cert == nil {
			return nil, noServerCertificate(in.ServerCertificateName)
		}
		tx.Delete(cert)
		return &api.DeleteServerCertificateOutput{}, nil
	})
}

func taggedServerCertificate(a *directory.Account, name string) (tagged, error) {
	cert := a.ServerCertificate(name)
	if cert == nil {
		return tagged{}, noServerCertificate(name)
	}
	cert = cert.Clone()
	return tagged{cert, &cert.Tags, foldedKeys}, nil
}

func (iam *Service) listServerCertificateTags(c *server.Call, in *api.ListServerCertificateTagsInput) (*api.ListServerCertificateTagsOutput, error) {
	p, err := listTags(c, taggedServerCertificate, in.ServerCertificateName, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	return &api.ListServerCertificateTagsOutput{Tags: each(p.items, showTag), IsTruncated: new(p.truncated), Marker: p.marker}, nil
}

func showServerCertificate(a *directory.Account, cert *directory.ServerCertificate) api.ServerCertificateMetadata {
	return api.ServerCertificateMetadata{
		Path: cert.Path, ServerCertificateName: cert.Name, ServerCertificateId: cert.ID, Arn: a.ARN(cert),
		UploadDate: new(cert.Uploaded), Expiration: new(cert.Expires),
	}
}
