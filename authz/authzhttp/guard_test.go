package authzhttp_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/authz/authzhttp"
	"github.com/warder-iam/warder/internal/server/servertest"
	"github.com/warder-iam/warder/internal/service/warder"
	"github.com/warder-iam/warder/internal/sigv4"
	"github.com/warder-iam/warder/internal/store"
)

const account = "111122223333"

func document(statement string) string {
	return `{"Version":"2012-10-17","Statement":[` + statement + `]}`
}

// fixture is a Warder with the users notes, who may ask, and alice, who may read what is not in the vault; and a service.
type fixture struct {
	*servertest.Account
	notes, alice *servertest.Credentials
	service      *httptest.Server
	errors       chan error
	body         string // what the handler got last
}

func newFixture(t *testing.T, change ...func(*authzhttp.Config)) *fixture {
	t.Helper()
	world := servertest.New(t, func(w *servertest.World) { warder.Register(w.Server, w.Keys) })
	f := &fixture{Account: world.Account(t, account), errors: make(chan error, 16)}
	f.notes = f.User(t, "notes", document(`{"Effect":"Allow","Action":"warder:*","Resource":"*"}`))
	f.alice = f.User(t, "alice", document(
		`{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"127.0.0.1"},"StringEquals":{"aws:UserAgent":"test","s3:prefix":"p"}}},`+
			`{"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::vault/*"}`))
	config := authzhttp.Config{
		URL: f.URL, Now: time.Now, Service: "s3", Question: readQuestion, Refuse: authzhttp.XMLErrors,
		Credentials: func(context.Context) (authzhttp.Credentials, error) {
			return authzhttp.Credentials{AccessKeyID: f.notes.AccessKeyID, SecretAccessKey: f.notes.Plain}, nil
		},
		OnError: func(_ *http.Request, err error) { f.errors <- err },
	}
	for _, c := range change {
		c(&config)
	}
	guard, err := authzhttp.New(config)
	servertest.Check(t, err)
	f.service = httptest.NewServer(guard.Protect(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		f.body = string(body)
		_, _ = io.WriteString(w, authzhttp.CallerOf(r.Context()).ARN)
	})))
	t.Cleanup(f.service.Close)
	return f
}

func readQuestion(r *http.Request) (authzhttp.Question, error) {
	switch r.URL.Path {
	case "/none":
		return authzhttp.Question{}, &authzhttp.Refusal{Status: http.StatusNotFound, Code: "NoSuchKey", Message: "none"}
	case "/broken":
		return authzhttp.Question{}, errors.New("a fault with a secret")
	case "/malformed":
		return authzhttp.Question{Action: "s3:*", Resource: "*"}, nil
	}
	return authzhttp.Question{
		Action: "s3:GetObject", Resource: "arn:aws:s3:::" + strings.TrimPrefix(r.URL.Path, "/"),
		Tags: map[string]string{"a": "b"}, Context: map[string]any{"s3:prefix": "p"},
	}, nil
}

// request is one that c signs for s3.
func (f *fixture) request(t *testing.T, c *servertest.Credentials, target, body string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, f.service.URL+target, strings.NewReader(body))
	servertest.Check(t, err)
	r.Header.Set("User-Agent", "test")
	signer := c.Signer
	signer.Service = "s3"
	sum := sha256.Sum256([]byte(body))
	r.Header.Set("X-Amz-Content-Sha256", hex.EncodeToString(sum[:]))
	wire := &sigv4.Request{Method: r.Method, RawTarget: target, Header: r.Header, Host: r.URL.Host, Body: []byte(body), PathAsSent: true}
	servertest.Check(t, signer.Sign(wire, time.Now()))
	return r
}

func (f *fixture) do(t *testing.T, r *http.Request) (*http.Response, string) {
	t.Helper()
	resp, err := f.service.Client().Do(r)
	servertest.Check(t, err)
	body, err := io.ReadAll(resp.Body)
	servertest.Check(t, errors.Join(err, resp.Body.Close()))
	return resp, string(body)
}

func (f *fixture) expect(t *testing.T, r *http.Request, status int, want string) *http.Response {
	t.Helper()
	resp, body := f.do(t, r)
	if resp.StatusCode != status || !strings.Contains(body, want) {
		t.Errorf("%d %s, want %d with %q", resp.StatusCode, body, status, want)
	}
	return resp
}

func TestProtect(t *testing.T) {
	f := newFixture(t)
	f.expect(t, f.request(t, f.alice, "/reports/q1", "hello"), http.StatusOK, "arn:aws:iam::"+account+":user/alice")
	if f.body != "hello" {
		t.Errorf("the handler got the body %q", f.body)
	}
	f.expect(t, f.request(t, f.alice, "/reports/a%20b//c+d", ""), http.StatusOK, "user/alice")
	f.expect(t, f.request(t, f.alice, "/vault/gold", ""), http.StatusForbidden, "explicit deny")
	f.expect(t, f.request(t, f.notes, "/reports/q1", ""), http.StatusForbidden, "<Code>AccessDenied</Code><Message>User: arn:aws:iam::"+account+":user/notes is not authorized")

	forged := f.request(t, f.alice, "/reports/q1", "")
	forged.URL.Path = "/reports/q2"
	f.expect(t, forged, http.StatusForbidden, "<Code>SignatureDoesNotMatch</Code>")
	changed := f.request(t, f.alice, "/reports/q1", "hello")
	changed.Body = io.NopCloser(strings.NewReader("hullo"))
	f.expect(t, changed, http.StatusForbidden, "SignatureDoesNotMatch")
	unsigned := f.request(t, f.alice, "/reports/q1", "")
	unsigned.Header.Del("Authorization")
	f.expect(t, unsigned, http.StatusForbidden, "<Code>AccessDenied</Code>")
	stranger := *f.alice
	stranger.AccessKeyID = "AKIAIOSFODNN7EXAMPLE"
	f.expect(t, f.request(t, &stranger, "/reports/q1", ""), http.StatusForbidden, "InvalidAccessKeyId")
	other := f.request(t, f.alice, "/reports/q1", "")
	other.Header.Set("User-Agent", "curl")
	f.expect(t, other, http.StatusForbidden, "AccessDenied")
	// The address is the peer's, whatever a header says.
	forwarded := f.request(t, f.alice, "/reports/q1", "")
	forwarded.Header.Set("X-Forwarded-For", "10.0.0.1")
	f.expect(t, forwarded, http.StatusOK, "")
}

func TestRevokedAtOnce(t *testing.T) {
	f := newFixture(t)
	f.expect(t, f.request(t, f.alice, "/reports/q1", ""), http.StatusOK, "")
	f.Change(t, func(tx *store.Tx) error {
		tx.Delete(tx.Account().AccessKey(f.alice.AccessKeyID))
		return nil
	})
	f.expect(t, f.request(t, f.alice, "/reports/q1", ""), http.StatusForbidden, "InvalidAccessKeyId")
}

// What was signed for one host is good for no other that has the same Service: whoever got it there cannot use it here.
func TestHosts(t *testing.T) {
	var hosts []string
	f := newFixture(t, func(c *authzhttp.Config) { c.Hosts = []string{"Store.example.org", "127.0.0.1:1"}; hosts = c.Hosts })
	if resp, body := f.do(t, f.request(t, f.alice, "/b/k", "")); resp.StatusCode != http.StatusMisdirectedRequest {
		t.Errorf("another host: %d %s", resp.StatusCode, body)
	}
	hosts[1] = strings.TrimPrefix(f.service.URL, "http://")
	if resp, body := f.do(t, f.request(t, f.alice, "/b/k", "")); resp.StatusCode != http.StatusOK {
		t.Errorf("its own: %d %s", resp.StatusCode, body)
	}
	r := f.request(t, f.alice, "/b/k", "") // signed for 127.0.0.1
	r.Host = "store.example.org"
	if resp, body := f.do(t, r); resp.StatusCode != http.StatusForbidden {
		t.Errorf("another host in its place: %d %s", resp.StatusCode, body)
	}
}

func TestQuestionErrors(t *testing.T) {
	f := newFixture(t)
	f.expect(t, f.request(t, f.alice, "/none", ""), http.StatusNotFound, "NoSuchKey")
	resp, body := f.do(t, f.request(t, f.alice, "/broken", ""))
	if resp.StatusCode != http.StatusInternalServerError || strings.Contains(body, "secret") {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
	f.expect(t, f.request(t, f.alice, "/malformed", ""), http.StatusBadRequest, "InvalidRequest")
	if len(f.errors) != 2 {
		t.Errorf("%d errors told", len(f.errors))
	}
}

// What was signed for another host is not taken here, however good the signature.
func TestForeignHost(t *testing.T) {
	f := newFixture(t, func(c *authzhttp.Config) { c.Hosts = []string{"store.example.org", "Other.example.org:8080"} })
	for host, want := range map[string]int{
		"store.example.org": http.StatusOK, "STORE.example.org": http.StatusOK, "store.example.org:80": http.StatusOK, "other.example.org:8080": http.StatusOK,
		"other.example.org": http.StatusMisdirectedRequest, "evil.example.org": http.StatusMisdirectedRequest, "store.example.org:443": http.StatusMisdirectedRequest,
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, f.service.URL+"/reports/q1", nil)
		servertest.Check(t, err)
		r.Header.Set("User-Agent", "test")
		r.Host = host
		signer := f.alice.Signer
		signer.Service = "s3"
		servertest.Check(t, signer.Sign(&sigv4.Request{Method: r.Method, RawTarget: "/reports/q1", Header: r.Header, Host: sigv4.SignedHost(host, false), PathAsSent: true}, time.Now()))
		f.expect(t, r, want, "")
	}
}

func TestBodyLimit(t *testing.T) {
	f := newFixture(t, func(c *authzhttp.Config) { c.MaxBody = 4 })
	f.expect(t, f.request(t, f.alice, "/reports/q1", "1234"), http.StatusOK, "")
	f.expect(t, f.request(t, f.alice, "/reports/q1", "12345"), http.StatusRequestEntityTooLarge, "EntityTooLarge")
}

// An asker that may not ask lets nobody in, and tells the client nothing of it.
func TestAskerWithoutPermission(t *testing.T) {
	var f *fixture
	f = newFixture(t, func(c *authzhttp.Config) {
		c.Credentials = func(context.Context) (authzhttp.Credentials, error) {
			return authzhttp.Credentials{AccessKeyID: f.alice.AccessKeyID, SecretAccessKey: f.alice.Plain}, nil
		}
	})
	resp, body := f.do(t, f.request(t, f.alice, "/reports/q1", ""))
	if resp.StatusCode != http.StatusForbidden || strings.Contains(body, "warder:Evaluate") {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
	if err := <-f.errors; !strings.Contains(err.Error(), "warder:Evaluate") {
		t.Errorf("told %v", err)
	}
}

func TestBearerToken(t *testing.T) {
	f := newFixture(t, func(c *authzhttp.Config) {
		c.Credentials, c.Token = nil, func(context.Context) (string, error) { return "", errors.New("no token yet") }
	})
	f.expect(t, f.request(t, f.alice, "/reports/q1", ""), http.StatusServiceUnavailable, "")
	var token string
	f = newFixture(t, func(c *authzhttp.Config) {
		c.Credentials, c.Token = nil, func(context.Context) (string, error) { return token, nil }
	})
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, f.URL+"/access/v1/token", strings.NewReader("{}"))
	servertest.Check(t, err)
	r.Header.Set("Content-Type", "application/json")
	f.notes.Sign(t, r, "warder", "{}", time.Now())
	_, body := f.do(t, r)
	var out struct{ Token string }
	servertest.Check(t, json.Unmarshal([]byte(body), &out))
	token = out.Token
	f.expect(t, f.request(t, f.alice, "/reports/q1", ""), http.StatusOK, "user/alice")
	token = "wdr1_AAAA"
	f.expect(t, f.request(t, f.alice, "/reports/q1", ""), http.StatusServiceUnavailable, "")
}

// stub answers in Warder's place.
func stub(t *testing.T, answer http.HandlerFunc) func(*authzhttp.Config) {
	t.Helper()
	s := httptest.NewServer(answer)
	t.Cleanup(s.Close)
	return func(c *authzhttp.Config) { c.URL = s.URL }
}

// Whatever Warder answers that is no clear yes to this very request lets nobody through.
func TestFailsClosed(t *testing.T) {
	const subject = `"subject":{"arn":"arn:aws:iam::111122223333:user/alice"}`
	empty := `"payload":{"signed":true,"sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}`
	for name, test := range map[string]struct {
		status int
		body   string
		want   int
	}{
		"a yes":                     {200, `{"decision":true,"context":{` + subject + `,` + empty + `}}`, http.StatusOK},
		"a yes to nobody":           {200, `{"decision":true}`, http.StatusInternalServerError},
		"a yes without a payload":   {200, `{"decision":true,"context":{` + subject + `}}`, http.StatusInternalServerError},
		"a yes to an unsigned body": {200, `{"decision":true,"context":{` + subject + `,"payload":{"signed":false}}}`, http.StatusInternalServerError},
		"a yes to another body":     {200, `{"decision":true,"context":{` + subject + `,"payload":{"signed":true,"sha256":"00"}}}`, http.StatusInternalServerError},
		"a word":                    {200, `{"decision":"true","context":{` + subject + `,` + empty + `}}`, http.StatusServiceUnavailable},
		"no decision":               {200, `{"context":{` + subject + `,` + empty + `}}`, http.StatusInternalServerError},
		"null":                      {200, `{"decision":null,"context":{` + subject + `,` + empty + `}}`, http.StatusInternalServerError},
		"a no":                      {200, `{"decision":false,"context":{"reason":"no"}}`, http.StatusForbidden},
		"no JSON":                   {200, `<html>`, http.StatusServiceUnavailable},
		"nothing":                   {200, ``, http.StatusServiceUnavailable},
		"a yes with another status": {201, `{"decision":true,"context":{` + subject + `,` + empty + `}}`, http.StatusServiceUnavailable},
		"a yes that is an error":    {500, `{"decision":true,"context":{` + subject + `,` + empty + `}}`, http.StatusServiceUnavailable},
		"unauthorized":              {401, `{"message":"x"}`, http.StatusServiceUnavailable},
		"a forbidden of a proxy":    {403, `<html>`, http.StatusServiceUnavailable},
		"throttled":                 {429, `{}`, http.StatusServiceUnavailable},
		"redirect":                  {307, ``, http.StatusServiceUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, stub(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Location", "/elsewhere")
				w.WriteHeader(test.status)
				_, _ = io.WriteString(w, test.body)
			}))
			resp := f.expect(t, f.request(t, f.alice, "/reports/q1", ""), test.want, "")
			if got := resp.Header.Get("Retry-After"); (got == "5") != (test.want == http.StatusServiceUnavailable) {
				t.Errorf("Retry-After %q", got)
			}
		})
	}
}

func TestUnreachable(t *testing.T) {
	f := newFixture(t, func(c *authzhttp.Config) { c.URL = "http://127.0.0.1:1" })
	f.expect(t, f.request(t, f.alice, "/reports/q1", ""), http.StatusServiceUnavailable, "ServiceUnavailable")
	over := make(chan struct{})
	f = newFixture(t, stub(t, func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-over:
		case <-r.Context().Done():
		}
	}), func(c *authzhttp.Config) { c.Timeout = 200 * time.Millisecond })
	t.Cleanup(func() { close(over) })
	f.expect(t, f.request(t, f.alice, "/reports/q1", ""), http.StatusServiceUnavailable, "ServiceUnavailable")
}

// Warder may be behind a unix socket.
func TestUnixSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "warder.sock")
	var warderSide http.Handler
	l, err := net.Listen("unix", path)
	servertest.Check(t, err)
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { warderSide.ServeHTTP(w, r) })}
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() { servertest.Check(t, s.Close()) })
	f := newFixture(t, func(c *authzhttp.Config) {
		c.URL = "http://warder"
		c.Client = &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, "unix", path)
		}}}
	})
	warderSide = f.Server
	f.expect(t, f.request(t, f.alice, "/reports/q1", ""), http.StatusOK, "user/alice")
}

func TestNew(t *testing.T) {
	token := func(context.Context) (string, error) { return "x", nil }
	credentials := func(context.Context) (authzhttp.Credentials, error) { return authzhttp.Credentials{}, nil }
	good := authzhttp.Config{URL: "https://h:1", Service: "s", Question: readQuestion, Token: token}
	for name, change := range map[string]func(*authzhttp.Config){
		"no URL": func(c *authzhttp.Config) { c.URL = "" }, "path": func(c *authzhttp.Config) { c.URL = "http://h/x" },
		"scheme": func(c *authzhttp.Config) { c.URL = "unix:///x" }, "no service": func(c *authzhttp.Config) { c.Service = "" },
		"no question": func(c *authzhttp.Config) { c.Question = nil }, "no credentials": func(c *authzhttp.Config) { c.Token = nil },
		"both":     func(c *authzhttp.Config) { c.Credentials, c.Now = credentials, time.Now },
		"no clock": func(c *authzhttp.Config) { c.Token, c.Credentials = nil, credentials },
	} {
		c := good
		change(&c)
		if _, err := authzhttp.New(c); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	if _, err := authzhttp.New(good); err != nil {
		t.Error(err)
	}
	if authzhttp.CallerOf(t.Context()) != nil {
		t.Error("a caller out of nowhere")
	}
}

func TestJSONErrors(t *testing.T) {
	w := httptest.NewRecorder()
	authzhttp.JSONErrors(w, nil, &authzhttp.Refusal{Status: 403, Code: "AccessDenied", Message: "no <b>", DecisionID: "d"})
	if w.Code != 403 || w.Body.String() != `{"code":"AccessDenied","message":"no \u003cb\u003e"}`+"\n" || w.Header().Get("X-Amz-Request-Id") != "d" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
