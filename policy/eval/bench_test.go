package eval

import (
	"fmt"
	"strings"
	"testing"

	"github.com/warder-iam/warder/policy"
)

// benchShape is the policies of a benchmark, with one request for each outcome.
type benchShape struct {
	texts    []string
	requests map[string]*Request
	want     map[string]Verdict
}

func benchRequest(action, resource, address string) *Request {
	r := &Request{Principal: testUser, Action: action, Resource: resource}
	r.Context.Set("aws:CurrentTime", "2026-03-01T12:00:00Z")
	r.Context.Set("aws:PrincipalArn", testUser.ARN)
	r.Context.Set("aws:PrincipalTag/team", "team3")
	r.Context.Set("aws:SecureTransport", "true")
	r.Context.Set("aws:SourceIp", address)
	r.Context.Set("aws:username", "alice")
	return r
}

// shapeA is five statements with wildcards.
func shapeA() benchShape {
	statements := []string{
		`{"Effect":"Allow","Action":["s3:Get*","s3:List*"],"Resource":["arn:aws:s3:::reports","arn:aws:s3:::reports/*"]}`,
		`{"Effect":"Allow","Action":"sqs:*","Resource":"arn:aws:sqs:*:111122223333:jobs-*"}`,
		`{"Effect":"Allow","Action":["dynamodb:GetItem","dynamodb:Query"],"Resource":"arn:aws:dynamodb:*:*:table/orders*"}`,
		`{"Effect":"Allow","Action":"ec2:Describe*","Resource":"*"}`,
		`{"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::reports/secret/*"}`,
	}
	return benchShape{
		texts: []string{`{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`},
		requests: map[string]*Request{
			"allow":    benchRequest("s3:GetObject", "arn:aws:s3:::reports/2026/q1.csv", "10.0.0.1"),
			"deny":     benchRequest("s3:GetObject", "arn:aws:s3:::reports/secret/q1.csv", "10.0.0.1"),
			"no-match": benchRequest("iam:CreateUser", "arn:aws:iam::111122223333:user/bob", "10.0.0.1"),
		},
		want: outcomes,
	}
}

// shapeB is ten policies of ten statements each over ten services, two action and two resource patterns each, with
// conditions on a tag and the address; every tenth is a Deny.
func shapeB() benchShape {
	services := []string{"s3", "sqs", "sns", "ec2", "dynamodb", "lambda", "kms", "logs", "events", "ecs"}
	var texts []string
	for p := range 10 {
		var statements []string
		for i := range 10 {
			service, effect := services[i], "Allow"
			if i == 9 {
				effect = "Deny"
			}
			statements = append(statements, fmt.Sprintf(
				`{"Effect":%q,"Action":["%s:Get*","%s:List%d*"],"Resource":["arn:aws:%s:*:111122223333:app%d/*","arn:aws:%s:*:111122223333:shared%d/*"],`+
					`"Condition":{"StringEquals":{"aws:PrincipalTag/team":"team%d"},"IpAddress":{"aws:SourceIp":"10.%d.0.0/16"}}}`,
				effect, service, service, p, service, p, service, p, p, p))
		}
		texts = append(texts, `{"Version":"2012-10-17","Statement":[`+strings.Join(statements, ",")+`]}`)
	}
	return benchShape{
		texts: texts,
		requests: map[string]*Request{
			"allow":    benchRequest("sqs:GetThing", "arn:aws:sqs:eu-central-1:111122223333:app3/x", "10.3.0.1"),
			"deny":     benchRequest("ecs:GetThing", "arn:aws:ecs:eu-central-1:111122223333:app3/x", "10.3.0.1"),
			"no-match": benchRequest("iam:CreateUser", "arn:aws:iam::111122223333:user/bob", "10.3.0.1"),
		},
		want: outcomes,
	}
}

var (
	outcomes = map[string]Verdict{"allow": Allow, "deny": ExplicitDeny, "no-match": ImplicitDeny}
	shapes   = map[string]func() benchShape{"a": shapeA, "b": shapeB}
)

func (s *benchShape) compile(b *testing.B) *Set {
	b.Helper()
	var identity []Source
	for _, text := range s.texts {
		doc, err := policy.Parse(text)
		if err != nil {
			b.Fatal(err)
		}
		identity = append(identity, Source{Policy: Prepare(doc)})
	}
	return Compile(Layers{Identity: identity})
}

func BenchmarkDecide(b *testing.B) {
	for name, shape := range shapes {
		s := shape()
		set := s.compile(b)
		for outcome, r := range s.requests {
			b.Run(name+"/"+outcome, func(b *testing.B) {
				if got := set.Decide(r); got.Verdict != s.want[outcome] {
					b.Fatalf("decides %v", got)
				}
				b.ReportAllocs()
				for b.Loop() {
					set.Decide(r)
				}
			})
		}
	}
}

func BenchmarkCompile(b *testing.B) {
	for name, shape := range shapes {
		s := shape()
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				s.compile(b)
			}
		})
	}
}
