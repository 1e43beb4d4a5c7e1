package iam_test

import (
	"encoding/base64"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/internal/store"
)

// reportRow is a line of a credential report as the IAM User Guide describes it, by column.
type reportRow map[string]string

// readCredentialReport reads a report by the description of its format in the IAM User Guide, "Generate credential reports
// for your AWS account", and refuses what the description does not have.
func readCredentialReport(t *testing.T, text string) []reportRow {
	t.Helper()
	lines, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	check(t, err)
	if len(lines) < 2 || strings.HasSuffix(text, "\n") || strings.Contains(text, "\r") {
		t.Fatalf("%d lines in %q", len(lines), text)
	}
	const columns = "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active," +
		"access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service," +
		"access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service," +
		"cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated,additional_credentials_info"
	if got := strings.Join(lines[0], ","); got != columns {
		t.Fatalf("columns\n%s, want\n%s", got, columns)
	}
	var rows []reportRow
	for i, line := range lines[1:] {
		row := reportRow{}
		for j, name := range lines[0] {
			row[name] = line[j]
			allowed := []string{}
			switch {
			case strings.HasSuffix(name, "_active"), name == "password_enabled":
				if line[j] != "true" && line[j] != "false" {
					t.Errorf("line %d: %s is %q", i, name, line[j])
				}
				continue
			case name == "user_creation_time":
			case name == "password_last_used":
				allowed = []string{"N/A", "no_information"}
			case name == "password_next_rotation" && i == 0:
				allowed = []string{"not_supported"}
			case strings.HasSuffix(name, "_last_changed"), strings.HasSuffix(name, "_last_rotated"), strings.HasSuffix(name, "_date"), strings.HasSuffix(name, "_rotation"):
				allowed = []string{"N/A"}
			default:
				if line[j] == "" {
					t.Errorf("line %d: %s is empty", i, name)
				}
				continue
			}
			if _, err := time.Parse("2006-01-02T15:04:05+00:00", line[j]); err != nil && !slices.Contains(allowed, line[j]) {
				t.Errorf("line %d: %s is %q", i, name, line[j])
			}
		}
		for _, n := range []string{"1", "2"} {
			key := "access_key_" + n
			if row[key+"_last_rotated"] == "N/A" && (row[key+"_active"] != "false" || row[key+"_last_used_date"] != "N/A") {
				t.Errorf("line %d: %s is not there and yet it is", i, key)
			}
			if row[key+"_last_used_date"] == "N/A" && row[key+"_last_used_service"] != "N/A" {
				t.Errorf("line %d: %s was never used, but with %s", i, key, row[key+"_last_used_service"])
			}
		}
		if row["password_enabled"] == "false" && (row["password_last_used"] != "N/A" || row["password_last_changed"] != "N/A") {
			t.Errorf("line %d: no password, but it was used or changed", i)
		}
		rows = append(rows, row)
	}
	return rows
}

// content is the text of GetCredentialReport's answer.
func content(t *testing.T, body string) string {
	t.Helper()
	text, err := base64.StdEncoding.Strict().DecodeString(elements(t, body, "Content")[0])
	check(t, err)
	return string(text)
}

func TestCredentialReport(t *testing.T) {
	f := newFixture(t, nil)
	created := time.Date(2024, 2, 29, 23, 59, 58, 0, time.UTC)
	a := f.newAccount(t, func(tx *store.Tx, id string) []directory.Entity {
		user := func(name, path string) *directory.User {
			return &directory.User{ID: session.NewEntityID("AIDA"), Name: name, Path: path, Created: created}
		}
		odd, none, three := user(`odd,=+@.-_name`, "/"), user("None", "/team/"), user("three", "/")
		key := func(n string, u *directory.User, active bool, age time.Duration) *directory.AccessKey {
			return &directory.AccessKey{ID: "AKIA" + n + id, User: u.ID, Created: created.Add(age), Active: active, Sealed: []byte("none")}
		}
		return []directory.Entity{
			&directory.AccountInfo{ID: id, Created: created}, odd, none, three,
			key("B", odd, true, time.Hour), key("A", odd, false, 0), // by age and not by id
			key("C", three, true, 0), key("D", three, true, 1), key("E", three, true, 2),
			&directory.PasswordPolicy{MinLength: 8, MaxAge: 30},
			&directory.LoginProfile{User: three.ID, Created: created, Changed: created.Add(24 * time.Hour), Sealed: []byte("none")},
			&directory.MFADevice{ID: "D1", Kind: directory.VirtualMFA, Path: "/", Name: "phone", Created: created, User: three.ID, Enabled: created},
			&directory.MFADevice{ID: "D2", Kind: directory.VirtualMFA, Path: "/", Name: "spare", Created: created}, // nobody's
			&directory.SigningCertificate{ID: "C1", User: three.ID, Uploaded: created.Add(time.Hour), Body: "none"},
			&directory.SigningCertificate{ID: "C2", User: three.ID, Uploaded: created, Active: true, Body: "none"},
		}
	})
	f.Store.Touch(a.id, "AKIAB"+a.id, store.Use{At: created.Add(48 * time.Hour), Service: "notes", Region: ""})
	f.Store.Touch(a.id, f.Store.Snapshot().Account(a.id).User("three").ID, store.Use{At: created.Add(72 * time.Hour), Service: "signin"})
	a.must(t, "GenerateCredentialReport", nil)
	body := a.must(t, "GetCredentialReport", nil)
	if form := elements(t, body, "ReportFormat"); len(form) != 1 || form[0] != "text/csv" {
		t.Errorf("the format is %v", form)
	}
	rows := readCredentialReport(t, content(t, body))
	var names []string
	by := map[string]reportRow{}
	for _, r := range rows {
		names = append(names, r["user"])
		by[r["user"]] = r
	}
	if got := strings.Join(names, " "); got != "<root_account> admin caller None odd,=+@.-_name three" {
		t.Fatalf("the report has %s", got)
	}
	for _, want := range []struct{ user, column, value string }{
		{"<root_account>", "arn", "arn:aws:iam::" + a.id + ":root"},
		{"<root_account>", "user_creation_time", "2024-02-29T23:59:58+00:00"},
		{"<root_account>", "password_enabled", "false"},
		{"<root_account>", "password_next_rotation", "not_supported"},
		{"<root_account>", "access_key_1_active", "false"},
		{"None", "arn", "arn:aws:iam::" + a.id + ":user/team/None"},
		{"None", "password_enabled", "false"},
		{"None", "mfa_active", "false"},
		{"None", "access_key_1_active", "false"},
		{"None", "access_key_1_last_rotated", "N/A"},
		{"None", "cert_1_active", "false"},
		{"None", "additional_credentials_info", "N/A"},
		{"odd,=+@.-_name", "access_key_1_active", "false"},
		{"odd,=+@.-_name", "access_key_1_last_rotated", "2024-02-29T23:59:58+00:00"},
		{"odd,=+@.-_name", "access_key_1_last_used_date", "N/A"},
		{"odd,=+@.-_name", "access_key_2_active", "true"},
		{"odd,=+@.-_name", "access_key_2_last_rotated", "2024-03-01T00:59:58+00:00"},
		{"odd,=+@.-_name", "access_key_2_last_used_date", "2024-03-02T23:59:58+00:00"},
		{"odd,=+@.-_name", "access_key_2_last_used_region", "N/A"},
		{"odd,=+@.-_name", "access_key_2_last_used_service", "notes"},
		{"three", "access_key_2_active", "true"},
		{"three", "password_enabled", "true"},
		{"three", "password_last_used", "2024-03-03T23:59:58+00:00"},
		{"three", "password_last_changed", "2024-03-01T23:59:58+00:00"},
		{"three", "password_next_rotation", "2024-03-31T23:59:58+00:00"},
		{"three", "mfa_active", "true"},
		{"three", "cert_1_active", "true"},
		{"three", "cert_1_last_rotated", "2024-02-29T23:59:58+00:00"},
		{"three", "cert_2_active", "false"},
		{"three", "additional_credentials_info", "1 more access keys (iam:ListAccessKeys)"},
	} {
		if got := by[want.user][want.column]; got != want.value {
			t.Errorf("%s of %s is %q, want %q", want.column, want.user, got, want.value)
		}
	}
}

// TestCredentialReportLife: one report in four hours, which stays as it was; and the answers while there is none.
func TestCredentialReportLife(t *testing.T) {
	f := newFixture(t, nil)
	a, other := f.newAccount(t, nil), f.newAccount(t, nil)
	refused := func(status int, code string) {
		t.Helper()
		if got := a.as(t, "admin", "GetCredentialReport", nil); got.Status != status || got.Code != code || got.Message != "" {
			t.Errorf("GetCredentialReport answers %d %s %q, want %d %s", got.Status, got.Code, got.Message, status, code)
		}
	}
	generate := func(state, description string) {
		t.Helper()
		body := a.must(t, "GenerateCredentialReport", nil)
		if got := elements(t, body, "State")[0]; got != state {
			t.Errorf("the state is %s, want %s", got, state)
		}
		if got := strings.Join(elements(t, body, "Description"), ""); !strings.HasPrefix(got, description) || description == "" && got != "" {
			t.Errorf("the description is %q, want %q", got, description)
		}
	}
	begin := func(id string, ago time.Duration) {
		t.Helper()
		check(t, f.Store.BeginReport(t.Context(), a.id, store.CredentialReport, id, "", time.Now().UTC().Add(-ago)))
	}

	refused(410, "ReportNotPresent")
	generate("STARTED", "No report exists.")
	first := content(t, a.must(t, "GetCredentialReport", nil))
	a.must(t, "CreateUser", map[string]any{"UserName": "late"})
	generate("COMPLETE", "")
	if again := content(t, a.must(t, "GetCredentialReport", nil)); again != first || strings.Contains(again, "late") {
		t.Error("the report changed within four hours")
	}
	if got := other.as(t, "admin", "GetCredentialReport", nil); got.Code != "ReportNotPresent" {
		t.Errorf("another account gets %d %s", got.Status, got.Code)
	}

	begin("running", 0)
	refused(404, "ReportInProgress")
	generate("INPROGRESS", "")
	check(t, f.Store.DropReport(t.Context(), a.id, store.CredentialReport, "running"))
	generate("COMPLETE", "")

	for r, err := range drain(f.Store, t, a.id) {
		check(t, err)
		check(t, f.Store.DropReport(t.Context(), a.id, store.CredentialReport, r))
	}
	begin("abandoned", store.ReportTimeout+time.Minute)
	refused(410, "ReportNotPresent")
	generate("STARTED", "No report exists.")

	for r := range drain(f.Store, t, a.id) {
		check(t, f.Store.DropReport(t.Context(), a.id, store.CredentialReport, r))
	}
	begin("old", 5*time.Hour)
	check(t, f.Store.FinishReport(t.Context(), a.id, store.CredentialReport, "old", []byte("user"), time.Now().UTC().Add(-4*time.Hour-time.Second)))
	refused(410, "ReportExpired")
	generate("STARTED", "The last report has expired.")
	if now := content(t, a.must(t, "GetCredentialReport", nil)); !strings.Contains(now, "\nlate,") {
		t.Error("the new report is the old one")
	}
}

// drain gives the ids of the account's credential reports, newest first, until there is none.
func drain(s *store.Store, t *testing.T, account string) func(yield func(string, error) bool) {
	return func(yield func(string, error) bool) {
		for {
			r, ok, err := s.LatestReport(t.Context(), account, store.CredentialReport)
			if !ok || !yield(r.ID, err) {
				return
			}
		}
	}
}

// TestCredentialReportOfManyUsers: a report has room for every user, whatever the number.
func TestCredentialReportOfManyUsers(t *testing.T) {
	f := newFixture(t, map[store.QuotaName]int{store.UsersPerAccount: 10000})
	a := f.newAccount(t, nil)
	const users = 4000
	for first := 0; first < users; first += 50 {
		_, err := f.Store.Update(t.Context(), &store.Change{Account: a.id}, func(tx *store.Tx) ([]byte, error) {
			for i := first; i < first+50; i++ {
				u := &directory.User{ID: session.NewEntityID("AIDA"), Name: fmt.Sprintf("user-%05d-with-a-rather-long-name", i), Path: "/", Created: tx.Now()}
				if err := tx.Put(u); err != nil {
					return nil, err
				}
			}
			return nil, nil
		})
		check(t, err)
	}
	a.must(t, "GenerateCredentialReport", nil)
	if rows := readCredentialReport(t, content(t, a.must(t, "GetCredentialReport", nil))); len(rows) != users+3 {
		t.Errorf("%d lines, want %d", len(rows), users+3)
	}
}
