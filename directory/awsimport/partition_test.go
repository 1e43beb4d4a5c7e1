package awsimport_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/warder-iam/warder/directory/awsimport"
)

// TestPartitions reads bundles as they would be in China and in GovCloud: what comes out is the same in names of that
// partition, those included that no answer has and that are made up from its other members.
func TestPartitions(t *testing.T) {
	for partition, pairs := range map[string][]string{
		"aws-cn":     {"arn:aws:", "arn:aws-cn:", "us-east-1", "cn-north-1", "eu-west-1", "cn-northwest-1", "eu-north-1", "cn-west-1"},
		"aws-us-gov": {"arn:aws:", "arn:aws-us-gov:", "us-east-1", "us-gov-west-1", "eu-west-1", "us-gov-east-1", "eu-north-1", "us-gov-south-1"},
	} {
		there := strings.NewReplacer(append(pairs, `Partition "aws"`, `Partition "`+partition+`"`)...)
		for _, name := range []string{"account", "credentials", "posture", "resources", "workloads"} {
			t.Run(name+" in "+partition, func(t *testing.T) {
				archive, err := txtar.ParseFile("testdata/" + name + ".txtar")
				if err != nil {
					t.Fatal(err)
				}
				for i := range archive.Files {
					f := &archive.Files[i]
					f.Name, f.Data = there.Replace(f.Name), []byte(there.Replace(string(f.Data)))
				}
				fsys, opts, want := bundleOf(t, archive)
				for _, account := range []string{`{"id":"111122223333"}`, `{"id":"111122223333","alias":"example"}`} {
					want = strings.ReplaceAll(want, account, strings.TrimSuffix(account, "}")+`,"partition":"`+partition+`"}`)
				}
				b, err := awsimport.Read(fsys, opts)
				if err != nil {
					t.Fatal(err)
				}
				if got := settled.Replace(describe(t, b)); withoutReport(got) != withoutReport(want) {
					t.Errorf("got\n%s\nwant\n%s", got, want)
				}
			})
		}
	}
}

// withoutReport leaves out the credential report, whose text in base64 stays in the commercial partition.
func withoutReport(described string) string {
	var kept strings.Builder
	for line := range strings.Lines(described) {
		if !strings.HasPrefix(line, "  CredentialReport ") {
			kept.WriteString(line)
		}
	}
	return kept.String()
}

// TestPartitionIsFoundLate: what is named before anything tells the partition is in it all the same, and an account that has
// something in another partition than the first is told so.
func TestPartitionIsFoundLate(t *testing.T) {
	b, err := awsimport.Read(fstest.MapFS{
		"111122223333/a-bucket.json":   {Data: []byte(`{"Bucket": "reports", "Policy": "{\"Version\": \"2012-10-17\", \"Statement\": []}"}`)},
		"111122223333/b-provider.json": {Data: []byte(`{"Url": "id.example.com", "ClientIDList": ["a"], "ThumbprintList": []}`)},
		"111122223333/c-whoami.json":   {Data: []byte(`{"UserId": "AIDAEXAMPLE0000000001", "Account": "111122223333", "Arn": "arn:aws-cn:iam::111122223333:user/ann"}`)},
	}, awsimport.Options{Library: library})
	if err != nil {
		t.Fatal(err)
	}
	ev := b.Accounts["111122223333"]
	if ev.Partition != "aws-cn" {
		t.Errorf("the partition is %q", ev.Partition)
	}
	if len(ev.ResourcePolicies) != 1 || ev.ResourcePolicies[0].ARN != "arn:aws-cn:s3:::reports" {
		t.Errorf("the bucket is %+v", ev.ResourcePolicies)
	}
	if len(ev.OIDCProviders) != 1 || ev.OIDCProviders[0].ARN != "arn:aws-cn:iam::111122223333:oidc-provider/id.example.com" {
		t.Errorf("the provider is %+v", ev.OIDCProviders)
	}
}
