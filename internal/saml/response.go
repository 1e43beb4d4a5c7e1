package saml

import (
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"time"

	"github.com/beevik/etree"
)

// Limits in time.
const (
	// Skew is how far the provider's clock may be off.
	Skew = time.Minute
	// MaxAge is how long after its issue an assertion may be presented. Source: AWS STS API Reference, AssumeRoleWithSAML.
	MaxAge = 5 * time.Minute
)

// MaxResponse is how many bytes a response may have. The longest that the API takes is shorter.
const MaxResponse = 100_000

// Provider is an identity provider as its metadata and the account that trusts it describe it.
type Provider struct {
	EntityID     string
	Certificates []*x509.Certificate
	// Keys decrypt assertions; without any, encrypted ones are refused.
	Keys []*rsa.PrivateKey
	// MustEncrypt refuses assertions in clear.
	MustEncrypt bool
}

// Endpoint is who a response must be for.
type Endpoint struct {
	// Audiences of which an assertion must name one.
	Audiences []string
	// Recipient reports whether responses may be sent to this URL.
	Recipient func(url string) bool
}

// Reason says why a response was refused.
type Reason uint8

// The reasons.
const (
	Malformed Reason = iota + 1 // it is no response, or not formed as Warder takes them
	Rejected                    // the provider itself says that authentication failed
	Untrusted                   // no signature of the provider vouches for it
	Foreign                     // it is from another provider, or for another endpoint
	Expired                     // it is too old
)

// Error is the refusal of a response. Its text holds nothing that stood in an encrypted assertion.
type Error struct {
	Reason Reason
	Text   string
}

func (e *Error) Error() string { return e.Text }

func refuse(reason Reason, format string, args ...any) error {
	return &Error{Reason: reason, Text: fmt.Sprintf(format, args...)}
}

// untrusted is one text for all that is wrong with signatures and encryption: which one it was would help to guess.
func untrusted() error { return refuse(Untrusted, "Response signature invalid") }

// Open verifies a response and gives its one assertion. At least one of the two is signed by the provider, and every
// signature holds. What the assertion says was read from the element as it was signed. Its errors are *Error.
func (p *Provider) Open(response []byte, to Endpoint, now time.Time) (*Assertion, error) {
	if len(response) > MaxResponse {
		return nil, refuse(Malformed, "The SAML response is longer than %d bytes", MaxResponse)
	}
	root, err := parse(response, responseForm)
	if err != nil {
		return nil, refuse(Malformed, "The SAML response cannot be read: %s", err)
	}
	if err := checkResponse(root); err != nil {
		return nil, err
	}
	signed := len(children(root, nsSignature, "Signature")) > 0
	if signed {
		if root, err = verify(root, p.Certificates); err != nil || !is(root, nsProtocol, "Response") {
			return nil, untrusted()
		}
	}
	e, err := p.assertion(root)
	if err != nil {
		return nil, err
	}
	if len(children(e, nsSignature, "Signature")) > 0 {
		if e, err = verify(e, p.Certificates); err != nil {
			return nil, untrusted()
		}
		signed = true
	}
	if !signed || !is(e, nsAssertion, "Assertion") {
		return nil, untrusted()
	}
	a, err := readAssertion(e)
	if err != nil {
		return nil, err
	}
	if err := a.checkMessage(root); err != nil {
		return nil, err
	}
	if err := a.check(p, to, now); err != nil {
		return nil, err
	}
	return a, nil
}

// assertion finds the assertion, in clear, of a message.
func (p *Provider) assertion(response *etree.Element) (*etree.Element, error) {
	if e := child(response, nsAssertion, "Assertion"); e != nil {
		if p.MustEncrypt {
			return nil, refuse(Malformed, "The SAML assertion is not encrypted, which the provider's assertion encryption mode requires")
		}
		return e, nil
	}
	sealed := child(response, nsAssertion, "EncryptedAssertion")
	if sealed == nil {
		return nil, untrusted()
	}
	clear, err := decrypt(sealed, p.Keys)
	if err != nil {
		return nil, untrusted()
	}
	e, err := parse(clear, responseForm)
	if err != nil || !is(e, nsAssertion, "Assertion") || checkPlaces(e) != nil {
		return nil, untrusted()
	}
	return e, nil
}

// checkResponse admits the one shape of message: a successful Response with one assertion right in it.
func checkResponse(root *etree.Element) error {
	if !is(root, nsProtocol, "Response") || attribute(root, "Version") != "2.0" {
		return refuse(Malformed, "The document is not a SAML 2.0 response")
	}
	status := child(root, nsProtocol, "Status")
	if status == nil {
		return refuse(Malformed, "The SAML response has no status")
	}
	code := child(status, nsProtocol, "StatusCode")
	if code == nil {
		return refuse(Malformed, "The SAML response has no status")
	}
	if attribute(code, "Value") != "urn:oasis:names:tc:SAML:2.0:status:Success" {
		return refuse(Rejected, "The identity provider reported that authentication failed")
	}
	if n := len(children(root, nsAssertion, "Assertion")) + len(children(root, nsAssertion, "EncryptedAssertion")); n != 1 {
		return refuse(Malformed, "The SAML response must have exactly one assertion; it has %d", n)
	}
	return checkPlaces(root)
}

// checkPlaces refuses assertions, responses and signatures in any place but their own: whoever wraps a signed element into
// another document has to put one there.
func checkPlaces(root *etree.Element) error {
	err := error(nil)
	walk(root, func(e *etree.Element) {
		switch parent := e.Parent(); e.Tag {
		case "Response":
			if e != root {
				err = refuse(Malformed, "A SAML response lies in another element")
			}
		case "Assertion", "EncryptedAssertion":
			if e != root && (parent != root || !is(root, nsProtocol, "Response")) {
				err = refuse(Malformed, "A SAML assertion does not lie right in the response")
			}
		case "Signature":
			if parent == nil || parent != root && !is(parent, nsAssertion, "Assertion") || len(children(parent, nsSignature, "Signature")) != 1 {
				err = refuse(Malformed, "A signature does not lie right in the response or its assertion")
			}
		}
	})
	return err
}
