package reporttest

import (
	"fmt"
	"time"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/audit/access"
	"github.com/warder-iam/warder/policy/eval"
)

const account = "111122223333"

func name(rest string) string { return "arn:aws:iam::" + account + ":" + rest }

func mfa() []access.Requirement {
	return []access.Requirement{{
		Key: "aws:MultiFactorAuthPresent", Operator: "Bool", Values: []string{"true"}, Policy: name("policy/analysts"), SID: "WithMFA", Line: 7, Column: 7, Text: "with MFA",
	}}
}

// Large is an account as one finds them: 60 principals, 40 findings, ways to administrator of several kinds.
func Large() *audit.Report {
	now := time.Date(2026, 12, 1, 9, 30, 0, 0, time.UTC)
	r := &audit.Report{
		Version: audit.ReportVersion, Generated: now, Account: account, Compared: true,
		Accounts: []audit.AccountSummary{{ID: account, Name: "Production", Alias: "example-prod", Entities: true, Users: 41, Groups: 7, Roles: 19, Policies: 33}},
		Resolved: []string{"user-mfa-0a1b2c3d4e5f", "access-key-rotation-998877665544"},
		Problems: []string{"notes.txt: no export that is known"},
	}
	largeChecks(r, now)
	for i := range r.Checks {
		c := &r.Checks[i]
		n := largeFindings[c.ID]
		a := audit.Assessment{Check: c.ID, Account: account, Findings: n}
		if get, ok := largeGaps[c.ID]; ok {
			a.Missing = []audit.Gap{{Missing: "the " + get[0], Get: get[1]}}
			r.NotAssessed = append(r.NotAssessed, a)
		} else {
			r.Assessed = append(r.Assessed, a)
		}
	}
	largePrivilege(r)
	largeScore(r)
	return r
}

// largeChecks and what they find.
var largeTable = []struct {
	id, title, why string
	severity       audit.Severity
	area           audit.Area
	cis            string
	found          string // one finding of it; "" for none
	remedy         audit.Remedy
}{
	{"root-mfa", "The root user has MFA", "No policy binds the root user: whoever has its password has the account.", audit.Critical, audit.AreaRoot, "1.4", "The root user has no MFA",
		audit.Remedy{Text: "Sign in as the root user and assign a passkey or hardware key under Security credentials."}},
	{"root-access-key", "The root user has no access key", "A key of the root user can do everything and cannot be restricted.", audit.Critical, audit.AreaRoot, "1.3", "", audit.Remedy{}},
	{"root-used", "The root user is not used for daily work", "What is used daily is leaked sooner.", audit.High, audit.AreaRoot, "1.6", "The root user was used 3 days ago",
		audit.Remedy{Text: "Give people roles for what the root user was used for."}},
	{"user-mfa", "Every user with a password has MFA", "A password alone is guessed, reused and phished.", audit.High, audit.AreaSignIn, "1.9", "User %s has a password and no MFA",
		audit.Remedy{Text: "Let the user enrol a device.", Command: "aws iam create-virtual-mfa-device --virtual-mfa-device-name %s --outfile qr.png --bootstrap-method QRCodePNG\naws iam enable-mfa-device --user-name %s --serial-number arn:aws:iam::111122223333:mfa/%s --authentication-code1 111111 --authentication-code2 222222"}},
	{"password-policy", "The password policy asks for strong passwords", "Short passwords are guessed.", audit.Medium, audit.AreaSignIn, "1.7", "Passwords may have 8 characters, 14 are asked for",
		audit.Remedy{Text: "Ask for 14 characters.", Command: "aws iam update-account-password-policy --minimum-password-length 14 --password-reuse-prevention 24",
			Terraform: "resource \"aws_iam_account_password_policy\" \"this\" {\n  minimum_password_length   = 14\n  password_reuse_prevention = 24\n}\n"}},
	{"credential-unused", "No credential lies unused", "What nobody uses nobody misses when somebody else does.", audit.Medium, audit.AreaCredentials, "1.11", "Access key of %s was not used for 212 days",
		audit.Remedy{Text: "Deactivate it, and delete it after a while.", Command: "aws iam update-access-key --user-name %s --access-key-id AKIAIOSFODNN7EXAMPLE --status Inactive"}},
	{"access-key-rotation", "No access key is older than 90 days", "The longer a key lives the more places have it.", audit.Medium, audit.AreaCredentials, "1.13", "Access key of %s is 401 days old",
		audit.Remedy{Text: "Make a new key, use it, and delete the old one.", Command: "aws iam create-access-key --user-name %s"}},
	{"certificate-expired", "No server certificate is expired", "An expired certificate stops services.", audit.Low, audit.AreaCredentials, "1.18", "", audit.Remedy{}},
	{"admin-policy", "No policy of the account's own allows everything", "Whoever gets it is administrator.", audit.High, audit.AreaPrivilege, "1.15", "Policy dev-tools allows every action on every resource",
		audit.Remedy{Text: "Name the actions that are used.", Patch: "{\n  \"Effect\": \"Allow\",\n  \"Action\": [\"s3:GetObject\", \"s3:ListBucket\"],\n  \"Resource\": [\"arn:aws:s3:::example-prod-data\", \"arn:aws:s3:::example-prod-data/*\"]\n}\n"}},
	{"privilege-escalation", "Nobody can become administrator", "Whoever can make oneself administrator is one.", audit.Critical, audit.AreaPrivilege, "", "User %s can become administrator in 2 steps",
		audit.Remedy{Text: "Take away the statement that allows the first step."}},
	{"not-action-allow", "No statement allows all but some actions", "New actions are allowed by themselves.", audit.Medium, audit.AreaPrivilege, "", "Statement 2 of policy build allows all but iam:*",
		audit.Remedy{Text: "Name the actions."}},
	{"policy-attached-to-user", "Policies are given to groups and roles", "Rights of single users are forgotten.", audit.Low, audit.AreaPrivilege, "1.14", "User %s has a policy of its own",
		audit.Remedy{Text: "Put the policy into a group.", Command: "aws iam detach-user-policy --user-name %s --policy-arn arn:aws:iam::111122223333:policy/dev-tools"}},
	{"role-trust-public", "No role may be assumed by anybody", "Anybody is everybody on the internet.", audit.Critical, audit.AreaTrust, "", "", audit.Remedy{}},
	{"role-trust-external", "Roles are assumed by known accounts only", "An account that nobody knows is somebody else's.", audit.High, audit.AreaTrust, "", "Role support may be assumed by account 999988887777, which is not in the organization",
		audit.Remedy{Text: "Ask for an external id, or take the account out of the trust policy.", Patch: "{\n  \"Condition\": {\"StringEquals\": {\"sts:ExternalId\": \"choose-a-long-random-text\"}}\n}\n"}},
	{"role-unused", "No role lies unused", "What nobody uses nobody looks after.", audit.Low, audit.AreaOrder, "", "Role legacy-import was not used for 377 days",
		audit.Remedy{Text: "Delete the role.", Command: "aws iam delete-role --role-name legacy-import"}},
	{"group-empty", "No group is empty", "What nobody uses nobody looks after.", audit.Low, audit.AreaOrder, "", "Group interns has no members", audit.Remedy{Text: "Delete the group.", Command: "aws iam delete-group --group-name interns"}},
	{"policy-name", "Names say what policies do", "A name that lies is believed.", audit.Informational, audit.AreaOrder, "", "Policy test2 allows iam:*", audit.Remedy{Text: "Name it for what it does."}},
	{"trail-enabled", "A trail records everything", "What is not recorded cannot be found out.", audit.High, audit.AreaVisibility, "3.1", "", audit.Remedy{}},
	{"external-access-analyzer", "An analyzer watches access from outside", "Sharing happens by mistake.", audit.Medium, audit.AreaVisibility, "1.19", "", audit.Remedy{}},
	{"contacts-complete", "The account has its contacts", "AWS writes to them when a key leaks.", audit.Low, audit.AreaVisibility, "1.1", "The account has no security contact",
		audit.Remedy{Text: "Name one.", Command: "aws account put-alternate-contact --alternate-contact-type SECURITY --name Security --title Team --email-address security@example.com --phone-number +15550100"}},
	{"organization-guardrails", "Service control policies guard the organization", "They hold even where an account's own policies fail.", audit.Medium, audit.AreaGuardrails, "", "", audit.Remedy{}},
}

var largeFindings = map[string]int{
	"root-mfa": 1, "root-used": 1, "user-mfa": 7, "password-policy": 1, "credential-unused": 6, "access-key-rotation": 8, "admin-policy": 1, "privilege-escalation": 4,
	"not-action-allow": 1, "policy-attached-to-user": 4, "role-trust-external": 1, "role-unused": 1, "group-empty": 1, "policy-name": 1, "contacts-complete": 1, "certificate-expired": 0,
}

var largeGaps = map[string][2]string{
	"trail-enabled":            {"trails", "aws cloudtrail describe-trails"},
	"external-access-analyzer": {"analyzers", "aws accessanalyzer list-analyzers"},
	"organization-guardrails":  {"organization", "aws organizations list-policies --filter SERVICE_CONTROL_POLICY"},
}

var people = []string{"alice", "bob", "carol", "dan", "erin", "frank", "grace", "heidi", "ivan", "judy"}

func largeChecks(r *audit.Report, now time.Time) {
	for i := range audit.Severities() {
		s := audit.Severities()[i]
		for _, c := range largeTable {
			if i == 0 {
				info := audit.CheckInfo{ID: c.id, Title: c.title, Why: c.why, Severity: c.severity, Area: c.area}
				if c.cis != "" {
					info.References = []audit.Reference{{Framework: audit.CIS5, ID: c.cis}}
				}
				r.Checks = append(r.Checks, info)
			}
			for n := range largeFindings[c.id] {
				if c.severity == s {
					r.Findings = append(r.Findings, largeFinding(r.Check(c.id), c.found, c.remedy, n, now))
				}
			}
		}
	}
}

func largeFinding(c audit.CheckInfo, title string, remedy audit.Remedy, n int, now time.Time) audit.Finding {
	who := people[n%len(people)]
	fill := func(text string) string {
		var args []any
		for i := 0; i+1 < len(text); i++ {
			if text[i:i+2] == "%s" {
				args = append(args, who)
			}
		}
		return fmt.Sprintf(text, args...)
	}
	f := audit.Finding{
		ID: fmt.Sprintf("%s-%012x", c.ID, 0xabc000+n), Check: c.ID, Severity: c.Severity, Account: account, Resource: name("user/" + who), Title: fill(title),
		References: c.References, FirstSeen: now.AddDate(0, -n, 0), Remedy: audit.Remedy{Text: remedy.Text, Command: fill(remedy.Command), Patch: remedy.Patch, Terraform: remedy.Terraform},
	}
	if f.Title == title {
		f.Resource = name("root")
	}
	switch {
	case c.Area == audit.AreaPrivilege:
		f.Evidence = []audit.Evidence{{Text: "the statement allows iam:CreatePolicyVersion on every policy", Policy: name("policy/dev-tools"), Statement: "Tools", Line: 12, Column: 5, File: "authorization-details.json"}}
	default:
		f.Evidence = []audit.Evidence{{Text: "the credential report says so", File: "credential-report.csv"}, {Text: "last used on 2026-05-03 from 203.0.113.9"}}
	}
	f.New = n == 0
	if n == 3 {
		f.Suppressed = &audit.Suppression{Check: c.ID, Reason: "moves to single sign-on in January", Owner: "platform team", Expires: now.AddDate(0, 2, 0)}
	}
	return f
}

func largePrivilege(r *audit.Report) {
	for _, who := range []string{"user/alice", "role/deploy-admin", "role/break-glass", "role/ops-admin"} {
		r.Administrators = append(r.Administrators, audit.Administrator{ARN: name(who), Account: account, How: "allowed everything by policy AdministratorAccess"})
	}
	r.Administrators[2].Requirements = mfa()
	for i := range 24 {
		from := name(fmt.Sprintf("user/developer-%02d", i+1))
		r.Escalations = append(r.Escalations, way(from, from, step("create-policy-version", "rewrites the policy", from, "", name("policy/dev-tools"), "iam:CreatePolicyVersion", nil)))
	}
	ci, support, alice := name("user/ci-deploy"), name("role/support"), name("user/alice")
	carol, ops, report, glass, mallory := name("user/carol"), name("role/ops-admin"), name("role/reporting"), name("role/break-glass"), name("user/contractor-mallory")
	r.Escalations = append(r.Escalations,
		way(ci, name("role/deploy-admin"), step("lambda-create-function", "makes a Lambda function with the role and calls it", ci, name("role/deploy-admin"), "", "lambda:CreateFunction", nil)),
		way(mallory, alice, step("assume-role", "assumes the role", mallory, support, "", "sts:AssumeRole", nil), step("create-access-key", "makes an access key for the user", support, alice, "", "iam:CreateAccessKey", nil)),
		way(support, alice, step("create-access-key", "makes an access key for the user", support, alice, "", "iam:CreateAccessKey", nil)),
		way(carol, ops, step("update-assume-role-policy", "rewrites the role's trust policy", carol, "", ops, "iam:UpdateAssumeRolePolicy", nil), step("assume-role", "assumes the role", carol, ops, "", "sts:AssumeRole", nil)),
		way(report, glass, step("assume-role", "assumes the role", report, glass, "", "sts:AssumeRole", mfa())),
	)
	for i := range 20 {
		from := name(fmt.Sprintf("user/analyst-%02d", i+1))
		r.Escalations = append(r.Escalations, way(from, glass, step("assume-role", "assumes the role", from, report, "", "sts:AssumeRole", mfa()), step("assume-role", "assumes the role", report, glass, "", "sts:AssumeRole", mfa())))
	}
	r.Cut = &audit.Cut{Exact: true, Least: 2, Statements: []audit.Statement{
		{Holder: name("group/developers"), StatementRef: access.StatementRef{Policy: name("policy/dev-tools"), SID: "Tools", Line: 12, Column: 5}},
		{Holder: support, StatementRef: access.StatementRef{Policy: "keys", Index: 1, Line: 9, Column: 5}},
	}}
	r.External = []audit.External{
		{Resource: support, Principal: "arn:aws:iam::999988887777:root", Actions: []string{"sts:AssumeRole"}, Outside: true},
		{Resource: "arn:aws:s3:::example-prod-downloads", Principal: "*", Actions: []string{"s3:GetObject"}, Public: true, Outside: true},
		{Resource: "arn:aws:sqs:eu-west-1:111122223333:orders", Principal: "arn:aws:iam::444455556666:role/orders", Actions: []string{"sqs:SendMessage", "sqs:GetQueueUrl"},
			Requirements: []access.Requirement{{Key: "aws:SourceIp", Operator: "IpAddress", Values: []string{"10.0.0.0/8"}, Text: "from 10.0.0.0/8"}}},
	}
}

func way(from, to string, steps ...audit.Step) audit.Escalation {
	return audit.Escalation{From: from, To: to, Steps: steps}
}

func step(id, title, from, to, object, action string, needed []access.Requirement) audit.Step {
	on := object
	if on == "" {
		on = to
	}
	return audit.Step{Step: id, Title: title, From: from, To: to, Object: object, Requirements: needed,
		Requests:   []audit.Request{{Principal: from, Action: action, Resource: on, Decision: eval.Allow.String()}},
		Statements: []audit.Statement{{Holder: from, StatementRef: access.StatementRef{Policy: "dev-tools", SID: "Tools", Line: 12, Column: 5}}}}
}

func largeScore(r *audit.Report) {
	total := 61
	r.Score.Total = &total
	for i, area := range audit.Areas() {
		s := audit.AreaScore{Area: area}
		for _, c := range r.Checks {
			if c.Area != area {
				continue
			}
			s.Checks++
			if n := largeFindings[c.ID]; n > 0 {
				s.Moves = append(s.Moves, audit.Move{Check: c.ID, Findings: n, Points: 31 - 4*len(s.Moves) - i})
			}
			if _, gap := largeGaps[c.ID]; !gap {
				s.Assessed++
			}
		}
		if s.Assessed > 0 {
			points := []int{38, 55, 64, 41, 72, 88, 90, 100}[i]
			s.Score = &points
		}
		r.Score.Areas = append(r.Score.Areas, s)
	}
}
