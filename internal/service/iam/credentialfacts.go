package iam

import (
	"time"

	"github.com/warder-iam/warder/directory"
)

// What the credential report tells beside users and their access keys. The user is nil for the root user, who has no
// certificates here.

// passwordFacts are about a password. Times that are not known are zero.
type passwordFacts struct {
	lastUsed, lastChanged time.Time
	// nextRotation is when a new one must be set; zero where passwords do not expire.
	nextRotation time.Time
}

// passwordOf is nil for who has none.
func (iam *Service) passwordOf(a *directory.Account, u *directory.User) *passwordFacts {
	l := a.LoginProfile(signInID(a, u))
	if l == nil {
		return nil
	}
	facts := &passwordFacts{lastChanged: l.Changed}
	if at := iam.passwordLastUsed(a, l.User); at != nil {
		facts.lastUsed = *at
	}
	if p := a.PasswordPolicy(); p != nil && p.MaxAge > 0 {
		facts.nextRotation = l.Changed.AddDate(0, 0, p.MaxAge)
	}
	return facts
}

// hasMFA reports whether an MFA device is enabled.
func hasMFA(a *directory.Account, u *directory.User) bool {
	return len(a.MFADevicesOf(signInID(a, u))) > 0
}

// signInID is what passwords and MFA devices are kept by: the user's unique id, for the root user the account's.
func signInID(a *directory.Account, u *directory.User) string {
	if u == nil {
		return a.ID()
	}
	return u.ID
}

// rootPasswords is 1 where the root user has a password, else 0.
func rootPasswords(a *directory.Account) int32 {
	if a.LoginProfile(a.ID()) == nil {
		return 0
	}
	return 1
}

// certificatesOf are the signing certificates, oldest first.
func certificatesOf(a *directory.Account, u *directory.User) []*directory.SigningCertificate {
	if u == nil {
		return nil
	}
	return a.SigningCertificates(u.ID)
}
