package guardrail_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	rules "github.com/warder-iam/warder/audit/guardrail"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/guardrail"
	"github.com/warder-iam/warder/internal/server/servertest"
	"github.com/warder-iam/warder/internal/service/iam"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/policy"
	"github.com/warder-iam/warder/trail"
)

const (
	account = "111122223333"
	day     = 24 * time.Hour
	// hookVariable makes this test program a hook: what it does, and where it writes what it was given. A hook is given no
	// variable but a few, so TMPDIR carries it.
	hookVariable = "TMPDIR"
	hookPrefix   = "/warder-test-hook/"
)

// TestMain is the hook where the tests call this program as one.
func TestMain(m *testing.M) {
	if do, ok := strings.CutPrefix(os.Getenv(hookVariable), hookPrefix); ok {
		os.Exit(hook(do))
	}
	os.Exit(m.Run())
}

// hook writes what it is given, with its arguments and environment, into a file, prints it all, and ends with a status:
// STATUS FILE.
func hook(do string) int {
	status, file, _ := strings.Cut(do, " ")
	in, err := io.ReadAll(os.Stdin)
	if err != nil {
		return 99
	}
	text, err := json.Marshal(map[string]any{"in": json.RawMessage(in), "args": os.Args[1:], "environment": os.Environ()})
	if err == nil {
		err = os.WriteFile(file, text, 0o600)
	}
	fmt.Println(string(in))
	fmt.Fprintln(os.Stderr, string(in))
	if err != nil {
		return 98
	}
	return int(status[0] - '0')
}

// fixture is an account with an administrator, who has used the key just now.
type fixture struct {
	*servertest.Account
	options guardrail.Options
	log     *bytes.Buffer
	now     time.Time
	file    string // that the hook writes
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	w := servertest.New(t, func(w *servertest.World) { iam.Register(w.Server, w.Store, w.Keys, "https://warder.example.org") })
	f := &fixture{Account: w.Account(t, account), log: &bytes.Buffer{}, now: time.Now().UTC().Truncate(time.Second)}
	f.key(t, "admin", 500, 0)
	u := f.Now().User("admin").Clone()
	u.Attached = []string{servertest.Administrator}
	f.Put(t, u)
	f.options = guardrail.Options{
		Every: day, Limit: 10, Server: w.Server, Store: w.Store, Recorder: w.Recorder, Log: slog.New(slog.NewTextHandler(f.log, nil)),
	}
	return f
}

// key makes a user, where there is none, with a key that is so many days old and was used so many days ago; -1 for never.
func (f *fixture) key(t *testing.T, user string, age, used int, tags ...directory.Tag) *servertest.Credentials {
	t.Helper()
	if f.Now().User(user) == nil {
		f.Put(t, &directory.User{ID: "AIDA" + strings.ToUpper(user), Name: user, Path: "/", Tags: tags})
	}
	c := f.Key(t, f.Now().User(user))
	k := f.Now().AccessKey(c.AccessKeyID).Clone()
	k.Created = f.now.Add(-time.Duration(age) * day)
	f.Put(t, k)
	if used >= 0 {
		f.Store.Touch(account, k.ID, store.Use{At: f.now.Add(-time.Duration(used) * day), Service: "iam", Region: "us-east-1"})
	}
	return c
}

// hook names this program as the hook that ends with that status.
func (f *fixture) hook(t *testing.T, status int) {
	t.Helper()
	self, err := os.Executable()
	servertest.Check(t, err)
	f.file = filepath.Join(t.TempDir(), "given")
	t.Setenv(hookVariable, fmt.Sprintf("%s%d %s", hookPrefix, status, f.file))
	f.options.RotateHook, f.options.NoticeHook = self, self
}

// given is what the hook was given.
func (f *fixture) given(t *testing.T) (in map[string]any, all string) {
	t.Helper()
	text, err := os.ReadFile(f.file)
	servertest.Check(t, err)
	var got struct {
		In                map[string]any
		Args, Environment []string
	}
	servertest.Check(t, json.Unmarshal(text, &got))
	return got.In, strings.Join(append(got.Args, got.Environment...), "\n")
}

func (f *fixture) run(t *testing.T, after int) error {
	t.Helper()
	r, err := guardrail.New(f.options)
	servertest.Check(t, err)
	return r.Run(t.Context(), f.now.Add(time.Duration(after)*day))
}

func (f *fixture) active(id string) bool {
	k := f.Now().AccessKey(id)
	return k != nil && k.Active
}

// changes are the events of changes since the beginning, as "NAME parameters".
func (f *fixture) changes(t *testing.T) (names []string, events []*trail.Event) {
	t.Helper()
	events = f.Outbox(t)
	for _, e := range events {
		names = append(names, e.EventName)
		if e.UserIdentity != (trail.UserIdentity{Type: "AWSService", InvokedBy: guardrail.Principal}) || e.ErrorCode != "" {
			t.Errorf("%s by %+v: %s", e.EventName, e.UserIdentity, e.ErrorCode)
		}
	}
	return names, events
}

func want(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// Unused credentials end by ordinary operations, once, and what takes them back is on record.
func TestUnused(t *testing.T) {
	f := newFixture(t)
	f.options.Settings.UnusedCredentials = 90 * day
	old, young, kept := f.key(t, "ann", 400, 100), f.key(t, "ann", 400, 1), f.key(t, "kim", 400, -1, directory.Tag{Key: rules.Tag, Value: rules.Exempt})
	f.Put(t, &directory.LoginProfile{User: "AIDAANN", Created: f.now.Add(-400 * day), Changed: f.now.Add(-400 * day), Sealed: []byte("x")})
	for range 2 {
		servertest.Check(t, f.run(t, 0))
	}
	if f.active(old.AccessKeyID) || !f.active(young.AccessKeyID) || !f.active(kept.AccessKeyID) || f.Now().LoginProfile("AIDAANN") != nil {
		t.Error("not what was due was done")
	}
	names, events := f.changes(t)
	want(t, "changes", names, []string{"UpdateAccessKey", "DeleteLoginProfile"})
	for _, part := range []string{`"guardrail":"guardrail-unused-credentials"`, "was last used on", `"undo":[{"action":"UpdateAccessKey"`} {
		if !strings.Contains(string(events[0].AdditionalEventData), part) {
			t.Errorf("the event has no %s: %s", part, events[0].AdditionalEventData)
		}
	}

	// Who makes the key active again has ninety days.
	k := f.Now().AccessKey(old.AccessKeyID).Clone()
	k.Active = true
	f.Put(t, k)
	for _, c := range []struct {
		after  int
		active bool
	}{{1, true}, {2, true}, {89, true}} {
		servertest.Check(t, f.run(t, c.after))
		if f.active(old.AccessKeyID) != c.active {
			t.Errorf("%d days after it was made active again: %t", c.after, f.active(old.AccessKeyID))
		}
	}
}

// A run that would change more than its limit changes nothing, and says so on the trail.
func TestLimit(t *testing.T) {
	f := newFixture(t)
	f.options.Settings.UnusedCredentials = 90 * day
	for i := range f.options.Limit + 1 {
		f.key(t, fmt.Sprintf("u%d", i), 400, -1)
	}
	for range 2 {
		if err := f.run(t, 0); !errors.Is(err, guardrail.ErrRefused) {
			t.Errorf("%v", err)
		}
	}
	if e := f.Recorder.Last(t); e.EventName != "GuardrailRefused" || e.EventType != "AwsServiceEvent" || !strings.Contains(string(e.ServiceEventDetails), "11 changes are due") {
		t.Errorf("%+v", e)
	}
	if !strings.Contains(f.log.String(), "nothing was changed") {
		t.Errorf("log: %s", f.log)
	}
	names, _ := f.changes(t)
	want(t, "changes", names, nil)
	f.options.Limit++
	servertest.Check(t, f.run(t, 0))
	if names, _ := f.changes(t); len(names) != f.options.Limit {
		t.Errorf("%d changes within the limit", len(names))
	}
}

// A clock that jumps ahead makes nothing look older; one that goes back stops the run.
func TestClock(t *testing.T) {
	f := newFixture(t)
	f.options.Settings = rules.Settings{UnusedCredentials: 90 * day, KeyAge: 365 * day, KeyNotice: 14 * day}
	ann := f.key(t, "ann", 100, 1)
	for _, after := range []int{0, 3650, 3651, 3652} {
		servertest.Check(t, f.run(t, after))
	}
	if err := f.run(t, 1); !errors.Is(err, guardrail.ErrRefused) {
		t.Errorf("a clock that goes back: %v", err)
	}
	servertest.Check(t, f.run(t, 2))
	names, _ := f.changes(t)
	if want(t, "changes", names, nil); !f.active(ann.AccessKeyID) {
		t.Error("the key is inactive")
	}
}

// Old keys end after a notice, which is on the trail, in the log and given to the hook; without it they stay.
func TestNotice(t *testing.T) {
	f := newFixture(t)
	f.options.Settings = rules.Settings{KeyAge: 90 * day, KeyNotice: 14 * day}
	f.Put(t, &directory.AccessKey{ID: "AKIANEWOFADMIN", User: "AIDAADMIN", Created: f.now.Add(300 * day), Active: true, Sealed: []byte("x")})
	ann := f.key(t, "ann", 80, 0)
	f.hook(t, 3)
	if err := f.run(t, 0); err == nil || !strings.Contains(err.Error(), "exit status 3") {
		t.Errorf("a hook that fails: %v", err)
	}
	if n := len(f.Recorder.Events()); n != 0 {
		t.Errorf("%d notices are on the trail that were not given", n)
	}
	f.hook(t, 0)
	servertest.Check(t, f.run(t, 1))
	in, _ := f.given(t)
	keys, _ := json.Marshal(in["keys"])
	if in["event"] != "notice" || in["account"] != account || !strings.Contains(string(keys), ann.AccessKeyID) {
		t.Errorf("the hook was given %v", in)
	}
	events := f.Recorder.Events()
	if len(events) != 2 || events[0].EventName != "AccessKeyNotice" { // the administrator's old key too
		t.Fatalf("%d events", len(events))
	}
	for after := 2; after < 15; after++ {
		servertest.Check(t, f.run(t, after))
		if !f.active(ann.AccessKeyID) {
			t.Fatalf("inactive after %d days", after)
		}
	}
	if n := len(f.Recorder.Events()); n != 2 {
		t.Errorf("%d events after the notices", n)
	}
	servertest.Check(t, f.run(t, 15))
	if f.active(ann.AccessKeyID) {
		t.Error("active after the notice is over")
	}
}

// Policies that nothing has, and old versions, go after runs have seen them so for long enough; the way back is on record.
func TestPolicies(t *testing.T) {
	f := newFixture(t)
	f.options.Settings = rules.Settings{PolicyVersions: 30 * day, UnattachedPolicies: 60 * day}
	doc := servertest.Document(t, policy.Identity, `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}}`)
	f.Put(t, &directory.Policy{
		ID: "ANPAX", Name: "p", Path: "/", Description: "reads", Tags: []directory.Tag{{Key: "team", Value: "x"}}, Default: 2, Latest: 2, Created: f.now.Add(-500 * day),
		Versions: []directory.PolicyVersion{{Number: 1, Document: doc, Created: f.now.Add(-500 * day)}, {Number: 2, Document: doc, Created: f.now.Add(-400 * day)}},
	})
	for after := range 61 {
		servertest.Check(t, f.run(t, after))
		names, _ := f.changes(t)
		if n := len(names); after < 30 && n != 0 || after >= 30 && after < 60 && n != 1 {
			t.Fatalf("%d changes after %d days", n, after)
		}
	}
	names, events := f.changes(t)
	want(t, "changes", names, []string{"DeletePolicyVersion", "DeletePolicy"})
	for _, part := range []string{`"action":"CreatePolicy"`, `"Description":"reads"`, `"Tags.member.1.Value":"x"`, "s3:Get*"} {
		if !strings.Contains(string(events[1].AdditionalEventData), part) {
			t.Errorf("no %s in %s", part, events[1].AdditionalEventData)
		}
	}
	servertest.Check(t, f.run(t, 61))
	notes, err := f.Store.Notes(t.Context(), account, store.GuardrailNotes)
	if servertest.Check(t, err); len(notes) != 1 {
		t.Errorf("%d notes are left, want that of the runs", len(notes))
	}
}

// What is not due any more when its turn comes is left alone.
func TestMeanwhile(t *testing.T) {
	f := newFixture(t)
	f.options.Settings.UnusedCredentials = 90 * day
	first, second := f.key(t, "ann", 400, -1), f.key(t, "bob", 400, -1)
	log := f.options.Log.Handler()
	f.options.Log = slog.New(&reacting{log, func() { // the first change is made: the other key is used
		f.Store.Touch(account, second.AccessKeyID, store.Use{At: f.now, Service: "s3", Region: "us-east-1"})
	}})
	servertest.Check(t, f.run(t, 0))
	if f.active(first.AccessKeyID) || !f.active(second.AccessKeyID) {
		t.Errorf("first %t, second %t", f.active(first.AccessKeyID), f.active(second.AccessKeyID))
	}
}
