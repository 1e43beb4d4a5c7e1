package accessanalyzer_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/service/accessanalyzer"
	"github.com/aws/aws-sdk-go-v2/service/accessanalyzer/types"
	"github.com/aws/smithy-go"

	"github.com/warder-iam/warder/internal/server/servertest"
	"github.com/warder-iam/warder/internal/service/accessanalyzer"
)

const (
	account = "111122223333"
	allowed = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"access-analyzer:ValidatePolicy","Resource":"*"}}`
)

// fixture is an account with two users: alice may validate policies, bob may do nothing.
type fixture struct {
	*servertest.World
	alice, bob *servertest.Credentials
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{World: servertest.New(t, func(w *servertest.World) { accessanalyzer.Register(w.Server) })}
	a := f.Account(t, account)
	f.alice, f.bob = a.User(t, "alice", allowed), a.User(t, "bob")
	return f
}

func client(c *servertest.Credentials) *sdk.Client { return sdk.NewFromConfig(c.AWS()) }

// shown is what a test compares of a finding.
func shown(f *types.ValidatePolicyFinding) string {
	var places []string
	for _, l := range f.Locations {
		places = append(places, fmt.Sprintf("%s %s-%s", path(l.Path), position(l.Span.Start), position(l.Span.End)))
	}
	return fmt.Sprintf("%s %s %s", f.FindingType, *f.IssueCode, strings.Join(places, ", "))
}

func path(elements []types.PathElement) string {
	var b strings.Builder
	for _, e := range elements {
		switch e := e.(type) {
		case *types.PathElementMemberIndex:
			fmt.Fprintf(&b, "[%d]", e.Value)
		case *types.PathElementMemberKey:
			fmt.Fprintf(&b, ".%s:", e.Value)
		case *types.PathElementMemberValue:
			fmt.Fprintf(&b, ".%s", e.Value)
		case *types.PathElementMemberSubstring:
			fmt.Fprintf(&b, "(%d+%d)", *e.Value.Start, *e.Value.Length)
		}
	}
	return b.String()
}

func position(p *types.Position) string {
	return fmt.Sprintf("%d:%d@%d", *p.Line, *p.Column, *p.Offset)
}

func TestValidatePolicy(t *testing.T) {
	f := newFixture(t)
	for _, tt := range []struct {
		name, kind, resource, document string
		want                           []string // contained, all of them
		clean                          bool
	}{
		{name: "nothing to say", kind: "IDENTITY_POLICY", clean: true,
			document: `{"Version":"2012-10-17","Statement":[{"Sid":"a","Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}]}`},
		{name: "no such action", kind: "IDENTITY_POLICY",
			document: "{\"Version\":\"2012-10-17\",\n \"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"s3:GetObject\",\"s3:Fly\"],\"Resource\":\"*\"}]}",
			want:     []string{"ERROR INVALID_ACTION .Statement[0].Action[1] 2:57@82-2:65@90"}},
		{name: "characters, not bytes", kind: "IDENTITY_POLICY",
			document: "{\"Id\":\"ä𝄞\",\"Version\":\"2012-10-17\",\n \"Statement\":[{\"Sid\":\"\",\"Effect\":\"Allow\",\"Action\":\"s3:ü\",\"Resource\":\"*\"}]}",
			want:     []string{"ERROR INVALID_ACTION .Statement[0].Action 2:50@85-2:56@91"}},
		{name: "no JSON", kind: "IDENTITY_POLICY", document: `{"Version":`, want: []string{"ERROR JSON_SYNTAX_ERROR  1:11@11-1:11@11"}},
		{name: "empty", kind: "IDENTITY_POLICY", document: "", want: []string{"ERROR JSON_SYNTAX_ERROR  1:0@0-1:0@0"}},
		{name: "identity policy with a principal", kind: "IDENTITY_POLICY",
			document: `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*"}}`, want: []string{"ERROR UNSUPPORTED_PRINCIPAL"}},
		{name: "resource policy without one", kind: "RESOURCE_POLICY",
			document: `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}}`, want: []string{"ERROR MISSING_PRINCIPAL"}},
		{name: "bucket policy about something else", kind: "RESOURCE_POLICY", resource: "AWS::S3::Bucket",
			document: `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sqs:SendMessage","Resource":"arn:aws:s3:::b"}}`,
			want:     []string{"ERROR UNSUPPORTED_ACTION_IN_POLICY"}},
		{name: "trust policy with a resource", kind: "RESOURCE_POLICY", resource: "AWS::IAM::AssumeRolePolicyDocument",
			document: `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole","Resource":"*"}}`,
			want:     []string{"ERROR ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE"}},
		{name: "service control policy", kind: "SERVICE_CONTROL_POLICY",
			document: `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"s3:*Obj*","Resource":"*"}}`, want: []string{"ERROR SCP_SYNTAX_ERROR_ACTION_WILDCARD"}},
		{name: "resource control policy", kind: "RESOURCE_CONTROL_POLICY",
			document: `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b"}}`, want: []string{"ERROR RCP_SYNTAX_ERROR_ALLOW"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in := &sdk.ValidatePolicyInput{PolicyType: types.PolicyType(tt.kind), PolicyDocument: &tt.document, ValidatePolicyResourceType: types.ValidatePolicyResourceType(tt.resource)}
			out, err := client(f.alice).ValidatePolicy(t.Context(), in)
			servertest.Check(t, err)
			var have []string
			for _, finding := range out.Findings {
				have = append(have, shown(&finding))
				if *finding.FindingDetails == "" || !strings.HasPrefix(*finding.LearnMoreLink, "https://docs.aws.amazon.com/") {
					t.Errorf("%+v", finding)
				}
			}
			all := strings.Join(have, "\n")
			for _, want := range tt.want {
				if !strings.Contains(all, want) {
					t.Errorf("no %s in\n%s", want, all)
				}
			}
			if out.NextToken != nil || tt.clean && len(have) > 0 {
				t.Errorf("%v, then %v", have, out.NextToken)
			}
		})
	}
}

// The answer on the wire is the model's: a list that is there when it is empty, no token at the end.
func TestWire(t *testing.T) {
	f := newFixture(t)
	const body = `{"policyType":"IDENTITY_POLICY","locale":"DE","policyDocument":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Sid\":\"a\",\"Effect\":\"Allow\",\"Action\":\"s3:GetObject\",\"Resource\":\"*\"}]}"}`
	a := f.alice.REST(t, "access-analyzer", "POST", "/policy/validation", body, nil)
	if a.Status != 200 || a.Body != `{"findings":[]}` {
		t.Errorf("%+v", a)
	}
	e := f.Recorder.Last(t)
	if e.EventSource != "access-analyzer.amazonaws.com" || e.EventName != "ValidatePolicy" || !e.ReadOnly || e.ErrorCode != "" || !strings.Contains(string(e.RequestParameters), `"policyType":"IDENTITY_POLICY"`) {
		t.Errorf("event %+v", e)
	}
}

func TestDenied(t *testing.T) {
	f := newFixture(t)
	_, err := client(f.bob).ValidatePolicy(t.Context(), &sdk.ValidatePolicyInput{PolicyType: types.PolicyTypeIdentityPolicy, PolicyDocument: new("{}")})
	var denied *types.AccessDeniedException
	if !errors.As(err, &denied) || !strings.Contains(*denied.Message, "User: arn:aws:iam::"+account+":user/bob is not authorized to perform: access-analyzer:ValidatePolicy") {
		t.Errorf("%v", err)
	}
	if e := f.Recorder.Last(t); e.ErrorCode != "AccessDenied" || e.UserIdentity.UserName != "bob" {
		t.Errorf("event %+v", e)
	}
}

// What the input does not allow is a ValidationException that names the member.
func TestInvalid(t *testing.T) {
	f := newFixture(t)
	for _, tt := range []struct{ name, query, body, field string }{
		{"no document", "", `{"policyType":"IDENTITY_POLICY"}`, "policyDocument"},
		{"no such type", "", `{"policyType":"BUCKET_POLICY","policyDocument":"{}"}`, "policyType"},
		{"no such resource type", "", `{"policyType":"RESOURCE_POLICY","policyDocument":"{}","validatePolicyResourceType":"AWS::S3::Object"}`, "validatePolicyResourceType"},
		{"resource type of an identity policy", "", `{"policyType":"IDENTITY_POLICY","policyDocument":"{}","validatePolicyResourceType":"AWS::S3::Bucket"}`, "validatePolicyResourceType"},
		{"no such locale", "", `{"policyType":"IDENTITY_POLICY","policyDocument":"{}","locale":"XX"}`, "locale"},
		{"no results", "?maxResults=0", `{"policyType":"IDENTITY_POLICY","policyDocument":"{}"}`, "maxResults"},
		{"a made-up token", "?nextToken=AAAA", `{"policyType":"IDENTITY_POLICY","policyDocument":"{}"}`, "nextToken"},
		{"a long document", "", `{"policyType":"IDENTITY_POLICY","policyDocument":"` + strings.Repeat("x", 131_073) + `"}`, "policyDocument"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := f.alice.REST(t, "access-analyzer", "POST", "/policy/validation"+tt.query, tt.body, nil)
			var answer struct {
				Message, Reason string
				FieldList       []struct{ Name, Message string }
			}
			servertest.Check(t, json.Unmarshal([]byte(a.Body), &answer))
			if a.Status != 400 || a.Code != "ValidationException" || answer.Reason != "fieldValidationFailed" || len(answer.FieldList) != 1 ||
				answer.FieldList[0].Name != tt.field || answer.FieldList[0].Message == "" || answer.Message == "" {
				t.Errorf("%d %s %s", a.Status, a.Code, a.Body)
			}
		})
	}
}

// many is a document with n things to say.
func many(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `,"s3:No%d"`, i)
	}
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":[` + b.String()[1:] + `],"Resource":"*"}]}`
}

func TestPages(t *testing.T) {
	f := newFixture(t)
	in := &sdk.ValidatePolicyInput{PolicyType: types.PolicyTypeIdentityPolicy, PolicyDocument: new(many(250))}
	pages, seen := 0, map[string]bool{}
	for p := sdk.NewValidatePolicyPaginator(client(f.alice), in, func(o *sdk.ValidatePolicyPaginatorOptions) { o.Limit = 40 }); p.HasMorePages(); pages++ {
		out, err := p.NextPage(t.Context())
		servertest.Check(t, err)
		for _, finding := range out.Findings {
			seen[shown(&finding)] = true
		}
	}
	if pages != 7 || len(seen) != 250 {
		t.Errorf("%d findings on %d pages", len(seen), pages)
	}
	first, err := client(f.alice).ValidatePolicy(t.Context(), in)
	servertest.Check(t, err)
	if len(first.Findings) != 100 || first.NextToken == nil {
		t.Fatalf("%d findings on a page of no size, then %v", len(first.Findings), first.NextToken)
	}
	in.NextToken, in.PolicyDocument = first.NextToken, new(many(251))
	if _, err := client(f.alice).ValidatePolicy(t.Context(), in); code(err) != "ValidationException" {
		t.Errorf("the token of another document: %v", err)
	}
	in.PolicyDocument, in.MaxResults = new(many(1500)), new(int32(5000))
	in.NextToken = nil
	if most, err := client(f.alice).ValidatePolicy(t.Context(), in); err != nil || len(most.Findings) != 1000 || most.NextToken == nil {
		t.Errorf("a page of 5000: %v", err)
	}
}

func code(err error) string {
	var e smithy.APIError
	if errors.As(err, &e) {
		return e.ErrorCode()
	}
	return ""
}

// Every other operation of the model says by name that it is not served.
func TestNotServed(t *testing.T) {
	f := newFixture(t)
	for name, call := range map[string]func(*sdk.Client) error{
		"ListAnalyzers": func(c *sdk.Client) error {
			_, err := c.ListAnalyzers(t.Context(), &sdk.ListAnalyzersInput{})
			return err
		},
		"CreateAnalyzer": func(c *sdk.Client) error {
			_, err := c.CreateAnalyzer(t.Context(), &sdk.CreateAnalyzerInput{AnalyzerName: new("a"), Type: "ACCOUNT"})
			return err
		},
		"TagResource": func(c *sdk.Client) error {
			_, err := c.TagResource(t.Context(), &sdk.TagResourceInput{ResourceArn: new("arn:aws:access-analyzer:us-east-1:111122223333:analyzer/a"), Tags: map[string]string{"a": "b"}})
			return err
		},
	} {
		if err := call(client(f.alice)); code(err) != "NotImplemented" || !strings.Contains(err.Error(), "access-analyzer:"+name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
