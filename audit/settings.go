package audit

import "time"

// Settings are the thresholds of checks. The zero value is not useful: begin with DefaultSettings.
type Settings struct {
	// RootUsedDays: root is used for daily work if it was used within so many days. Default 30.
	RootUsedDays int `json:"rootUsedDays"`
	// CredentialUnusedDays: a password or key is unused after so many days. Default 45, CIS's.
	CredentialUnusedDays int `json:"credentialUnusedDays"`
	// UserInactiveDays and RoleUnusedDays. Default 90.
	UserInactiveDays int `json:"userInactiveDays"`
	RoleUnusedDays   int `json:"roleUnusedDays"`
	// KeyAgeDays is how old an active access key or SSH key may be. Default 90.
	KeyAgeDays int `json:"keyAgeDays"`
	// RootPasswordAgeDays: default 365.
	RootPasswordAgeDays int `json:"rootPasswordAgeDays"`
	// CertificateDays before a certificate expires it is reported. Default 30.
	CertificateDays int `json:"certificateDays"`
	// PasswordLength, PasswordReuse and PasswordAgeDays are the least a password policy must ask: 14, 24 and 90.
	PasswordLength  int `json:"passwordLength"`
	PasswordReuse   int `json:"passwordReuse"`
	PasswordAgeDays int `json:"passwordAgeDays"`
	// ReviewDays: the activity of privileged principals is looked through every so many days. It counts where no attestation
	// tells when somebody did. Default 30.
	ReviewDays int `json:"reviewDays"`
	// EmergencyUsers is how many users may have a password although people sign in through an identity provider: for the day
	// on which that does not work. Default 2.
	EmergencyUsers int `json:"emergencyUsers"`
	// TrustedAccounts are accounts that belong to the owner though they are not in the organization.
	TrustedAccounts []string `json:"trustedAccounts,omitempty"`
	// OverPermissivePercent: a principal that used less than so many percent of its services or actions has too many. Default 50.
	OverPermissivePercent int `json:"overPermissivePercent"`
}

// DefaultSettings are those of the benchmarks.
func DefaultSettings() Settings {
	return Settings{
		RootUsedDays: 30, CredentialUnusedDays: 45, UserInactiveDays: 90, RoleUnusedDays: 90, KeyAgeDays: 90,
		RootPasswordAgeDays: 365, CertificateDays: 30, PasswordLength: 14, PasswordReuse: 24, PasswordAgeDays: 90,
		ReviewDays: 30, EmergencyUsers: 2, OverPermissivePercent: 50,
	}
}

// Days is the whole number of days from a time to another.
func Days(from, to time.Time) int { return int(to.Sub(from) / (24 * time.Hour)) }
