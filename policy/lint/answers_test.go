package lint

import (
	"strings"
	"testing"

	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/policy"
)

// TestAnswers compares the codes with what AWS has answered to documents of the same form: in the examples of its command line
// interface, and in the tests that its validators for CloudFormation and Terraform run against the real service.
func TestAnswers(t *testing.T) {
	const trust, mrap, point = "AWS::IAM::AssumeRolePolicyDocument", "AWS::S3::MultiRegionAccessPoint", "AWS::S3::AccessPoint"
	const role, account = `"Principal":{"AWS":"arn:aws:iam::111122223333:root"},`, `"Principal":{"AWS":"111122223333"},`
	tests := []struct {
		name, resourceType string
		kind               policy.Kind
		statement          string
		want               string
	}{
		{"list", "", policy.Identity, `"Action":"iam:ListRoles","Resource":"*"`, ""},
		{"pass any role", "", policy.Identity, `"Action":"iam:PassRole","Resource":"*"`, "PASS_ROLE_WITH_STAR_IN_RESOURCE"},
		{"resource of another type", "", policy.Identity, `"Action":"iam:PassRole","Resource":{"a":"b"}`, "DATA_TYPE_MISMATCH"},
		{"a year", "", policy.Identity, `"Action":"s3:*","Resource":"*","Condition":{"DateLessThan":{"aws:CurrentTime":"2021"}}`, "INVALID_DATE_VALUE"},
		{"no such service", "", policy.Identity, `"Action":"NO_SUCH:*","Resource":"*"`, "INVALID_SERVICE_IN_ACTION"},
		{"no action", "", policy.Identity, `"Action":[],"Resource":"*"`, "EMPTY_ARRAY_ACTION"},
		{"account in a bucket's ARN", "", policy.Identity, `"Action":"s3:PutObject","Resource":"arn:aws:s3::111122223333:b/*"`, "ARN_ACCOUNT_NOT_ALLOWED"},
		{"no such account", "", policy.Identity, `"Action":"sts:AssumeRole","Resource":"arn:aws:iam::1:role/r"`, "INVALID_ARN_ACCOUNT"},
		{"no ARN", "", policy.Identity, `"Action":"s3:PutObject","Resource":"aws:aws:s3:::b/*"`, "INVALID_ARN_PREFIX"},
		{"no such Region", "", policy.Identity, `"Action":"lambda:InvokeFunction","Resource":"arn:aws:lambda:no-region-1::f/*"`, "INVALID_ARN_REGION"},
		{"Region of a role", "", policy.Identity, `"Action":"iam:CreateRole","Resource":"arn:aws:iam:eu-west-1::role/*"`, "ARN_REGION_NOT_ALLOWED"},
		{"pattern of an ARN", "", policy.Identity, `"Action":["s3:Get*","s3:GetObject"],"Resource":"arn:aws:lambda:eu-west-1::f/*"`, "REDUNDANT_ACTION"},
		{"repeated action", "", policy.Identity, `"Action":["sqs:DeleteMessageBatch","sqs:ListQueues","sqs:ListQueues"],"Resource":"*"`, "INVALID_ACTION REDUNDANT_ACTION"},
		{"one key twice", "", policy.Identity, `"Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*","Condition":{"StringEquals":{"aws:username":"a","AWS:username":"b"}}`, "DUPLICATE_KEYS_WITH_DIFFERENT_CASE"},
		{"network", "", policy.Identity, `"Action":"ec2:DescribeInstances","Resource":"*","Condition":{"IpAddress":{"aws:VpcSourceIp":"172.0.0.1/30"}}`, "MISSING_PAIRED_CONDITION_KEYS IMPROVE_IP_RANGE"},
		{"everything", "", policy.Identity, `"Action":"*","Resource":"*"`, "PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE CREATE_SLR_WITH_STAR_IN_ACTION_AND_RESOURCE"},

		{"trust any action", trust, policy.Resource, account + `"Action":"*"`, ""},
		{"trust everybody", trust, policy.Resource, `"Principal":{"AWS":"*"},"Action":"*"`, ""},
		{"trust nobody", trust, policy.Resource, `"Principal":{},"Action":"*"`, "EMPTY_OBJECT_PRINCIPAL"},
		{"principal of another type", trust, policy.Resource, `"Principal":{"AWS":{"a":"b"}},"Action":"*"`, "DATA_TYPE_MISMATCH"},
		{
			"wrong action for a provider", "", policy.Resource,
			`"Sid":"","Principal":{"Federated":"cognito-identity.amazonaws.com"},"Action":["sts:AssumeRole","sts:TagSession"],` +
				`"Condition":{"StringEquals":{"cognito-identity.amazonaws.com:aud":"us-west-2_EXAMPLE"}}`,
			"EMPTY_SID_VALUE MISMATCHED_ACTION_FOR_PRINCIPAL UNSUPPORTED_ACTION_FOR_CONDITION_KEY",
		},

		{"queue", "", policy.Resource, account + `"Action":"sqs:SendMessage","Resource":"*"`, ""},
		{"queue of everybody", "", policy.Resource, `"Principal":{"AWS":["*"]},"Action":"sqs:SendMessage","Resource":"*"`, ""},
		{"queue of nobody", "", policy.Resource, `"Principal":{},"Action":"sqs:SendMessage","Resource":"*"`, "EMPTY_OBJECT_PRINCIPAL"},
		{
			"default of a topic", "", policy.Resource,
			`"Principal":{"AWS":"*"},"Action":["SNS:Publish","SNS:Subscribe","SNS:Receive"],"Resource":"arn:aws:sns:eu-north-1:111122223333:t",` +
				`"Condition":{"StringEquals":{"AWS:SourceOwner":"111122223333"}}`,
			"INVALID_ACTION",
		},
		{
			"topic of a bucket", "", policy.Resource,
			`"Principal":"*","Action":["sns:Publish"],"Resource":["arn:aws:sns:eu-north-1:111122223333:t"],"Condition":{"StringEquals":{"aws:SourceArn":"arn:aws:s3:::b"}}`,
			"MISSING_PAIRED_CONDITION_KEYS",
		},
		{"image repository", "", policy.Resource, role + `"Action":"ecr:PutImage"`, "MISSING_RESOURCE"},
		{"key", "", policy.Resource, role + `"Action":"kms:*","Resource":"*"`, ""},
		{"action of another type", "", policy.Resource, role + `"Action":{"a":"b"},"Resource":"*"`, "DATA_TYPE_MISMATCH"},
		{"secret", "", policy.Resource, role + `"Action":"secretsmanager:GetSecretValue","Resource":"*"`, ""},
		{"function of nobody", "", policy.Resource, `"Principal":{},"Action":"lambda:InvokeFunction","Resource":"arn:aws:lambda:us-east-1:111122223333:function:f"`, "EMPTY_OBJECT_PRINCIPAL"},

		{"bucket", s3Bucket, policy.Resource, role + `"Action":["s3:PutObject","s3:PutObjectAcl"],"Resource":["arn:aws:s3:::b","arn:aws:s3:::b/*"]`, ""},
		{"bucket, any action", s3Bucket, policy.Resource, role + `"Action":"*","Resource":["arn:aws:s3:::b","arn:aws:s3:::b/*"]`, ""},
		{"bucket of nobody", s3Bucket, policy.Resource, `"Principal":{},"Action":["s3:PutObject","s3:PutObjectAcl"],"Resource":["arn:aws:s3:::b/*"]`, "EMPTY_OBJECT_PRINCIPAL"},
		{"bucket's resource of another type", s3Bucket, policy.Resource, role + `"Action":"s3:PutObject","Resource":{"a":"b"}`, "DATA_TYPE_MISMATCH"},
		{"bucket, any resource", s3Bucket, policy.Resource, `"Principal":{"AWS":"*"},"Action":"s3:ListBuckets","Resource":"*"`, "INVALID_ACTION UNSUPPORTED_RESOURCE_ARN_IN_POLICY"},

		{
			"access point", point, policy.Resource,
			role + `"Action":["s3:PutObject","s3:PutObjectAcl"],"Resource":["arn:aws:s3:us-east-1:111122223333:accesspoint/p","arn:aws:s3:us-east-1:111122223333:accesspoint/p/object/*"]`, "",
		},
		{"access point of a bucket", point, policy.Resource, role + `"Action":["s3:PutObject","s3:PutObjectAcl"],"Resource":"arn:aws:s3:::b"`, "UNSUPPORTED_RESOURCE_ARN_IN_POLICY"},
		{
			"multi-Region access point", mrap, policy.Resource,
			role + `"Action":["s3:PutObject","s3:PutObjectAcl"],"Resource":["arn:aws:s3::111122223333:accesspoint/p.mrap","arn:aws:s3::111122223333:accesspoint/p.mrap/object/*"]`, "",
		},
		{"multi-Region access point of a bucket", mrap, policy.Resource, role + `"Action":["s3:PutObject","s3:PutObjectAcl"],"Resource":"arn:aws:s3:::b"`, "UNSUPPORTED_RESOURCE_ARN_IN_POLICY"},
	}
	c := catalog.Load()
	for _, test := range tests {
		src := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow",` + test.statement + `}]}`
		if got := codesOf(Check(src, Options{Kind: test.kind, ResourceType: test.resourceType, Catalog: c})); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
	for src, want := range map[string]string{
		`{"Version":"2012-10-17"}`:                    "MISSING_STATEMENT",
		`{"Version":"2012-10-17","Statement":"text"}`: "DATA_TYPE_MISMATCH",
		`{"Version":"2012-10-17","Statement":[{"Effect":{"a":"b"},` + account + `"Action":"sqs:SendMessage","Resource":"*"}]}`: "DATA_TYPE_MISMATCH",
	} {
		if got := codesOf(Check(src, Options{Kind: policy.Resource, Catalog: c})); got != want {
			t.Errorf("%s: %s, want %s", src, got, want)
		}
	}
}

func codesOf(findings []Finding) string {
	codes := make([]string, len(findings))
	for i, f := range findings {
		codes[i] = f.Code
	}
	return strings.Join(codes, " ")
}
