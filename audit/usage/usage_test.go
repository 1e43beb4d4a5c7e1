package usage_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/audit/access"
	"github.com/warder-iam/warder/audit/usage"
	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/directory/awsimport"
	"github.com/warder-iam/warder/policy"
	"github.com/warder-iam/warder/trail"
)

const (
	account = "111122223333"
	ci      = "arn:aws:iam::111122223333:user/ci"
)

var now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// state is an account with the user ci, who has one policy, and the role web.
func state(library *directory.Library, text string) *directory.Snapshot {
	var inline []directory.InlinePolicy
	if doc, err := policy.Parse(text); err == nil && len(doc.Statements) > 0 { // one without statements is none that AWS takes
		inline = append(inline, directory.InlinePolicy{Name: "own", Document: library.Document(text)})
	}
	return directory.Load(library, 1, map[string][]directory.Entity{account: {
		&directory.User{ID: "AIDACI", Name: "ci", Path: "/", Inline: inline},
		&directory.Role{ID: "AROAWEB", Name: "web", Path: "/app/"},
	}})
}

func read[T any](t *testing.T, file string) (list []T) {
	t.Helper()
	text, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &list); err != nil || len(list) == 0 {
		t.Fatalf("%s: %d cases, %v", file, len(list), err)
	}
	return list
}

// record is an event of ci with these members, as a trail has it.
func record(t testing.TB, members string) *trail.Event {
	t.Helper()
	own := `"userIdentity":{"type":"IAMUser","arn":"` + ci + `","accountId":"` + account + `","userName":"ci"},`
	if strings.Contains(members, `"userIdentity"`) {
		own = ""
	}
	e, err := trail.Parse([]byte(`{"eventID":"e","eventVersion":"1.11",` + own + `"eventTime":"2026-01-02T03:04:05Z","awsRegion":"eu-west-1",` +
		`"eventType":"AwsApiCall","recipientAccountId":"` + account + `",` + strings.TrimPrefix(members, "{")))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func recordsOf(t testing.TB, list []json.RawMessage) usage.Records {
	return func(yield func(*trail.Event, *awsimport.Problem) bool) {
		for _, raw := range list {
			if !yield(record(t, string(raw)), nil) {
				return
			}
		}
	}
}

func needText(n *usage.Need) string {
	text := n.Action + " " + n.Resource
	var keys []string
	for k, v := range n.Keys {
		keys = append(keys, k+"="+v)
	}
	slices.Sort(keys)
	for _, tag := range n.Tags {
		keys = append(keys, tag.Key+"="+tag.Value)
	}
	if n.With != "" {
		keys = append(keys, "with "+n.With)
	}
	return strings.Join(append([]string{text}, keys...), " ")
}

func TestNeeds(t *testing.T) {
	c := catalog.Load()
	tr := usage.Translator{Catalog: c, Snapshot: state(directory.NewLibrary(c), `{"Version":"2012-10-17","Statement":[]}`)}
	for _, test := range read[struct {
		Name, Why string
		Event     json.RawMessage
		Needs     []string
	}](t, "needs.json") {
		needs, why := tr.Needs(record(t, string(test.Event)))
		var got []string
		for i := range needs {
			got = append(got, needText(&needs[i]))
		}
		if !slices.Equal(got, test.Needs) || why != test.Why {
			t.Errorf("%s: %q, %q", test.Name, got, why)
		}
	}
}

// TestNamesAreActions: each name that events are translated to is one of the catalogue's.
func TestNamesAreActions(t *testing.T) {
	c := catalog.Load()
	tr := usage.Translator{Catalog: c}
	for _, name := range []string{"ListObjects", "HeadObject", "PutBucketEncryption", "DeleteBucketCors", "PutBucketNotificationConfiguration", "GetBucketInventoryConfiguration", "UploadPart"} {
		if _, why := tr.Needs(record(t, `"eventSource":"s3.amazonaws.com","eventName":"`+name+`","requestParameters":{"bucketName":"b","key":"k"}}`)); why != "" {
			t.Errorf("%s: %s", name, why)
		}
	}
}

func TestGeneralise(t *testing.T) {
	for _, test := range read[struct {
		Name            string
		Resources, Want []string
	}](t, "generalise.json") {
		got := usage.Generalise(test.Resources)
		if !slices.Equal(got, test.Want) {
			t.Errorf("%s: %q", test.Name, got)
		}
		for _, r := range test.Resources {
			if !slices.ContainsFunc(got, func(p string) bool { return arn.Glob(p, r) }) {
				t.Errorf("%s: %s is lost", test.Name, r)
			}
		}
	}
}

// TestManyNames: names of one type, without a slash, become all of that type.
func TestManyNames(t *testing.T) {
	var names []string
	for i := range usage.ManyNames + 1 {
		names = append(names, fmt.Sprintf("arn:aws:lambda:eu-west-1:111122223333:function:f%d", i))
	}
	if got := usage.Generalise(names[1:]); len(got) != usage.ManyNames {
		t.Errorf("%q", got)
	}
	if got := usage.Generalise(names); !slices.Equal(got, []string{"arn:aws:lambda:eu-west-1:111122223333:function:*"}) {
		t.Errorf("%q", got)
	}
}

// historyTest is a case of testdata/replay.json or generate.json.
type historyTest struct {
	Name   string
	Before json.RawMessage // the policy of ci
	After  json.RawMessage
	Events []json.RawMessage
	Want   []string
	Policy json.RawMessage
	Error  string
}

func flipLine(f *usage.Flip) string {
	line := fmt.Sprintf("%s: %s %s x%d", f.Change, f.Action, strings.Join(f.Resources, ","), f.Records)
	for _, s := range f.Statements {
		line += " by " + s.SID
	}
	if len(f.DependsOn) > 0 {
		line += " depends on " + strings.Join(f.DependsOn, ",")
	}
	return line
}

func TestReplay(t *testing.T) {
	library := directory.NewLibrary(catalog.Load())
	for _, test := range read[historyTest](t, "replay.json") {
		t.Run(test.Name, func(t *testing.T) {
			before := state(library, string(test.Before))
			after, err := usage.WithOnly(before, ci, string(test.After))
			if err != nil {
				t.Fatal(err)
			}
			options := usage.ReplayOptions{Before: access.New(before, access.Options{Now: now}), After: access.New(after, access.Options{Now: now}), Workers: 2}
			half := len(test.Events) / 2
			trails := []usage.Records{recordsOf(t, test.Events[:half]), recordsOf(t, test.Events[half:])}
			r := usage.Run(trails, options)
			got := []string{}
			for i := range r.Flips {
				got = append(got, flipLine(&r.Flips[i]))
			}
			for i := range r.Unexplained {
				got = append(got, "unexplained "+flipLine(&r.Unexplained[i]))
			}
			for _, g := range r.Gaps {
				got = append(got, "gap "+g.Event)
			}
			if !slices.Equal(got, test.Want) {
				t.Errorf("got %q", got)
			}
		})
	}
}

func TestGenerate(t *testing.T) {
	library := directory.NewLibrary(catalog.Load())
	for _, test := range read[historyTest](t, "generate.json") {
		t.Run(test.Name, func(t *testing.T) {
			f := access.New(state(library, string(test.Before)), access.Options{Now: now})
			g, err := usage.Generate([]usage.Records{recordsOf(t, test.Events)}, f, ci)
			if err != nil {
				t.Fatal(err)
			}
			want := ""
			if test.Policy != nil {
				doc, err := policy.Parse(string(test.Policy))
				if err != nil {
					t.Fatal(err)
				}
				want = doc.Canonical()
			}
			if g.Document == nil && want != "" || g.Document != nil && g.Document.Canonical() != want {
				t.Errorf("got %s", g.Document.Canonical())
			}
			got := []string{}
			for _, d := range g.Denied {
				got = append(got, "denied "+d.Action)
			}
			for _, gap := range g.Gaps {
				got = append(got, "gap "+gap.Event)
			}
			if !slices.Equal(got, test.Want) {
				t.Errorf("got %q", got)
			}
		})
	}
}

func TestGenerateForNobody(t *testing.T) {
	f := access.New(state(directory.NewLibrary(catalog.Load()), `{"Version":"2012-10-17","Statement":[]}`), access.Options{Now: now})
	for _, name := range []string{"arn:aws:iam::111122223333:root", "arn:aws:iam::111122223333:user/nobody", "x"} {
		if g, err := usage.Generate(nil, f, name); err == nil {
			t.Errorf("%s: %+v", name, g)
		}
	}
}

// TestReplayDecides: where the record tells everything that policies ask, what flips is what authz.Decide decides otherwise,
// for all pairs of policies made of a few statements.
func TestReplayDecides(t *testing.T) {
	statements := []string{
		`{"Effect":"Allow","Action":"s3:*","Resource":"*"}`,
		`{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/${aws:username}/*"}`,
		`{"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::b/*","Condition":{"IpAddress":{"aws:SourceIp":"192.0.2.0/24"}}}`,
		`{"Effect":"Allow","NotAction":"s3:*","Resource":"*","Condition":{"StringEquals":{"aws:RequestedRegion":"eu-west-1"}}}`,
	}
	var events []json.RawMessage
	for _, ip := range []string{"192.0.2.1", "10.0.0.1"} {
		for _, call := range []string{
			`"eventSource":"s3.amazonaws.com","eventName":"GetObject","requestParameters":{"bucketName":"b","key":"ci/x"}}`,
			`"eventSource":"s3.amazonaws.com","eventName":"PutObject","requestParameters":{"bucketName":"b","key":"x"}}`,
			`"eventSource":"ec2.amazonaws.com","eventName":"DescribeInstances","requestParameters":null}`,
		} {
			events = append(events, json.RawMessage(`"sourceIPAddress":"`+ip+`",`+call))
		}
	}
	library := directory.NewLibrary(catalog.Load())
	var states []*directory.Snapshot
	for n := range 1 << len(statements) {
		var list []string
		for i, st := range statements {
			if n>>i&1 == 1 {
				list = append(list, st)
			}
		}
		states = append(states, state(library, `{"Version":"2012-10-17","Statement":[`+strings.Join(list, ",")+`]}`))
	}
	for i, before := range states {
		for j, after := range states {
			was, is := access.New(before, access.Options{Now: now}), access.New(after, access.Options{Now: now})
			for _, raw := range events {
				e := record(t, string(raw))
				a, b := decides(before, was, e), decides(after, is, e)
				if !a {
					e.ErrorCode = "AccessDenied"
				}
				one := func(yield func(*trail.Event, *awsimport.Problem) bool) { yield(e, nil) }
				r := usage.Run([]usage.Records{one}, usage.ReplayOptions{Before: was, After: is})
				want := map[[2]bool]usage.Change{{true, false}: usage.ToDenied, {false, true}: usage.ToAllowed}[[2]bool{a, b}]
				got := usage.Same
				if len(r.Flips) > 0 {
					got = r.Flips[0].Change
				}
				if got != want || len(r.Unexplained) > 0 {
					t.Fatalf("policies %d to %d, %s: %v, want %v", i, j, raw, got, want)
				}
			}
		}
	}
}

// decides asks authz what becomes of the call.
func decides(snap *directory.Snapshot, f *access.Finder, e *trail.Event) bool {
	tr := usage.Translator{Catalog: snap.Library().Catalog(), Snapshot: snap}
	needs, _ := tr.Needs(e)
	caller, ok := authz.Principal(snap, ci, e.EventTime)
	if !ok || len(needs) != 1 {
		panic("the test has another world in mind")
	}
	env := authz.Environment{Time: e.EventTime, SourceIP: e.SourceIPAddress, Secure: true, Region: e.AWSRegion}
	d := authz.Decide(snap, caller, &env, f.Ask(needs[0].Action, needs[0].Resource))
	return d.Allowed()
}
