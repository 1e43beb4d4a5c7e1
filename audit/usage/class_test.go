package usage

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/warder-iam/warder/audit/access"
	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/directory/awsimport"
	"github.com/warder-iam/warder/trail"
)

// variants are values for a record's members: all that a need, a circumstance or an outcome is read from differs in them.
var variants = []func(e *trail.Event, n int){
	func(e *trail.Event, n int) { e.EventTime = e.EventTime.Add(time.Duration(n) * 13 * time.Hour) },
	func(e *trail.Event, n int) { e.EventID = fmt.Sprint(n) },
	func(e *trail.Event, n int) {
		source := [][2]string{{"s3.amazonaws.com", "GetObject"}, {"s3.amazonaws.com", "ListObjectsV2"}, {"ec2.amazonaws.com", "RunInstances"},
			{"iam.amazonaws.com", "GetUser"}, {"iam.amazonaws.com", "AttachUserPolicy"}, {"sts.amazonaws.com", "GetCallerIdentity"},
			{"nowhere.amazonaws.com", "Go"}, {"signin.amazonaws.com", "ConsoleLogin"}}[n%8]
		e.EventSource, e.EventName = source[0], source[1]
	},
	func(e *trail.Event, n int) { e.AWSRegion = []string{"eu-west-1", "us-east-1"}[n%2] },
	func(e *trail.Event, n int) {
		e.SourceIPAddress = []string{"192.0.2.1", "192.0.2.200", "AWS Internal"}[n%3]
	},
	func(e *trail.Event, n int) { e.UserAgent = []string{"", "aws-cli/2", "curl"}[n%3] },
	func(e *trail.Event, n int) { e.ErrorCode = []string{"", "AccessDenied", "NoSuchKey"}[n%3] },
	func(e *trail.Event, n int) { e.ErrorMessage = []string{"", "Failed authentication"}[n%2] },
	func(e *trail.Event, n int) { e.ReadOnly = n%2 == 0 },
	func(e *trail.Event, n int) { e.RecipientAccountID = []string{"111122223333", "444455556666"}[n%2] },
	func(e *trail.Event, n int) { e.TLSDetails = []*trail.TLSDetails{nil, {}}[n%2] },
	func(e *trail.Event, n int) {
		e.RequestParameters = []json.RawMessage{nil, json.RawMessage(`{}`), json.RawMessage(`{"bucketName":"b","key":"k"}`), json.RawMessage(`{"bucketName":"b","key":"l"}`),
			json.RawMessage(`{"bucketName":"b","key":"secret","prefix":"p"}`), json.RawMessage(`{"userName":"ci","policyArn":"arn:aws:iam::111122223333:policy/p"}`),
			json.RawMessage(`{"role":"arn:aws:iam::111122223333:role/web","tags":[{"key":"team","value":"a"}]}`)}[n%7]
	},
	func(e *trail.Event, n int) {
		e.Resources = [][]trail.Resource{nil, {{ARN: "arn:aws:s3:::b/secret"}}}[n%2]
	},
	func(e *trail.Event, n int) {
		e.UserIdentity = []trail.UserIdentity{
			{Type: "IAMUser", ARN: "arn:aws:iam::111122223333:user/ci", AccountID: "111122223333", UserName: "ci"},
			{Type: "IAMUser", AccountID: "111122223333", UserName: "ci"}, {Type: "Root", ARN: "arn:aws:iam::111122223333:root", AccountID: "111122223333"},
			{Type: "AssumedRole", ARN: "arn:aws:sts::111122223333:assumed-role/web/one", AccountID: "111122223333"},
			{Type: "AssumedRole", ARN: "arn:aws:sts::111122223333:assumed-role/web/two", AccountID: "111122223333"},
		}[n%5]
	},
	func(e *trail.Event, n int) {
		e.UserIdentity.InvokedBy = []string{"", "cloudformation.amazonaws.com"}[n%2]
	},
	func(e *trail.Event, n int) {
		e.UserIdentity.SessionContext = []*trail.SessionContext{
			nil, {}, {Attributes: trail.SessionAttributes{CreationDate: "2026-01-02T03:00:00Z", MFAAuthenticated: "true"}},
			{Attributes: trail.SessionAttributes{CreationDate: "2026-01-02T03:00:00Z"}},
			{Attributes: trail.SessionAttributes{CreationDate: "2026-01-01T01:00:00Z"}, SourceIdentity: "alice"},
		}[n%5]
	},
}

// conditions make the answers depend on all that a record tells.
var conditions = []string{
	`"IpAddress":{"aws:SourceIp":"192.0.2.0/25"}`, `"StringLike":{"aws:UserAgent":"aws-*"}`, `"Bool":{"aws:MultiFactorAuthPresent":"true"}`,
	`"NumericLessThan":{"aws:MultiFactorAuthAge":"3600"}`, `"DateLessThan":{"aws:CurrentTime":"2026-01-03T00:00:00Z"}`,
	`"DateLessThan":{"aws:TokenIssueTime":"2026-01-02T00:00:00Z"}`, `"StringEquals":{"aws:RequestedRegion":"eu-west-1"}`,
	`"Bool":{"aws:SecureTransport":"true"}`, `"StringEquals":{"aws:SourceIdentity":"alice"}`, `"StringEquals":{"aws:RequestTag/team":"a"}`,
	`"StringEquals":{"s3:prefix":"p"}`, `"StringLike":{"aws:userid":"*:one"}`, `"Bool":{"aws:ViaAWSService":"true"}`,
}

// TestClasses replays random records with and without a memory of classes: the answers are the same.
func TestClasses(t *testing.T) {
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 0))
	library := directory.NewLibrary(catalog.Load())
	snap := func(text string) *directory.Snapshot {
		inline := []directory.InlinePolicy{{Name: "own", Document: library.Document(text)}}
		return directory.Load(library, 1, map[string][]directory.Entity{"111122223333": {
			&directory.User{ID: "AIDACI", Name: "ci", Path: "/", Inline: inline}, &directory.Role{ID: "AROAWEB", Name: "web", Path: "/", Inline: inline},
		}})
	}
	found, remembered := 0, 0
	for round := range 80 {
		after := fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:*","ec2:*"],"Resource":"*","Condition":{%s}},
			{"Effect":"Allow","Action":"iam:*","Resource":"arn:aws:iam::*:*/${aws:username}","Condition":{%s}}]}`,
			conditions[round%len(conditions)], conditions[random.IntN(len(conditions))])
		before := snap(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`)
		o := ReplayOptions{Before: access.New(before, access.Options{}), After: access.New(snap(after), access.Options{})}
		with, without := newReplayer(&o), newReplayer(&o)
		without.classes.size = maxClasses
		translator := Translator{Catalog: library.Catalog(), Snapshot: before}
		records := randomRecords(random, 400)
		with.read(records)
		without.read(records)
		if got, want := with.finish(), without.finish(); !reflect.DeepEqual(got, want) {
			t.Fatalf("seed %d, round %d: with classes %+v, without %+v", seed, round, got, want)
		} else {
			found += len(got.Flips)
		}
		for e := range records {
			needs, why := translator.Needs(e)
			fresh := Translator{Catalog: library.Catalog(), Snapshot: before}
			if want, wantWhy := fresh.translate(e); why != wantWhy || !reflect.DeepEqual(needs, want) {
				t.Fatalf("seed %d, round %d: %+v: needs %v %q, want %v %q", seed, round, e, needs, why, want, wantWhy)
			}
		}
		remembered += len(with.classes.known)
	}
	if found == 0 || remembered == 0 {
		t.Fatalf("%d flips, %d classes: nothing was compared", found, remembered)
	}
}

// randomRecords differ from one another in few members each.
func randomRecords(random *rand.Rand, n int) Records {
	base := trail.Event{EventTime: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), EventType: "AwsApiCall"}
	for _, v := range variants {
		v(&base, 0)
	}
	for _, v := range variants[len(variants)-3:] { // another identity and session each time
		v(&base, random.IntN(8))
	}
	var list []*trail.Event
	for range n {
		e := base
		for range random.IntN(4) {
			variants[random.IntN(len(variants))](&e, random.IntN(8))
		}
		list = append(list, &e)
	}
	return func(yield func(*trail.Event, *awsimport.Problem) bool) {
		for _, e := range list {
			if !yield(e, nil) {
				return
			}
		}
	}
}
