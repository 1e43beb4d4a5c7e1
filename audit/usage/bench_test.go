package usage_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/warder-iam/warder/audit/access"
	"github.com/warder-iam/warder/audit/usage"
	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/directory/awsimport"
)

// BenchmarkReplay replays a million records of 100 users, from files as CloudTrail writes them, under a policy that all have.
func BenchmarkReplay(b *testing.B) {
	const files, perFile, users = 100, 10_000, 100
	library := directory.NewLibrary(catalog.Load())
	before := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
	after := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:*","iam:*","ec2:*"],"Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"192.0.2.0/25"}}}]}`
	snap := func(text string) *directory.Snapshot {
		entities := []directory.Entity{}
		for i := range users {
			entities = append(entities, &directory.User{ID: fmt.Sprintf("AIDA%d", i), Name: fmt.Sprintf("u%d", i), Path: "/",
				Inline: []directory.InlinePolicy{{Name: "own", Document: library.Document(text)}}})
		}
		return directory.Load(library, 1, map[string][]directory.Entity{account: entities})
	}
	fsys := fstest.MapFS{}
	for i := range files {
		var text strings.Builder
		text.WriteString(`{"Records":[`)
		for j := range perFile {
			if j > 0 {
				text.WriteByte(',')
			}
			fmt.Fprintf(&text, `{"eventVersion":"1.11","userIdentity":{"type":"IAMUser","principalId":"AIDA%[1]d","arn":"arn:aws:iam::111122223333:user/u%[1]d","accountId":"111122223333","userName":"u%[1]d"},"eventTime":"2026-01-02T03:04:06Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","awsRegion":"eu-west-1","sourceIPAddress":"192.0.2.%[2]d","userAgent":"aws-cli/2","requestParameters":{"bucketName":"reports","key":"2026/01/%[3]d.csv"},"responseElements":null,"eventID":"e-%[4]d-%[3]d","readOnly":true,"eventType":"AwsApiCall","recipientAccountId":"111122223333"}`,
				j%users, j%200, j%50, i)
		}
		text.WriteString(`]}`)
		fsys[fmt.Sprintf("%03d.json", i)] = &fstest.MapFile{Data: []byte(text.String())}
	}
	bundle, err := awsimport.Read(fsys, awsimport.Options{Library: library})
	if err != nil {
		b.Fatal(err)
	}
	options := usage.ReplayOptions{Before: access.New(snap(before), access.Options{Now: now}), After: access.New(snap(after), access.Options{Now: now}), Workers: runtime.NumCPU()}
	for b.Loop() {
		r := usage.Run(bundle.Trails, options)
		if r.Records != files*perFile || r.Concerned != r.Records || len(r.Flips) == 0 {
			b.Fatalf("%+v", r)
		}
	}
	b.ReportMetric(float64(files*perFile)*float64(b.N)/b.Elapsed().Seconds(), "records/s")
}
