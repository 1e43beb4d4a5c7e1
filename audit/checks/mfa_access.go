package checks

import (
	"slices"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/audit/access"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/directory/awsimport"
)

// entry is how a user gets in without a second factor.
type entry uint8

const (
	entryUnknown entry = iota
	entryNone          // not at all: the user has no password and no active key, or nothing but a password with a second factor
	entryPassword
	entryKey
)

// String says it for people.
func (e entry) String() string {
	return [...]string{entryUnknown: "by unknown means", entryNone: "not at all", entryPassword: "with a password alone", entryKey: "with a long-term access key"}[e]
}

// entryWithoutMFA finds out by the credential report, or else by the lists of keys, passwords and devices.
func entryWithoutMFA(a *audit.Account, u *directory.User) entry {
	if report := a.Evidence.CredentialReport; report != nil {
		for i := range report.Rows {
			if row := &report.Rows[i]; row.ARN == a.Directory.ARN(u) {
				return entryInReport(row)
			}
		}
	}
	return entryInLists(a, u)
}

func entryInReport(row *awsimport.ReportRow) entry {
	for _, k := range row.AccessKeys {
		if k.Active.State == awsimport.Known && k.Active.Value {
			return entryKey
		}
	}
	switch {
	case row.PasswordEnabled.State != awsimport.Known:
		return entryUnknown
	case !row.PasswordEnabled.Value:
		return entryNone
	case row.MFAActive.State != awsimport.Known:
		return entryUnknown
	case row.MFAActive.Value:
		return entryNone
	}
	return entryPassword
}

func entryInLists(a *audit.Account, u *directory.User) entry {
	e := a.Evidence
	if slices.ContainsFunc(e.AccessKeys, func(k awsimport.AccessKey) bool { return k.User == u.Name && k.Listed && k.Active }) {
		return entryKey
	}
	profile, asked := e.LoginProfiles[u.Name]
	if !asked || e.Extent(awsimport.KindAccessKeys) != awsimport.Complete {
		return entryUnknown
	}
	if profile == nil || slices.ContainsFunc(e.MFADevices, func(d awsimport.MFADevice) bool { return d.User == a.Directory.ARN(u) }) {
		return entryNone
	}
	if e.Extent(awsimport.KindMFADevices) != awsimport.Complete && e.Extent(awsimport.KindVirtualMFADevices) != awsimport.Complete {
		return entryUnknown
	}
	return entryPassword
}

// possibleWithoutMFA answers whether something can be done without a second factor: a witness without one is a yes. An answer that
// takes one, and an answer that no request without it has, are no.
func possibleWithoutMFA(answer *access.Answer) bool {
	return answer.Possible() && !needsMFA(answer.Requirements)
}
