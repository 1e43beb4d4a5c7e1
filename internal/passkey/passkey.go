package passkey

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/directory"
)

// Person is who registers a passkey, or signs in with one.
type Person struct {
	Account string
	// ID of the user, the account's id for the root user.
	ID string
	// Name is shown by the authenticator where there is a choice: "alice@123456789012".
	Name string
}

// MaxAnswer bounds a browser's answer, in bytes. The largest are attestations with their chains of certificates.
const MaxAnswer = 64 << 10

var (
	// ErrRefused: the browser's answer is not one to a challenge that is open for this, or its signature, origin or site is
	// wrong. The text of an error that wraps it is for the log, and for nobody else.
	ErrRefused = errors.New("passkey: the answer is not good")
	// ErrCloned: the passkey's counter went back, now or before, so somebody has a copy of it.
	ErrCloned = errors.New("passkey: the counter went back: there is a copy of the passkey")
	// ErrNoPasskey: none of the devices is a passkey for this site that signs anybody in.
	ErrNoPasskey = errors.New("passkey: no passkey is registered for this site")
	// ErrBusy: too many people are signing in at this moment.
	ErrBusy = errors.New("passkey: too many sign-ins are on their way; try again in a few minutes")
)

func refused(cause error) error { return fmt.Errorf("%w: %w", ErrRefused, cause) }

var (
	errTooLong     = errors.New("it is too long")
	errNoChallenge = errors.New("it answers no challenge that is open for it")
	errNotAllowed  = errors.New("it is of a passkey that was not asked for")
	errNotOwn      = errors.New("the device is not that person's")
	errNoHandle    = errors.New("it names no person")
)

// library is go-webauthn for one site.
func library(party Party) (*webauthn.WebAuthn, error) {
	timeout := webauthn.TimeoutConfig{Timeout: challengeLife, TimeoutUVD: challengeLife}
	return webauthn.New(&webauthn.Config{
		RPID: party.ID, RPDisplayName: "Warder", RPOrigins: []string{party.Origin},
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementPreferred, UserVerification: protocol.VerificationPreferred,
		},
		Timeouts: webauthn.TimeoutsConfig{Login: timeout, Registration: timeout},
		// Clients may add what was not asked for; nothing of it is read.
		ExtensionsUnsolicitedOutputPolicy: protocol.UnsolicitedOutputPolicyIgnore,
	})
}

// BeginRegistration gives PublicKeyCredentialCreationOptions as JSON, for PublicKeyCredential.parseCreationOptionsFromJSON.
// binding names where the answer must come from, such as the web session's id: Register is given the same. devices are those
// that the person has; what is a passkey among them is not registered twice. The passkey is one that can sign in alone
// where the authenticator can make such. Errors: ErrBusy.
func (p *Passkeys) BeginRegistration(party Party, person Person, binding string, devices []*directory.MFADevice, now time.Time) (json.RawMessage, error) {
	w, err := library(party)
	if err != nil {
		return nil, err
	}
	u := &holder{person: person, devices: passkeysOf(devices, party)}
	creation, session, err := w.BeginRegistration(u,
		webauthn.WithExclusions(webauthn.Credentials(u.WebAuthnCredentials()).CredentialDescriptors()),
		webauthn.WithCredentialParameters(webauthn.CredentialParametersRecommendedL3()),
		webauthn.WithExtensions(webauthn.WithExtensionCredProps()))
	if err != nil {
		return nil, fmt.Errorf("passkey: begin a registration: %w", err)
	}
	if err := p.keep(&challenge{use: toRegister, binding: binding, party: party, person: person, session: *session}, now); err != nil {
		return nil, err
	}
	return json.Marshal(creation.Response)
}

// Register verifies the browser's answer, the JSON of PublicKeyCredential.toJSON(), and gives the device to be stored: of
// Kind SecurityKey, with all that the passkey said, User the person's id, Created and Enabled now. ID, Path and Name are for
// the caller to give, and so is to see that nobody else has registered the same Credential. The error is ErrRefused.
func (p *Passkeys) Register(party Party, person Person, binding string, answer []byte, now time.Time) (*directory.MFADevice, error) {
	if len(answer) > MaxAnswer {
		return nil, refused(errTooLong)
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil {
		return nil, refused(err)
	}
	c := p.take(parsed.Response.CollectedClientData.Challenge, binding, party, now, toRegister)
	if c == nil || c.person.Account != person.Account || c.person.ID != person.ID {
		return nil, refused(errNoChallenge)
	}
	w, err := library(party)
	if err != nil {
		return nil, err
	}
	credential, err := w.CreateCredential(&holder{person: c.person}, c.session, parsed)
	if err != nil {
		return nil, refused(err)
	}
	return deviceOf(credential, party, person, now)
}

// BeginSecondFactor gives PublicKeyCredentialRequestOptions as JSON, for PublicKeyCredential.parseRequestOptionsFromJSON, for
// the passkeys among the devices of a person whose first factor was right. Errors: ErrNoPasskey, ErrBusy.
func (p *Passkeys) BeginSecondFactor(party Party, person Person, binding string, devices []*directory.MFADevice, now time.Time) (json.RawMessage, error) {
	good := slices.DeleteFunc(passkeysOf(devices, party), func(d *directory.MFADevice) bool { return d.Passkey.Cloned })
	u := &holder{person: person, devices: good}
	if len(good) == 0 {
		return nil, ErrNoPasskey
	}
	w, err := library(party)
	if err != nil {
		return nil, err
	}
	assertion, session, err := w.BeginLogin(u)
	return p.begun(assertion, session, err, &challenge{use: toConfirm, binding: binding, party: party, person: person}, now)
}

// BeginSignIn gives PublicKeyCredentialRequestOptions as JSON for a sign-in with a passkey alone: any of the site's that is
// discoverable, and it must verify its user by PIN, finger or face. Errors: ErrBusy.
func (p *Passkeys) BeginSignIn(party Party, binding string, now time.Time) (json.RawMessage, error) {
	w, err := library(party)
	if err != nil {
		return nil, err
	}
	assertion, session, err := w.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	return p.begun(assertion, session, err, &challenge{use: toSignIn, binding: binding, party: party}, now)
}

func (p *Passkeys) begun(a *protocol.CredentialAssertion, s *webauthn.SessionData, err error, c *challenge, now time.Time) (json.RawMessage, error) {
	if err != nil {
		return nil, fmt.Errorf("passkey: begin a sign-in: %w", err)
	}
	c.session = *s
	if err := p.keep(c, now); err != nil {
		return nil, err
	}
	return json.Marshal(a.Response)
}

// Assertion is the answer to BeginSignIn or BeginSecondFactor, to a challenge that was open for it. Its signature is not
// verified yet: that is Verify's, with the device that it names.
type Assertion struct {
	// Account and Principal that the passkey belongs to: the person who was asked, or who the passkey says it is of. It is
	// a claim until Verify.
	Account, Principal string
	// Credential is the passkey's id.
	Credential []byte
	// Alone: it stands for both factors, since it was asked to verify its user.
	Alone bool

	challenge *challenge
	parsed    *protocol.ParsedCredentialAssertionData
}

// Open reads the browser's answer, the JSON of PublicKeyCredential.toJSON(), and takes its challenge, which is good once. The
// error is ErrRefused.
func (p *Passkeys) Open(party Party, binding string, answer []byte, now time.Time) (*Assertion, error) {
	if len(answer) > MaxAnswer {
		return nil, refused(errTooLong)
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return nil, refused(err)
	}
	c := p.take(parsed.Response.CollectedClientData.Challenge, binding, party, now, toSignIn, toConfirm)
	if c == nil {
		return nil, refused(errNoChallenge)
	}
	a := &Assertion{Credential: parsed.RawID, Alone: c.use == toSignIn, challenge: c, parsed: parsed}
	if !a.Alone {
		a.Account, a.Principal = c.person.Account, c.person.ID
		return a, nil
	}
	var ok bool
	if a.Account, a.Principal, ok = splitHandle(parsed.Response.UserHandle); !ok {
		return nil, refused(errNoHandle)
	}
	return a, nil
}

// Verify finds the passkey in the account, which must be the one that the assertion names, verifies the signature, and gives
// the device as it is to be stored: with its new counter. It has no effect, and belongs into the transaction that stores the
// device, so that no counter is good twice. With ErrCloned comes the device too, which is to be stored although nobody is
// signed in: it signs nobody in any more, until it is registered anew. The other error is ErrRefused.
func (a *Assertion) Verify(in *directory.Account, now time.Time) (*directory.MFADevice, error) {
	d := a.find(in)
	if d == nil {
		return nil, refused(errNotOwn)
	}
	credential, err := a.verify(d)
	switch {
	case err != nil:
		return nil, refused(err)
	case credential.Authenticator.CloneWarning || d.Passkey.Cloned:
		return cloned(d), ErrCloned
	}
	return used(d, credential, now), nil
}

// find gives the device that the assertion names, nil where the person has no such one.
func (a *Assertion) find(in *directory.Account) *directory.MFADevice {
	if in == nil || in.ID() != a.Account {
		return nil
	}
	for _, d := range passkeysOf(in.MFADevicesOf(a.Principal), a.challenge.party) {
		if bytes.Equal(d.Credential, a.Credential) {
			return d
		}
	}
	return nil
}

func (a *Assertion) verify(d *directory.MFADevice) (*webauthn.Credential, error) {
	session := a.challenge.session
	if !a.Alone {
		if !allows(session.AllowedCredentialIDs, a.Credential) {
			return nil, errNotAllowed
		}
		session.AllowedCredentialIDs = [][]byte{a.Credential} // of which the library asks whether the person has all
	}
	w, err := library(a.challenge.party)
	if err != nil {
		return nil, err
	}
	u := &holder{person: Person{Account: a.Account, ID: a.Principal}, devices: []*directory.MFADevice{d}}
	if !a.Alone {
		return w.ValidateLogin(u, session, a.parsed)
	}
	_, credential, err := w.ValidatePasskeyLogin(func([]byte, []byte) (webauthn.User, error) { return u, nil }, session, a.parsed)
	return credential, err
}

func allows(allowed [][]byte, id []byte) bool {
	return slices.ContainsFunc(allowed, func(a []byte) bool { return bytes.Equal(a, id) })
}

// A handle is how an authenticator names whom a passkey is of. It holds no name: nobody is told one who has found the key.
func (p *Person) handle() []byte { return []byte(p.Account + "/" + p.ID) }

func splitHandle(handle []byte) (account, id string, ok bool) {
	account, id, ok = strings.Cut(string(handle), "/")
	return account, id, ok && arn.IsAccountID(account) && id != "" && len(handle) <= protocol.MaximumUserHandleLength
}
