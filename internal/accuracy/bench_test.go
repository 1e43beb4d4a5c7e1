package accuracy

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"testing"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/audit/checks"
	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/directory/awsimport"
)

// company is an account of a size: users in teams of fifty, with a role and three policies of their own each, what people have;
// one in two hundred is privileged.
func company(users, roles, policies int) *awsimport.Bundle {
	document := func(format string, args ...any) directory.Document {
		return directory.Document{Text: `{"Version":"2012-10-17","Statement":[` + fmt.Sprintf(format, args...) + `]}`}
	}
	entities := []directory.Entity{&directory.AccountInfo{ID: home}}
	teams := max(users/50, 1)
	policyARN := func(i int) string { return fmt.Sprintf("arn:aws:iam::%s:policy/policy-%d", home, i%policies) }
	for i := range policies {
		entities = append(entities, &directory.Policy{
			ID: fmt.Sprintf("ANPA%017d", i), Name: fmt.Sprint("policy-", i), Path: "/", Default: 1, Latest: 1,
			Versions: []directory.PolicyVersion{{Number: 1, Document: document(
				`{"Effect":"Allow","Action":["s3:Get*","s3:Put*"],"Resource":"arn:aws:s3:::data-%d/*"},{"Effect":"Allow","Action":["dynamodb:*"],"Resource":"arn:aws:dynamodb:*:*:table/t-%d"}`, i, i)}},
		})
	}
	for i := range teams {
		entities = append(entities, &directory.Group{
			ID: fmt.Sprintf("AGPA%017d", i), Name: fmt.Sprint("team-", i), Path: "/", Attached: []string{policyARN(i), policyARN(i + teams)},
			Inline: []directory.InlinePolicy{{Name: "own", Document: document(
				`{"Effect":"Allow","Action":["iam:CreateAccessKey","iam:DeleteAccessKey"],"Resource":"arn:aws:iam::*:user/${aws:username}"},{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"arn:aws:iam::%s:role/role-%d"}`, home, i%roles)}},
		})
	}
	for i := range roles {
		trust := document(`{"Effect":"Allow","Principal":{"AWS":"%s"},"Action":"sts:AssumeRole"}`, home)
		if i%3 > 0 {
			trust = document(`{"Effect":"Allow","Principal":{"Service":"%s.amazonaws.com"},"Action":"sts:AssumeRole"}`, []string{"", "lambda", "ec2"}[i%3])
		}
		entities = append(entities, &directory.Role{
			ID: fmt.Sprintf("AROA%017d", i), Name: fmt.Sprint("role-", i), Path: "/", MaxSession: 3600, Trust: trust,
			Attached: []string{policyARN(i), policyARN(3 * i)},
		})
	}
	for i := range users {
		u := &directory.User{ID: fmt.Sprintf("AIDA%017d", i), Name: fmt.Sprint("user-", i), Path: "/", Groups: []string{fmt.Sprintf("AGPA%017d", i%teams)}}
		switch i % 1000 {
		case 0:
			u.Attached = []string{adminARN}
		case 200:
			u.Inline = []directory.InlinePolicy{{Name: "x", Document: document(`{"Effect":"Allow","Action":"iam:CreateAccessKey","Resource":"*"}`)}}
		case 400:
			u.Inline = []directory.InlinePolicy{{Name: "x", Document: document(`{"Effect":"Allow","Action":["iam:PassRole","lambda:*"],"Resource":"*"}`)}}
		case 600:
			u.Inline = []directory.InlinePolicy{{Name: "x", Document: document(`{"Effect":"Allow","Action":"iam:AttachUserPolicy","Resource":"arn:aws:iam::*:user/${aws:username}"}`)}}
		}
		entities = append(entities, u)
	}
	snap := directory.Load(directory.NewLibrary(catalog.Load()), 1, map[string][]directory.Entity{home: entities})
	return &awsimport.Bundle{Snapshot: snap, Accounts: map[string]*awsimport.Evidence{home: {Account: home}}}
}

// peak is the most memory that the process has held so far, in kB.
var peak = regexp.MustCompile(`VmHWM:\s+(\d+) kB`)

// reportPeak reports the peak of the process's resident memory, with all that the benchmark itself holds, where the system
// tells it: on Linux.
func reportPeak(b *testing.B) {
	b.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return
	}
	found := peak.FindSubmatch(status)
	if found == nil {
		b.Fatalf("no VmHWM in\n%s", status)
	}
	kilobytes, err := strconv.Atoi(string(found[1]))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(kilobytes)/1024, "peak-MiB")
}

// BenchmarkAudit runs every check over an account of 5,000 users, 1,000 roles and 1,500 policies, and a smaller one before it:
// the peak of memory, whose limit is 1 GiB, is that of the larger one.
func BenchmarkAudit(b *testing.B) {
	for _, users := range []int{500, 5000} {
		b.Run(fmt.Sprint("users=", users), func(b *testing.B) {
			bundle := company(users, users/5, users*3/10)
			b.ReportAllocs()
			for b.Loop() {
				r := audit.Run(&audit.Input{Bundle: bundle, Now: now, Settings: audit.DefaultSettings(), Checks: checks.All()})
				b.ReportMetric(float64(len(r.Findings)), "findings")
				b.ReportMetric(float64(len(r.Escalations)), "escalations")
			}
			reportPeak(b)
		})
	}
}

// TestAuditOfACompany is the smaller form of BenchmarkAudit: it finds who is privileged among many.
func TestAuditOfACompany(t *testing.T) {
	r := audit.Run(&audit.Input{Bundle: company(1000, 200, 300), Now: now, Settings: audit.DefaultSettings(), Checks: checks.All()})
	if len(r.Administrators) != 1 || len(r.Escalations) != 2 || len(r.Findings) == 0 {
		t.Errorf("%d administrators, %d escalations, %d findings", len(r.Administrators), len(r.Escalations), len(r.Findings))
	}
}
