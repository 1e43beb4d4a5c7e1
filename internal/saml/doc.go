// Package saml reads the metadata of SAML 2.0 identity providers and verifies their responses. What it gives of a response
// was read from the bytes that a signature covers and from nothing else. It knows nothing of AWS's attributes and roles,
// opens no connection and has no clock.
package saml
