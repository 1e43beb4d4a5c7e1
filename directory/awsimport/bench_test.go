package awsimport_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/directory/awsimport"
)

// largeAccount is the export of 5,000 users, 1,000 roles and 1,500 policies as the CLI prints it.
func largeAccount() []byte {
	var b strings.Builder
	statements := func(n, salt int) string {
		var all []string
		for i := range n {
			all = append(all, fmt.Sprintf(`
                            {
                                "Sid": "S%d",
                                "Effect": "Allow",
                                "Action": [
                                    "s3:GetObject",
                                    "dynamodb:PutItem",
                                    "sqs:SendMessage"
                                ],
                                "Resource": "arn:aws:s3:::bucket-%d-%d/*",
                                "Condition": {"StringEquals": {"aws:PrincipalTag/team": "t%d"}}
                            }`, i, salt, i, salt))
		}
		return `{ "Version": "2012-10-17", "Statement": [` + strings.Join(all, ",") + `]}`
	}
	list := func(name string, n int, one func(i int) string) {
		fmt.Fprintf(&b, "%q: [", name)
		for i := range n {
			if i > 0 {
				b.WriteString(",\n")
			}
			b.WriteString(one(i))
		}
		b.WriteString("]")
	}
	attached := func(i int) string {
		return fmt.Sprintf(`[{"PolicyName": "p%[1]d", "PolicyArn": "arn:aws:iam::111122223333:policy/p%[1]d"}, {"PolicyName": "ReadOnlyAccess", "PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}]`, i%1500)
	}
	b.WriteString("{")
	list("UserDetailList", 5000, func(i int) string {
		return fmt.Sprintf(`{"Path": "/", "UserName": "u%[1]d", "UserId": "AIDA%016[1]d", "Arn": "arn:aws:iam::111122223333:user/u%[1]d", "CreateDate": "2024-01-02T03:04:05+00:00",
 "UserPolicyList": [{"PolicyName": "own", "PolicyDocument": %[2]s}], "GroupList": ["g%[3]d"], "AttachedManagedPolicies": %[4]s, "Tags": [{"Key": "team", "Value": "t"}]}`,
			i, statements(6, i), i%50, attached(i))
	})
	b.WriteString(",")
	list("GroupDetailList", 50, func(i int) string {
		return fmt.Sprintf(`{"Path": "/", "GroupName": "g%[1]d", "GroupId": "AGPA%016[1]d", "Arn": "arn:aws:iam::111122223333:group/g%[1]d", "CreateDate": "2024-01-02T03:04:05+00:00", "GroupPolicyList": [], "AttachedManagedPolicies": %s}`, i, attached(i))
	})
	b.WriteString(",")
	list("RoleDetailList", 1000, func(i int) string {
		return fmt.Sprintf(`{"Path": "/", "RoleName": "r%[1]d", "RoleId": "AROA%016[1]d", "Arn": "arn:aws:iam::111122223333:role/r%[1]d", "CreateDate": "2024-01-02T03:04:05+00:00",
 "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]},
 "InstanceProfileList": [], "RolePolicyList": [{"PolicyName": "own", "PolicyDocument": %[2]s}], "AttachedManagedPolicies": %[3]s, "Tags": [], "RoleLastUsed": {}}`,
			i, statements(6, 10000+i), attached(i))
	})
	b.WriteString(",")
	list("Policies", 1500, func(i int) string {
		return fmt.Sprintf(`{"PolicyName": "p%[1]d", "PolicyId": "ANPA%016[1]d", "Arn": "arn:aws:iam::111122223333:policy/p%[1]d", "Path": "/", "DefaultVersionId": "v2", "PolicyVersionList": [
 {"VersionId": "v2", "IsDefaultVersion": true, "Document": %[2]s}, {"VersionId": "v1", "Document": %[3]s}]}`, i, statements(10, 20000+i), statements(10, 30000+i))
	})
	b.WriteString("}\n")
	return []byte(b.String())
}

func BenchmarkRead(b *testing.B) {
	text := largeAccount()
	fsys := fstest.MapFS{"details.json": {Data: text}}
	c := catalog.Load()
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		bundle, err := awsimport.Read(fsys, awsimport.Options{Library: directory.NewLibrary(c)})
		if err != nil || len(bundle.Problems) > 0 || bundle.Snapshot.Account("111122223333").Len() != 7551 {
			b.Fatalf("%v %+v", err, bundle.Problems)
		}
	}
}

func BenchmarkEvents(b *testing.B) {
	const n = 20000
	record := `{"eventVersion":"1.11","userIdentity":{"type":"IAMUser","principalId":"AIDAALICE","arn":"arn:aws:iam::111122223333:user/alice","accountId":"111122223333","userName":"alice"},"eventTime":"2026-01-02T03:04:06Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","awsRegion":"eu-west-1","sourceIPAddress":"192.0.2.1","userAgent":"aws-cli/2","requestParameters":{"bucketName":"reports","key":"2026/01/02.csv"},"responseElements":null,"eventID":"6f1b2c3d-0000-4000-8000-000000000000","readOnly":true,"eventType":"AwsApiCall","recipientAccountId":"111122223333"}`
	text := `{"Records":[` + strings.Repeat(record+",", n-1) + record + `]}`
	bundle, err := awsimport.Read(fstest.MapFS{"a.json": {Data: []byte(text)}}, awsimport.Options{Library: library})
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		events := 0
		for _, p := range bundle.Events {
			if p != nil {
				b.Fatal(p)
			}
			events++
		}
		if events != n {
			b.Fatal(events)
		}
	}
}
