package bench

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// searchVariable is how many megabytes of compressed files BenchmarkSearch searches.
const searchVariable = "WARDER_BENCH_SEARCH_MB"

const (
	searchMegabytes = 8
	// recordsOfFile makes files of about 200 KB.
	recordsOfFile = 1000
)

// delivery is a folder of files as CloudTrail delivers them.
type delivery struct {
	folder string
	files  []string
	last   string // id of an event in the last file
}

// deliver writes files of records until they have that many bytes, compressed. The records are those of an account with
// hundreds of callers; no id, time or address repeats more than in life.
func deliver(tb testing.TB, bytes int64) *delivery {
	tb.Helper()
	rng := rand.New(rand.NewPCG(1, 2))
	d := &delivery{folder: tb.TempDir()}
	at := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	for size := int64(0); size < bytes; {
		name := filepath.Join(d.folder, fmt.Sprintf("111122223333_CloudTrail_us-east-1_%s_%06d.json.gz", at.Format("20060102T1504Z"), len(d.files)))
		text := d.records(rng, &at)
		check(tb, os.WriteFile(name, text, 0o600))
		d.files = append(d.files, name)
		size += int64(len(text))
	}
	return d
}

func (d *delivery) records(rng *rand.Rand, at *time.Time) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = io.WriteString(w, `{"Records":[`) // into memory
	for i := range recordsOfFile {
		if i > 0 {
			_, _ = io.WriteString(w, ",")
		}
		*at = at.Add(time.Duration(rng.IntN(2)) * time.Second)
		_, _ = io.WriteString(w, d.record(rng, *at))
	}
	_, _ = io.WriteString(w, "]}")
	_ = w.Close()
	return b.Bytes()
}

// calls are what the records tell of: service, name, parameters and answer.
var calls = [][4]string{
	{"iam", "GetRole", `{"roleName":"role-%d"}`, `null`},
	{"iam", "CreateUser", `{"userName":"user-%d"}`, `{"user":{"path":"/","userName":"user-1","arn":"arn:aws:iam::111122223333:user/user-1","createDate":"Jan 2, 2026, 3:04:05 AM"}}`},
	{"sts", "AssumeRole", `{"roleArn":"arn:aws:iam::111122223333:role/role-%d","roleSessionName":"ci","durationSeconds":3600}`, `{"credentials":{"accessKeyId":"ASIAEXAMPLE","expiration":"Jan 2, 2026, 4:04:05 AM","sessionToken":"IQoJb3JpZ2luX2VjEXAMPLE"},"assumedRoleUser":{"assumedRoleId":"AROAEXAMPLE:ci","arn":"arn:aws:sts::111122223333:assumed-role/role/ci"}}`},
	{"ec2", "DescribeInstances", `{"maxResults":%d,"instancesSet":{},"filterSet":{"items":[{"name":"instance-state-name","valueSet":{"items":[{"value":"running"}]}}]}}`, `null`},
	{"s3", "GetBucketAcl", `{"bucketName":"bucket-%d","Host":"bucket.s3.us-east-1.amazonaws.com","acl":""}`, `null`},
	{"kms", "Decrypt", `{"encryptionContext":{"aws:s3:arn":"arn:aws:s3:::bucket-%d"},"encryptionAlgorithm":"SYMMETRIC_DEFAULT"}`, `null`},
	{"logs", "CreateLogStream", `{"logGroupName":"/aws/lambda/fn-%d","logStreamName":"2026/01/02/[$LATEST]0123456789abcdef"}`, `null`},
}

func (d *delivery) record(rng *rand.Rand, at time.Time) string {
	c := calls[rng.IntN(len(calls))]
	if rng.IntN(200) > 0 && c[1] == "CreateUser" { // changes are rare
		c = calls[0]
	}
	role, failure := rng.IntN(300), ""
	if rng.IntN(50) == 0 {
		failure = `"errorCode":"AccessDenied","errorMessage":"User is not authorized to perform the action",`
	}
	id := func() string {
		return fmt.Sprintf("%08x-%04x-4%03x-8%03x-%012x", rng.Uint32(), rng.IntN(1<<16), rng.IntN(1<<12), rng.IntN(1<<12), rng.Uint64N(1<<48))
	}
	d.last = id()
	return fmt.Sprintf(`{"eventVersion":"1.11","userIdentity":{"type":"AssumedRole","principalId":"AROAEXAMPLE%07d:session-%d",`+
		`"arn":"arn:aws:sts::111122223333:assumed-role/role-%d/session-%d","accountId":"111122223333","accessKeyId":"ASIA%016X",`+
		`"sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROAEXAMPLE%07d","arn":"arn:aws:iam::111122223333:role/role-%d",`+
		`"accountId":"111122223333","userName":"role-%d"},"attributes":{"creationDate":"%s","mfaAuthenticated":"false"}}},"eventTime":"%s",`+
		`"eventSource":"%s.amazonaws.com","eventName":"%s","awsRegion":"us-east-1","sourceIPAddress":"10.%d.%d.%d",`+
		`"userAgent":"aws-sdk-go-v2/1.30.%d os/linux lang/go#1.26.1 md/GOOS#linux md/GOARCH#amd64",%s"requestParameters":%s,"responseElements":%s,`+
		`"requestID":"%s","eventID":"%s","readOnly":true,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"111122223333",`+
		`"eventCategory":"Management","tlsDetails":{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":"%s.us-east-1.amazonaws.com"}}`,
		role, rng.IntN(1000), role, rng.IntN(1000), rng.Uint64(), role, role, role,
		at.Add(-time.Hour).Format(time.RFC3339), at.Format(time.RFC3339), c[0], c[1], rng.IntN(4), rng.IntN(256), rng.IntN(256), rng.IntN(20),
		failure, fmt.Sprintf(c[2], rng.IntN(500)), c[3], id(), d.last, c[0])
}

// searched is one search: what Warder is asked, and jq and grep the same.
type searched struct {
	name   string
	warder []string
	jq     string
	grep   string // finds as many texts, though not only where they mean that
}

func (d *delivery) searches() []searched {
	return []searched{
		{"one", []string{"--event-id", d.last}, fmt.Sprintf("select(.eventID==%q)", d.last), fmt.Sprintf(`"eventID":%q`, d.last)},
		{"action", []string{"--action", "iam:CreateUser"}, `select(.eventSource=="iam.amazonaws.com" and .eventName=="CreateUser")`, `"eventName":"CreateUser"`},
		{"principal", []string{"--principal", "role/role-7"}, `select(.userIdentity.sessionContext.sessionIssuer.arn=="arn:aws:iam::111122223333:role/role-7")`, `:role/role-7","accountId"`},
		{"failures", []string{"--error", "any"}, `select(.errorCode)`, `"errorCode"`},
	}
}

// buildWarder builds the product as it is shipped.
func buildWarder(tb testing.TB) string {
	tb.Helper()
	name := filepath.Join(tb.TempDir(), "warder")
	cmd := exec.Command("go", "build", "-o", name, "./cmd/warder")
	cmd.Dir = ".."
	if out, err := cmd.CombinedOutput(); err != nil {
		tb.Fatalf("go build: %v\n%s", err, out)
	}
	return name
}

// outcome is what a command found, and what it took.
type outcome struct {
	lines int
	took  time.Duration
	peak  float64 // MiB of memory
}

// commandLine runs a command and counts its lines.
func commandLine(tb testing.TB, name string, args ...string) outcome {
	tb.Helper()
	var out, errs bytes.Buffer
	cmd := exec.Command(name, args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	start := time.Now()
	if err := cmd.Run(); err != nil {
		tb.Fatalf("%s: %v\n%s", name, err, errs.String())
	}
	return outcome{lines: bytes.Count(out.Bytes(), []byte{'\n'}), took: time.Since(start), peak: peakMemory(cmd.ProcessState)}
}

// measureSearch searches with all three in turns, and makes sure that they found the same.
func measureSearch(tb testing.TB, warder string, d *delivery, s searched) []metric {
	tb.Helper()
	quote := func(s string) string { return "'" + s + "'" }
	ours := commandLine(tb, warder, append([]string{"trail", "search", "--json", d.folder}, s.warder...)...)
	jq := commandLine(tb, "sh", "-c", "zcat "+d.folder+"/*.gz | jq -c "+quote(".Records[] | "+s.jq))
	grep := commandLine(tb, "sh", "-c", "zgrep -h -o "+quote(s.grep)+" "+d.folder+"/*.gz")
	if ours.lines == 0 || ours.lines != jq.lines || ours.lines != grep.lines {
		tb.Errorf("%s: Warder found %d, jq %d, zgrep %d", s.name, ours.lines, jq.lines, grep.lines)
	}
	return []metric{
		{"MB/s", d.megabytes(tb) / ours.took.Seconds()},
		{"times-jq", jq.took.Seconds() / ours.took.Seconds()},
		{"times-zgrep", grep.took.Seconds() / ours.took.Seconds()},
		{"found", float64(ours.lines)},
		{"peak-MiB", ours.peak},
	}
}

func (d *delivery) megabytes(tb testing.TB) float64 {
	tb.Helper()
	var size int64
	for _, name := range d.files {
		info, err := os.Stat(name)
		check(tb, err)
		size += info.Size()
	}
	return float64(size) / 1e6
}

func needTools(tb testing.TB, names ...string) {
	tb.Helper()
	for _, name := range names {
		if _, err := exec.LookPath(name); err != nil {
			tb.Skipf("%s is not installed", name)
		}
	}
}

// BenchmarkSearch is warder trail search beside zcat | jq and zgrep, over the same files.
func BenchmarkSearch(b *testing.B) {
	needTools(b, "zcat", "jq", "zgrep")
	megabytes := searchMegabytes
	if text := os.Getenv(searchVariable); text != "" {
		var err error
		megabytes, err = strconv.Atoi(text)
		check(b, err)
	}
	d, warder := deliver(b, int64(megabytes)*1e6), buildWarder(b)
	for _, s := range d.searches() {
		all.run(b, s.name, func(b *testing.B) []metric {
			var metrics []metric
			for range b.N {
				metrics = measureSearch(b, warder, d, s)
			}
			return metrics
		})
	}
}

// TestSearch: over a few files all three find the same.
func TestSearch(t *testing.T) {
	needTools(t, "zcat", "jq", "zgrep")
	d, warder := deliver(t, 1e6), buildWarder(t)
	if len(d.files) < 3 || !strings.HasSuffix(d.files[0], ".json.gz") {
		t.Fatalf("files %q", d.files)
	}
	for _, s := range d.searches() {
		wellFormed(t, measureSearch(t, warder, d, s))
	}
}
