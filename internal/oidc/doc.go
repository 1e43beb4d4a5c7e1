// Package oidc verifies the tokens of OpenID Connect providers: it finds a provider's keys, keeps them for a while, and
// checks what a token says. It exists so that one place judges tokens of others; which addresses may be called at all is
// internal/outbound's rule, and what a caller may do is not decided here.
package oidc
