package acceptance

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam"
)

// delivered is a Warder whose trail "main" delivered to an S3 server that is not ours, with several digests.
type delivered struct {
	*warder
	s3    *s3Server
	arn   string
	begun time.Time
	users []string // that were made while the trail was logging
}

// deliver makes a trail by the AWS CLI, makes users for a while, and stops the trail again.
func deliver(t *testing.T) *delivered {
	t.Helper()
	if err := exec.Command("aws", "--version").Run(); err != nil {
		missing(t, "awscli", getAWSCLI)
	}
	d := &delivered{warder: prepare(t), arn: "arn:aws:cloudtrail:us-east-1:" + accountID + ":trail/main"}
	d.launch(t) // the CLI has one key for both servers, so that of the administrator is the S3 server's too
	d.stop(t)
	d.s3 = startS3(t, d.Key)
	d.more = []string{"--trail-storage", d.s3.URL, "--trail-storage-credentials", d.s3.Credentials, "--deliver-every", "1s", "--digest-every", "3s"}
	d.launch(t)
	t.Cleanup(func() { d.stop(t) })
	d.begun = time.Now().UTC()
	d.mustCLI(t, "cloudtrail", "create-trail", "--name", "main", "--s3-bucket-name", d.s3.Bucket, "--enable-log-file-validation")
	d.mustCLI(t, "cloudtrail", "start-logging", "--name", "main")
	client := d.iam(d.Key)
	for i := 0; len(d.files("CloudTrail-Digest")) < 4; i++ {
		name := fmt.Sprintf("person-%03d", i)
		_, err := client.CreateUser(t.Context(), &iam.CreateUserInput{UserName: &name})
		check(t, err)
		d.users = append(d.users, name)
		time.Sleep(200 * time.Millisecond)
		if i > 1000 {
			t.Fatalf("no four digests came: %v", d.files(""))
		}
	}
	d.mustCLI(t, "cloudtrail", "stop-logging", "--name", "main")
	d.settle(t, 1)
	return d
}

// settle waits for the last digest of the trail that was stopped for so many times, which comes when the last events are there.
func (d *delivered) settle(t *testing.T, stops int) {
	t.Helper()
	eventually(t, "a digest names the last log file", func() bool {
		stopped, err := d.stops() // fails on a file that is being written
		if err != nil || len(stopped) != stops {
			return false
		}
		digests := d.files("CloudTrail-Digest")
		last, err := unzip(digests[len(digests)-1])
		var digest struct{ DigestEndTime time.Time }
		return err == nil && json.Unmarshal(last, &digest) == nil && !digest.DigestEndTime.Before(slices.MaxFunc(stopped, time.Time.Compare)) &&
			strings.Contains(string(last), d.newestLog())
	}, d.out)
}

func (d *delivered) newestLog() string {
	logs := d.files("/CloudTrail/")
	newest := slices.MaxFunc(logs, func(a, b string) int { return d.modified(a).Compare(d.modified(b)) })
	return filepath.Base(newest)
}

func (d *delivered) modified(name string) time.Time {
	info, err := os.Stat(name)
	if err != nil {
		return time.Time{}
	}
	return info.ModTime()
}

// files are the names of delivered files whose path has a part in it, sorted.
func (d *delivered) files(part string) (names []string) {
	_ = filepath.WalkDir(d.s3.Folder, func(name string, e fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(name, ".json.gz") && strings.Contains(name, part) {
			names = append(names, name)
		}
		return nil // one that is being written is seen the next time
	})
	slices.Sort(names)
	return names
}

// stops are the times of the delivered events that say that the trail was stopped.
func (d *delivered) stops() (times []time.Time, err error) {
	for _, name := range d.files("/CloudTrail/") {
		text, err := unzip(name)
		if err != nil {
			return nil, err
		}
		var file struct {
			Records []struct {
				EventName string
				EventTime time.Time
			}
		}
		if err := json.Unmarshal(text, &file); err != nil {
			return nil, err
		}
		for _, r := range file.Records {
			if r.EventName == "StopLogging" {
				times = append(times, r.EventTime)
			}
		}
	}
	return times, nil
}

func unzip(name string) ([]byte, error) {
	packed, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}

// cli runs the AWS CLI: S3 goes to the S3 server, all else to Warder.
func (d *delivered) cli(args ...string) (string, error) {
	cmd := exec.Command("aws", args...)
	cmd.Env = d.env("AWS_ACCESS_KEY_ID="+d.Key.ID, "AWS_SECRET_ACCESS_KEY="+d.Key.Secret, "AWS_DEFAULT_REGION=us-east-1",
		"AWS_ENDPOINT_URL_S3="+d.s3.URL, "AWS_ENDPOINT_URL="+d.URL, "AWS_EC2_METADATA_DISABLED=true", "AWS_MAX_ATTEMPTS=1", "AWS_PAGER=")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func (d *delivered) mustCLI(t *testing.T, args ...string) string {
	t.Helper()
	out, err := d.cli(args...)
	if err != nil {
		t.Fatalf("aws %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

func (d *delivered) validate() (string, error) {
	return d.cli("cloudtrail", "validate-logs", "--trail-arn", d.arn, "--start-time", d.begun.Add(-time.Minute).Format(time.RFC3339), "--verbose")
}

// testCutOff: digests that are missing at the end are no gap that validate-logs could see; the state's head shows it.
func (d *delivered) testCutOff(t *testing.T) {
	verify := func() (string, error) {
		cmd := exec.Command(d.name, "trail", "verify", d.s3.Folder, "--data", d.data())
		cmd.Env = d.env()
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	if out, err := verify(); err != nil {
		t.Fatalf("untouched: %v\n%s", err, out)
	}
	digests := d.files("CloudTrail-Digest")
	for _, name := range digests[len(digests)-2:] {
		defer tamper(t, name, nil, false)()
	}
	if out, err := d.validate(); err != nil || strings.Contains(out, "INVALID") {
		t.Errorf("validate-logs: %v\n%s", err, out)
	}
	var exit *exec.ExitError
	if out, err := verify(); !errors.As(err, &exit) || exit.ExitCode() != 1 || !strings.Contains(out, "cut off") {
		t.Errorf("warder trail verify: %v\n%s", err, out)
	}
}

// TestTrailDelivery: a trail that the AWS CLI made delivers to an S3 server that is not ours.
func TestTrailDelivery(t *testing.T) {
	d := deliver(t)
	t.Run("layout", d.testLayout)
	t.Run("jq", d.testJQ)
	t.Run("DuckDB", d.testDuckDB)
	t.Run("validate-logs", d.testValidateLogs)
	t.Run("cut off", d.testCutOff)
	t.Run("killed", d.testKilled)
}

// testValidateLogs: the AWS CLI finds an untouched delivery valid, and names what was changed or taken away.
func (d *delivered) testValidateLogs(t *testing.T) {
	digests, logs := d.files("CloudTrail-Digest"), d.files("/CloudTrail/")
	out, err := d.validate()
	if err != nil || !strings.Contains(out, fmt.Sprintf("%d/%d digest files valid\n%d/%d log files valid", len(digests), len(digests), len(logs), len(logs))) {
		t.Fatalf("untouched: %v, %d digests, %d log files\n%s", err, len(digests), len(logs), out)
	}
	if strings.Contains(out, "INVALID") {
		t.Errorf("untouched:\n%s", out)
	}
	digest, log := digests[1], logs[1]
	for _, test := range []struct {
		what, file string
		change     func([]byte) []byte // of the text; nil takes the file away
		raw        bool                // change is of the compressed file
		says       string
	}{
		{"a log file with another name in it", log, replacing(`"eventName":"`, `"eventName":"X`), false, "INVALID: hash value doesn't match"},
		{"a log file without its last record", log, cutRecord, false, "INVALID: hash value doesn't match"},
		{"a log file that is none", log, func([]byte) []byte { return []byte("none") }, true, "INVALID: invalid format"},
		{"a log file that was taken away", log, nil, false, "INVALID: not found"},
		{"a digest with another time in it", digest, replacing(`"digestStartTime":"2`, `"digestStartTime":"1`), false, "INVALID: signature verification failed"},
		{"a digest of another place", digest, replacing(`"digestS3Bucket":"trail`, `"digestS3Bucket":"grail`), false, "INVALID: has been moved from its original location"},
		{"a digest that is none", digest, func([]byte) []byte { return []byte("none") }, true, "INVALID: invalid format"},
		{"a digest that was taken away", digest, nil, false, "INVALID: not found"},
	} {
		t.Run(test.what, func(t *testing.T) {
			defer tamper(t, test.file, test.change, test.raw)()
			out, err := d.validate()
			var exit *exec.ExitError
			object, rerr := filepath.Rel(filepath.Dir(d.s3.Folder), test.file)
			if !errors.As(err, &exit) || rerr != nil || !strings.Contains(out, "s3://"+filepath.ToSlash(object)+"\t"+test.says) {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

func replacing(old, other string) func([]byte) []byte {
	return func(text []byte) []byte { return bytes.Replace(text, []byte(old), []byte(other), 1) }
}

// cutRecord takes the last record out of a log file, or the only one.
func cutRecord(text []byte) []byte {
	var file struct{ Records []json.RawMessage }
	if json.Unmarshal(text, &file) != nil || len(file.Records) == 0 {
		return text
	}
	file.Records = file.Records[:len(file.Records)-1]
	cut, err := json.Marshal(file)
	if err != nil {
		return text
	}
	return cut
}

// tamper changes a delivered file and gives what puts it back.
func tamper(t *testing.T, name string, change func([]byte) []byte, raw bool) (restore func()) {
	t.Helper()
	packed, err := os.ReadFile(name)
	check(t, err)
	restore = func() { check(t, os.WriteFile(name, packed, 0o600)) }
	if change == nil {
		check(t, os.Remove(name))
		return restore
	}
	if raw {
		check(t, os.WriteFile(name, change(packed), 0o600))
		return restore
	}
	text, err := unzip(name)
	check(t, err)
	changed := change(text)
	if bytes.Equal(changed, text) {
		t.Fatalf("%s was not changed", name)
	}
	var other bytes.Buffer
	z := gzip.NewWriter(&other)
	_, err = z.Write(changed)
	check(t, errors.Join(err, z.Close()))
	check(t, os.WriteFile(name, other.Bytes(), 0o600))
	return restore
}

// testJQ: jq reads the delivered files, and each event is there once.
func (d *delivered) testJQ(t *testing.T) {
	if exec.Command("jq", "--version").Run() != nil {
		missing(t, "jq", "Get jq: as root on Debian, apt-get install jq.")
	}
	cmd := exec.Command("sh", "-c", `find . -path "*/CloudTrail/*.json.gz" | xargs gzip -dc | jq -r '.Records[] | select(.eventName == "CreateUser") | .requestParameters.userName'`)
	cmd.Dir = d.s3.Folder
	out, err := cmd.Output()
	check(t, err)
	d.sameUsers(t, strings.Fields(string(out)))
}

// testDuckDB: DuckDB reads the delivered files too.
func (d *delivered) testDuckDB(t *testing.T) {
	cmd := exec.Command("node", "testdata/trail/duckdb.mjs", node(t), d.s3.Folder+"/AWSLogs/*/CloudTrail/**/*.json.gz")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	d.sameUsers(t, strings.Fields(string(out)))
}

var objectForm = regexp.MustCompile(`^AWSLogs/123456789012/CloudTrail/us-east-1/(\d{4}/\d\d/\d\d)/123456789012_CloudTrail_us-east-1_\d{8}T\d{4}Z_[A-Z0-9]{16}\.json\.gz$|` +
	`^AWSLogs/123456789012/CloudTrail-Digest/us-east-1/(\d{4}/\d\d/\d\d)/123456789012_CloudTrail-Digest_us-east-1_main_us-east-1_\d{8}T\d{6}Z\.json\.gz$`)

func (d *delivered) testLayout(t *testing.T) {
	for _, name := range d.files("") {
		object, err := filepath.Rel(d.s3.Folder, name)
		if err != nil || !objectForm.MatchString(filepath.ToSlash(object)) {
			t.Errorf("%s: %v", object, err)
		}
	}
}

// sameUsers compares the users that events tell of with those that were made.
func (d *delivered) sameUsers(t *testing.T, got []string) {
	t.Helper()
	slices.Sort(got)
	if !slices.Equal(got, d.users) {
		t.Errorf("CreateUser of %v, want %v", got, d.users)
	}
}

// testKilled: kill -9 while the trail delivers, again and again, and each event of it is delivered once, validly.
func (d *delivered) testKilled(t *testing.T) {
	d.mustCLI(t, "cloudtrail", "start-logging", "--name", "main")
	want := map[string]int{}
	for round := range 5 {
		client := d.iam(d.Key)
		for i := range 10 {
			name := fmt.Sprintf("round-%d-%d", round, i)
			_, err := client.CreateUser(t.Context(), &iam.CreateUserInput{UserName: &name})
			check(t, err)
			want[name]++
			time.Sleep(time.Duration(50+37*round) * time.Millisecond)
		}
		d.kill(t)
		d.launch(t)
	}
	d.mustCLI(t, "cloudtrail", "stop-logging", "--name", "main")
	d.settle(t, 2)
	have := map[string]int{}
	for _, name := range d.files("/CloudTrail/") {
		text, err := unzip(name)
		check(t, err)
		var file struct {
			Records []struct {
				EventName         string
				RequestParameters struct{ UserName string }
			}
		}
		check(t, json.Unmarshal(text, &file))
		for _, r := range file.Records {
			if user := r.RequestParameters.UserName; r.EventName == "CreateUser" && strings.HasPrefix(user, "round-") {
				have[user]++
			}
		}
	}
	if !maps.Equal(have, want) {
		t.Errorf("delivered %v, want %v", have, want)
	}
	if out, err := d.validate(); err != nil || !strings.Contains(out, fmt.Sprintf("%d/%d log files valid", len(d.files("/CloudTrail/")), len(d.files("/CloudTrail/")))) {
		t.Errorf("validate-logs: %v\n%s", err, out)
	}
}
