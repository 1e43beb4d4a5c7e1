package saml

import (
	"slices"
	"time"

	"github.com/beevik/etree"
)

const bearer = "urn:oasis:names:tc:SAML:2.0:cm:bearer"

// Assertion is what a provider says of a subject.
type Assertion struct {
	ID, Issuer string
	Issued     time.Time
	// Subject is the NameID and SubjectFormat its format, "" where it names none.
	Subject, SubjectFormat string
	// Recipient is the URL that the subject's confirmation is for.
	Recipient string
	// SessionEnd is when the provider ends the session; zero where it does not say.
	SessionEnd time.Time
	// Attributes by name, in the order of their values.
	Attributes map[string][]string

	inResponseTo string
	audiences    [][]string // one list for each restriction: each must hold
	notBefore    []time.Time
	notOnOrAfter []time.Time // at least the confirmation's
}

// readAssertion takes an assertion apart that was signed.
func readAssertion(e *etree.Element) (*Assertion, error) {
	a := &Assertion{ID: attribute(e, "ID"), Attributes: map[string][]string{}}
	issuer := child(e, nsAssertion, "Issuer")
	issued, err := parseTime(attribute(e, "IssueInstant"))
	if a.ID == "" || attribute(e, "Version") != "2.0" || issuer == nil || err != nil {
		return nil, refuse(Malformed, "The SAML assertion lacks its id, version, issuer or time of issue")
	}
	a.Issuer, a.Issued = text(issuer), issued
	for _, read := range []func(*etree.Element) error{a.readSubject, a.readConditions, a.readStatements} {
		if err := read(e); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// readSubject: one name, and one confirmation, by bearer, with recipient and end.
// Source: IAM User Guide, "Configure SAML assertions for the authentication response".
func (a *Assertion) readSubject(e *etree.Element) error {
	subject := child(e, nsAssertion, "Subject")
	if subject == nil {
		return refuse(Malformed, "The SAML assertion has no subject")
	}
	name := child(subject, nsAssertion, "NameID")
	if name == nil || text(name) == "" {
		return refuse(Malformed, "The subject of the SAML assertion has no NameID")
	}
	a.Subject, a.SubjectFormat = text(name), attribute(name, "Format")
	confirmation := child(subject, nsAssertion, "SubjectConfirmation")
	if confirmation == nil || attribute(confirmation, "Method") != bearer {
		return refuse(Malformed, "The SAML assertion must have exactly one SubjectConfirmation, by the method bearer")
	}
	data := child(confirmation, nsAssertion, "SubjectConfirmationData")
	if data == nil || attribute(data, "NotOnOrAfter") == "" || attribute(data, "Recipient") == "" {
		return refuse(Malformed, "The SubjectConfirmationData of the SAML assertion must have NotOnOrAfter and Recipient")
	}
	a.Recipient, a.inResponseTo = attribute(data, "Recipient"), attribute(data, "InResponseTo")
	return a.readTimes(data)
}

// readTimes notes the bounds that an element sets.
func (a *Assertion) readTimes(e *etree.Element) (err error) {
	if a.notBefore, err = appendTime(a.notBefore, e, "NotBefore"); err != nil {
		return err
	}
	a.notOnOrAfter, err = appendTime(a.notOnOrAfter, e, "NotOnOrAfter")
	return err
}

// appendTime appends the time that an attribute holds, if there is one.
func appendTime(list []time.Time, e *etree.Element, name string) ([]time.Time, error) {
	value := attribute(e, name)
	if value == "" {
		return list, nil
	}
	t, err := parseTime(value)
	if err != nil {
		return nil, refuse(Malformed, "%s of the SAML assertion: %s", name, err)
	}
	return append(list, t), nil
}

func (a *Assertion) readConditions(e *etree.Element) error {
	conditions := child(e, nsAssertion, "Conditions")
	if conditions == nil {
		return refuse(Malformed, "The SAML assertion must have one element Conditions")
	}
	for _, c := range conditions.ChildElements() {
		switch {
		case is(c, nsAssertion, "AudienceRestriction"):
			var list []string
			for _, audience := range children(c, nsAssertion, "Audience") {
				list = append(list, text(audience))
			}
			a.audiences = append(a.audiences, list)
		case is(c, nsAssertion, "OneTimeUse"), is(c, nsAssertion, "ProxyRestriction"):
			// every assertion is taken once, and none is passed on
		default:
			return refuse(Malformed, "The SAML assertion has a condition that is not known: %.64q", c.Tag)
		}
	}
	return a.readTimes(conditions)
}

func (a *Assertion) readStatements(e *etree.Element) error {
	for _, statement := range children(e, nsAssertion, "AuthnStatement") {
		ends, err := appendTime(nil, statement, "SessionNotOnOrAfter")
		if err != nil {
			return err
		}
		for _, end := range ends {
			if a.SessionEnd.IsZero() || end.Before(a.SessionEnd) {
				a.SessionEnd = end
			}
		}
	}
	for _, statement := range children(e, nsAssertion, "AttributeStatement") {
		for _, c := range statement.ChildElements() {
			if !is(c, nsAssertion, "Attribute") || attribute(c, "Name") == "" {
				return refuse(Malformed, "The SAML assertion has an attribute that is encrypted or has no name")
			}
			name := attribute(c, "Name")
			for _, value := range children(c, nsAssertion, "AttributeValue") {
				a.Attributes[name] = append(a.Attributes[name], text(value))
			}
		}
	}
	return nil
}

// checkMessage compares the assertion with the message that brought it. What a message says that is not signed itself
// only ever adds a reason to refuse.
func (a *Assertion) checkMessage(response *etree.Element) error {
	if issuer := children(response, nsAssertion, "Issuer"); len(issuer) > 1 || len(issuer) == 1 && text(issuer[0]) != a.Issuer {
		return refuse(Foreign, "The SAML response and its assertion have different issuers")
	}
	if to := attribute(response, "Destination"); to != "" && to != a.Recipient {
		return refuse(Foreign, "The destination of the SAML response is not the recipient of its assertion")
	}
	if to := attribute(response, "InResponseTo"); to != "" && a.inResponseTo != "" && to != a.inResponseTo {
		return refuse(Foreign, "The SAML response and its assertion answer different requests")
	}
	return nil
}

// check is whether the assertion is the provider's, for this endpoint, and good now.
func (a *Assertion) check(p *Provider, to Endpoint, now time.Time) error {
	if a.Issuer != p.EntityID {
		return refuse(Foreign, "Issuer not present in specified provider")
	}
	if len(a.audiences) == 0 {
		return refuse(Foreign, "Response does not contain the required audience.")
	}
	for _, list := range a.audiences {
		if !slices.ContainsFunc(list, func(s string) bool { return slices.Contains(to.Audiences, s) }) {
			return refuse(Foreign, "Response does not contain the required audience.")
		}
	}
	if !to.Recipient(a.Recipient) {
		return refuse(Foreign, "The recipient of the SAML assertion is not an endpoint for sign-in here")
	}
	return a.checkTimes(now)
}

func (a *Assertion) checkTimes(now time.Time) error {
	if now.Sub(a.Issued) > MaxAge+Skew {
		return refuse(Expired, "Token must be redeemed within 5 minutes of issuance")
	}
	for _, t := range append(slices.Clone(a.notBefore), a.Issued) {
		if now.Before(t.Add(-Skew)) {
			return refuse(Malformed, "The SAML assertion is not valid yet")
		}
	}
	ends := slices.Clone(a.notOnOrAfter)
	if !a.SessionEnd.IsZero() {
		ends = append(ends, a.SessionEnd)
	}
	for _, t := range ends {
		if !now.Before(t.Add(Skew)) {
			return refuse(Expired, "The SAML assertion has expired")
		}
	}
	return nil
}
