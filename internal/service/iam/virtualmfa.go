package iam

import (
	"cmp"
	"strings"
	"unicode/utf8"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/iam"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/seal"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/internal/signin"
	"github.com/warder-iam/warder/internal/store"
)

func (iam *Service) registerVirtualMFA(s *server.Server) {
	server.Handle(s, api.CreateVirtualMFADevice, server.Asks(func(c *server.Call, in *api.CreateVirtualMFADeviceInput) ([]authz.Ask, error) {
		return onNew(c, "mfa", in.Path, in.VirtualMFADeviceName, in.Tags), nil
	}), iam.createVirtualMFADevice)
	server.Handle(s, api.DeleteVirtualMFADevice, server.Ask(func(c *server.Call, in *api.DeleteVirtualMFADeviceInput) authz.Ask {
		return onDevice(c, in.SerialNumber)
	}), iam.deleteVirtualMFADevice)
	server.Handle(s, api.ListVirtualMFADevices, server.Ask(func(c *server.Call, _ *api.ListVirtualMFADevicesInput) authz.Ask {
		return askAny(c)
	}), iam.listVirtualMFADevices)

	server.Handle(s, api.TagMFADevice, server.Ask(func(c *server.Call, in *api.TagMFADeviceInput) authz.Ask {
		return withRequestTags(onDevice(c, in.SerialNumber), in.Tags)
	}), func(c *server.Call, in *api.TagMFADeviceInput) (*api.TagMFADeviceOutput, error) {
		return addTags[api.TagMFADeviceOutput](c, taggedDevice, in.SerialNumber, in.Tags)
	})
	server.Handle(s, api.UntagMFADevice, server.Ask(func(c *server.Call, in *api.UntagMFADeviceInput) authz.Ask {
		return withTagKeys(onDevice(c, in.SerialNumber), in.TagKeys)
	}), func(c *server.Call, in *api.UntagMFADeviceInput) (*api.UntagMFADeviceOutput, error) {
		return dropTags[api.UntagMFADeviceOutput](c, taggedDevice, in.SerialNumber, in.TagKeys)
	})
	server.Handle(s, api.ListMFADeviceTags, server.Ask(func(c *server.Call, in *api.ListMFADeviceTagsInput) authz.Ask {
		return onDevice(c, in.SerialNumber)
	}), iam.listMFADeviceTags)
}

// onDevice asks about a device by its serial number, whether it exists or not. One that is no ARN stands as the name of a
// device of this account.
func onDevice(c *server.Call, serial string) authz.Ask {
	if d := c.Account().MFADevice(serial); d != nil {
		return askOn(c, d, "mfa", "/", serial)
	}
	if strings.HasPrefix(serial, "arn:") {
		return authz.Ask{Action: c.Action(), Resource: serial, ResourceAccount: c.Caller.Account}
	}
	return askOn(c, nil, "mfa", "/", serial)
}

func noDevice(serial string) *awsapi.Error {
	return api.NoSuchEntity.New("VirtualMFADevice with serial number %s does not exist.", serial)
}

// virtualDevice finds a device that makes codes, whoever has it.
func virtualDevice(a *directory.Account, serial string) (*directory.MFADevice, error) {
	d := a.MFADevice(serial)
	if d == nil || d.Kind != directory.VirtualMFA {
		return nil, noDevice(serial)
	}
	return d, nil
}

// maxSerial is the longest serial number that any operation takes, in characters.
const maxSerial = 256

// virtualMFADevicesPerAccount names the quota of virtual devices, which is that of users. Source: AWS, "IAM and AWS STS
// quotas".
const virtualMFADevicesPerAccount = "VirtualMFADevicesPerAccount"

// createVirtualMFADevice makes a device, and shows its seed this one time.
func (iam *Service) createVirtualMFADevice(c *server.Call, in *api.CreateVirtualMFADeviceInput) (*api.CreateVirtualMFADeviceOutput, error) {
	tags, err := newTags(in.Tags, foldedKeys)
	if err != nil {
		return nil, err
	}
	return server.Change(c, func(tx *store.Tx) (*api.CreateVirtualMFADeviceOutput, error) {
		a := tx.Account()
		d := &directory.MFADevice{
			ID: session.NewEntityID(""), Kind: directory.VirtualMFA, Path: pathOr(in.Path), Name: in.VirtualMFADeviceName,
			Created: tx.Now(), Tags: tags,
		}
		serial := a.ARN(d)
		if utf8.RuneCountInString(serial) > maxSerial {
			return nil, api.InvalidInput.New("The serial number %s would have more than %d characters. Choose a shorter path or name.", serial, maxSerial)
		}
		if a.MFADeviceAt(d.Resource()) != nil {
			return nil, api.EntityAlreadyExists.New("MFADevice entity at the same path and name already exists.")
		}
		if limit := tx.Quotas().Limit(store.UsersPerAccount); a.Counts().MFADevices >= limit {
			return nil, &store.QuotaError{Name: virtualMFADevicesPerAccount, Limit: limit}
		}
		seed := signin.NewSeed()
		if d.Sealed, err = iam.keys.SealSeed(d.ID, seed); err != nil {
			return nil, err
		}
		shown, err := showSeed(a, d, seed)
		if err != nil {
			return nil, err
		}
		return &api.CreateVirtualMFADeviceOutput{VirtualMFADevice: *shown}, tx.Put(d)
	})
}

func showSeed(a *directory.Account, d *directory.MFADevice, seed seal.Secret) (*api.VirtualMFADevice, error) {
	code, err := signin.SeedCode(d.Name, cmp.Or(a.Info().Alias, a.ID()), seed)
	if err != nil {
		return nil, err
	}
	return &api.VirtualMFADevice{
		SerialNumber: a.ARN(d), Base32StringSeed: []byte(signin.SeedText(seed)), QRCodePNG: code, Tags: showTags(d.Tags),
	}, nil
}

func (iam *Service) deleteVirtualMFADevice(c *server.Call, in *api.DeleteVirtualMFADeviceInput) (*api.DeleteVirtualMFADeviceOutput, error) {
	return server.Change(c, func(tx *store.Tx) (*api.DeleteVirtualMFADeviceOutput, error) {
		d, err := virtualDevice(tx.Account(), in.SerialNumber)
		if err != nil {
			return nil, err
		}
		if d.User != "" {
			return nil, api.DeleteConflict.New("MFA VirtualDevice in use. Must deactivate first.")
		}
		tx.Delete(d)
		return &api.DeleteVirtualMFADeviceOutput{}, nil
	})
}

func (iam *Service) listVirtualMFADevices(c *server.Call, in *api.ListVirtualMFADevicesInput) (*api.ListVirtualMFADevicesOutput, error) {
	a := c.Account()
	p, err := list(c, in.Marker, in.MaxItems, a.MFADevicesAfter,
		func(d *directory.MFADevice) string { return d.ID },
		func(d *directory.MFADevice) bool {
			return d.Kind == directory.VirtualMFA && inStatus(d, value(in.AssignmentStatus))
		})
	if err != nil {
		return nil, err
	}
	devices := each(p.items, func(d *directory.MFADevice) api.VirtualMFADevice { return iam.listedDevice(a, d) })
	return &api.ListVirtualMFADevicesOutput{VirtualMFADevices: devices, IsTruncated: new(p.truncated), Marker: p.marker}, nil
}

// inStatus reports whether the device has that assignment status; "" and Any are all.
func inStatus(d *directory.MFADevice, status string) bool {
	switch status {
	case "Assigned":
		return d.User != ""
	case "Unassigned":
		return d.User == ""
	}
	return true
}

// listedDevice is a device as listings show it: the seed is shown when it is made, tags are ListMFADeviceTags' alone.
func (iam *Service) listedDevice(a *directory.Account, d *directory.MFADevice) api.VirtualMFADevice {
	shown := api.VirtualMFADevice{SerialNumber: a.ARN(d)}
	if d.User == "" {
		return shown
	}
	shown.EnableDate = new(d.Enabled)
	if d.User == a.ID() {
		shown.User = new(iam.showRoot(a))
	} else if u := a.UserByID(d.User); u != nil {
		shown.User = new(iam.listedUser(a, u))
	}
	return shown
}

func taggedDevice(a *directory.Account, serial string) (tagged, error) {
	d := a.MFADevice(serial)
	if d == nil {
		return tagged{}, noDevice(serial)
	}
	d = d.Clone()
	return tagged{d, &d.Tags, foldedKeys}, nil
}

func (iam *Service) listMFADeviceTags(c *server.Call, in *api.ListMFADeviceTagsInput) (*api.ListMFADeviceTagsOutput, error) {
	p, err := listTags(c, taggedDevice, in.SerialNumber, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	return &api.ListMFADeviceTagsOutput{Tags: each(p.items, showTag), IsTruncated: new(p.truncated), Marker: p.marker}, nil
}
