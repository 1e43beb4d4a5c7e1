package escalation

import (
	"fmt"
	"testing"

	"github.com/warder-iam/warder/audit/access"
)

// company is an account of n principals, a fifth of them roles. A few are privileged: administrators, or somebody with one step
// more or less; the others have what people have: their own keys, some services, a role to assume, which hands on another.
func company(n int) *testAccount {
	a := &testAccount{
		Users: map[string]testUser{}, Roles: map[string]testRole{}, Groups: map[string]testHolder{}, Policies: map[string]testPolicy{},
	}
	teams := max(n/50, 1)
	for i := range teams {
		team := fmt.Sprintf("team%d", i)
		a.Groups[team] = testHolder{Inline: []statement{
			{Allow: []any{"s3:Get*", "s3:Put*", "dynamodb:*"}, On: "arn:aws:s3:::" + team + "/*"},
			{Allow: []any{"iam:CreateAccessKey", "iam:DeleteAccessKey"}, On: "arn:aws:iam::*:user/${aws:username}"},
			{Allow: "sts:AssumeRole", On: fmt.Sprintf("role/deploy%d", i)},
		}}
		a.Policies[team] = testPolicy{Versions: [][]statement{{{Allow: []any{"logs:*", "cloudwatch:*"}}}}}
		a.Roles[fmt.Sprintf("deploy%d", i)] = testRole{Trust: []statement{{To: "root"}}, testHolder: testHolder{
			Attached: []string{team}, Inline: []statement{{Allow: "iam:PassRole", On: fmt.Sprintf("role/run%d", i)}, {Allow: "lambda:*"}},
		}}
		a.Roles[fmt.Sprintf("run%d", i)] = testRole{Trust: []statement{{To: "lambda.amazonaws.com"}}, testHolder: testHolder{Attached: []string{team}}}
	}
	for i := range n - n/5 {
		name := fmt.Sprintf("user%d", i)
		u := testUser{Groups: []string{fmt.Sprintf("team%d", i%teams)}}
		switch i { // few are privileged, however many there are
		case 0, 100:
			u.Attached = []string{administratorARN}
		case 200:
			u.Inline = []statement{{Allow: "iam:CreateAccessKey"}}
		case 300:
			u.Inline = []statement{{Allow: "iam:AttachUserPolicy", On: "user/" + name}}
		case 400:
			u.Inline = []statement{{Allow: "iam:UpdateAssumeRolePolicy"}}
		case 500:
			u.Inline = []statement{{Allow: []any{"iam:PutRolePolicy", "iam:PassRole"}}}
		case 600:
			u.Inline = []statement{{Allow: "sts:AssumeRole"}}
		case 700:
			u.Inline = []statement{{Allow: "iam:*"}}
			u.Boundary = "team0"
		}
		a.Users[name] = u
	}
	for i := len(a.Roles); i < n/5; i++ {
		a.Roles[fmt.Sprintf("role%d", i)] = testRole{Trust: []statement{{To: "ec2.amazonaws.com"}}, testHolder: testHolder{Attached: []string{fmt.Sprintf("team%d", i%teams)}}}
	}
	return a
}

func BenchmarkBuild(b *testing.B) {
	for _, n := range []int{1000, 2000, 5000, 10_000} {
		snap := company(n).snapshot(b)
		b.Run(fmt.Sprint("principals=", n), func(b *testing.B) {
			for b.Loop() {
				g := Build(access.New(snap, access.Options{Now: now}), Options{})
				b.ReportMetric(float64(len(g.Escalations)), "escalations")
				b.ReportMetric(float64(len(g.Edges)), "edges")
			}
		})
	}
}

// TestGrowth: where few are privileged, twice the principals are about twice the questions, not four times.
func TestGrowth(t *testing.T) {
	count := func(n int) int {
		g := Build(access.New(company(n).snapshot(t), access.Options{Now: now}), Options{})
		if len(g.Escalations) != 3 || len(g.Administrators) != 2 {
			t.Fatalf("%d principals: %d escalate and %d are administrators, want 3 and 2", n, len(g.Escalations), len(g.Administrators))
		}
		return g.model.questions
	}
	small, large := count(1000), count(2000)
	if large > 3*small {
		t.Errorf("%d questions for 1000 principals, %d for 2000", small, large)
	}
	t.Logf("%d questions for 1000 principals, %d for 2000", small, large)
}
