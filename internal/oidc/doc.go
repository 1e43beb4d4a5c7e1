// Package oidc verifies the tokens of OpenID Connect providers: it finds a provider's keys, keeps them for a while, and
// checks what a token says. It exists so that nothing else in Warder calls out to an address that a user gave; it may not
// decide who may do what.
package oidc
