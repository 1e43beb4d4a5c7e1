package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/audit/access"
)

var update = flag.Bool("update", false, "write testdata anew")

// sample has each kind of thing that a report can say, and names as an attacker would choose them.
func sample() *audit.Report {
	day := time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	earlier := day.AddDate(0, -1, 0)
	refs := []audit.Reference{{Framework: audit.CIS5, ID: "1.4"}, {Framework: audit.SecurityHub, ID: "IAM.9"}}
	points, low, total := 100, 12, 56
	return &audit.Report{
		Version: audit.ReportVersion, Generated: day, Account: "111122223333",
		Accounts: []audit.AccountSummary{{ID: "111122223333", Name: "production", Entities: true, Users: 3, Groups: 1, Roles: 2, Policies: 1}},
		Checks: []audit.CheckInfo{
			{ID: "root-mfa", Title: "The root user has MFA", Why: "No policy binds the root user.", Severity: audit.Critical, Area: audit.AreaRoot, References: refs},
			{ID: "not-action-allow", Title: "No statement allows all but some actions", Why: "New actions are allowed by themselves.", Severity: audit.Medium, Area: audit.AreaPrivilege},
			{ID: "trail-enabled", Title: "A trail records everything", Why: "What is not recorded cannot be found out.", Severity: audit.High, Area: audit.AreaVisibility},
			{ID: "group-empty", Title: "No group is empty", Why: "What nobody uses nobody looks after.", Severity: audit.Low, Area: audit.AreaOrder},
		},
		Assessed: []audit.Assessment{
			{Check: "root-mfa", Account: "111122223333", Findings: 1}, {Check: "not-action-allow", Account: "111122223333", Findings: 1},
			{Check: "group-empty", Account: "111122223333", Findings: 1},
		},
		NotAssessed: []audit.Assessment{{Check: "trail-enabled", Account: "111122223333", Missing: []audit.Gap{{Missing: "the trails", Get: "aws cloudtrail describe-trails"}}}},
		Findings: []audit.Finding{
			{
				ID: "root-mfa-0123456789ab", Check: "root-mfa", Severity: audit.Critical, Account: "111122223333", Resource: "arn:aws:iam::111122223333:root",
				Title: "The root user has no MFA", Evidence: []audit.Evidence{{Text: "the account summary says AccountMFAEnabled 0", File: "account summary.json"}},
				Remedy: audit.Remedy{Text: "Assign a passkey."}, References: refs, FirstSeen: earlier,
			},
			{
				ID: "not-action-allow-ba9876543210", Check: "not-action-allow", Severity: audit.Medium, Account: "111122223333",
				Resource:  "arn:aws:iam::111122223333:policy/=cmd|'a'<b>`c`",
				Title:     "=Policy <img src=x> | `x` \x1b[31m\u202e allows all but iam:*",
				Evidence:  []audit.Evidence{{Text: "NotAction is iam:*", Policy: "=cmd|'a'<b>`c`", Statement: "#2", Line: 7, Column: 12}},
				Remedy:    audit.Remedy{Text: "Name the actions.", Command: "aws iam get-policy\naws iam create-policy-version", Patch: "{\n  \"Action\": \"```\"\n}\n"},
				FirstSeen: day, New: true,
			},
			{
				ID: "group-empty-aaaaaaaaaaaa", Check: "group-empty", Severity: audit.Low, Account: "111122223333", Resource: "arn:aws:iam::111122223333:group/old",
				Title: "Group old has no members", FirstSeen: earlier, Remedy: audit.Remedy{Text: "Delete it."},
				Suppressed: &audit.Suppression{Check: "group-empty", Reason: "filled next month", Owner: "ops", Expires: day.AddDate(0, 1, 0)},
			},
		},
		Administrators: []audit.Administrator{{ARN: "arn:aws:iam::111122223333:user/alice", Account: "111122223333", How: "allowed everything by policy AdministratorAccess"}},
		Escalations: []audit.Escalation{{From: "arn:aws:iam::111122223333:user/bob", To: "arn:aws:iam::111122223333:user/alice", Steps: []audit.Step{{
			Step: "create-access-key", Title: "makes an access key for alice", From: "arn:aws:iam::111122223333:user/bob", To: "arn:aws:iam::111122223333:user/alice",
			Requests:     []audit.Request{{Principal: "arn:aws:iam::111122223333:user/bob", Action: "iam:CreateAccessKey", Resource: "arn:aws:iam::111122223333:user/alice", Decision: "Allow"}},
			Requirements: []access.Requirement{{Key: "aws:MultiFactorAuthPresent", Operator: "Bool", Values: []string{"true"}, Text: "with MFA"}},
		}}}},
		Cut:      &audit.Cut{Statements: []audit.Statement{{Holder: "arn:aws:iam::111122223333:user/bob", StatementRef: access.StatementRef{Policy: "keys", Line: 3, Column: 5}}}, Exact: true, Least: 1},
		External: []audit.External{{Resource: "arn:aws:s3:::open", Principal: "*", Actions: []string{"s3:GetObject"}, Public: true, Outside: true}},
		Score: audit.Score{Total: &total, Areas: []audit.AreaScore{
			{Area: audit.AreaRoot, Score: &low, Assessed: 1, Checks: 1, Moves: []audit.Move{{Check: "root-mfa", Findings: 1, Points: 88}}},
			{Area: audit.AreaVisibility, Checks: 1}, {Area: audit.AreaOrder, Score: &points, Assessed: 1, Checks: 1},
		}},
		Problems: []string{"broken.json: not JSON"},
	}
}

// TestFormats compares each form of the sample with testdata.
func TestFormats(t *testing.T) {
	for _, f := range Formats() {
		t.Run(f.Name, func(t *testing.T) {
			var got bytes.Buffer
			if err := f.Write(&got, sample(), Options{Tool: "1.2.3", Input: "export folder"}); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join("testdata", "sample"+f.Extension)
			if *update {
				if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got.Bytes(), want) {
				t.Errorf("%s differs from what is written; look, and run with -update if it is right\n%s", file, got.String())
			}
			readAsIs := []string{"text", "csv", "markdown"} // the others escape, or their readers show
			if i := bytes.IndexFunc(got.Bytes(), func(c rune) bool { return c != '\n' && hidden(c) }); i >= 0 && slices.Contains(readAsIs, f.Name) {
				t.Errorf("a control character at %d reaches the reader", i)
			}
		})
	}
}

// TestEmpty writes a report that says nothing: lists are empty, not null, and each form can still be read.
func TestEmpty(t *testing.T) {
	for _, f := range Formats() {
		t.Run(f.Name, func(t *testing.T) {
			var got bytes.Buffer
			if err := f.Write(&got, &audit.Report{Findings: []audit.Finding{}}, Options{}); err != nil {
				t.Fatal(err)
			}
			var err error
			switch f.Name {
			case "json", "sarif", "asff", "ocsf":
				var v any
				err = json.Unmarshal(got.Bytes(), &v)
			case "csv":
				_, err = csv.NewReader(&got).ReadAll()
			case "junit":
				var v struct{}
				err = xml.Unmarshal(got.Bytes(), &v)
			}
			if err != nil || got.Len() == 0 && f.Name != "csv" {
				t.Errorf("%v: %q", err, got.String())
			}
		})
	}
}

// TestASFFBatches: a request of BatchImportFindings takes a hundred.
func TestASFFBatches(t *testing.T) {
	for n, want := range map[int]int{0: 1, 1: 1, 100: 1, 101: 2, 250: 3} {
		r := sample()
		for len(r.Findings) < n {
			r.Findings = append(r.Findings, r.Findings[0])
		}
		r.Findings = r.Findings[:n]
		var got bytes.Buffer
		if err := writeASFF(&got, r, Options{}); err != nil {
			t.Fatal(err)
		}
		batches, total := 0, 0
		for d := json.NewDecoder(&got); d.More(); batches++ {
			var b asffBatch
			if err := d.Decode(&b); err != nil {
				t.Fatal(err)
			}
			if len(b.Findings) > asffBatchSize {
				t.Errorf("%d findings in one request", len(b.Findings))
			}
			total += len(b.Findings)
		}
		if batches != want || total != n {
			t.Errorf("%d findings in %d requests with %d, want %d", n, batches, total, want)
		}
	}
}

func TestOCSFVersions(t *testing.T) {
	if err := writeOCSF(&bytes.Buffer{}, sample(), Options{OCSF: "0.9"}); err == nil || !strings.Contains(err.Error(), "1.3.0") {
		t.Errorf("an unknown version gives %v", err)
	}
}
