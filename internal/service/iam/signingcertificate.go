package iam

import (
	"crypto/sha256"
	"encoding/base32"
	"strings"
	"unicode/utf8"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/iam"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/store"
)

func (iam *Service) registerSigningCertificates(s *server.Server) {
	server.Handle(s, api.UploadSigningCertificate, server.Ask(func(c *server.Call, in *api.UploadSigningCertificateInput) authz.Ask {
		return onUser(c, nameOrOwn(c, in.UserName))
	}), iam.uploadSigningCertificate)
	server.Handle(s, api.ListSigningCertificates, server.Ask(func(c *server.Call, in *api.ListSigningCertificatesInput) authz.Ask {
		return onUser(c, nameOrOwn(c, in.UserName))
	}), iam.listSigningCertificates)
	server.Handle(s, api.UpdateSigningCertificate, server.Ask(func(c *server.Call, in *api.UpdateSigningCertificateInput) authz.Ask {
		return onUser(c, nameOrOwn(c, in.UserName))
	}), iam.updateSigningCertificate)
	server.Handle(s, api.DeleteSigningCertificate, server.Ask(func(c *server.Call, in *api.DeleteSigningCertificateInput) authz.Ask {
		return onUser(c, nameOrOwn(c, in.UserName))
	}), iam.deleteSigningCertificate)
}

// malformedCertificate repeats the text, as AWS does, but never one that might hold a private key by mistake: errors are on
// the trail.
func malformedCertificate(text string) *awsapi.Error {
	const most = 1024 // of what is shown
	switch {
	case strings.Contains(text, "PRIVATE"):
		return api.MalformedCertificate.New("Certificate is malformed: it holds a private key.")
	case len(text) > most:
		for text = text[:most]; !utf8.ValidString(text); {
			text = text[:len(text)-1]
		}
		text += "…"
	}
	return api.MalformedCertificate.New("Certificate %s is malformed.", text)
}

// certificateID is made of the certificate, so that one certificate has one id whoever uploads it.
func certificateID(der []byte) string {
	sum := sha256.Sum256(der)
	return base32.StdEncoding.EncodeToString(sum[:20])
}

func (iam *Service) uploadSigningCertificate(c *server.Call, in *api.UploadSigningCertificateInput) (*api.UploadSigningCertificateOutput, error) {
	read, err := readCertificate(in.CertificateBody)
	if err != nil {
		return nil, iam.refuseCertificate(c, in)
	}
	if why := notInForce(read, c.Time()); why != "" {
		return nil, api.InvalidCertificate.New("%s", why)
	}
	return server.Change(c, func(tx *store.Tx) (*api.UploadSigningCertificateOutput, error) {
		u, err := namedUser(c, tx.Account(), in.UserName)
		if err != nil {
			return nil, err
		}
		id := certificateID(read.Raw)
		if tx.Account().SigningCertificate(id) != nil {
			return nil, api.DuplicateCertificate.New("The same certificate is associated with an IAM user in the account.")
		}
		if err := tx.Quota(store.CertificatesPerUser, len(tx.Account().SigningCertificates(u.ID))); err != nil {
			return nil, err
		}
		cert := &directory.SigningCertificate{ID: id, User: u.ID, Uploaded: tx.Now(), Active: true, Body: in.CertificateBody}
		return &api.UploadSigningCertificateOutput{Certificate: showSigningCertificate(u, cert)}, tx.Put(cert)
	})
}

// refuseCertificate: as on AWS, that there is no such user comes first.
func (iam *Service) refuseCertificate(c *server.Call, in *api.UploadSigningCertificateInput) error {
	if _, err := namedUser(c, c.Account(), in.UserName); err != nil {
		return err
	}
	return malformedCertificate(in.CertificateBody)
}

func (iam *Service) listSigningCertificates(c *server.Call, in *api.ListSigningCertificatesInput) (*api.ListSigningCertificatesOutput, error) {
	u, err := namedUser(c, c.Account(), in.UserName)
	if err != nil {
		return nil, err
	}
	age := func(cert *directory.SigningCertificate) string { return agePosition(cert.Uploaded, cert.ID) }
	p, err := list(c, in.Marker, in.MaxItems, sortedAfter(c.Account().SigningCertificates(u.ID), age), age, nil)
	if err != nil {
		return nil, err
	}
	certs := each(p.items, func(cert *directory.SigningCertificate) api.SigningCertificate {
		return showSigningCertificate(u, cert)
	})
	return &api.ListSigningCertificatesOutput{Certificates: certs, IsTruncated: new(p.truncated), Marker: p.marker}, nil
}

func (iam *Service) updateSigningCertificate(c *server.Call, in *api.UpdateSigningCertificateInput) (*api.UpdateSigningCertificateOutput, error) {
	active, ok := readStatus(in.Status)
	if !ok {
		return nil, api.InvalidInput.New("The status of a signing certificate can be set to Active or Inactive only.")
	}
	return server.Change(c, func(tx *store.Tx) (*api.UpdateSigningCertificateOutput, error) {
		cert, err := signingCertificateOf(c, tx.Account(), in.UserName, in.CertificateId)
		if err != nil {
			return nil, err
		}
		cert.Active = active
		return &api.UpdateSigningCertificateOutput{}, tx.Put(cert)
	})
}

func (iam *Service) deleteSigningCertificate(c *server.Call, in *api.DeleteSigningCertificateInput) (*api.DeleteSigningCertificateOutput, error) {
	return server.Change(c, func(tx *store.Tx) (*api.DeleteSigningCertificateOutput, error) {
		cert, err := signingCertificateOf(c, tx.Account(), in.UserName, in.CertificateId)
		if err != nil {
			return nil, err
		}
		tx.Delete(cert)
		return &api.DeleteSigningCertificateOutput{}, nil
	})
}

// signingCertificateOf finds a certificate of that user, as a copy to change.
func signingCertificateOf(c *server.Call, a *directory.Account, name *string, id string) (*directory.SigningCertificate, error) {
	u, err := namedUser(c, a, name)
	if err != nil {
		return nil, err
	}
	cert := a.SigningCertificate(id)
	if cert == nil || cert.User != u.ID {
		return nil, api.NoSuchEntity.New("The Certificate with id %s cannot be found.", id)
	}
	return cert.Clone(), nil
}

func showSigningCertificate(u *directory.User, cert *directory.SigningCertificate) api.SigningCertificate {
	return api.SigningCertificate{
		UserName: u.Name, CertificateId: cert.ID, CertificateBody: cert.Body, Status: keyStatus(cert.Active),
		UploadDate: new(cert.Uploaded),
	}
}
