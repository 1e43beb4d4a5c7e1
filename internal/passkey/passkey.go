package passkey

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/warder-iam/warder/directory"
)

// Party is the site that passkeys are for.
type Party struct {
	// ID is the host name without port; passkeys are bound to it for good.
	ID string
	// Origin of the pages: "https://iam.example.com:8443".
	Origin string
}

// PartyAt is the site with that origin. Passkeys need a host name, no address, and https; http for localhost alone. Any other
// is an error, which says so in words for people.
func PartyAt(origin string) (Party, error) { return Party{}, errors.New("passkey: not built yet") }

// Person is who registers a passkey, or signs in with one.
type Person struct {
	Account string
	// ID of the user, the account's id for the root user.
	ID string
	// Name is shown by the authenticator when there is a choice: "alice@123456789012".
	Name string
}

// Passkeys are the open challenges of a process: bounded, each good once, for 5 minutes. All methods may be called at the
// same time.
type Passkeys struct{}

// New makes a Passkeys without any challenge.
func New() *Passkeys { return &Passkeys{} }

// ErrRefused: the browser's answer is not one to a challenge that is open for this, or its signature, origin or site is wrong.
// errors.Unwrap tells the log more; nobody else is told.
var ErrRefused = errors.New("passkey: the passkey's answer is not good")

// ErrCloned: the passkey's counter went back, so somebody else has a copy of it. The device is to be marked with MarkCloned.
var ErrCloned = errors.New("passkey: the passkey's counter went back: there is a copy of it")

// ErrBusy: too many challenges are open.
var ErrBusy = errors.New("passkey: too many sign-ins are on their way; try again in a minute")

// BeginRegistration gives PublicKeyCredentialCreationOptions as JSON, for
// PublicKeyCredential.parseCreationOptionsFromJSON. binding names what the answer must come from, the web session or
// the request's principal: the same text must be given to Register. devices are those that the person has; one that is
// a passkey already is not registered twice. The key is discoverable where the authenticator can make it so.
func (p *Passkeys) BeginRegistration(party Party, person Person, binding string, devices []*directory.MFADevice, now time.Time) (json.RawMessage, error) {
	return nil, errors.New("passkey: not built yet")
}

// Register verifies the browser's answer, the JSON of PublicKeyCredential.toJSON(), and gives the device to be stored: of
// Kind SecurityKey with everything that the key said, User person.ID, Created and Enabled now. ID, Path and Name are for the
// caller to give. The error is ErrRefused.
func (p *Passkeys) Register(party Party, person Person, binding string, answer []byte, now time.Time) (*directory.MFADevice, error) {
	return nil, errors.New("passkey: not built yet")
}

// BeginSecondFactor gives PublicKeyCredentialRequestOptions as JSON, for PublicKeyCredential.parseRequestOptionsFromJSON, for
// the passkeys among the devices of a person whose first factor was right. The error is ErrNoPasskey where there is none for
// this site.
func (p *Passkeys) BeginSecondFactor(party Party, person Person, binding string, devices []*directory.MFADevice, now time.Time) (json.RawMessage, error) {
	return nil, errors.New("passkey: not built yet")
}

// ErrNoPasskey: none of the devices is a passkey for this site.
var ErrNoPasskey = errors.New("passkey: no passkey is registered for this site")

// BeginSignIn gives PublicKeyCredentialRequestOptions as JSON for a sign-in with a passkey alone: any discoverable one of the
// site, which must verify its user by PIN, finger or face.
func (p *Passkeys) BeginSignIn(party Party, binding string, now time.Time) (json.RawMessage, error) {
	return nil, errors.New("passkey: not built yet")
}

// Assertion is the answer to BeginSignIn or BeginSecondFactor, verified as far as a challenge and a party go, but not the
// signature: that is Verify's, with the device that it names.
type Assertion struct {
	// Account and Principal that the passkey says it belongs to; "" where it does not say. It is a claim.
	Account, Principal string
	// Credential is the passkey's id.
	Credential []byte
}

// Open reads the browser's answer and takes its challenge, which is good once. The error is ErrRefused.
func (p *Passkeys) Open(party Party, binding string, answer []byte, now time.Time) (*Assertion, error) {
	return nil, errors.New("passkey: not built yet")
}

// Find gives the device among these that the assertion names, or nil.
func (a *Assertion) Find(devices []*directory.MFADevice) *directory.MFADevice { return nil }

// Verify verifies the signature with a device of the person, and gives the device as it is to be stored: with the new counter.
// It belongs into the transaction that stores it, so that no counter is accepted twice; it has no effect. Errors:
// ErrRefused, ErrCloned.
func (a *Assertion) Verify(d *directory.MFADevice, now time.Time) (*directory.MFADevice, error) {
	return nil, errors.New("passkey: not built yet")
}

// MarkCloned gives the device as it is to be stored after ErrCloned: it signs nobody in any more.
func MarkCloned(d *directory.MFADevice) *directory.MFADevice { return d }
