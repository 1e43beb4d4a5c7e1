// Package directory is the model of an account: users, groups, roles, policies, keys, and the immutable Snapshot of all
// of them with policies compiled. It exists so that serving and auditing read the same account; it may do no I/O and
// read no clock.
package directory
