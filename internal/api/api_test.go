// Package api_test holds what is true of every generated package.
package api_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/warder-iam/warder/internal/api/accessanalyzer"
	"github.com/warder-iam/warder/internal/api/cloudtrail"
	"github.com/warder-iam/warder/internal/api/iam"
	"github.com/warder-iam/warder/internal/api/sts"
	"github.com/warder-iam/warder/internal/awsapi"
)

var services = []*awsapi.Service{iam.Service, sts.Service, accessanalyzer.Service, cloudtrail.Service}

func TestOperations(t *testing.T) {
	counts := map[string]int{"iam": 176, "sts": 11, "access-analyzer": 39, "cloudtrail": 60}
	var unsigned []string
	for _, s := range services {
		if len(s.Operations) != counts[s.Name] {
			t.Errorf("%s has %d operations, want %d", s.Name, len(s.Operations), counts[s.Name])
		}
		if !slices.IsSortedFunc(s.Operations, func(a, b *awsapi.Operation) int { return strings.Compare(a.Name, b.Name) }) {
			t.Errorf("the operations of %s are not sorted", s.Name)
		}
		for _, op := range s.Operations {
			if op.Service != s || op.Input == nil || op.Output == nil || op.Input.Name != op.Name+"Input" || op.Output.Name != op.Name+"Output" {
				t.Errorf("%s:%s is not linked as it should be: %+v", s.Name, op.Name, op)
			}
			if slices.Contains(op.Errors, nil) {
				t.Errorf("%s:%s lists an error that is nil", s.Name, op.Name)
			}
			if op.Unsigned {
				unsigned = append(unsigned, op.Name)
			}
		}
	}
	if want := []string{"AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"}; !slices.Equal(unsigned, want) {
		t.Errorf("unsigned are %v, want %v", unsigned, want)
	}
}

// eachShape visits every shape of every operation once.
func eachShape(visit func(*awsapi.Shape)) {
	seen := map[*awsapi.Shape]bool{}
	var walk func(*awsapi.Shape)
	walk = func(s *awsapi.Shape) {
		if s == nil || seen[s] {
			return
		}
		seen[s] = true
		visit(s)
		walk(s.Member)
		walk(s.Key)
		walk(s.Value)
		for _, m := range s.Members {
			walk(m.Shape)
		}
	}
	for _, service := range services {
		for _, op := range service.Operations {
			walk(op.Input)
			walk(op.Output)
		}
	}
}

// TestShapesFitTheirGoTypes holds what the codecs rely on: field i of the Go type is member i of the shape.
func TestShapesFitTheirGoTypes(t *testing.T) {
	n := 0
	eachShape(func(s *awsapi.Shape) {
		n++
		if s.Kind != awsapi.Structure {
			return
		}
		if s.GoType.NumField() != len(s.Members) {
			t.Errorf("%s has %d members and %d fields", s.Name, len(s.Members), s.GoType.NumField())
			return
		}
		for i, m := range s.Members {
			f := s.GoType.Field(i)
			want := m.Shape.GoType
			if !m.Required && want.Kind() != reflect.Slice && want.Kind() != reflect.Map {
				want = reflect.PointerTo(want)
			}
			name := []rune(m.Name)
			name[0] = unicode.ToUpper(name[0])
			if f.Name != string(name) || f.Type != want {
				t.Errorf("%s.%s is the field %s %s, want %s", s.Name, m.Name, f.Name, f.Type, want)
			}
		}
	})
	if n < 500 {
		t.Errorf("only %d shapes were looked at", n)
	}
}

func TestPatternsCompile(t *testing.T) {
	n := 0
	eachShape(func(s *awsapi.Shape) {
		if s.Pattern == nil {
			return
		}
		n++
		if err := s.Pattern.Err(); err != nil {
			t.Errorf("%s: %v", s.Name, err)
		}
	})
	if n < 50 {
		t.Errorf("only %d patterns were looked at", n)
	}
}

// TestSensitive lists by name what must never show.
func TestSensitive(t *testing.T) {
	hidden := map[string]bool{}
	eachShape(func(s *awsapi.Shape) {
		if s.Kind != awsapi.Structure {
			return
		}
		for _, m := range s.Members {
			if m.Shape.Sensitive {
				hidden[m.Name] = true
			}
		}
	})
	for _, name := range []string{
		"SecretAccessKey", "Password", "OldPassword", "NewPassword", "PrivateKey", "ServicePassword", "ServiceCredentialSecret", "Base32StringSeed", "QRCodePNG",
		"AuthenticationCode1", "AuthenticationCode2", "SessionToken", "TokenCode", "WebIdentityToken", "SAMLAssertion",
	} {
		if !hidden[name] {
			t.Errorf("%s is not sensitive", name)
		}
	}
}

// TestErrors checks codes and statuses against the API reference and recorded responses.
func TestErrors(t *testing.T) {
	for _, tt := range []struct {
		kind   *awsapi.ErrorKind
		code   string
		status int
	}{
		{iam.NoSuchEntity, "NoSuchEntity", 404}, {iam.ReportInProgress, "ReportInProgress", 404}, {iam.FeatureDisabled, "FeatureDisabled", 404},
		{iam.NotSupportedService, "NotSupportedService", 404}, {iam.EntityAlreadyExists, "EntityAlreadyExists", 409}, {iam.DeleteConflict, "DeleteConflict", 409},
		{iam.LimitExceeded, "LimitExceeded", 409}, {iam.ConcurrentModification, "ConcurrentModification", 409},
		{iam.EntityTemporarilyUnmodifiable, "EntityTemporarilyUnmodifiable", 409}, {iam.DuplicateCertificate, "DuplicateCertificate", 409},
		{iam.FeatureEnabled, "FeatureEnabled", 409}, {iam.ReportGenerationLimitExceeded, "ReportGenerationLimitExceeded", 409},
		{iam.ReportExpired, "ReportExpired", 410}, {iam.ReportNotPresent, "ReportNotPresent", 410},
		{iam.InvalidAuthenticationCode, "InvalidAuthenticationCode", 403}, {iam.MalformedPolicyDocument, "MalformedPolicyDocument", 400},
		{sts.RegionDisabledException, "RegionDisabledException", 403}, {sts.IDPRejectedClaim, "IDPRejectedClaim", 403},
		{sts.SessionDurationEscalationException, "SessionDurationEscalationException", 403}, {sts.ExpiredTokenException, "ExpiredTokenException", 400},
		{sts.OutboundWebIdentityFederationDisabledException, "OutboundWebIdentityFederationDisabledException", 403}, {sts.PackedPolicyTooLarge, "PackedPolicyTooLarge", 400},
		{cloudtrail.TrailNotFoundException, "TrailNotFoundException", 400}, {cloudtrail.ThrottlingException, "ThrottlingException", 400},
	} {
		if tt.kind.Code != tt.code || tt.kind.Status != tt.status || tt.kind.Receiver {
			t.Errorf("%+v, want %s %d", *tt.kind, tt.code, tt.status)
		}
	}
	for _, k := range []*awsapi.ErrorKind{iam.ServiceFailure, iam.PolicyEvaluation} {
		if k.Status != 500 || !k.Receiver {
			t.Errorf("%+v is not the receiver's fault", *k)
		}
	}
}

// read decodes and validates a request.
func read[In, Out any](t *testing.T, op awsapi.Op[In, Out], body string) (*In, error) {
	t.Helper()
	form, err := awsapi.ParseForm("", body)
	if err != nil {
		t.Fatal(err)
	}
	in := new(In)
	missing, err := awsapi.DecodeQuery(op.Operation, form, in)
	if err != nil {
		return nil, err
	}
	return in, awsapi.Validate(op.Operation, in, missing)
}

// TestRecordedValidationErrors holds the messages that AWS gave.
func TestRecordedValidationErrors(t *testing.T) {
	x := func(n int) string { return strings.Repeat("x", n) }
	const policyARN = "PolicyArn=arn:aws:iam::111111111111:policy/p"
	tags := func(format string, n int) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(strings.ReplaceAll(format, "N", string(rune('0'+i/10))+string(rune('0'+i%10))))
		}
		return strings.ReplaceAll(b.String(), ".0", ".")
	}
	for _, tt := range []struct {
		name string
		err  func() error
		want string
	}{
		{"several", func() error {
			_, err := read(t, iam.UpdateAccountPasswordPolicy, "MinimumPasswordLength=129&PasswordReusePrevention=25&MaxPasswordAge=1096")
			return err
		}, "3 validation errors detected: Value at 'minimumPasswordLength' failed to satisfy constraint: Member must have value less than or equal to 128; " +
			"Value at 'passwordReusePrevention' failed to satisfy constraint: Member must have value less than or equal to 24; " +
			"Value at 'maxPasswordAge' failed to satisfy constraint: Member must have value less than or equal to 1095"},
		{"pattern", func() error {
			_, err := read(t, iam.GetPolicyVersion, policyARN+"&VersionId=latest")
			return err
		}, `1 validation error detected: Value at 'versionId' failed to satisfy constraint: Member must satisfy regular expression pattern: v[1-9][0-9]*(\.[A-Za-z0-9-]*)?`},
		{"long tag value", func() error {
			_, err := read(t, iam.CreatePolicy, "PolicyName=p&PolicyDocument=d&Tags.member.1.Key=k&Tags.member.1.Value="+x(257))
			return err
		}, "1 validation error detected: Value at 'tags.1.member.value' failed to satisfy constraint: Member must have length less than or equal to 256"},
		{"long tag key", func() error {
			_, err := read(t, iam.TagPolicy, policyARN+"&Tags.member.1.Value=v&Tags.member.1.Key="+x(129))
			return err
		}, "1 validation error detected: Value at 'tags.1.member.key' failed to satisfy constraint: Member must have length less than or equal to 128"},
		{"tag key character", func() error {
			_, err := read(t, iam.TagPolicy, policyARN+"&Tags.member.1.Value=v&Tags.member.1.Key=a%3Cb")
			return err
		}, `1 validation error detected: Value at 'tags.1.member.key' failed to satisfy constraint: Member must satisfy regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]+`},
		{"too many tags", func() error {
			_, err := read(t, iam.TagPolicy, policyARN+strings.ReplaceAll(tags("&Tags.member.1N.Key=kN&Tags.member.1N.Value=v", 51), "kN", "k"))
			return err
		}, "1 validation error detected: Value at 'tags' failed to satisfy constraint: Member must have length less than or equal to 50"},
		{"tag keys", func() error {
			_, err := read(t, iam.UntagPolicy, policyARN+"&TagKeys.member.1=a%3Cb")
			return err
		}, `1 validation error detected: Value at 'tagKeys' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 128, ` +
			`Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]+, Member must not be null]`},
		{"missing, iam", func() error { _, err := read(t, iam.CreateUser, ""); return err },
			"1 validation error detected: Value at 'userName' failed to satisfy constraint: Member must not be null"},
		{"missing, sts", func() error {
			_, err := read(t, sts.AssumeRole, "RoleArn=arn:aws:iam::111111111111:role/r")
			return err
		},
			"1 validation error detected: Value null at 'roleSessionName' failed to satisfy constraint: Member must not be null"},
		{"too long, sts", func() error {
			_, err := read(t, sts.AssumeRole, "DurationSeconds=900&RoleArn=arn:aws:iam::111111111111:role/r&RoleSessionName="+x(65))
			return err
		}, "1 validation error detected: Value '" + x(65) + "' at 'roleSessionName' failed to satisfy constraint: Member must have length less than or equal to 64"},
		{"too short, sts", func() error { _, err := read(t, sts.AssumeRole, "RoleArn=1234&RoleSessionName=nope"); return err },
			"1 validation error detected: Value '1234' at 'roleArn' failed to satisfy constraint: Member must have length greater than or equal to 20"},
		{"a code is not printed, sts", func() error { _, err := read(t, sts.GetSessionToken, "TokenCode=12345"); return err },
			"1 validation error detected: Value at 'tokenCode' failed to satisfy constraint: Member must have length greater than or equal to 6"},
		{"alias", func() error { _, err := read(t, iam.CreateAccountAlias, "AccountAlias=a--b"); return err },
			"1 validation error detected: Value at 'accountAlias' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var e *awsapi.Error
			if err := tt.err(); !errors.As(err, &e) || e.Kind != awsapi.ValidationError {
				t.Fatalf("got %v, want a ValidationError", err)
			}
			if e.Message != tt.want {
				t.Errorf("got  %s\nwant %s", e.Message, tt.want)
			}
		})
	}
}

func FuzzDecodeQuery(f *testing.F) {
	f.Add(uint16(22), "UserName=Bob&Path=/a/&Tags.member.1.Key=k&Tags.member.1.Value=v")
	f.Add(uint16(176), "RoleArn=arn:aws:iam::111111111111:role/r&RoleSessionName=ab&PolicyArns.member.1.arn=x&DurationSeconds=900&TransitiveTagKeys=")
	f.Add(uint16(140), "PolicyInputList.member.1=%7B%7D&ContextEntries.member.1.ContextKeyValues.member.1=a&ActionNames.member.1=b")
	all := slices.Concat(iam.Service.Operations, sts.Service.Operations)
	f.Fuzz(func(t *testing.T, n uint16, body string) {
		op := all[int(n)%len(all)]
		form, err := awsapi.ParseForm("", body)
		if err != nil {
			return
		}
		in := reflect.New(op.Input.GoType).Interface()
		missing, err := awsapi.DecodeQuery(op, form, in)
		if err == nil {
			err = awsapi.Validate(op, in, missing)
		}
		var e *awsapi.Error
		if err != nil && !errors.As(err, &e) {
			t.Fatalf("%s: %v is not for clients", op.Name, err)
		}
	})
}

func FuzzDecodeJSON11(f *testing.F) {
	f.Add(uint16(5), `{"Name":"main","S3BucketName":"b","TagsList":[{"Key":"k"}]}`)
	f.Add(uint16(39), `{"LookupAttributes":[{"AttributeKey":"EventName","AttributeValue":"x"}],"StartTime":1.5,"MaxResults":51}`)
	f.Add(uint16(41), `{"TrailName":"main","AdvancedEventSelectors":[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]}]}]}`)
	all := cloudtrail.Service.Operations
	f.Fuzz(func(t *testing.T, n uint16, body string) {
		op := all[int(n)%len(all)]
		in := reflect.New(op.Input.GoType).Interface()
		missing, err := awsapi.DecodeJSON11(op, &awsapi.Request{Header: map[string][]string{"Content-Type": {"application/x-amz-json-1.1"}}, Body: []byte(body)}, in)
		if err == nil {
			err = awsapi.Validate(op, in, missing)
		}
		var e *awsapi.Error
		if err != nil && !errors.As(err, &e) {
			t.Fatalf("%s: %v is not for clients", op.Name, err)
		}
		if e == nil {
			return
		}
		if _, err := awsapi.EncodeJSON11Error(awsapi.JSON11Error(op, e)); err != nil {
			t.Fatalf("%s: %v cannot be told: %v", op.Name, e, err)
		}
	})
}

func FuzzDecodeRESTJSON(f *testing.F) {
	f.Add(uint16(38), "/policy/validation", "maxResults=1", `{"policyType":"IDENTITY_POLICY","policyDocument":"{}"}`)
	f.Add(uint16(34), "/tags/arn%3Aaws", "tagKeys=a&tagKeys=b", "")
	f.Add(uint16(5), "/access-preview", "", `{"analyzerArn":"x","configurations":{"a":{"iamRole":{"trustPolicy":"{}"}}}}`)
	all := accessanalyzer.Service.Operations
	f.Fuzz(func(t *testing.T, n uint16, path, query, body string) {
		op := all[int(n)%len(all)]
		in := reflect.New(op.Input.GoType).Interface()
		r := &awsapi.Request{
			Method: op.Binding.Method, Path: path, Query: query, Header: map[string][]string{"Content-Type": {"application/json"}}, Body: []byte(body),
		}
		missing, err := awsapi.DecodeRESTJSON(op, r, in)
		if err == nil {
			err = awsapi.Validate(op, in, missing)
		}
		var e *awsapi.Error
		if err != nil && !errors.As(err, &e) {
			t.Fatalf("%s: %v is not for clients", op.Name, err)
		}
		if e == nil {
			return
		}
		if _, err := awsapi.EncodeRESTJSONError(awsapi.RESTJSONError(op, e)); err != nil {
			t.Fatalf("%s: %v cannot be told: %v", op.Name, e, err)
		}
	})
}
