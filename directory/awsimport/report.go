package awsimport

import (
	"fmt"
	"time"
)

// CredentialReport is the account's credential report. Source: IAM User Guide, "Generate credential reports for your
// AWS account".
type CredentialReport struct {
	// Generated is when it was made; zero for a bare CSV file, which does not say.
	Generated time.Time
	// Rows, the root user's first if it is there.
	Rows []ReportRow
}

// Root is the root user's row, or nil.
func (r *CredentialReport) Root() *ReportRow {
	for i := range r.Rows {
		if r.Rows[i].Root {
			return &r.Rows[i]
		}
	}
	return nil
}

// User is the row of the user with that name, exactly, or nil.
func (r *CredentialReport) User(name string) *ReportRow {
	for i := range r.Rows {
		if !r.Rows[i].Root && r.Rows[i].User == name {
			return &r.Rows[i]
		}
	}
	return nil
}

// CellState says what a cell of the report holds.
type CellState uint8

// The states.
const (
	NotInReport   CellState = iota // the report has no such column
	NotApplicable                  // N/A: there is no such credential, or it was never used
	NoInformation                  // no_information: no record of a use, since AWS began to keep it
	NotSupported                   // not_supported: AWS does not tell it of the root user
	Known                          // Value holds it
)

// Cell is a cell of the report. Value counts only if State is Known.
type Cell[T any] struct {
	State CellState
	Value T
}

// ReportRow is one user's row.
type ReportRow struct {
	User    string // "<root_account>" for the root user
	ARN     string
	Root    bool
	Created Cell[time.Time]

	PasswordEnabled      Cell[bool]
	PasswordLastUsed     Cell[time.Time]
	PasswordLastChanged  Cell[time.Time]
	PasswordNextRotation Cell[time.Time]
	MFAActive            Cell[bool]

	AccessKeys   [2]ReportKey
	Certificates [2]ReportCertificate
	// Additional tells of credentials without columns of their own: "1 more access keys (iam:ListAccessKeys)"; "" for none.
	Additional string
}

// ReportKey is what a row says of an access key.
type ReportKey struct {
	Active                          Cell[bool]
	LastRotated, LastUsed           Cell[time.Time]
	LastUsedRegion, LastUsedService Cell[string]
}

// ReportCertificate is what a row says of a signing certificate.
type ReportCertificate struct {
	Active      Cell[bool]
	LastRotated Cell[time.Time]
}

// ParseCredentialReport reads the CSV text of an account's report. It fails where any of it cannot be read. A library is not
// needed: a report holds no policy.
func ParseCredentialReport(account, text string, made time.Time) (*CredentialReport, error) {
	r := &reader{bundle: &Bundle{Incomplete: map[string]string{}}}
	v := &value{file: &File{Path: "the credential report"}, members: map[string]*member{}}
	p := reportParser{a: newAccount(r, account), v: v, made: made}
	report := p.parse(text)
	if len(r.bundle.Problems) > 0 {
		first := r.bundle.Problems[0]
		return nil, fmt.Errorf("awsimport: %s %s: %s", first.File, first.Path, first.Message)
	}
	return report, nil
}
