package iam

import (
	"errors"
	"time"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/iam"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/signin"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/policy/eval"
)

func (iam *Service) registerMFA(s *server.Server) {
	server.Handle(s, api.EnableMFADevice, server.Ask(func(c *server.Call, in *api.EnableMFADeviceInput) authz.Ask {
		return onOwner(c, holderName(c, in.UserName))
	}), iam.enableMFADevice)
	server.Handle(s, api.ResyncMFADevice, server.Ask(func(c *server.Call, in *api.ResyncMFADeviceInput) authz.Ask {
		return onOwner(c, holderName(c, in.UserName))
	}), iam.resyncMFADevice)
	server.Handle(s, api.DeactivateMFADevice, server.Ask(func(c *server.Call, in *api.DeactivateMFADeviceInput) authz.Ask {
		return onOwner(c, in.UserName)
	}), iam.deactivateMFADevice)
	server.Handle(s, api.ListMFADevices, server.Ask(func(c *server.Call, in *api.ListMFADevicesInput) authz.Ask {
		return onOwner(c, in.UserName)
	}), iam.listMFADevices)
	server.Handle(s, api.GetMFADevice, server.Ask(func(c *server.Call, in *api.GetMFADeviceInput) authz.Ask {
		return onOwner(c, in.UserName)
	}), iam.getMFADevice)
	iam.registerVirtualMFA(s)
}

// notOfUser answers for a device that is there and is somebody else's or nobody's, and for one that is not.
func notOfUser() *awsapi.Error { return api.NoSuchEntity.New("MFA Device invalid for user.") }

// deviceOf finds a device of that user, or of the root user under the account's id.
func deviceOf(a *directory.Account, userID, serial string) (*directory.MFADevice, error) {
	d := a.MFADevice(serial)
	if d == nil || d.User != userID {
		return nil, notOfUser()
	}
	return d, nil
}

// rootName stands for the name of the root user, who has none.
const rootName = "root"

// asRoot: the root user who names nobody means itself, as on AWS.
func asRoot(c *server.Call, name *string) bool { return name == nil && c.Caller.Kind == eval.Root }

// holderName is asRoot's name for operations that must have one: there the root user calls itself as it is listed, and is never the
// user who may have that name.
func holderName(c *server.Call, name string) *string {
	if c.Caller.Kind == eval.Root && name == rootName {
		return nil
	}
	return &name
}

// ownerOf is whose devices are meant, by id and as clients see it: a user, or the root user.
func ownerOf(c *server.Call, a *directory.Account, name *string) (id, shown string, err error) {
	if asRoot(c, name) {
		return a.ID(), rootName, nil
	}
	u, err := namedUser(c, a, name)
	if err != nil {
		return "", "", err
	}
	return u.ID, u.Name, nil
}

func onOwner(c *server.Call, name *string) authz.Ask {
	if asRoot(c, name) {
		return authz.Ask{Action: c.Action(), Resource: c.Caller.ARN}
	}
	return onUser(c, nameOrOwn(c, name))
}

// enableMFADevice gives a virtual device to a user, or by the root user to itself. The two codes prove that they have it.
func (iam *Service) enableMFADevice(c *server.Call, in *api.EnableMFADeviceInput) (*api.EnableMFADeviceOutput, error) {
	return withCodes(c, iam, in.UserName, func(tx *store.Tx, owner string) (*api.EnableMFADeviceOutput, error) {
		d, err := virtualDevice(tx.Account(), in.SerialNumber)
		if err != nil {
			return nil, err
		}
		if d.User != "" {
			return nil, api.EntityAlreadyExists.New("MFA Device is already in use.")
		}
		if err := tx.Quota(store.MFADevicesPerUser, len(tx.Account().MFADevicesOf(owner))); err != nil {
			return nil, err
		}
		if d, err = iam.signIn.UsePair(d, in.AuthenticationCode1, in.AuthenticationCode2, c.Time()); err != nil {
			return nil, err
		}
		d.User, d.Enabled = owner, tx.Now()
		return &api.EnableMFADeviceOutput{}, tx.Put(d)
	})
}

func (iam *Service) resyncMFADevice(c *server.Call, in *api.ResyncMFADeviceInput) (*api.ResyncMFADeviceOutput, error) {
	return withCodes(c, iam, in.UserName, func(tx *store.Tx, owner string) (*api.ResyncMFADeviceOutput, error) {
		d, err := deviceOf(tx.Account(), owner, in.SerialNumber)
		if err != nil {
			return nil, err
		}
		if d, err = iam.signIn.UsePair(d, in.AuthenticationCode1, in.AuthenticationCode2, c.Time()); err != nil {
			return nil, err
		}
		return &api.ResyncMFADeviceOutput{}, tx.Put(d)
	})
}

// withCodes is Change for a request that holds codes of a user: failures are counted with those of every other channel. change is
// told whose codes they are, by unique id.
func withCodes[Out any](c *server.Call, iam *Service, name string, change func(tx *store.Tx, owner string) (*Out, error)) (*Out, error) {
	owner, _, err := ownerOf(c, c.Account(), holderName(c, name))
	if err != nil {
		return nil, err
	}
	try := signin.Attempt{ID: c.ID, Time: c.Time()}
	if err := iam.signIn.BeginCode(owner, try); err != nil {
		return nil, awsapi.Throttling.New("Rate exceeded: %s", err.Error())
	}
	out, err := server.Change(c, func(tx *store.Tx) (*Out, error) {
		owner, _, err := ownerOf(c, tx.Account(), holderName(c, name))
		if err != nil {
			return nil, err
		}
		return change(tx, owner)
	})
	switch {
	case errors.Is(err, signin.ErrWrongCode), errors.Is(err, signin.ErrNoCodes):
		return nil, api.InvalidAuthenticationCode.New("Authentication code for device is not valid.")
	case err == nil:
		iam.signIn.CodeAccepted(owner, try)
	}
	return out, err
}

// deactivateMFADevice takes a device away from its user. A security key, which can be registered anew but not enabled
// again, is gone with that.
func (iam *Service) deactivateMFADevice(c *server.Call, in *api.DeactivateMFADeviceInput) (*api.DeactivateMFADeviceOutput, error) {
	return server.Change(c, func(tx *store.Tx) (*api.DeactivateMFADeviceOutput, error) {
		owner, _, err := ownerOf(c, tx.Account(), in.UserName)
		if err != nil {
			return nil, err
		}
		d, err := deviceOf(tx.Account(), owner, in.SerialNumber)
		if err != nil {
			return nil, err
		}
		if d.Kind != directory.VirtualMFA {
			tx.Delete(d)
			return &api.DeactivateMFADeviceOutput{}, nil
		}
		d = d.Clone()
		d.User, d.Enabled, d.Drift = "", time.Time{}, 0
		return &api.DeactivateMFADeviceOutput{}, tx.Put(d)
	})
}

func (iam *Service) listMFADevices(c *server.Call, in *api.ListMFADevicesInput) (*api.ListMFADevicesOutput, error) {
	owner, name, err := ownerOf(c, c.Account(), in.UserName)
	if err != nil {
		return nil, err
	}
	age := func(d *directory.MFADevice) string { return d.Enabled.UTC().Format(time.RFC3339) + " " + d.ID }
	p, err := list(c, in.Marker, in.MaxItems, sortedAfter(c.Account().MFADevicesOf(owner), age), age, nil)
	if err != nil {
		return nil, err
	}
	devices := each(p.items, func(d *directory.MFADevice) api.MFADevice {
		return api.MFADevice{UserName: name, SerialNumber: c.Account().ARN(d), EnableDate: d.Enabled}
	})
	return &api.ListMFADevicesOutput{MFADevices: devices, IsTruncated: new(p.truncated), Marker: p.marker}, nil
}

func (iam *Service) getMFADevice(c *server.Call, in *api.GetMFADeviceInput) (*api.GetMFADeviceOutput, error) {
	owner, name, err := ownerOf(c, c.Account(), in.UserName)
	if err != nil {
		return nil, err
	}
	d, err := deviceOf(c.Account(), owner, in.SerialNumber)
	if err != nil {
		return nil, err
	}
	return &api.GetMFADeviceOutput{
		UserName: new(name), SerialNumber: in.SerialNumber, EnableDate: new(d.Enabled), Certifications: d.Certifications,
	}, nil
}
