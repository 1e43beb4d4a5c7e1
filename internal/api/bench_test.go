package api_test

import (
	"testing"
	"time"

	"github.com/warder-iam/warder/internal/api/accessanalyzer"
	"github.com/warder-iam/warder/internal/api/iam"
	"github.com/warder-iam/warder/internal/awsapi"
)

const createUser = "Action=CreateUser&Version=2010-05-08&UserName=Bob&Path=%2Fengineering%2F&Tags.member.1.Key=team&Tags.member.1.Value=blue&Tags.member.2.Key=cost&Tags.member.2.Value=1"

func BenchmarkDecodeCreateUser(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		form, err := awsapi.ParseForm("", createUser)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := awsapi.DecodeQuery(iam.CreateUser.Operation, form, new(iam.CreateUserInput)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkValidateCreateUser(b *testing.B) {
	in := &iam.CreateUserInput{UserName: "Bob", Path: new("/engineering/"), Tags: []iam.Tag{{Key: "team", Value: "blue"}, {Key: "cost", Value: "1"}}}
	b.ReportAllocs()
	for b.Loop() {
		if err := awsapi.Validate(iam.CreateUser.Operation, in, nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncodeCreateUser(b *testing.B) {
	out := &iam.CreateUserOutput{User: &iam.User{
		Path: "/engineering/", UserName: "Bob", UserId: "AIDAAAAAAAAAAAAAAAAAA", Arn: "arn:aws:iam::111111111111:user/engineering/Bob",
		CreateDate: time.Unix(1700000000, 0), Tags: []iam.Tag{{Key: "team", Value: "blue"}, {Key: "cost", Value: "1"}},
	}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := awsapi.EncodeQuery(iam.CreateUser.Operation, "01234567-89ab-cdef-0123-456789abcdef", out); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkViewCreateUser(b *testing.B) {
	in := &iam.CreateUserInput{UserName: "Bob", Path: new("/engineering/"), Tags: []iam.Tag{{Key: "team", Value: "blue"}}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := awsapi.View(iam.CreateUser.Input, in); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeValidatePolicy(b *testing.B) {
	r := &awsapi.Request{
		Method: "POST", Path: "/policy/validation", Query: "maxResults=10", Header: map[string][]string{"Content-Type": {"application/json"}},
		Body: []byte(`{"policyType":"IDENTITY_POLICY","policyDocument":"{\"Version\":\"2012-10-17\",\"Statement\":[]}","locale":"EN"}`),
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := awsapi.DecodeRESTJSON(accessanalyzer.ValidatePolicy.Operation, r, new(accessanalyzer.ValidatePolicyInput)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncodeValidatePolicy(b *testing.B) {
	at := accessanalyzer.Position{Line: 3, Column: 4, Offset: 50}
	out := &accessanalyzer.ValidatePolicyOutput{Findings: []accessanalyzer.ValidatePolicyFinding{{
		FindingDetails: "The service s3 has no action \"Fly\".", FindingType: "ERROR", IssueCode: "INVALID_ACTION", LearnMoreLink: "https://docs.aws.amazon.com/",
		Locations: []accessanalyzer.Location{{Path: []accessanalyzer.PathElement{{Value: new("Statement")}, {Index: new(int32(0))}}, Span: accessanalyzer.Span{Start: at, End: at}}},
	}}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := awsapi.EncodeRESTJSON(accessanalyzer.ValidatePolicy.Operation, out); err != nil {
			b.Fatal(err)
		}
	}
}
