package directory

import (
	"bytes"
	"cmp"
	"iter"
	"slices"
	"strings"
	"time"
)

// PasswordPolicy are the account's rules for the passwords of its users. An account without one has AWS's default rules,
// which are no value of this type: they count kinds of characters and do not name them.
type PasswordPolicy struct {
	MinLength        int  `json:"minLength"` // characters, 6 to 128
	RequireSymbols   bool `json:"requireSymbols,omitempty"`
	RequireNumbers   bool `json:"requireNumbers,omitempty"`
	RequireUppercase bool `json:"requireUppercase,omitempty"`
	RequireLowercase bool `json:"requireLowercase,omitempty"`
	// UsersMayChange gives every user of the account the right to change the own password.
	UsersMayChange bool `json:"usersMayChange,omitempty"`
	// MaxAge is how many days a password is good, 0 for ever.
	MaxAge int `json:"maxAge,omitempty"`
	// Reuse is how many of a user's passwords, the present one first, may not be set again; 0 to 24.
	Reuse int `json:"reuse,omitempty"`
	// HardExpiry keeps a user whose password has expired from setting a new one when signing in.
	HardExpiry bool `json:"hardExpiry,omitempty"`
}

// Expired reports whether a password that was set at changed is too old at now.
func (p *PasswordPolicy) Expired(changed, now time.Time) bool {
	return p != nil && p.MaxAge > 0 && !now.Before(changed.AddDate(0, 0, p.MaxAge))
}

// LoginProfile is a user's password for signing in.
type LoginProfile struct {
	User    string    `json:"user"` // user id; the account's for the root user
	Created time.Time `json:"created"`
	// Changed is when the present password was set.
	Changed time.Time `json:"changed"`
	// ResetRequired makes the user set a new password at the next sign-in.
	ResetRequired bool `json:"resetRequired,omitempty"`
	// Sealed are the hashes of the present password and of those before it, sealed by internal/session with the user id as
	// additional data. No password is in any record or snapshot.
	Sealed []byte `json:"sealed"`
}

// MFAKind says what a device is.
type MFAKind string

// The kinds of device. They are the resource types of their ARNs.
const (
	VirtualMFA  MFAKind = "mfa" // an application that makes one-time codes of a seed
	SecurityKey MFAKind = "u2f" // a passkey or FIDO security key, registered when signing in
)

// MFADevice is a second factor. Its serial number is its ARN.
type MFADevice struct {
	ID   string  `json:"id"` // made by Warder; clients know the ARN alone
	Kind MFAKind `json:"kind"`
	// Path and Name make the ARN. Those of a security key are "/user/NAME/" and the name it was given with a random ending;
	// they stay when the user is renamed.
	Path    string    `json:"path"`
	Name    string    `json:"name"`
	Created time.Time `json:"created"`
	Tags    []Tag     `json:"tags,omitempty"`
	// User is the id of the user who has it, the account's id for the root user; "" while nobody has.
	User    string    `json:"user,omitempty"`
	Enabled time.Time `json:"enabled,omitzero"` // when it was given to that user
	// Sealed is the seed of a virtual device, sealed by internal/session with ID as additional data.
	Sealed []byte `json:"sealed,omitempty"`
	// Step is the time step of the last code that was accepted; it and all before it are used up.
	Step int64 `json:"step,omitempty"`
	// Drift is how many time steps the device's clock was ahead of the server's when that code was accepted.
	Drift int64 `json:"drift,omitempty"`
	// Credential and PublicKey are a security key's, as WebAuthn has them; Count is its signature counter.
	Credential []byte `json:"credential,omitempty"`
	PublicKey  []byte `json:"publicKey,omitempty"`
	Count      uint32 `json:"count,omitempty"`
	// Certifications of a security key, by scheme: "FIDO" is "L1".
	Certifications map[string]string `json:"certifications,omitempty"`
	// Passkey is what else a security key said of itself; nil for virtual devices.
	Passkey *Passkey `json:"passkey,omitempty"`
}

// Passkey is what a security key said of itself when it was registered and last used. Source: Web Authentication, level 3,
// "Credential Record".
type Passkey struct {
	// Party is the relying party's id, a host name: it signs for no other.
	Party string `json:"party"`
	// Algorithm is the COSE number of the signature's algorithm: -7 is ES256.
	Algorithm int64 `json:"algorithm"`
	// Transports by which browsers reach it: "usb", "nfc", "ble", "hybrid", "internal".
	Transports []string `json:"transports,omitempty"`
	// Attachment is "platform" or "cross-platform", where the browser said.
	Attachment string `json:"attachment,omitempty"`
	// Model is the AAGUID, 16 bytes; all 0 where the key does not say.
	Model []byte `json:"model,omitempty"`
	// Format and Attestation are those of the attestation statement: "packed", "none", "basic_full".
	Format      string `json:"format,omitempty"`
	Attestation string `json:"attestation,omitempty"`
	// UserVerified: it has verified its user by PIN, finger or face at registration or since.
	UserVerified bool `json:"userVerified,omitempty"`
	// BackupEligible: it may be copied to the person's other devices; BackedUp: it is.
	BackupEligible bool `json:"backupEligible,omitempty"`
	BackedUp       bool `json:"backedUp,omitempty"`
	// Discoverable: it signs in without a user name; nil where the browser did not say.
	Discoverable *bool `json:"discoverable,omitempty"`
	// Cloned: its counter has gone back, so there is a copy of it. It signs nobody in any more.
	Cloned bool `json:"cloned,omitempty"`
	// Used is when it last signed; zero for never.
	Used time.Time `json:"used,omitzero"`
}

func (*PasswordPolicy) entity() {}
func (*LoginProfile) entity()   {}
func (*MFADevice) entity()      {}

// Key gives "passwords".
func (*PasswordPolicy) Key() string { return "passwords" }

// Key gives "login/AIDA…".
func (l *LoginProfile) Key() string { return "login/" + l.User }

// Key gives "mfa/…".
func (d *MFADevice) Key() string { return "mfa/" + d.ID }

func (d *MFADevice) id() string   { return d.ID }
func (d *MFADevice) name() string { return d.Resource() }

// Resource is the last part of the device's ARN: "mfa/team/phone". It is unique in the account without regard to case.
func (d *MFADevice) Resource() string { return string(d.Kind) + d.Path + d.Name }

// Clone makes a copy that may be modified.
func (p *PasswordPolicy) Clone() *PasswordPolicy { c := *p; return &c }

// Clone makes a copy that may be modified.
func (l *LoginProfile) Clone() *LoginProfile {
	c := *l
	c.Sealed = slices.Clone(l.Sealed)
	return &c
}

// Clone makes a copy that may be modified.
func (d *MFADevice) Clone() *MFADevice {
	c := *d
	c.Tags = slices.Clone(d.Tags)
	c.Sealed = slices.Clone(d.Sealed)
	c.Credential = slices.Clone(d.Credential)
	c.PublicKey = slices.Clone(d.PublicKey)
	if d.Passkey != nil {
		p := *d.Passkey
		p.Transports, p.Model, p.Discoverable = slices.Clone(p.Transports), slices.Clone(p.Model), clonePointer(p.Discoverable)
		c.Passkey = &p
	}
	if d.Certifications != nil {
		c.Certifications = make(map[string]string, len(d.Certifications))
		for scheme, level := range d.Certifications {
			c.Certifications[scheme] = level
		}
	}
	return &c
}

// PasswordPolicy is the account's own, nil where it has none.
func (a *Account) PasswordPolicy() *PasswordPolicy { return a.passwords }

// LoginProfile of the user with that unique id, of the root user by the account's id, or nil.
func (a *Account) LoginProfile(userID string) *LoginProfile {
	return valueOf[*LoginProfile](&a.logins, userID)
}

// MFADevice by its serial number, which is its exact ARN, or nil.
func (a *Account) MFADevice(serial string) *MFADevice {
	resource, ok := a.resource(serial)
	if !ok {
		return nil
	}
	if d := find[*MFADevice](&a.devices, resource); d != nil && a.ARN(d) == serial {
		return d
	}
	return nil
}

// MFADeviceAt is the device with that Resource, without regard to case, or nil.
func (a *Account) MFADeviceAt(resource string) *MFADevice {
	return find[*MFADevice](&a.devices, resource)
}

// MFADeviceByID gives the device with that id, or nil.
func (a *Account) MFADeviceByID(id string) *MFADevice { return valueOf[*MFADevice](&a.devices.ids, id) }

// HoldsPasskey reports whether anybody in the account has registered the passkey with that Credential.
func (a *Account) HoldsPasskey(credential []byte) bool {
	for d := range a.MFADevicesAfter("") {
		if bytes.Equal(d.Credential, credential) {
			return true
		}
	}
	return false
}

// MFADevicesAfter gives all devices whose ids come after id, in the order of their ids.
func (a *Account) MFADevicesAfter(id string) iter.Seq[*MFADevice] {
	return values[*MFADevice](a.devices.ids.from(id + above))
}

// MFADevicesOf gives the devices of a user, by unique id, or of the root user, by the account's id: the first enabled first.
func (a *Account) MFADevicesOf(userID string) []*MFADevice {
	devices := slices.Collect(resolve[*MFADevice](a, a.factors.to(userID)))
	slices.SortStableFunc(devices, func(d, e *MFADevice) int {
		return cmp.Or(d.Enabled.Compare(e.Enabled), strings.Compare(d.ID, e.ID))
	})
	return devices
}
