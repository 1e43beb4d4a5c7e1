package server_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/api/accessanalyzer"
	"github.com/warder-iam/warder/internal/authn"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/server/servertest"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/policy/eval"
)

// validatePolicy is the least that ValidatePolicy needs, for tests of the pipeline around it. It counts its calls.
func (f *fixture) validatePolicy() *int {
	n := new(int)
	rule := server.Ask(func(c *server.Call, _ *accessanalyzer.ValidatePolicyInput) authz.Ask {
		return authz.Ask{Action: c.Action(), Resource: "*"}
	})
	server.Handle(f.Server, accessanalyzer.ValidatePolicy, rule, func(*server.Call, *accessanalyzer.ValidatePolicyInput) (*accessanalyzer.ValidatePolicyOutput, error) {
		*n++
		return &accessanalyzer.ValidatePolicyOutput{}, nil
	})
	return n
}

const (
	validation = "/policy/validation"
	validBody  = `{"policyType":"IDENTITY_POLICY","policyDocument":"{}"}`
)

// restCall is a request of admin's, changed in one way.
type restCall struct {
	name, service, method, target, body string
	header                              map[string]string
	twist                               func(r *http.Request) // after signing
	status                              int
	code                                string
}

func (f *fixture) rest(t *testing.T, c *servertest.Credentials, rc *restCall) servertest.Answer {
	t.Helper()
	get := func(value, otherwise string) string {
		if value == "" {
			return otherwise
		}
		return value
	}
	r := c.RESTRequest(t, get(rc.service, "access-analyzer"), get(rc.method, "POST"), get(rc.target, validation), get(rc.body, validBody), rc.header, time.Now())
	if rc.twist != nil {
		rc.twist(r)
	}
	return f.Send(t, r)
}

// No request has two meanings: neither in two protocols, nor for two services, nor at two paths.
func TestRESTJSONAttacks(t *testing.T) {
	f := newFixture(t)
	f.createUser(func() { t.Error("CreateUser ran") })
	n := f.validatePolicy()
	form := map[string]string{"Content-Type": "application/x-www-form-urlencoded"}
	body := func(text string) func(*http.Request) {
		return func(r *http.Request) {
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader(text)), int64(len(text))
		}
	}
	to := func(target string) func(*http.Request) { // the signer refuses these
		return func(r *http.Request) {
			u, err := url.Parse(f.URL + target)
			servertest.Check(t, err)
			r.URL = u
		}
	}
	for _, tt := range []restCall{
		{name: "a form", body: create + "carol", header: form, status: 415, code: "UnsupportedMediaTypeException"},
		{name: "JSON that calls itself a form", header: form, status: 415, code: "UnsupportedMediaTypeException"},
		{name: "another charset", header: map[string]string{"Content-Type": "application/json; charset=utf-7"}, status: 415, code: "UnsupportedMediaTypeException"},
		{name: "a form for iam at this path", service: "iam", body: create + "carol", header: form, status: 404, code: "UnknownOperationException"},
		{name: "JSON for iam at this path", service: "iam", status: 404, code: "UnknownOperationException"},
		{name: "a form for this service at the root", target: "/", body: create + "carol", header: form, status: 404, code: "UnknownOperationException"},
		{name: "an action in the query for this service", target: "/?" + create + "carol", status: 404, code: "UnknownOperationException"},
		{name: "for sts", service: "sts", status: 404, code: "UnknownOperationException"},
		{name: "for a service that is not served", service: "s3", status: 404, code: "UnknownOperationException"},
		{name: "for the service under another name", service: "accessanalyzer", status: 404, code: "UnknownOperationException"},
		{name: "for the service in another case", service: "Access-Analyzer", status: 404, code: "UnknownOperationException"},
		{name: "a target", header: map[string]string{"X-Amz-Target": "AWSOrganizationsV20161128.ListAccounts"}, status: 404, code: "UnknownOperationException"},
		{name: "an unsigned target", twist: func(r *http.Request) { r.Header.Set("X-Amz-Target", "x") }, status: 403, code: "InvalidSignatureException"},
		{name: "GET", method: "GET", status: 404, code: "UnknownOperationException"},
		{name: "PUT", method: "PUT", status: 404, code: "UnknownOperationException"},
		{name: "another method after signing", twist: func(r *http.Request) { r.Method = "PUT" }, status: 404, code: "UnknownOperationException"},
		{name: "an escape for a letter", target: "/policy/%76alidation", status: 404, code: "UnknownOperationException"},
		{name: "an escape for a slash", target: "/policy%2Fvalidation", status: 404, code: "UnknownOperationException"},
		{name: "a slash at the end", target: validation + "/", status: 404, code: "UnknownOperationException"},
		{name: "another case", target: "/Policy/Validation", status: 404, code: "UnknownOperationException"},
		{name: "a path parameter", target: validation + ";x", status: 404, code: "UnknownOperationException"},
		{name: "a double slash", twist: to("//policy/validation"), status: 404, code: "UnknownOperationException"},
		{name: "a dot segment", twist: to("/policy/./validation"), status: 404, code: "UnknownOperationException"},
		{name: "a way up", twist: to("/policy/x/../validation"), status: 404, code: "UnknownOperationException"},
		{name: "a NUL", twist: to("/policy/validation%00"), status: 404, code: "UnknownOperationException"},
		{name: "another path after signing", twist: func(r *http.Request) { r.URL.Path = "/policy/check-no-new-access" }, status: 403, code: "InvalidSignatureException"},
		{name: "a parameter after signing", twist: func(r *http.Request) { r.URL.RawQuery = "maxResults=1" }, status: 403, code: "InvalidSignatureException"},
		{name: "another body after signing", twist: body(`{}`), status: 403, code: "InvalidSignatureException"},
		{name: "a parameter twice", target: validation + "?maxResults=1&maxResults=2", status: 400, code: "SerializationException"},
		{name: "a parameter twice, once escaped", target: validation + "?maxResults=1&max%52esults=1", status: 400, code: "SerializationException"},
		{name: "a parameter that is no number", target: validation + "?maxResults=1.0", status: 400, code: "SerializationException"},
		{name: "a member twice", body: `{"policyType":"IDENTITY_POLICY","policyDocument":"{}","policyType":"RESOURCE_POLICY"}`, status: 400, code: "SerializationException"},
		{name: "a member twice, once escaped", body: `{"policyType":"IDENTITY_POLICY","policyDocument":"{}","policy\u0054ype":"RESOURCE_POLICY"}`, status: 400, code: "SerializationException"},
		{name: "a member in another case", body: `{"PolicyType":"IDENTITY_POLICY","policyDocument":"{}"}`, status: 400, code: "ValidationException"},
		{name: "a member of another type", body: `{"policyType":["IDENTITY_POLICY"],"policyDocument":"{}"}`, status: 400, code: "SerializationException"},
		{name: "deep", body: strings.Repeat(`{"a":`, 10_000) + "1" + strings.Repeat("}", 10_000), status: 400, code: "SerializationException"},
		{name: "large", body: `{"policyDocument":"` + strings.Repeat("x", 600<<10) + `"}`, status: 413, code: "RequestEntityTooLargeException"},
		{name: "no object", body: `[]`, status: 400, code: "SerializationException"},
		{name: "two objects", body: validBody + validBody, status: 400, code: "SerializationException"},
		{name: "a token beside the signature", twist: func(r *http.Request) { r.Header.Add("Authorization", "Bearer x") }, status: 403, code: "IncompleteSignatureException"},
		{name: "a token in place of the signature", twist: func(r *http.Request) { r.Header.Set("Authorization", "Bearer x") }, status: 403, code: "MissingAuthenticationTokenException"},
		{name: "no signature", twist: func(r *http.Request) { r.Header.Del("Authorization") }, status: 403, code: "MissingAuthenticationTokenException"},
		{name: "an operation that is not served", method: "GET", target: "/analyzer", body: " ", status: 400, code: "NotImplemented"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if a := f.rest(t, f.admin, &tt); a.Status != tt.status || a.Code != tt.code {
				t.Errorf("got %d %s: %s, want %d %s", a.Status, a.Code, a.Message, tt.status, tt.code)
			}
		})
	}
	if *n != 0 {
		t.Errorf("ValidatePolicy ran %d times", *n)
	}
	if a := f.rest(t, f.admin, &restCall{}); a.Status != 200 || a.Body != `{"findings":[]}` || *n != 1 {
		t.Errorf("the plain request: %+v", a)
	}
	if a := f.rest(t, f.admin, &restCall{target: validation + "?maxResults=1&unknown=a&unknown=b", header: map[string]string{"Content-Type": "application/json;charset=utf-8"}}); a.Status != 200 {
		t.Errorf("what nobody reads: %+v", a)
	}
}

// Who calls is found out as in the query protocol, under this protocol's names, and put on record.
func TestRESTJSONAuthentication(t *testing.T) {
	f := newFixture(t)
	n := f.validatePolicy()
	stranger := *f.admin
	stranger.AccessKeyID = "AKIAAAAAAAAAAAAAAAAA"
	expired := f.Mint(t, session.Claims{
		Account: account, Issued: time.Now().Add(-2 * time.Hour), Expires: time.Now().Add(-time.Hour), Type: session.SessionToken,
		PrincipalID: f.account.Now().User("admin").ID,
	})
	for _, tt := range []struct {
		name           string
		who            *servertest.Credentials
		status         int
		code, recorded string
	}{
		{"a user without permission", f.bob, 403, "AccessDeniedException", "AccessDenied"},
		{"a key that nobody has", &stranger, 403, "UnrecognizedClientException", "UnrecognizedClientException"},
		{"an expired session", expired, 403, "ExpiredTokenException", "ExpiredTokenException"},
		{"nobody", f.Anonymous(), 403, "MissingAuthenticationTokenException", "MissingAuthenticationTokenException"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := f.rest(t, tt.who, &restCall{})
			e := f.Recorder.Last(t)
			if a.Status != tt.status || a.Code != tt.code || e.ErrorCode != tt.recorded || e.EventSource != "access-analyzer.amazonaws.com" || e.RequestID != a.Request {
				t.Errorf("%d %s: %s; event %+v", a.Status, a.Code, a.Message, e)
			}
		})
	}
	for minutes, code := range map[time.Duration]string{-4: "", 4: "", -6: "InvalidSignatureException", 6: "InvalidSignatureException"} {
		r := f.admin.RESTRequest(t, "access-analyzer", "POST", validation, validBody, nil, time.Now().Add(minutes*time.Minute))
		if a := f.Send(t, r); a.Code != code {
			t.Errorf("signed %d minutes off: %d %s", minutes, a.Status, a.Code)
		}
	}
	if a := f.Send(t, f.admin.Request(t, "iam", "Action=GetUser&Version=2010-05-08", nil, time.Now().Add(-14*time.Minute))); a.Code != "NotImplemented" {
		t.Errorf("iam takes 15 minutes: %+v", a)
	}
	get, err := http.NewRequestWithContext(t.Context(), http.MethodGet, f.admin.Presign(t, "access-analyzer", "/analyzer?maxResults=1", time.Minute), nil)
	servertest.Check(t, err)
	if a := f.Send(t, get); a.Code != "NotImplemented" {
		t.Errorf("presigned: %+v", a)
	}
	if *n != 2 {
		t.Errorf("ValidatePolicy ran %d times, want 2", *n)
	}
}

// A path that two services have names no operation without a signature, and no event of either.
func TestUnsignedAtSharedPath(t *testing.T) {
	f := newFixture(t)
	twin := *accessanalyzer.Service
	twin.Name = "twin"
	s := server.New(f.Options, accessanalyzer.Service, &twin)
	h := httptest.NewServer(s)
	defer h.Close()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, h.URL+"/analyzer", nil)
	servertest.Check(t, err)
	if a := f.Send(t, r); a.Status != 403 || a.Code != "MissingAuthenticationTokenException" || len(f.Recorder.Events()) != 0 {
		t.Errorf("%+v, and %d events", a, len(f.Recorder.Events()))
	}
}

// The own service is a small one of this test's, with what AWS's do not have: bearer tokens, operations without a caller,
// and a change with an idempotency token.

type ownInput struct{ Token *string }

type ownOutput struct {
	Caller *string
	Trace  *string
}

type own struct {
	service         *awsapi.Service
	ask, known, put awsapi.Op[*ownInput, *ownOutput]
}

func newOwn() *own {
	str := &awsapi.Shape{Name: "str", Kind: awsapi.String, GoType: reflect.TypeFor[string]()}
	in := &awsapi.Shape{Name: "ownInput", Kind: awsapi.Structure, GoType: reflect.TypeFor[ownInput](), Members: []awsapi.Member{{Name: "token", Shape: str, IdempotencyToken: true}}}
	out := &awsapi.Shape{Name: "ownOutput", Kind: awsapi.Structure, GoType: reflect.TypeFor[ownOutput](), Members: []awsapi.Member{
		{Name: "caller", Shape: str}, {Name: "trace", Shape: str, Location: awsapi.InHeader, WireName: "x-trace"},
	}}
	o := &own{service: &awsapi.Service{Name: "own", Protocol: awsapi.RESTJSON, EventSource: "own.example"}}
	make := func(name, method, path string, status int) awsapi.Op[*ownInput, *ownOutput] {
		op := &awsapi.Operation{Service: o.service, Name: name, Input: in, Output: out, Binding: &awsapi.Binding{Method: method, URI: awsapi.NewURI(path), Status: status}}
		o.service.Operations = append(o.service.Operations, op)
		return awsapi.Op[*ownInput, *ownOutput]{Operation: op}
	}
	o.ask, o.known, o.put = make("Ask", "POST", "/ask", 200), make("Known", "GET", "/.well-known/own", 200), make("Put", "PUT", "/put/", 201)
	o.ask.Bearer, o.known.Unsigned = true, true
	return o
}

func TestOwnService(t *testing.T) {
	f := newFixture(t)
	o := newOwn()
	options := f.Options
	options.Bearer = func(_ *directory.Snapshot, token string, _ time.Time) (*authz.Caller, *authn.Proof, error) {
		if token != "good+/token==" {
			return nil, nil, awsapi.InvalidClientTokenID.New("no")
		}
		admin := f.account.Now().User("admin")
		return &authz.Caller{Kind: eval.User, Account: account, ARN: f.account.ARN(admin), UserID: admin.ID, UserName: "admin", PrincipalID: admin.ID}, nil, nil
	}
	s := server.New(options, o.service)
	caller := func(c *server.Call, _ *ownInput) (*ownOutput, error) {
		if c.Caller == nil {
			return &ownOutput{}, nil
		}
		return &ownOutput{Caller: new(c.Caller.ARN)}, nil
	}
	server.Handle(s, o.ask, server.Ask(func(c *server.Call, _ *ownInput) authz.Ask { return authz.Ask{Action: c.Action(), Resource: "*"} }), caller)
	server.Handle(s, o.put, server.Ask(func(c *server.Call, _ *ownInput) authz.Ask { return authz.Ask{Action: c.Action(), Resource: "*"} }),
		func(c *server.Call, _ *ownInput) (*ownOutput, error) {
			return server.Change(c, func(tx *store.Tx) (*ownOutput, error) {
				u := &directory.User{ID: session.NewEntityID(session.PrefixUser), Name: session.NewEntityID(session.PrefixUser), Path: "/", Created: tx.Now()}
				return &ownOutput{Caller: new(u.Name), Trace: new(u.ID)}, tx.Put(u)
			})
		})
	h := httptest.NewServer(s)
	defer h.Close()
	f.URL, f.Server = h.URL, s
	ask := func(header string) servertest.Answer {
		r := f.Anonymous().RESTRequest(t, "", "POST", "/ask", "{}", map[string]string{"Authorization": header}, time.Now())
		return f.Send(t, r)
	}
	for header, want := range map[string]struct {
		status int
		code   string
	}{
		"Bearer good+/token==": {200, ""}, "bearer good+/token==": {200, ""},
		"Bearer bad": {403, "UnrecognizedClientException"}, "Bearer a b": {403, "IncompleteSignatureException"}, "Bearer ": {403, "IncompleteSignatureException"},
		"Basic good+/token==": {403, "IncompleteSignatureException"},
	} {
		if a := ask(header); a.Status != want.status || a.Code != want.code || a.Status == 200 && !strings.Contains(a.Body, ":user/admin") {
			t.Errorf("%q: %d %s %s", header, a.Status, a.Code, a.Body)
		}
	}
	admin := *f.admin
	if a := admin.REST(t, "own", "POST", "/ask", "{}", nil); a.Status != 200 {
		t.Errorf("signed: %+v", a)
	}
	s.Bearer = nil
	if a := ask("Bearer good+/token=="); a.Code != "UnrecognizedClientException" {
		t.Errorf("a server that takes no tokens: %+v", a)
	}

	first := admin.REST(t, "own", "PUT", "/put/", `{"token":"t"}`, nil)
	again := admin.REST(t, "own", "PUT", "/put/", `{"token":"t"}`, nil)
	other := admin.REST(t, "own", "PUT", "/put/", `{"token":"u"}`, nil)
	if first.Status != 201 || again.Status != 201 || again.Body != first.Body || other.Status != 201 || other.Body == first.Body {
		t.Errorf("once %+v, again %+v, another %+v", first, again, other)
	}
	if a := admin.REST(t, "own", "PUT", "/put/", `{}`, nil); a.Body == first.Body {
		t.Error("without a token there is no retry")
	}
}
