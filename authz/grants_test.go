package authz_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/policy"
	"github.com/warder-iam/warder/policy/eval"
)

func prepared(t *testing.T, statements ...string) *eval.Policy {
	t.Helper()
	doc, err := policy.Parse(`{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`)
	if err != nil {
		t.Fatal(err)
	}
	return eval.Prepare(doc)
}

// TestGrants: what is granted on some resource under some condition, beside what evaluation says where nothing but the
// action matters.
func TestGrants(t *testing.T) {
	c := catalog.Load()
	for _, tt := range []struct {
		name       string
		statements []string
		granted    string // services, "…" for more than ten
		action     string // one that tells
		is         bool
	}{
		{"a service", []string{`{"Effect":"Allow","Action":"s3:*","Resource":"*"}`}, "s3", "s3:GetObject", true},
		{"some actions", []string{`{"Effect":"Allow","Action":["S3:getobject","sts:Assume*"],"Resource":"arn:aws:s3:::b/*"}`}, "s3 sts", "s3:PutObject", false},
		{"everything", []string{`{"Effect":"Allow","Action":"*","Resource":"*"}`}, "…", "iam:CreateUser", true},
		{"with a condition", []string{`{"Effect":"Allow","Action":"sqs:SendMessage","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"true"}}}`}, "sqs", "sqs:SendMessage", true},
		{"denied everywhere", []string{`{"Effect":"Allow","Action":["s3:*","sqs:*"],"Resource":"*"}`, `{"Effect":"Deny","Action":"s3:*","Resource":"*"}`}, "sqs", "s3:GetObject", false},
		{"denied but one", []string{`{"Effect":"Allow","Action":"s3:*","Resource":"*"}`, `{"Effect":"Deny","NotAction":"s3:GetObject","Resource":"*"}`}, "s3", "s3:PutObject", false},
		{"denied somewhere", []string{`{"Effect":"Allow","Action":"s3:*","Resource":"*"}`, `{"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::b/*"}`}, "s3", "s3:GetObject", true},
		{"denied sometimes", []string{`{"Effect":"Allow","Action":"s3:*","Resource":"*"}`, `{"Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}`}, "s3", "s3:GetObject", true},
		{"all but a service", []string{`{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}`}, "…", "iam:CreateUser", false},
		{"no service", []string{`{"Effect":"Allow","Action":"nosuchservice:*","Resource":"*"}`}, "", "s3:GetObject", false},
		{"a deny alone", []string{`{"Effect":"Deny","Action":"*","Resource":"*"}`}, "", "s3:GetObject", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := prepared(t, tt.statements...)
			var services []string
			actions := map[string]bool{}
			for _, g := range authz.Grants(c, p) {
				services = append(services, g.Service.Prefix)
				for _, a := range g.Actions {
					actions[a.String()] = true
				}
			}
			got := strings.Join(services, " ")
			if len(services) > 10 {
				got = "…"
			}
			if got != tt.granted || actions[tt.action] != tt.is {
				t.Errorf("grants %s, and %s: %v; want %s, %v", got, tt.action, actions[tt.action], tt.granted, tt.is)
			}
			if strings.Contains(strings.Join(tt.statements, ""), "Condition") || strings.Contains(strings.Join(tt.statements, ""), "arn:") {
				return
			}
			set := eval.NewSet(eval.Layers{Identity: []eval.Source{{Name: "p", Policy: p}}})
			for a := range c.Matching("*") {
				d := set.Decide(&eval.Request{
					Principal: eval.Principal{Kind: eval.User, Account: "111122223333", ARN: "arn:aws:iam::111122223333:user/ann"},
					Action:    a.String(), Resource: "*",
				})
				own := a.String() == "sts:GetCallerIdentity" || a.String() == "sts:GetSessionToken" // need no permission
				if allowed := d.Verdict == eval.Allow; allowed != actions[a.String()] && !own {
					t.Fatalf("%s: decided %v, granted %v", a, allowed, !allowed)
				}
			}
		})
	}
}

// TestGrantsOwnServices: services of one's own are looked at as AWS's are, also one in place of AWS's.
func TestGrantsOwnServices(t *testing.T) {
	own := func(prefix string, names ...string) *catalog.Service {
		s := &catalog.Service{Prefix: prefix, Name: prefix}
		for _, n := range names {
			s.Actions = append(s.Actions, catalog.Action{Service: prefix, Name: n})
		}
		return s
	}
	c := catalog.Load().With(own("zzz", "Beta", "alpha"), own("notes", "Read", "Write"), own("s3", "GetObject", "Fly"), own("empty"))
	p := prepared(t, `{"Effect":"Allow","Action":["notes:w*","ZZZ:*","s3:*","empty:*","sqs:SendMessage"],"Resource":"*"}`)
	var got []string
	for _, g := range authz.Grants(c, p) {
		for _, a := range g.Actions {
			got = append(got, a.String())
		}
	}
	if want := "notes:Write s3:Fly s3:GetObject sqs:SendMessage zzz:alpha zzz:Beta"; strings.Join(got, " ") != want {
		t.Errorf("granted %q, want %s", got, want)
	}
}

// TestGrantsCost: a document made to be slow is read in time.
func TestGrantsCost(t *testing.T) {
	c := catalog.Load()
	var statements []string
	for i := range 120 { // about as many as a policy holds
		statements = append(statements, fmt.Sprintf(`{"Effect":"Allow","NotAction":"ec2:*a*e*%d","Resource":"*"}`, i))
	}
	p := prepared(t, statements...)
	began := time.Now()
	for range 5 {
		authz.Grants(c, p)
	}
	if took := time.Since(began); took > time.Minute {
		t.Errorf("5 times 120 statements took %v", took)
	}
}

// TestGrantsTogether: policies are looked at together, and a document that cannot be read denies everything.
func TestGrantsTogether(t *testing.T) {
	c := catalog.Load()
	all := prepared(t, `{"Effect":"Allow","Action":"*","Resource":"*"}`)
	noS3 := prepared(t, `{"Effect":"Deny","Action":"s3:*","Resource":"*"}`)
	s3 := func(g authz.Grant) bool { return g.Service.Prefix == "s3" }
	if slices.ContainsFunc(authz.Grants(c, all, noS3), s3) || !slices.ContainsFunc(authz.Grants(c, noS3, all, eval.Prepare(nil)), func(g authz.Grant) bool { return g.Service.Prefix == "iam" }) {
		t.Error("a deny of one policy does not bind what another allows")
	}
	broken := eval.Prepare(&policy.Document{Statements: []policy.Statement{{Effect: policy.Deny}}})
	if g := authz.Grants(c, all, broken); len(g) > 0 {
		t.Errorf("%d services are granted beside a statement that cannot be read", len(g))
	}
}
