package usage_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"runtime"
	"testing"
	"testing/fstest"
	"time"

	"github.com/warder-iam/warder/audit/access"
	"github.com/warder-iam/warder/audit/usage"
	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/directory/awsimport"
)

const benchUsers = 100

// longTrail is a trail as CloudTrail delivers it: compressed files in folders by day. Of ten calls seven are such as programs make
// over and over again; three are reads of objects, each of another one.
func longTrail(tb testing.TB, files, perFile int) []usage.Records {
	tb.Helper()
	calls := []string{
		`"eventSource":"ec2.amazonaws.com","eventName":"DescribeInstances","requestParameters":{"instancesSet":{},"filterSet":{}}`,
		`"eventSource":"s3.amazonaws.com","eventName":"ListObjectsV2","requestParameters":{"bucketName":"reports","prefix":"2026/"}`,
		`"eventSource":"iam.amazonaws.com","eventName":"GetRole","requestParameters":{"roleName":"deploy"}`,
		`"eventSource":"iam.amazonaws.com","eventName":"ListRoles","requestParameters":{"maxItems":100}`,
		`"eventSource":"sqs.amazonaws.com","eventName":"GetQueueAttributes","requestParameters":{"queueUrl":"https://sqs.eu-west-1.amazonaws.com/111122223333/jobs"}`,
		`"eventSource":"sts.amazonaws.com","eventName":"GetCallerIdentity","requestParameters":null`,
		`"eventSource":"ec2.amazonaws.com","eventName":"DescribeVolumes","requestParameters":{"volumeSet":{},"maxResults":500}`,
	}
	fsys, begun := fstest.MapFS{}, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range files {
		var text bytes.Buffer
		z := gzip.NewWriter(&text)
		fmt.Fprint(z, `{"Records":[`)
		for j := range perFile {
			n := i*perFile + j
			call := `"eventSource":"s3.amazonaws.com","eventName":"GetObject","requestParameters":{"bucketName":"reports","key":"2026/` + fmt.Sprint(n) + `.csv"}`
			if j%10 < len(calls) {
				call = calls[j%10]
			}
			if j > 0 {
				fmt.Fprint(z, ",")
			}
			fmt.Fprintf(z, `{"eventVersion":"1.11","userIdentity":{"type":"IAMUser","principalId":"AIDA%[1]d","arn":"arn:aws:iam::111122223333:user/u%[1]d","accountId":"111122223333","accessKeyId":"AKIAIOSFODNN7EXAMPLE","userName":"u%[1]d"},"eventTime":"%[2]s",%[3]s,"awsRegion":"eu-west-1","sourceIPAddress":"192.0.2.%[4]d","userAgent":"aws-cli/2","responseElements":null,"requestID":"r-%[5]d","eventID":"e-%[5]d","readOnly":true,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"111122223333","eventCategory":"Management"}`,
				j/10%benchUsers, begun.Add(time.Duration(n)*time.Second).Format(time.RFC3339), call, j/10%200, n)
		}
		fmt.Fprint(z, `]}`)
		if err := z.Close(); err != nil {
			tb.Fatal(err)
		}
		day := begun.Add(time.Duration(i*perFile) * time.Second)
		fsys[fmt.Sprintf("AWSLogs/111122223333/CloudTrail/eu-west-1/%s/111122223333_CloudTrail_eu-west-1_%s_%016d.json.gz",
			day.Format("2006/01/02"), day.Format("20060102T1504Z"), i)] = &fstest.MapFile{Data: text.Bytes()}
	}
	bundle, err := awsimport.Read(fsys, awsimport.Options{Library: library})
	if err != nil || len(bundle.Problems) > 0 || len(bundle.Trails) != files {
		tb.Fatalf("%v, %v, %d files", err, bundle.Problems, len(bundle.Trails))
	}
	return bundle.Trails
}

var library = directory.NewLibrary(catalog.Load())

// narrowing are finders before and after all users, who may do everything, are confined to some services and to half of the
// addresses.
func narrowing() usage.ReplayOptions {
	finder := func(text string) *access.Finder {
		entities := []directory.Entity{}
		for i := range benchUsers {
			entities = append(entities, &directory.User{ID: fmt.Sprintf("AIDA%d", i), Name: fmt.Sprintf("u%d", i), Path: "/",
				Inline: []directory.InlinePolicy{{Name: "own", Document: library.Document(text)}}})
		}
		return access.New(directory.Load(library, 1, map[string][]directory.Entity{account: entities}), access.Options{Now: now})
	}
	return usage.ReplayOptions{
		Before:  finder(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`),
		After:   finder(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:*","iam:*","ec2:*"],"Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"192.0.2.0/25"}}}]}`),
		Workers: runtime.NumCPU(),
	}
}

// checkReplay checks the number of calls that are denied then: of two thousand those to SQS, and all of addresses from 128 up.
func checkReplay(tb testing.TB, r *usage.Replay, records int) {
	tb.Helper()
	denied := 0
	for i := range r.Flips {
		if r.Flips[i].Change == usage.ToDenied {
			denied += r.Flips[i].Records
		}
	}
	concerned, flipped := records/10*9, records/2000*(200+8*(200-128)) // of ten calls one needs no permission
	if r.Records != records || r.Concerned != concerned || denied+r.Unlisted != flipped {
		tb.Fatalf("%d records, %d concerned, %d denied and %d more; want %d, %d, %d", r.Records, r.Concerned, denied, r.Unlisted, records, concerned, flipped)
	}
}

// TestReplayOfATrail is the smaller form of BenchmarkReplay.
func TestReplayOfATrail(t *testing.T) {
	const files, perFile = 4, 2_000
	checkReplay(t, usage.Run(longTrail(t, files, perFile), narrowing()), files*perFile)
}

// BenchmarkReplay replays a million records.
func BenchmarkReplay(b *testing.B) {
	const files, perFile = 500, 2_000
	trails, options := longTrail(b, files, perFile), narrowing()
	for b.Loop() {
		checkReplay(b, usage.Run(trails, options), files*perFile)
	}
	b.ReportMetric(float64(files*perFile)*float64(b.N)/b.Elapsed().Seconds(), "records/s")
}

// BenchmarkObserve reads the same records for one of the users.
func BenchmarkObserve(b *testing.B) {
	const files, perFile = 500, 2_000
	trails, finder := longTrail(b, files, perFile), narrowing().Before
	for b.Loop() {
		o := usage.Observe(trails, finder, "arn:aws:iam::"+account+":user/u7")
		if want := files * perFile / benchUsers / 10 * 9; o.Records != want {
			b.Fatalf("%d records, want %d", o.Records, want)
		}
	}
	b.ReportMetric(float64(files*perFile)*float64(b.N)/b.Elapsed().Seconds(), "records/s")
}
