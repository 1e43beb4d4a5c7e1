package passkey

import (
	"fmt"
	"slices"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/protocol/webauthncbor"
	"github.com/go-webauthn/webauthn/protocol/webauthncose"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/warder-iam/warder/directory"
)

// passkeysOf are those of the devices that sign in at a site.
func passkeysOf(devices []*directory.MFADevice, party Party) []*directory.MFADevice {
	return slices.DeleteFunc(slices.Clone(devices), func(d *directory.MFADevice) bool {
		return d.Kind != directory.SecurityKey || d.Passkey == nil || d.Passkey.Party != party.ID || len(d.Credential) == 0
	})
}

// holder is a person with passkeys, as go-webauthn wants to see one.
type holder struct {
	person  Person
	devices []*directory.MFADevice
}

func (h *holder) WebAuthnID() []byte          { return h.person.handle() }
func (h *holder) WebAuthnName() string        { return h.person.Name }
func (h *holder) WebAuthnDisplayName() string { return h.person.Name }

func (h *holder) WebAuthnCredentials() []webauthn.Credential {
	all := make([]webauthn.Credential, len(h.devices))
	for i, d := range h.devices {
		all[i] = credentialOf(d)
	}
	return all
}

// credentialOf is a stored passkey as go-webauthn has it.
func credentialOf(d *directory.MFADevice) webauthn.Credential {
	p := d.Passkey
	flags := protocol.FlagUserPresent
	for flag, set := range map[protocol.AuthenticatorFlags]bool{
		protocol.FlagUserVerified: p.UserVerified, protocol.FlagBackupEligible: p.BackupEligible, protocol.FlagBackupState: p.BackedUp,
	} {
		if set {
			flags |= flag
		}
	}
	c := webauthn.Credential{
		ID: d.Credential, PublicKey: d.PublicKey, AttestationType: p.Attestation, AttestationFormat: p.Format,
		Flags: webauthn.NewCredentialFlags(flags),
		Authenticator: webauthn.Authenticator{
			AAGUID: p.Model, SignCount: d.Count, Attachment: protocol.AuthenticatorAttachment(p.Attachment),
		},
	}
	for _, t := range p.Transports {
		c.Transport = append(c.Transport, protocol.AuthenticatorTransport(t))
	}
	return c
}

// deviceOf is a passkey that was just registered as it is stored.
func deviceOf(c *webauthn.Credential, party Party, person Person, now time.Time) (*directory.MFADevice, error) {
	var key webauthncose.PublicKeyData
	if err := webauthncbor.Unmarshal(c.PublicKey, &key); err != nil {
		return nil, refused(fmt.Errorf("its public key: %w", err))
	}
	now = now.UTC().Truncate(time.Second)
	d := &directory.MFADevice{
		Kind: directory.SecurityKey, Created: now, Enabled: now, User: person.ID,
		Credential: slices.Clone(c.ID), PublicKey: slices.Clone(c.PublicKey), Count: c.Authenticator.SignCount,
		Passkey: &directory.Passkey{
			Party: party.ID, Algorithm: key.Algorithm, Model: slices.Clone(c.Authenticator.AAGUID),
			Format: c.AttestationFormat, Attestation: c.AttestationType, Discoverable: c.Extensions.RK,
			UserVerified: c.Flags.UserVerified, BackupEligible: c.Flags.BackupEligible, BackedUp: c.Flags.BackupState,
			Attachment: known(string(c.Authenticator.Attachment), "platform", "cross-platform"),
		},
	}
	for _, t := range c.Transport {
		if t := known(string(t), transports...); t != "" && !slices.Contains(d.Passkey.Transports, t) {
			d.Passkey.Transports = append(d.Passkey.Transports, t)
		}
	}
	return d, nil
}

// transports are those that Web Authentication, level 3, names. They come from the page, and nothing else is kept of them.
var transports = []string{"usb", "nfc", "ble", "smart-card", "hybrid", "internal"}

// known is the text if it is one of those, "" for any other.
func known(text string, of ...string) string {
	if slices.Contains(of, text) {
		return text
	}
	return ""
}

// used is the device after it has signed somebody in.
func used(d *directory.MFADevice, c *webauthn.Credential, now time.Time) *directory.MFADevice {
	d = d.Clone()
	d.Count = c.Authenticator.SignCount
	d.Passkey.UserVerified, d.Passkey.BackedUp = c.Flags.UserVerified, c.Flags.BackupState
	d.Passkey.Used = now.UTC().Truncate(time.Second)
	return d
}

// cloned is the device after a copy of it has shown.
func cloned(d *directory.MFADevice) *directory.MFADevice {
	d = d.Clone()
	d.Passkey.Cloned = true
	return d
}
