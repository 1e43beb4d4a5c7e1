package saml

import (
	"crypto/x509"
	"errors"
	"slices"
	"strings"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
	"github.com/russellhaering/goxmldsig/etreeutils"
)

// The algorithms of signatures. SHA-1 is not among them.
var (
	signatureMethods = []string{
		dsig.RSASHA256SignatureMethod, dsig.RSASHA384SignatureMethod, dsig.RSASHA512SignatureMethod,
		dsig.ECDSASHA256SignatureMethod, dsig.ECDSASHA384SignatureMethod, dsig.ECDSASHA512SignatureMethod,
	}
	digestMethods = []string{
		"http://www.w3.org/2001/04/xmlenc#sha256", "http://www.w3.org/2001/04/xmldsig-more#sha384", "http://www.w3.org/2001/04/xmlenc#sha512",
	}
	// Exclusive canonicalization is the one that SAML asks for. Source: SAML 2.0 Core, 5.4.3 and 5.4.4.
	canonicalizations = []string{
		dsig.CanonicalXML10ExclusiveAlgorithmId.String(), dsig.CanonicalXML10ExclusiveWithCommentsAlgorithmId.String(),
	}
)

// verify checks the signature of a message or assertion and returns the element as it was signed, made anew from the
// bytes that the signature covers: the only thing of e that may be read. The keys are the provider's; what the signature
// says of its own is not looked at.
func verify(e *etree.Element, certificates []*x509.Certificate) (*etree.Element, error) {
	scope, err := etreeutils.NSBuildParentContext(e)
	if err != nil {
		return nil, err
	}
	if e, err = etreeutils.NSDetatch(scope, e); err != nil { // a copy that declares what its parents did
		return nil, err
	}
	signature := child(e, nsSignature, "Signature")
	if signature == nil {
		return nil, errors.New("it has not one signature")
	}
	if err := checkSignature(signature, attribute(e, "ID")); err != nil {
		return nil, err
	}
	if info := child(signature, nsSignature, "KeyInfo"); info != nil {
		signature.RemoveChild(info) // it is no part of what is signed
	}
	for _, cert := range certificates {
		context := dsig.NewDefaultValidationContext(&dsig.MemoryX509CertificateStore{Roots: []*x509.Certificate{cert}})
		context.Clock = dsig.NewFakeClockAt(cert.NotBefore) // the end of a certificate ends nothing: see Metadata
		if signed, err := context.Validate(e); err == nil && signed != nil {
			return signed, nil
		}
	}
	return nil, errors.New("no certificate of the provider verifies it")
}

// checkSignature admits the one shape of signature that SAML has: one reference, to the element that the signature stands
// in, with no transforms but taking the signature out and the canonical form.
func checkSignature(signature *etree.Element, id string) error {
	info := child(signature, nsSignature, "SignedInfo")
	value := child(signature, nsSignature, "SignatureValue")
	if id == "" || info == nil || value == nil || !only(signature, "SignedInfo", "SignatureValue", "KeyInfo") ||
		!only(info, "CanonicalizationMethod", "SignatureMethod", "Reference") {
		return errors.New("its signature is not formed as SAML's are")
	}
	reference := child(info, nsSignature, "Reference")
	if reference == nil || attribute(reference, "URI") != "#"+id || !only(reference, "Transforms", "DigestMethod", "DigestValue") {
		return errors.New("its signature is over something else")
	}
	if !plainAttributes(info) {
		return errors.New("its signature has attributes under a prefix")
	}
	if !has(info, "CanonicalizationMethod", canonicalizations) || !has(info, "SignatureMethod", signatureMethods) || !has(reference, "DigestMethod", digestMethods) {
		return errors.New("its signature is by an algorithm that is not taken")
	}
	value.SetText(strings.Join(strings.Fields(text(value)), ""))
	return checkTransforms(child(reference, nsSignature, "Transforms"))
}

func checkTransforms(transforms *etree.Element) error {
	wrong := errors.New("its signature has other transforms than SAML's have")
	if transforms == nil || len(transforms.ChildElements()) > 2 {
		return wrong
	}
	var enveloped, canonical bool
	for _, t := range transforms.ChildElements() {
		algorithm := attribute(t, "Algorithm")
		switch {
		case !is(t, nsSignature, "Transform"):
			return wrong
		case algorithm == dsig.EnvelopedSignatureAltorithmId.String() && !enveloped:
			enveloped = true
		case slices.Contains(canonicalizations, algorithm) && !canonical:
			canonical = true
		default:
			return wrong
		}
	}
	if !enveloped || !canonical {
		return wrong
	}
	return nil
}

// only reports whether e has no child but those of XML Signature with these names, each once at most.
func only(e *etree.Element, names ...string) bool {
	seen := map[string]bool{}
	for _, c := range e.ChildElements() {
		if c.NamespaceURI() != nsSignature || !slices.Contains(names, c.Tag) || seen[c.Tag] {
			return false
		}
		seen[c.Tag] = true
	}
	return true
}

// has reports whether the one child of that name is by one of the algorithms.
func has(e *etree.Element, name string, algorithms []string) bool {
	c := child(e, nsSignature, name)
	return c != nil && slices.Contains(algorithms, attribute(c, "Algorithm"))
}

// plainAttributes: the verifier takes attributes by their local names, so that none may have a prefix.
func plainAttributes(e *etree.Element) bool {
	plain := true
	walk(e, func(e *etree.Element) {
		for _, a := range e.Attr {
			plain = plain && (a.Space == "" || a.Space == "xmlns")
		}
	})
	return plain
}
