package server_test

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/api/accessanalyzer"
	accountapi "github.com/warder-iam/warder/internal/api/account"
	"github.com/warder-iam/warder/internal/api/cloudtrail"
	"github.com/warder-iam/warder/internal/api/iam"
	"github.com/warder-iam/warder/internal/api/sts"
	"github.com/warder-iam/warder/internal/api/warder"
	"github.com/warder-iam/warder/internal/seal"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/server/servertest"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/internal/store"
)

const account = "111122223333"

// fixture is a world of one account with two users: admin may do everything, bob nothing.
type fixture struct {
	*servertest.World
	account    *servertest.Account
	admin, bob *servertest.Credentials
}

func newFixture(t *testing.T, register ...func(*servertest.World)) *fixture {
	t.Helper()
	f := &fixture{World: servertest.New(t, register...)}
	f.account = f.Account(t, account)
	f.admin, f.bob = f.account.Admin(t, "admin"), f.account.User(t, "bob")
	return f
}

// user gives the credentials by name; of any other name none.
func (f *fixture) user(name string) *servertest.Credentials {
	switch name {
	case "admin":
		return f.admin
	case "bob":
		return f.bob
	}
	return f.Anonymous()
}

// createUser is the least that CreateUser needs, for tests of the pipeline around it. before runs in the handler, ahead of
// the transaction.
func (f *fixture) createUser(before func()) {
	rule := server.Ask(func(c *server.Call, in *iam.CreateUserInput) authz.Ask {
		return authz.Ask{Action: c.Action(), Resource: "arn:aws:iam::" + account + ":user/" + in.UserName}
	})
	server.Handle(f.Server, iam.CreateUser, rule, func(c *server.Call, in *iam.CreateUserInput) (*iam.CreateUserOutput, error) {
		before()
		return server.Change(c, func(tx *store.Tx) (*iam.CreateUserOutput, error) {
			if tx.Account().User(in.UserName) != nil {
				return nil, iam.EntityAlreadyExists.New("User with name %s already exists.", in.UserName)
			}
			u := &directory.User{ID: session.NewEntityID(session.PrefixUser), Name: in.UserName, Path: "/", Created: tx.Now()}
			return &iam.CreateUserOutput{User: &iam.User{UserName: u.Name, UserId: u.ID, Path: u.Path}}, tx.Put(u)
		})
	})
}

const create = "Action=CreateUser&Version=2010-05-08&UserName="

// A change and its event are one; denials and failures are on record too.
func TestRecord(t *testing.T) {
	f := newFixture(t)
	f.createUser(func() {})
	if a := f.admin.Post(t, "iam", create+"carol", nil); a.Status != http.StatusOK {
		t.Fatalf("CreateUser: %+v", a)
	}
	if n := len(f.Recorder.Events()); n != 0 {
		t.Errorf("a change was recorded %d times apart from itself", n)
	}
	events := f.Outbox(t)
	if len(events) != 1 {
		t.Fatalf("%d events in the outbox, want 1", len(events))
	}
	e := events[0]
	if e.EventName != "CreateUser" || e.UserIdentity.UserName != "admin" || e.ErrorCode != "" || e.ReadOnly ||
		!bytes.Contains(e.RequestParameters, []byte(`"userName":"carol"`)) || !bytes.Contains(e.ResponseElements, []byte(`"userName":"carol"`)) {
		t.Errorf("event %+v, %s, %s", e, e.RequestParameters, e.ResponseElements)
	}

	if a := f.admin.Post(t, "iam", create+"carol", nil); a.Code != "EntityAlreadyExists" || a.Status != http.StatusConflict {
		t.Errorf("second CreateUser: %+v", a)
	}
	if e := f.Recorder.Last(t); e.ErrorCode != "EntityAlreadyExists" || e.UserIdentity.UserName != "admin" {
		t.Errorf("event of the failure: %+v", e)
	}
	a := f.bob.Post(t, "iam", create+"dave", nil)
	want := "User: arn:aws:iam::111122223333:user/bob is not authorized to perform: iam:CreateUser on resource: " +
		"arn:aws:iam::111122223333:user/dave because no identity-based policy allows the iam:CreateUser action"
	if a.Status != http.StatusForbidden || a.Code != "AccessDenied" || a.Message != want {
		t.Errorf("denial: %+v", a)
	}
	if e := f.Recorder.Last(t); e.ErrorCode != "AccessDenied" || e.UserIdentity.UserName != "bob" || e.ErrorMessage != want {
		t.Errorf("event of the denial: %+v", e)
	}
	forbidden := f.account.User(t, "erin", `{"Version":"2012-10-17","Statement":{"Sid":"Never","Effect":"Deny","Action":"iam:*","Resource":"*"}}`)
	for _, test := range []struct {
		who  *servertest.Credentials
		want string
	}{
		{f.bob, `{"denial":{"action":"iam:CreateUser","resource":"arn:aws:iam::111122223333:user/dave","layer":"identity","explicitDeny":false}}`},
		{forbidden, `{"denial":{"action":"iam:CreateUser","resource":"arn:aws:iam::111122223333:user/dave","layer":"identity","explicitDeny":true,` +
			`"statements":[{"policy":"inline inline0","statementId":"Never"}]}}`},
	} {
		test.who.Post(t, "iam", create+"dave", nil)
		if e := f.Recorder.Last(t); string(e.AdditionalEventData) != test.want || len(e.Resources) != 1 || e.Resources[0].Type != "AWS::IAM::User" {
			t.Errorf("event of the denial: %s, about %+v", e.AdditionalEventData, e.Resources)
		}
	}
}

// A caller who was not authenticated is on record with the key it named and nothing else.
func TestRecordOfStrangers(t *testing.T) {
	f := newFixture(t)
	stranger := *f.bob
	stranger.Secret = seal.NewSecret([]byte("guess"))
	a := stranger.Call(t, "ListUsers")
	if a.Status != http.StatusForbidden || a.Code != "SignatureDoesNotMatch" {
		t.Errorf("wrong secret: %+v", a)
	}
	e := f.Recorder.Last(t)
	if e.UserIdentity.Type != "Unknown" || e.UserIdentity.UserName != "" || e.UserIdentity.ARN != "" || e.RecipientAccountID != account {
		t.Errorf("event: %+v", e)
	}
}

// What cannot be recorded does not happen, or is not told: the answer is an error.
func TestRecorderFails(t *testing.T) {
	f := newFixture(t)
	f.Recorder.Fail(io.ErrShortWrite)
	a := f.bob.Post(t, "iam", "Action=CreateLoginProfile&Version=2010-05-08&UserName=bob", nil)
	if a.Status != http.StatusInternalServerError {
		t.Errorf("unrecorded call: %+v", a)
	}
}

// The caller's right is taken away between the judgement and the transaction: nothing is changed.
func TestRevokedBetweenJudgementAndChange(t *testing.T) {
	revocations := []struct {
		name, code string
		revoke     func(tx *store.Tx, f *fixture) error
	}{
		{"policy detached", "AccessDenied", func(tx *store.Tx, _ *fixture) error {
			u := tx.Account().User("admin").Clone()
			u.Attached = nil
			return tx.Put(u)
		}},
		{"key deactivated", "InvalidClientTokenId", func(tx *store.Tx, f *fixture) error {
			k := tx.Account().AccessKey(f.admin.AccessKeyID).Clone()
			k.Active = false
			return tx.Put(k)
		}},
		{"user deleted", "InvalidClientTokenId", func(tx *store.Tx, f *fixture) error {
			tx.Delete(tx.Account().AccessKey(f.admin.AccessKeyID))
			tx.Delete(tx.Account().User("admin"))
			return nil
		}},
	}
	for _, r := range revocations {
		t.Run(r.name, func(t *testing.T) {
			f := newFixture(t)
			f.createUser(func() {
				_, err := f.Store.Update(t.Context(), &store.Change{Account: account}, func(tx *store.Tx) ([]byte, error) {
					return nil, r.revoke(tx, f)
				})
				servertest.Check(t, err)
			})
			if a := f.admin.Post(t, "iam", create+"carol", nil); a.Code != r.code {
				t.Errorf("%+v, want %s", a, r.code)
			}
			if f.Store.Snapshot().Account(account).User("carol") != nil {
				t.Error("the user was made all the same")
			}
			if e := f.Recorder.Last(t); e.ErrorCode != r.code {
				t.Errorf("event: %+v", e)
			}
		})
	}
}

// The same signed invocation id, operation and body happen once; any difference is another request.
func TestRetry(t *testing.T) {
	f := newFixture(t)
	f.createUser(func() {})
	id := map[string]string{"Amz-Sdk-Invocation-Id": "0b8a1b0e-7a55-4c2e-9a52-5f3c6b6a0001"}
	first := f.admin.Post(t, "iam", create+"carol", id)
	again := f.admin.Post(t, "iam", create+"carol", id)
	if first.Status != http.StatusOK || again.Body != first.Body {
		t.Errorf("first %+v, again %+v", first, again)
	}
	if n := len(f.Outbox(t)); n != 1 {
		t.Errorf("%d changes on record, want 1", n)
	}
	if e := f.Recorder.Last(t); !bytes.Contains(e.AdditionalEventData, []byte("retryOfAnEarlierRequest")) {
		t.Errorf("the retry's own event: %+v", e)
	}
	for name, a := range map[string]servertest.Answer{
		"other id":   f.admin.Post(t, "iam", create+"carol", map[string]string{"Amz-Sdk-Invocation-Id": "another"}),
		"no id":      f.admin.Post(t, "iam", create+"carol", nil),
		"other body": f.admin.Post(t, "iam", create+"CAROL", id),
	} {
		if a.Code != "EntityAlreadyExists" {
			t.Errorf("%s: %+v", name, a)
		}
	}
	if a := f.bob.Post(t, "iam", create+"carol", id); a.Code != "AccessDenied" {
		t.Errorf("another caller got %+v", a)
	}
}

// Unsigned, an invocation id counts for nothing: anybody on the way could set it.
func TestRetryUnsignedHeader(t *testing.T) {
	f := newFixture(t)
	f.createUser(func() {})
	send := func() servertest.Answer {
		r := f.admin.Request(t, "iam", create+"carol", nil, time.Now())
		r.Header.Set("Amz-Sdk-Invocation-Id", "the same")
		return f.Send(t, r)
	}
	if a := send(); a.Status != http.StatusOK {
		t.Fatalf("%+v", a)
	}
	if a := send(); a.Code != "EntityAlreadyExists" {
		t.Errorf("%+v", a)
	}
}

// What cannot be understood is refused by name, at once, in a form that clients can read.
func TestRefusals(t *testing.T) {
	f := newFixture(t)
	f.createUser(func() {})
	cases := []struct {
		name   string
		method string
		target string
		user   string
		form   string
		header map[string]string
		status int
		code   string
	}{
		{name: "no action", user: "admin", form: "Version=2010-05-08", status: 400, code: "MissingAction"},
		{name: "unknown action", user: "admin", form: "Action=Nope&Version=2010-05-08", status: 400, code: "InvalidAction"},
		{name: "wrong version", user: "admin", form: "Action=CreateUser&Version=2011-06-15&UserName=x", status: 400, code: "InvalidAction"},
		{name: "no version", user: "admin", form: "Action=CreateUser&UserName=x", status: 400, code: "InvalidAction"},
		{name: "another service's operation", user: "admin", form: "Action=GetCallerIdentity&Version=2011-06-15", status: 400, code: "InvalidAction"},
		{name: "no signature", form: "Action=CreateUser&Version=2010-05-08&UserName=x", status: 403, code: "MissingAuthenticationToken"},
		{name: "missing member", user: "admin", form: "Action=CreateUser&Version=2010-05-08", status: 400, code: "ValidationError"},
		{name: "bad member", user: "admin", form: create + "a%20b", status: 400, code: "ValidationError"},
		{name: "member twice", user: "admin", form: create + "a&UserName=b", status: 404, code: "MalformedQueryString"},
		{name: "JSON body", user: "admin", form: `{"Action":"CreateUser"}`, header: map[string]string{"Content-Type": "application/json"}, status: 400, code: "MalformedInput"},
		{name: "not served", user: "admin", form: "Action=CreateLoginProfile&Version=2010-05-08&UserName=bob", status: 400, code: "NotImplemented"},
		{name: "not served, unsigned", form: "Action=AssumeRoleWithWebIdentity&Version=2011-06-15", status: 400, code: "NotImplemented"},
		{name: "too large", user: "admin", form: create + strings.Repeat("a", 1<<20), status: 413, code: "RequestEntityTooLarge"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if a := f.user(c.user).Post(t, "iam", c.form, c.header); a.Status != c.status || a.Code != c.code || a.Type != "Sender" {
				t.Errorf("got %d %s %q (%s), want %d %s", a.Status, a.Code, a.Message, a.Type, c.status, c.code)
			}
		})
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, f.URL+"/", nil)
	servertest.Check(t, err)
	if a := f.Send(t, r); a.Status != 400 || a.Code != "MalformedInput" {
		t.Errorf("DELETE: %+v", a)
	}
}

// A panic in a handler is that request's InternalFailure and nobody else's.
func TestPanic(t *testing.T) {
	f := newFixture(t)
	f.createUser(func() { panic("a secret of the handler") })
	a := f.admin.Post(t, "iam", create+"carol", nil)
	if a.Status != http.StatusInternalServerError || a.Code != "InternalFailure" || a.Type != "Receiver" || strings.Contains(a.Body, "secret") {
		t.Errorf("%+v", a)
	}
	if e := f.Recorder.Last(t); e.ErrorCode != "InternalFailure" {
		t.Errorf("event: %+v", e)
	}
}

// GET carries its parameters in the query.
func TestGet(t *testing.T) {
	f := newFixture(t)
	f.createUser(func() {})
	target := "/?" + url.Values{"Action": {"CreateUser"}, "Version": {"2010-05-08"}, "UserName": {"eve"}}.Encode()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, f.URL+target, nil)
	servertest.Check(t, err)
	f.admin.Sign(t, r, "iam", "", time.Now())
	if a := f.Send(t, r); a.Status != http.StatusOK {
		t.Errorf("%+v", a)
	}
}

// The operations that need no permission are these and no others.
// TestAttempts: every decided call counts for reports of last access, a denied one as denied; one that could not be read
// does not count.
func TestAttempts(t *testing.T) {
	f := newFixture(t)
	f.createUser(func() {})
	for _, c := range []struct {
		user, body      string
		allowed, denied bool
	}{
		{"bob", create + "a/b", false, false},
		{"bob", create + "carol", false, true},
		{"admin", create + "carol", true, false},
		{"admin", create + "carol", true, false}, // it is allowed, and fails
	} {
		f.user(c.user).Post(t, "iam", c.body, nil)
		got := f.Store.AccessBy(account, f.account.Now().User(c.user).ID)["iam:CreateUser"]
		if allowed, denied := got.Allowed.At > 0, got.Denied.At > 0; allowed != c.allowed || denied != c.denied {
			t.Errorf("%s %s: %+v, want allowed %v, denied %v", c.user, c.body, got, c.allowed, c.denied)
		}
	}
}

func TestOperations(t *testing.T) {
	f := newFixture(t)
	f.createUser(func() {})
	list := f.Operations()
	if len(list) != len(iam.Service.Operations)+len(sts.Service.Operations)+len(accessanalyzer.Service.Operations)+len(accountapi.Service.Operations)+len(cloudtrail.Service.Operations)+len(warder.Service.Operations) {
		t.Errorf("%d operations listed", len(list))
	}
	i := slices.IndexFunc(list, func(o server.OperationState) bool { return o.Name == "CreateUser" })
	if i < 0 || !list[i].Served || list[i].Action != "iam:CreateUser" {
		t.Errorf("CreateUser: %+v", list[i])
	}
}
