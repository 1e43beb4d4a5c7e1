package iam

import (
	"time"

	"github.com/warder-iam/warder/directory"
)

// What the credential report tells beside users and their access keys. These functions are all that it knows about other
// kinds of credentials; the user is nil for the root user.

// passwordFacts are about a password. Times that are not known are zero.
type passwordFacts struct {
	lastUsed, lastChanged time.Time
	// nextRotation is when a new one must be set; zero where passwords do not expire.
	nextRotation time.Time
}

// passwordOf is nil for who has none.
func passwordOf(*directory.Account, *directory.User) *passwordFacts { return nil }

// hasMFA reports whether an MFA device is enabled.
func hasMFA(*directory.Account, *directory.User) bool { return false }

// certificateFacts are about an X.509 signing certificate.
type certificateFacts struct {
	active   bool
	uploaded time.Time
}

// certificatesOf are the signing certificates, oldest first.
func certificatesOf(*directory.Account, *directory.User) []certificateFacts { return nil }
