// Package session makes the credentials that sign requests: access keys and their ids, and temporary credentials whose
// token carries the whole session, sealed, so that any node opens it without a look-up. It decides nothing about whom to
// give them to, holds no state but the keyring, and reads no clock.
package session
