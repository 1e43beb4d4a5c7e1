// Package oidctest is an identity provider that answers over TLS on loopback and signs what a test chooses. It exists so
// that the verifier and STS are tested with the same one; it may be imported by tests only.
package oidctest
