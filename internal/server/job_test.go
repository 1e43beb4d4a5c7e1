package server_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/api/iam"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/policy/eval"
	"github.com/warder-iam/warder/trail"
)

const jobPolicy = `{"Version":"2012-10-17","Statement":[
  {"Effect":"Allow","Principal":{"Service":"tidy.warder.internal"},"Action":"iam:CreateUser","Resource":"arn:aws:iam::*:user/*"},
  {"Effect":"Deny","Principal":{"Service":"tidy.warder.internal"},"Action":"*","Resource":"arn:aws:iam::*:user/kept"}
]}`

func newJob(t *testing.T, name string) *server.Job {
	t.Helper()
	j, err := server.NewJob(name, jobPolicy)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// A job's call goes the way of everybody's: decided by its policy, validated, recorded with the change or as a denial.
func TestJob(t *testing.T) {
	f := newFixture(t)
	f.createUser(func() {})
	why := json.RawMessage(`{"guardrail":"test"}`)
	for _, c := range []struct {
		name, job, account, user string
		code                     string // of the error, "" for none
		message                  string // part of it
	}{
		{"allowed", "tidy.warder.internal", account, "carol", "", ""},
		{"there already", "tidy.warder.internal", account, "carol", "EntityAlreadyExists", "carol"},
		{"denied", "tidy.warder.internal", account, "kept", "AccessDenied",
			"User: tidy.warder.internal is not authorized to perform: iam:CreateUser on resource: arn:aws:iam::" + account + ":user/kept with an explicit deny in a resource-based policy"},
		{"another job", "other.warder.internal", account, "dave", "AccessDenied", "because no resource-based policy allows"},
		{"against the model", "tidy.warder.internal", account, "da/ve", "ValidationError", "userName"},
		{"no such account", "tidy.warder.internal", "999988887777", "dave", "AccessDenied", "no account"},
	} {
		in := &iam.CreateUserInput{UserName: c.user}
		_, err := server.Do(t.Context(), f.Server, newJob(t, c.job), c.account, iam.CreateUser, in, why)
		var e *awsapi.Error
		if c.code == "" && err != nil || c.code != "" && (!errors.As(err, &e) || e.Kind.Code != c.code || !strings.Contains(e.Message, c.message)) {
			t.Errorf("%s: %v", c.name, err)
		}
		last := f.Recorder.Last
		if c.code == "" {
			last = func(t testing.TB) *trail.Event { return f.Outbox(t)[0] }
		}
		event := last(t)
		if event.EventName != "CreateUser" || event.ErrorCode != c.code || event.EventType != "AwsApiCall" || event.SourceIPAddress != c.job || event.UserAgent != c.job ||
			!strings.HasPrefix(string(event.AdditionalEventData), strings.TrimSuffix(string(why), "}")) ||
			strings.Contains(string(event.AdditionalEventData), `"denial":`) != (c.code == "AccessDenied" && c.account == account) {
			t.Errorf("%s: event %+v", c.name, event)
		}
		if want := (trail.UserIdentity{Type: "AWSService", InvokedBy: c.job}); c.account == account && event.UserIdentity != want {
			t.Errorf("%s: userIdentity %+v", c.name, event.UserIdentity)
		}
	}
	if n := len(f.Outbox(t)); n != 1 {
		t.Errorf("%d changes, want 1", n)
	}
}

// A job that has nothing to say is recorded with what the call itself adds.
func TestJobWithNothingToSay(t *testing.T) {
	f := newFixture(t)
	f.createUser(func() { t.Error("it was done") })
	for _, why := range []json.RawMessage{nil, json.RawMessage(`{}`)} {
		in := &iam.CreateUserInput{UserName: "carol"}
		if _, err := server.Do(t.Context(), f.Server, newJob(t, "other.warder.internal"), account, iam.CreateUser, in, why); err == nil {
			t.Error("no error")
		}
		if e := f.Recorder.Last(t); !json.Valid(e.AdditionalEventData) || !strings.HasPrefix(string(e.AdditionalEventData), `{"denial":`) {
			t.Errorf("%q: %s", why, e.AdditionalEventData)
		}
	}
}

// What is too large to be recorded is not done.
func TestJobWithTooMuchToRecord(t *testing.T) {
	f := newFixture(t)
	f.createUser(func() { t.Error("it was done") })
	why := json.RawMessage(`"` + strings.Repeat("x", trail.MaxAdditional) + `"`)
	if _, err := server.Do(t.Context(), f.Server, newJob(t, "tidy.warder.internal"), account, iam.CreateUser, &iam.CreateUserInput{UserName: "carol"}, why); err == nil {
		t.Error("no error")
	}
}

// The rule of a job's call is judged again on the state that the change meets.
func TestJobIsJudgedAgain(t *testing.T) {
	f := newFixture(t)
	rule := server.Ask(func(c *server.Call, in *iam.CreateUserInput) authz.Ask {
		name := in.UserName
		if c.Account().User("bob") == nil {
			name = "kept"
		}
		return authz.Ask{Action: c.Action(), Resource: "arn:aws:iam::" + account + ":user/" + name}
	})
	server.Handle(f.Server, iam.CreateUser, rule, func(c *server.Call, in *iam.CreateUserInput) (*iam.CreateUserOutput, error) {
		f.account.Change(t, func(tx *store.Tx) error {
			tx.Delete(tx.Account().User("bob"))
			return nil
		})
		return server.Change(c, func(tx *store.Tx) (*iam.CreateUserOutput, error) {
			return &iam.CreateUserOutput{}, tx.Put(&directory.User{ID: "AIDAX", Name: in.UserName, Path: "/"})
		})
	})
	_, err := server.Do(t.Context(), f.Server, newJob(t, "tidy.warder.internal"), account, iam.CreateUser, &iam.CreateUserInput{UserName: "carol"}, nil)
	var e *awsapi.Error
	if !errors.As(err, &e) || e.Kind.Code != "AccessDenied" || f.account.Now().User("carol") != nil {
		t.Errorf("%v", err)
	}
}

// A job belongs to no organization and no account: the keys that tell of them are absent.
func TestJobsKeys(t *testing.T) {
	f := newFixture(t)
	caller := &authz.Caller{Kind: eval.Service, Account: account, Services: []string{"tidy.warder.internal"}}
	keys, ok := authz.Keys(f.Store.Snapshot(), caller, &authz.Environment{Time: time.Now()}, &authz.Ask{Action: "iam:CreateUser", Resource: "*"})
	if !ok {
		t.Fatal("unknown")
	}
	for key, want := range map[string]string{"aws:PrincipalAccount": "", "aws:PrincipalServiceName": "tidy.warder.internal", "aws:ResourceAccount": account} {
		v, found := keys.Lookup(key)
		if found != (want != "") || found && v.At(0) != want {
			t.Errorf("%s: %v %t", key, v, found)
		}
	}
}
