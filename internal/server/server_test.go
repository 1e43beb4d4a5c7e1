package server_test

import (
	"bytes"
	"context"
	"encoding/xml"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/api/iam"
	"github.com/warder-iam/warder/internal/api/sts"
	"github.com/warder-iam/warder/internal/authn"
	"github.com/warder-iam/warder/internal/kv/sqlitekv"
	"github.com/warder-iam/warder/internal/seal"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/internal/sigv4"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/trail"
)

const account = "111122223333"

// memory is a Recorder; fail, when set, refuses.
type memory struct {
	mu     sync.Mutex
	events []*trail.Event
	fail   error
}

func (m *memory) Append(_ context.Context, events ...*trail.Event) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return m.fail
	}
	m.events = append(m.events, events...)
	return nil
}

func (m *memory) last(t *testing.T) *trail.Event {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.events) == 0 {
		t.Fatal("no event was recorded")
	}
	return m.events[len(m.events)-1]
}

// fixture is a server over a real store with an account of two users: admin may do everything, bob nothing.
type fixture struct {
	*server.Server
	store    *store.Store
	recorder *memory
	http     *httptest.Server
	keys     *session.Keys
	signer   map[string]*sigv4.Signer // by user name
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	engine, err := sqlitekv.Open(t.TempDir(), sqlitekv.Options{})
	check(t, err)
	t.Cleanup(func() { check(t, engine.Close()) })
	ring, _, err := seal.NewKeyring(seal.NewMaster())
	check(t, err)
	st, err := store.Open(t.Context(), engine, ring, store.Options{Library: directory.NewLibrary(catalog.Load())})
	check(t, err)
	t.Cleanup(func() { check(t, st.Close()) })

	f := &fixture{store: st, recorder: &memory{}, keys: session.NewKeys(ring), signer: map[string]*sigv4.Signer{}}
	f.Server = server.New(server.Options{
		Store: st, Recorder: f.recorder,
		Authn: &authn.Authenticator{Keys: f.keys, Cache: sigv4.NewKeyCache(16)},
	}, iam.Service, sts.Service)
	f.seed(t)
	f.http = httptest.NewServer(f.Server)
	t.Cleanup(f.http.Close)
	return f
}

func (f *fixture) seed(t *testing.T) {
	_, err := f.store.Update(t.Context(), &store.Change{Account: account}, func(tx *store.Tx) ([]byte, error) {
		check(t, tx.Put(&directory.AccountInfo{ID: account, Created: tx.Now()}))
		for _, name := range []string{"admin", "bob"} {
			u := &directory.User{ID: session.NewEntityID(session.PrefixUser), Name: name, Path: "/", Created: tx.Now()}
			if name == "admin" {
				u.Attached = []string{"arn:aws:iam::aws:policy/AdministratorAccess"}
			}
			key, err := f.keys.MintAccessKey(account)
			check(t, err)
			check(t, tx.Put(u))
			check(t, tx.Put(&directory.AccessKey{ID: key.ID, User: u.ID, Created: tx.Now(), Active: true, Sealed: key.Sealed}))
			f.signer[name] = &sigv4.Signer{AccessKeyID: key.ID, Secret: key.Secret, Region: "us-east-1", Service: "iam"}
		}
		return nil, nil
	})
	check(t, err)
}

// answer is what a client sees.
type answer struct {
	Status  int
	Code    string `xml:"Error>Code"`
	Message string `xml:"Error>Message"`
	Type    string `xml:"Error>Type"`
	Request string `xml:"RequestId"`
	body    string
}

// post sends a signed form as that user; header goes into the signature.
func (f *fixture) post(t *testing.T, user, form string, header map[string]string) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, f.http.URL+"/", strings.NewReader(form))
	check(t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for k, v := range header {
		r.Header.Set(k, v)
	}
	if s := f.signer[user]; s != nil {
		wire := &sigv4.Request{Method: r.Method, RawTarget: "/", Header: r.Header, Host: r.URL.Host, Body: []byte(form)}
		check(t, s.Sign(wire, time.Now()))
	}
	return f.send(t, r)
}

func (f *fixture) send(t *testing.T, r *http.Request) answer {
	t.Helper()
	resp, err := f.http.Client().Do(r)
	check(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	check(t, err)
	a := answer{Status: resp.StatusCode, body: string(body)}
	if resp.StatusCode != http.StatusOK {
		check(t, xml.Unmarshal(body, &a))
		if a.Request == "" || a.Request != resp.Header.Get("X-Amzn-Requestid") {
			t.Errorf("request id %q in the body, %q in the header", a.Request, resp.Header.Get("X-Amzn-Requestid"))
		}
	}
	return a
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
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

func (f *fixture) outbox(t *testing.T) []*trail.Event {
	t.Helper()
	var events []*trail.Event
	for o, err := range f.store.Outbox(t.Context(), "") {
		check(t, err)
		events = append(events, o.Event)
	}
	return events
}

const create = "Action=CreateUser&Version=2010-05-08&UserName="

// A change and its event are one; denials and failures are on record too.
func TestRecord(t *testing.T) {
	f := newFixture(t)
	f.createUser(func() {})
	if a := f.post(t, "admin", create+"carol", nil); a.Status != http.StatusOK {
		t.Fatalf("CreateUser: %+v", a)
	}
	if n := len(f.recorder.events); n != 0 {
		t.Errorf("a change was recorded %d times apart from itself", n)
	}
	events := f.outbox(t)
	if len(events) != 1 {
		t.Fatalf("%d events in the outbox, want 1", len(events))
	}
	e := events[0]
	if e.EventName != "CreateUser" || e.UserIdentity.UserName != "admin" || e.ErrorCode != "" || e.ReadOnly ||
		!bytes.Contains(e.RequestParameters, []byte(`"userName":"carol"`)) || !bytes.Contains(e.ResponseElements, []byte(`"userName":"carol"`)) {
		t.Errorf("event %+v, %s, %s", e, e.RequestParameters, e.ResponseElements)
	}

	if a := f.post(t, "admin", create+"carol", nil); a.Code != "EntityAlreadyExists" || a.Status != http.StatusConflict {
		t.Errorf("second CreateUser: %+v", a)
	}
	if e := f.recorder.last(t); e.ErrorCode != "EntityAlreadyExists" || e.UserIdentity.UserName != "admin" {
		t.Errorf("event of the failure: %+v", e)
	}
	a := f.post(t, "bob", create+"dave", nil)
	want := "User: arn:aws:iam::111122223333:user/bob is not authorized to perform: iam:CreateUser on resource: " +
		"arn:aws:iam::111122223333:user/dave because no identity-based policy allows the iam:CreateUser action"
	if a.Status != http.StatusForbidden || a.Code != "AccessDenied" || a.Message != want {
		t.Errorf("denial: %+v", a)
	}
	if e := f.recorder.last(t); e.ErrorCode != "AccessDenied" || e.UserIdentity.UserName != "bob" || e.ErrorMessage != want {
		t.Errorf("event of the denial: %+v", e)
	}
}

// A caller who was not authenticated is on record with the key it named and nothing else.
func TestRecordOfStrangers(t *testing.T) {
	f := newFixture(t)
	f.signer["stranger"] = &sigv4.Signer{AccessKeyID: f.signer["bob"].AccessKeyID, Secret: seal.NewSecret([]byte("guess")), Region: "us-east-1", Service: "iam"}
	a := f.post(t, "stranger", "Action=ListUsers&Version=2010-05-08", nil)
	if a.Status != http.StatusForbidden || a.Code != "SignatureDoesNotMatch" {
		t.Errorf("wrong secret: %+v", a)
	}
	e := f.recorder.last(t)
	if e.UserIdentity.Type != "Unknown" || e.UserIdentity.UserName != "" || e.UserIdentity.ARN != "" || e.RecipientAccountID != account {
		t.Errorf("event: %+v", e)
	}
}

// What cannot be recorded does not happen, or is not told: the answer is an error.
func TestRecorderFails(t *testing.T) {
	f := newFixture(t)
	f.recorder.fail = io.ErrShortWrite
	a := f.post(t, "bob", "Action=CreateLoginProfile&Version=2010-05-08&UserName=bob", nil)
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
			k := tx.Account().AccessKey(f.signer["admin"].AccessKeyID).Clone()
			k.Active = false
			return tx.Put(k)
		}},
		{"user deleted", "InvalidClientTokenId", func(tx *store.Tx, f *fixture) error {
			tx.Delete(tx.Account().AccessKey(f.signer["admin"].AccessKeyID))
			tx.Delete(tx.Account().User("admin"))
			return nil
		}},
	}
	for _, r := range revocations {
		t.Run(r.name, func(t *testing.T) {
			f := newFixture(t)
			f.createUser(func() {
				_, err := f.store.Update(t.Context(), &store.Change{Account: account}, func(tx *store.Tx) ([]byte, error) {
					return nil, r.revoke(tx, f)
				})
				check(t, err)
			})
			if a := f.post(t, "admin", create+"carol", nil); a.Code != r.code {
				t.Errorf("%+v, want %s", a, r.code)
			}
			if f.store.Snapshot().Account(account).User("carol") != nil {
				t.Error("the user was made all the same")
			}
			if e := f.recorder.last(t); e.ErrorCode != r.code {
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
	first := f.post(t, "admin", create+"carol", id)
	again := f.post(t, "admin", create+"carol", id)
	if first.Status != http.StatusOK || again.body != first.body {
		t.Errorf("first %+v, again %+v", first, again)
	}
	if n := len(f.outbox(t)); n != 1 {
		t.Errorf("%d changes on record, want 1", n)
	}
	if e := f.recorder.last(t); !bytes.Contains(e.AdditionalEventData, []byte("retryOfAnEarlierRequest")) {
		t.Errorf("the retry's own event: %+v", e)
	}
	for name, a := range map[string]answer{
		"other id":   f.post(t, "admin", create+"carol", map[string]string{"Amz-Sdk-Invocation-Id": "another"}),
		"no id":      f.post(t, "admin", create+"carol", nil),
		"other body": f.post(t, "admin", create+"CAROL", id),
	} {
		if a.Code != "EntityAlreadyExists" {
			t.Errorf("%s: %+v", name, a)
		}
	}
	if a := f.post(t, "bob", create+"carol", id); a.Code != "AccessDenied" {
		t.Errorf("another caller got %+v", a)
	}
}

// Unsigned, an invocation id counts for nothing: anybody on the way could set it.
func TestRetryUnsignedHeader(t *testing.T) {
	f := newFixture(t)
	f.createUser(func() {})
	send := func() answer {
		form := create + "carol"
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, f.http.URL+"/", strings.NewReader(form))
		check(t, err)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		wire := &sigv4.Request{Method: r.Method, RawTarget: "/", Header: r.Header, Host: r.URL.Host, Body: []byte(form)}
		check(t, f.signer["admin"].Sign(wire, time.Now()))
		r.Header.Set("Amz-Sdk-Invocation-Id", "the same")
		return f.send(t, r)
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
			if a := f.post(t, c.user, c.form, c.header); a.Status != c.status || a.Code != c.code || a.Type != "Sender" {
				t.Errorf("got %d %s %q (%s), want %d %s", a.Status, a.Code, a.Message, a.Type, c.status, c.code)
			}
		})
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, f.http.URL+"/", nil)
	check(t, err)
	if a := f.send(t, r); a.Status != 400 || a.Code != "MalformedInput" {
		t.Errorf("DELETE: %+v", a)
	}
}

// A panic in a handler is that request's InternalFailure and nobody else's.
func TestPanic(t *testing.T) {
	f := newFixture(t)
	f.createUser(func() { panic("a secret of the handler") })
	a := f.post(t, "admin", create+"carol", nil)
	if a.Status != http.StatusInternalServerError || a.Code != "InternalFailure" || a.Type != "Receiver" || strings.Contains(a.body, "secret") {
		t.Errorf("%+v", a)
	}
	if e := f.recorder.last(t); e.ErrorCode != "InternalFailure" {
		t.Errorf("event: %+v", e)
	}
}

// GET carries its parameters in the query.
func TestGet(t *testing.T) {
	f := newFixture(t)
	f.createUser(func() {})
	target := "/?" + url.Values{"Action": {"CreateUser"}, "Version": {"2010-05-08"}, "UserName": {"eve"}}.Encode()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, f.http.URL+target, nil)
	check(t, err)
	wire := &sigv4.Request{Method: r.Method, RawTarget: target, Header: r.Header, Host: r.URL.Host}
	check(t, f.signer["admin"].Sign(wire, time.Now()))
	if a := f.send(t, r); a.Status != http.StatusOK {
		t.Errorf("%+v", a)
	}
}

// The operations that need no permission are these and no others.
func TestOperations(t *testing.T) {
	f := newFixture(t)
	f.createUser(func() {})
	list := f.Operations()
	if len(list) != len(iam.Service.Operations)+len(sts.Service.Operations) {
		t.Errorf("%d operations listed", len(list))
	}
	i := slices.IndexFunc(list, func(o server.OperationState) bool { return o.Name == "CreateUser" })
	if i < 0 || !list[i].Served || list[i].Action != "iam:CreateUser" {
		t.Errorf("CreateUser: %+v", list[i])
	}
}
