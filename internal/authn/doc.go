// Package authn finds out who made a request, from its signature and credentials. It exists so that there is one way in;
// it may not decide what the caller may do.
package authn
