package iam

import (
	"fmt"
	"slices"
	"time"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/iam"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/internal/store"
)

func (iam *Service) registerSSHPublicKeys(s *server.Server) {
	server.Handle(s, api.UploadSSHPublicKey, server.Ask(func(c *server.Call, in *api.UploadSSHPublicKeyInput) authz.Ask {
		return onUser(c, in.UserName)
	}), iam.uploadSSHPublicKey)
	server.Handle(s, api.GetSSHPublicKey, server.Ask(func(c *server.Call, in *api.GetSSHPublicKeyInput) authz.Ask {
		return onUser(c, in.UserName)
	}), iam.getSSHPublicKey)
	server.Handle(s, api.ListSSHPublicKeys, server.Ask(func(c *server.Call, in *api.ListSSHPublicKeysInput) authz.Ask {
		return onUser(c, nameOrOwn(c, in.UserName))
	}), iam.listSSHPublicKeys)
	server.Handle(s, api.UpdateSSHPublicKey, server.Ask(func(c *server.Call, in *api.UpdateSSHPublicKeyInput) authz.Ask {
		return onUser(c, in.UserName)
	}), iam.updateSSHPublicKey)
	server.Handle(s, api.DeleteSSHPublicKey, server.Ask(func(c *server.Call, in *api.DeleteSSHPublicKeyInput) authz.Ask {
		return onUser(c, in.UserName)
	}), iam.deleteSSHPublicKey)
}

func (iam *Service) uploadSSHPublicKey(c *server.Call, in *api.UploadSSHPublicKeyInput) (*api.UploadSSHPublicKeyOutput, error) {
	read, err := readSSHKey(in.SSHPublicKeyBody)
	if err != nil {
		return nil, err
	}
	print := read.fingerprint()
	return server.Change(c, func(tx *store.Tx) (*api.UploadSSHPublicKeyOutput, error) {
		u, err := namedUser(c, tx.Account(), &in.UserName)
		if err != nil {
			return nil, err
		}
		have := tx.Account().SSHPublicKeys(u.ID)
		if slices.ContainsFunc(have, func(k *directory.SSHPublicKey) bool { return k.Fingerprint == print }) {
			return nil, api.DuplicateSSHPublicKey.New("The SSH public key is already associated with the specified IAM user.")
		}
		if err := tx.Quota(store.SSHPublicKeysPerUser, len(have)); err != nil {
			return nil, err
		}
		k := &directory.SSHPublicKey{
			ID: session.NewEntityID(session.PrefixSSHPublicKey), User: u.ID, Uploaded: tx.Now(), Active: true,
			Body: in.SSHPublicKeyBody, Fingerprint: print,
		}
		return &api.UploadSSHPublicKeyOutput{SSHPublicKey: showSSHKey(u, k, k.Body)}, tx.Put(k)
	})
}

// getSSHPublicKey gives the key as it was uploaded where that is the encoding asked for, and else writes it in that one.
func (iam *Service) getSSHPublicKey(c *server.Call, in *api.GetSSHPublicKeyInput) (*api.GetSSHPublicKeyOutput, error) {
	u, k, err := sshKeyOf(c, c.Account(), in.UserName, in.SSHPublicKeyId)
	if err != nil {
		return nil, err
	}
	body := k.Body
	read, err := readSSHKey(body)
	if err != nil {
		return nil, fmt.Errorf("iam: the stored SSH key %s cannot be read", k.ID)
	}
	if read.encoding != in.Encoding {
		if body, err = read.text(in.Encoding); err != nil {
			return nil, err
		}
	}
	return &api.GetSSHPublicKeyOutput{SSHPublicKey: showSSHKey(u, k, body)}, nil
}

func (iam *Service) listSSHPublicKeys(c *server.Call, in *api.ListSSHPublicKeysInput) (*api.ListSSHPublicKeysOutput, error) {
	u, err := namedUser(c, c.Account(), in.UserName)
	if err != nil {
		return nil, err
	}
	age := func(k *directory.SSHPublicKey) string { return agePosition(k.Uploaded, k.ID) }
	p, err := list(c, in.Marker, in.MaxItems, sortedAfter(c.Account().SSHPublicKeys(u.ID), age), age, nil)
	if err != nil {
		return nil, err
	}
	keys := each(p.items, func(k *directory.SSHPublicKey) api.SSHPublicKeyMetadata {
		return api.SSHPublicKeyMetadata{UserName: u.Name, SSHPublicKeyId: k.ID, Status: keyStatus(k.Active), UploadDate: k.Uploaded}
	})
	return &api.ListSSHPublicKeysOutput{SSHPublicKeys: keys, IsTruncated: new(p.truncated), Marker: p.marker}, nil
}

func (iam *Service) updateSSHPublicKey(c *server.Call, in *api.UpdateSSHPublicKeyInput) (*api.UpdateSSHPublicKeyOutput, error) {
	active, ok := readStatus(in.Status)
	if !ok {
		return nil, api.InvalidInput.New("The status of an SSH public key can be set to Active or Inactive only.")
	}
	return server.Change(c, func(tx *store.Tx) (*api.UpdateSSHPublicKeyOutput, error) {
		_, k, err := sshKeyOf(c, tx.Account(), in.UserName, in.SSHPublicKeyId)
		if err != nil {
			return nil, err
		}
		k.Active = active
		return &api.UpdateSSHPublicKeyOutput{}, tx.Put(k)
	})
}

func (iam *Service) deleteSSHPublicKey(c *server.Call, in *api.DeleteSSHPublicKeyInput) (*api.DeleteSSHPublicKeyOutput, error) {
	return server.Change(c, func(tx *store.Tx) (*api.DeleteSSHPublicKeyOutput, error) {
		_, k, err := sshKeyOf(c, tx.Account(), in.UserName, in.SSHPublicKeyId)
		if err != nil {
			return nil, err
		}
		tx.Delete(k)
		return &api.DeleteSSHPublicKeyOutput{}, nil
	})
}

// sshKeyOf finds a key of that user, as a copy to change.
func sshKeyOf(c *server.Call, a *directory.Account, name, id string) (*directory.User, *directory.SSHPublicKey, error) {
	u, err := namedUser(c, a, &name)
	if err != nil {
		return nil, nil, err
	}
	k := a.SSHPublicKey(id)
	if k == nil || k.User != u.ID {
		return nil, nil, api.NoSuchEntity.New("The Public Key with id %s cannot be found.", id)
	}
	return u, k.Clone(), nil
}

func showSSHKey(u *directory.User, k *directory.SSHPublicKey, body string) *api.SSHPublicKey {
	return &api.SSHPublicKey{
		UserName: u.Name, SSHPublicKeyId: k.ID, Fingerprint: k.Fingerprint, SSHPublicKeyBody: body,
		Status: keyStatus(k.Active), UploadDate: new(k.Uploaded),
	}
}

// agePosition orders credentials by age.
func agePosition(made time.Time, id string) string { return made.UTC().Format(time.RFC3339) + " " + id }

// readStatus reads a status that may be set. The models have Expired too, which only AWS itself sets.
func readStatus(status string) (active, ok bool) {
	return status == keyStatus(true), status == keyStatus(true) || status == keyStatus(false)
}
