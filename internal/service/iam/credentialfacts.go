package iam

import (
	"time"

	"github.com/warder-iam/warder/directory"
)

// What the credential report tells beside users and their access keys. The user is nil for the root user, who has neither
// password nor certificates here.

// passwordFacts are about a password. Times that are not known are zero.
type passwordFacts struct {
	lastUsed, lastChanged time.Time
	// nextRotation is when a new one must be set; zero where passwords do not expire.
	nextRotation time.Time
}

// passwordOf is nil for who has none.
func (iam *Service) passwordOf(a *directory.Account, u *directory.User) *passwordFacts {
	if u == nil {
		return nil
	}
	l := a.LoginProfile(u.ID)
	if l == nil {
		return nil
	}
	facts := &passwordFacts{lastChanged: l.Changed}
	if use, ok := iam.store.LastUsed(u.ID); ok {
		facts.lastUsed = use.At
	}
	if p := a.PasswordPolicy(); p != nil && p.MaxAge > 0 {
		facts.nextRotation = l.Changed.AddDate(0, 0, p.MaxAge)
	}
	return facts
}

// hasMFA reports whether an MFA device is enabled.
func hasMFA(a *directory.Account, u *directory.User) bool {
	id := a.ID()
	if u != nil {
		id = u.ID
	}
	return len(a.MFADevicesOf(id)) > 0
}

// certificatesOf are the signing certificates, oldest first.
func certificatesOf(a *directory.Account, u *directory.User) []*directory.SigningCertificate {
	if u == nil {
		return nil
	}
	return a.SigningCertificates(u.ID)
}
