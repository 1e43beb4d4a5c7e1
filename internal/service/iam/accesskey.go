package iam

import (
	"slices"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/iam"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/policy/eval"
)

func (iam *Service) registerAccessKeys(s *server.Server) {
	server.Handle(s, api.CreateAccessKey, server.Ask(func(c *server.Call, in *api.CreateAccessKeyInput) authz.Ask {
		return onUser(c, nameOrOwn(c, in.UserName))
	}), iam.createAccessKey)
	server.Handle(s, api.ListAccessKeys, server.Ask(func(c *server.Call, in *api.ListAccessKeysInput) authz.Ask {
		return onUser(c, nameOrOwn(c, in.UserName))
	}), iam.listAccessKeys)
	server.Handle(s, api.UpdateAccessKey, server.Ask(func(c *server.Call, in *api.UpdateAccessKeyInput) authz.Ask {
		return onUser(c, nameOrOwn(c, in.UserName))
	}), iam.updateAccessKey)
	server.Handle(s, api.DeleteAccessKey, server.Ask(func(c *server.Call, in *api.DeleteAccessKeyInput) authz.Ask {
		return onUser(c, nameOrOwn(c, in.UserName))
	}), iam.deleteAccessKey)
	server.Handle(s, api.GetAccessKeyLastUsed, server.Asks(lastUsedAsks), iam.getAccessKeyLastUsed)
}

// namedUser finds the user that was named, or the caller where none was.
func namedUser(c *server.Call, a *directory.Account, name *string) (*directory.User, error) {
	if name == nil && c.Caller.UserName == "" {
		return nil, mustNameUser()
	}
	u := a.User(nameOrOwn(c, name))
	if u == nil {
		return nil, noUser(nameOrOwn(c, name))
	}
	return u, nil
}

// rootGetsNoKey refuses a key for the account's root user: no policy limits it, so whoever had the key would have the
// account for good. AWS allows it and advises against it.
func rootGetsNoKey(c *server.Call, name *string) error {
	if name != nil || c.Caller.Kind != eval.Root {
		return nil
	}
	return awsapi.AccessDenied.New("The root user of an account gets no access key, because no policy limits what a root key may do. " +
		"Use an IAM user or a role; lost administrators are restored on the host itself, with warder root recover.")
}

func (iam *Service) createAccessKey(c *server.Call, in *api.CreateAccessKeyInput) (*api.CreateAccessKeyOutput, error) {
	if err := rootGetsNoKey(c, in.UserName); err != nil {
		return nil, err
	}
	return server.Change(c, func(tx *store.Tx) (*api.CreateAccessKeyOutput, error) {
		u, err := namedUser(c, tx.Account(), in.UserName)
		if err != nil {
			return nil, err
		}
		if err := tx.Quota(store.AccessKeysPerUser, len(tx.Account().Keys(u.ID))); err != nil {
			return nil, err
		}
		made, err := iam.newKey(tx)
		if err != nil {
			return nil, err
		}
		key := &directory.AccessKey{ID: made.ID, User: u.ID, Created: tx.Now(), Active: true, Sealed: made.Sealed}
		return &api.CreateAccessKeyOutput{AccessKey: api.AccessKey{
			UserName: u.Name, AccessKeyId: key.ID, Status: keyStatus(key.Active),
			SecretAccessKey: made.Show(), CreateDate: new(key.Created),
		}}, tx.Put(key)
	})
}

// newKey mints a key with an id that no account has: only 39 of its bits are random.
func (iam *Service) newKey(tx *store.Tx) (*session.AccessKey, error) {
	for {
		made, err := iam.keys.MintAccessKey(tx.Account().ID())
		if err != nil {
			return nil, err
		}
		if taken, _ := tx.Directory().AccessKey(made.ID); taken == nil {
			return made, nil
		}
	}
}

func (iam *Service) listAccessKeys(c *server.Call, in *api.ListAccessKeysInput) (*api.ListAccessKeysOutput, error) {
	u, err := namedUser(c, c.Account(), in.UserName)
	if err != nil {
		return nil, err
	}
	age := func(k *directory.AccessKey) string { return agePosition(k.Created, k.ID) }
	p, err := list(c, in.Marker, in.MaxItems, sortedAfter(c.Account().Keys(u.ID), age), age, nil)
	if err != nil {
		return nil, err
	}
	keys := each(p.items, func(k *directory.AccessKey) api.AccessKeyMetadata {
		return api.AccessKeyMetadata{
			UserName: new(u.Name), AccessKeyId: new(k.ID), Status: new(keyStatus(k.Active)), CreateDate: new(k.Created),
		}
	})
	return &api.ListAccessKeysOutput{AccessKeyMetadata: keys, IsTruncated: new(p.truncated), Marker: p.marker}, nil
}

func (iam *Service) updateAccessKey(c *server.Call, in *api.UpdateAccessKeyInput) (*api.UpdateAccessKeyOutput, error) {
	if in.Status != keyStatus(true) && in.Status != keyStatus(false) { // the model has Expired, which only AWS itself sets
		return nil, api.InvalidInput.New("The status of an access key can be set to Active or Inactive only.")
	}
	return server.Change(c, func(tx *store.Tx) (*api.UpdateAccessKeyOutput, error) {
		key, err := keyOf(c, tx.Account(), in.UserName, in.AccessKeyId)
		if err != nil {
			return nil, err
		}
		key.Active = in.Status == keyStatus(true)
		return &api.UpdateAccessKeyOutput{}, tx.Put(key)
	})
}

func (iam *Service) deleteAccessKey(c *server.Call, in *api.DeleteAccessKeyInput) (*api.DeleteAccessKeyOutput, error) {
	return server.Change(c, func(tx *store.Tx) (*api.DeleteAccessKeyOutput, error) {
		key, err := keyOf(c, tx.Account(), in.UserName, in.AccessKeyId)
		if err != nil {
			return nil, err
		}
		tx.Delete(key)
		return &api.DeleteAccessKeyOutput{}, nil
	})
}

// keyOf finds a key of that user, as a copy to change.
func keyOf(c *server.Call, a *directory.Account, name *string, id string) (*directory.AccessKey, error) {
	u, err := namedUser(c, a, name)
	if err != nil {
		return nil, err
	}
	keys := a.Keys(u.ID)
	i := slices.IndexFunc(keys, func(k *directory.AccessKey) bool { return k.ID == id })
	if i < 0 {
		return nil, api.NoSuchEntity.New("The Access Key with id %s cannot be found.", id)
	}
	return keys[i].Clone(), nil
}

// notUsed stands for service and region of a key that was never used. Source: IAM API Reference, AccessKeyLastUsed.
const notUsed = "N/A"

// lastUsedAsks asks about the user who has the key. To whom may not ask, AWS says the same of a key that exists as of one
// that does not, and names neither its user nor a reason: so nobody learns which keys exist, and whose they are.
func lastUsedAsks(c *server.Call, in *api.GetAccessKeyLastUsedInput) ([]authz.Ask, error) {
	if u := keyHolder(c.Account(), in.AccessKeyId); u != nil {
		if ask := onUser(c, u.Name); c.Allowed(ask) {
			return []authz.Ask{ask}, nil
		}
	}
	return nil, awsapi.AccessDenied.New("User: %s is not authorized to perform iam:GetAccessKeyLastUsed on resource: access key %s",
		c.Caller.ARN, in.AccessKeyId)
}

func (iam *Service) getAccessKeyLastUsed(c *server.Call, in *api.GetAccessKeyLastUsedInput) (*api.GetAccessKeyLastUsedOutput, error) {
	u := keyHolder(c.Account(), in.AccessKeyId) // found, or the rule had refused
	shown := &api.AccessKeyLastUsed{ServiceName: notUsed, Region: notUsed}
	if use, ok := iam.store.LastUsed(in.AccessKeyId); ok {
		shown = &api.AccessKeyLastUsed{LastUsedDate: new(use.At), ServiceName: use.Service, Region: use.Region}
	}
	return &api.GetAccessKeyLastUsedOutput{UserName: new(u.Name), AccessKeyLastUsed: shown}, nil
}

// keyHolder is the user of the account that has the key, or nil.
func keyHolder(a *directory.Account, keyID string) *directory.User {
	key := a.AccessKey(keyID)
	if key == nil {
		return nil
	}
	return a.UserByID(key.User)
}

func keyStatus(active bool) string {
	if active {
		return "Active"
	}
	return "Inactive"
}
