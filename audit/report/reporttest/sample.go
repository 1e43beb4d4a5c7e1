package reporttest

import (
	"time"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/audit/access"
)

// Sample has each kind of thing that a report can say, and names as an attacker would choose them.
func Sample() *audit.Report {
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
