package iam

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"fmt"
	"strconv"
	"time"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/iam"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/store"
)

func (iam *Service) registerCredentialReport(s *server.Server) {
	server.Handle(s, api.GenerateCredentialReport, server.Ask(func(c *server.Call, _ *api.GenerateCredentialReportInput) authz.Ask {
		return askAny(c)
	}), iam.generateCredentialReport)
	server.Handle(s, api.GetCredentialReport, server.Ask(func(c *server.Call, _ *api.GetCredentialReportInput) authz.Ask {
		return askAny(c)
	}), iam.getCredentialReport)
}

// reportLife is how long a credential report is the newest there is: within that time no other is made, and afterwards it
// has expired. Source: IAM User Guide, "Generate credential reports for your AWS account".
const reportLife = 4 * time.Hour

// reportState is a value of GenerateCredentialReport's State.
type reportState string

const (
	reportStarted    reportState = "STARTED"
	reportInProgress reportState = "INPROGRESS"
	reportComplete   reportState = "COMPLETE"
)

func (iam *Service) generateCredentialReport(c *server.Call, _ *api.GenerateCredentialReportInput) (*api.GenerateCredentialReportOutput, error) {
	latest, ok, err := iam.store.LatestReport(c.Context(), c.Caller.Account, store.CredentialReport)
	if err != nil {
		return nil, err
	}
	answer := func(state reportState, description string) (*api.GenerateCredentialReportOutput, error) {
		return &api.GenerateCredentialReportOutput{State: new(string(state)), Description: notEmpty(description)}, nil
	}
	description := "No report exists. Starting a new report generation task"
	switch {
	case ok && underWay(latest, c.Time()):
		return answer(reportInProgress, "")
	case ok && !latest.Completed.IsZero() && !expired(latest, c.Time()):
		return answer(reportComplete, "")
	case ok && !latest.Completed.IsZero():
		description = "The last report has expired. Starting a new report generation task"
	}
	a := c.Account()
	if _, err := iam.makeReport(c, store.CredentialReport, func() ([]byte, error) { return iam.credentialReport(a) }); err != nil {
		return nil, err
	}
	return answer(reportStarted, description)
}

// underWay reports whether a report is being made still.
func underWay(r store.Report, now time.Time) bool {
	return r.Completed.IsZero() && now.Sub(r.Created) <= store.ReportTimeout
}

func expired(r store.Report, now time.Time) bool { return now.Sub(r.Completed) > reportLife }

// getCredentialReport answers without a text where there is no report, as AWS does.
func (iam *Service) getCredentialReport(c *server.Call, _ *api.GetCredentialReportInput) (*api.GetCredentialReportOutput, error) {
	latest, ok, err := iam.store.LatestReport(c.Context(), c.Caller.Account, store.CredentialReport)
	switch {
	case err != nil:
		return nil, err
	case ok && underWay(latest, c.Time()):
		return nil, api.ReportInProgress.New("")
	case !ok || latest.Completed.IsZero():
		return nil, api.ReportNotPresent.New("")
	case expired(latest, c.Time()):
		return nil, api.ReportExpired.New("")
	}
	r, text, ok, err := iam.store.ReadReport(c.Context(), c.Caller.Account, store.CredentialReport, latest.ID)
	if err != nil {
		return nil, err
	}
	if !ok { // another has just taken its place
		return nil, api.ReportInProgress.New("")
	}
	return &api.GetCredentialReportOutput{Content: text, ReportFormat: new("text/csv"), GeneratedTime: new(r.Completed)}, nil
}

// credentialColumns are the report's columns. Source: IAM User Guide, "Generate credential reports for your AWS account".
var credentialColumns = []string{
	"user", "arn", "user_creation_time",
	"password_enabled", "password_last_used", "password_last_changed", "password_next_rotation", "mfa_active",
	"access_key_1_active", "access_key_1_last_rotated", "access_key_1_last_used_date", "access_key_1_last_used_region", "access_key_1_last_used_service",
	"access_key_2_active", "access_key_2_last_rotated", "access_key_2_last_used_date", "access_key_2_last_used_region", "access_key_2_last_used_service",
	"cert_1_active", "cert_1_last_rotated", "cert_2_active", "cert_2_last_rotated",
	"additional_credentials_info",
}

// The values that stand for what is not there. Source: as above.
const (
	notApplicable = "N/A"
	noInformation = "no_information"
	notSupported  = "not_supported"
)

// credentialReport is a line for the root user and one for each user, in order of their names, without a line break at
// the end.
func (iam *Service) credentialReport(a *directory.Account) ([]byte, error) {
	var text bytes.Buffer
	w := csv.NewWriter(&text)
	err := w.Write(credentialColumns)
	if err == nil {
		err = w.Write(iam.rootRow(a))
	}
	for u := range a.Users() {
		if err == nil {
			err = w.Write(iam.userRow(a, u))
		}
	}
	w.Flush()
	if err == nil {
		err = w.Error()
	}
	if err != nil {
		return nil, fmt.Errorf("credential report: %w", err)
	}
	return bytes.TrimSuffix(text.Bytes(), []byte("\n")), nil
}

func (iam *Service) userRow(a *directory.Account, u *directory.User) []string {
	return iam.row(a, u, u.Name, a.ARN(u), u.Created, a.Keys(u.ID))
}

// rootRow: the root user has no access keys here. Its password never has to change.
func (iam *Service) rootRow(a *directory.Account) []string {
	row := iam.row(a, nil, "<root_account>", arn.In(a.ID()).Root().String(), a.Info().Created, nil)
	row[6] = notSupported
	return row
}

func (iam *Service) row(a *directory.Account, u *directory.User, name, itsARN string, created time.Time, keys []*directory.AccessKey) []string {
	row := append([]string{name, itsARN, reportTime(created)}, passwordCells(iam.passwordOf(a, u))...)
	row = append(row, strconv.FormatBool(hasMFA(a, u)))
	for i := range 2 {
		row = append(row, iam.keyCells(keys, i)...)
	}
	certificates := certificatesOf(a, u)
	for i := range 2 {
		row = append(row, certificateCells(certificates, i)...)
	}
	return append(row, additionalCredentials(len(keys), len(certificates)))
}

func passwordCells(p *passwordFacts) []string {
	if p == nil {
		return []string{"false", notApplicable, notApplicable, notApplicable}
	}
	used := noInformation
	if !p.lastUsed.IsZero() {
		used = reportTime(p.lastUsed)
	}
	return []string{"true", used, timeOrNone(p.lastChanged), timeOrNone(p.nextRotation)}
}

// keyCells are about the access key at that place, if there is one.
func (iam *Service) keyCells(keys []*directory.AccessKey, at int) []string {
	if at >= len(keys) {
		return []string{"false", notApplicable, notApplicable, notApplicable, notApplicable}
	}
	cells := []string{strconv.FormatBool(keys[at].Active), timeOrNone(keys[at].Created)}
	use, ok := iam.store.LastUsed(keys[at].ID)
	if !ok {
		return append(cells, notApplicable, notApplicable, notApplicable)
	}
	return append(cells, reportTime(use.At), cmp.Or(use.Region, notApplicable), cmp.Or(use.Service, notApplicable))
}

func certificateCells(certificates []*directory.SigningCertificate, at int) []string {
	if at >= len(certificates) {
		return []string{"false", notApplicable}
	}
	return []string{strconv.FormatBool(certificates[at].Active), timeOrNone(certificates[at].Uploaded)}
}

// additionalCredentials tells how many keys and certificates have no columns, and what lists them.
func additionalCredentials(keys, certificates int) string {
	switch {
	case keys > 2 && certificates > 2:
		return fmt.Sprintf("%d more access keys (iam:ListAccessKeys), %d more certificates (iam:ListSigningCertificates)", keys-2, certificates-2)
	case keys > 2:
		return fmt.Sprintf("%d more access keys (iam:ListAccessKeys)", keys-2)
	case certificates > 2:
		return fmt.Sprintf("%d more certificates (iam:ListSigningCertificates)", certificates-2)
	}
	return notApplicable
}

func timeOrNone(t time.Time) string {
	if t.IsZero() {
		return notApplicable
	}
	return reportTime(t)
}

// reportTime writes the offset out, which every reader of the report expects.
func reportTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05-07:00") }
