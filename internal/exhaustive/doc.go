// Package exhaustive proves who can become an administrator of a small account by trying everything: it plays every operation of
// IAM that a principal is allowed, with every parameter that the account offers, and then every operation that it is allowed
// after that, to a depth. It knows nothing of graphs, steps and leads, so that tests can hold audit/escalation against it:
// what the two share is authz, which decides, and directory, which holds the account. It is for tests, and may not import audit.
package exhaustive
