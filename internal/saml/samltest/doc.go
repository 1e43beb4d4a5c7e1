// Package samltest is a SAML identity provider to test against: crewjam/saml makes its metadata, assertions, signatures and
// encryption. It exists so that internal/saml is tested with messages that it did not make; it may be imported by tests
// only.
package samltest
