package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/internal/server/servertest"
	"github.com/warder-iam/warder/internal/service/warder"
	"github.com/warder-iam/warder/internal/sigv4"
)

const account = "111122223333"

// fixture is the store in front of a Warder with an administrator, and with alice, who may do anything below alice/ and
// list what begins so.
type fixture struct {
	admin, alice *servertest.Credentials
	store        *httptest.Server
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	world := servertest.New(t, func(w *servertest.World) { warder.Register(w.Server, w.Keys) })
	a := world.Account(t, account)
	f := &fixture{admin: a.Admin(t, "admin"), alice: a.User(t, "alice", `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::notes/alice/*"},
		{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::notes","Condition":{"StringEquals":{"s3:prefix":"alice/"}}}]}`)}
	asker := a.User(t, "service", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"warder:Evaluate","Resource":"*"}}`)
	t.Setenv("AWS_ACCESS_KEY_ID", asker.AccessKeyID)
	t.Setenv("AWS_SECRET_ACCESS_KEY", asker.Plain)
	t.Setenv("AWS_SESSION_TOKEN", "")
	f.store = httptest.NewUnstartedServer(nil)
	handler, err := newHandler(service{world.URL, f.store.Listener.Addr().String(), account}, slog.New(slog.DiscardHandler))
	servertest.Check(t, err)
	f.store.Config.Handler = handler
	f.store.Start()
	t.Cleanup(f.store.Close)
	return f
}

// do sends a request that c signs.
func (f *fixture) do(t *testing.T, c *servertest.Credentials, method, target, body string, header ...string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, f.store.URL+target, strings.NewReader(body))
	servertest.Check(t, err)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	signer := c.Signer
	signer.Service = "s3"
	wire := &sigv4.Request{Method: method, RawTarget: target, Header: r.Header, Host: r.URL.Host, Body: []byte(body), PathAsSent: true}
	servertest.Check(t, signer.Sign(wire, time.Now()))
	resp, err := f.store.Client().Do(r)
	servertest.Check(t, err)
	text, err := io.ReadAll(resp.Body)
	servertest.Check(t, errors.Join(err, resp.Body.Close()))
	return resp.StatusCode, string(text)
}

func TestNotes(t *testing.T) {
	f := newFixture(t)
	for _, step := range []struct {
		who                  *servertest.Credentials
		method, target, body string
		status               int
		want                 string
	}{
		{f.alice, "PUT", "/notes", "", 403, "s3:CreateBucket"},
		{f.admin, "PUT", "/notes", "", 200, ""},
		{f.admin, "PUT", "/notes", "", 409, "BucketAlreadyOwnedByYou"},
		{f.admin, "PUT", "/notes/bob/1", "of bob", 200, ""},
		{f.alice, "PUT", "/notes/alice/a%20b%2Fc", "hello", 200, ""},
		{f.alice, "GET", "/notes/alice/a%20b/c", "", 200, "hello"},
		{f.alice, "HEAD", "/notes/alice/a%20b/c", "", 200, ""},
		{f.alice, "GET", "/notes/bob/1", "", 403, "s3:GetObject on resource: arn:aws:s3:::notes/bob/1"},
		{f.alice, "GET", "/notes/alice/../bob/1", "", 404, "NoSuchKey"}, // a key like any other, and hers
		{f.alice, "GET", "/notes/alice%2F..%2F..%2Fnotes/bob/1", "", 404, "NoSuchKey"},
		{f.alice, "GET", "//notes/bob/1", "", 400, "InvalidBucketName"},
		{f.alice, "GET", "/notes/alice/none", "", 404, "NoSuchKey"},
		{f.alice, "GET", "/notes?list-type=2&prefix=alice%2F", "", 200, "<Key>alice/a b/c</Key>"},
		{f.alice, "GET", "/notes?list-type=2", "", 403, "s3:ListBucket"},
		{f.admin, "GET", "/notes?list-type=2&delimiter=%2F", "", 200, "<Prefix>alice/</Prefix></CommonPrefixes><CommonPrefixes><Prefix>bob/</Prefix>"},
		{f.admin, "GET", "/notes?list-type=2&max-keys=1", "", 200, "<IsTruncated>true</IsTruncated>"},
		{f.admin, "GET", "/notes?list-type=2&max-keys=1&start-after=alice%2Fz", "", 200, "<Key>bob/1</Key>"},
		{f.admin, "GET", "/none?list-type=2", "", 404, "NoSuchBucket"},
		{f.admin, "GET", "/NOTES/x", "", 400, "InvalidBucketName"},
		{f.admin, "GET", "/notes/x?acl", "", 501, "NotImplemented"},
		{f.admin, "GET", "/notes/x?x-id=GetObject&x-id=PutObject", "", 400, "InvalidArgument"},
		{f.admin, "POST", "/notes/x", "", 501, "NotImplemented"},
		{f.admin, "GET", "/", "", 200, "<Name>notes</Name>"},
		{f.alice, "GET", "/", "", 403, "s3:ListAllMyBuckets on resource: *"},
		{f.admin, "PUT", "/", "", 501, "NotImplemented"},
		{f.alice, "DELETE", "/notes/bob/1", "", 403, "s3:DeleteObject"},
		{f.alice, "DELETE", "/notes/alice/a%20b/c", "", 204, ""},
		{f.alice, "GET", "/notes/alice/a%20b/c", "", 404, "NoSuchKey"},
		{f.alice, "PUT", "/notes/alice/large", strings.Repeat("x", maxObject+1), 413, "EntityTooLarge"},
	} {
		status, text := f.do(t, step.who, step.method, step.target, step.body)
		if status != step.status || !strings.Contains(text, step.want) {
			t.Errorf("%s %s: %d %s, want %d with %q", step.method, step.target, status, text, step.status, step.want)
		}
	}
	for name, value := range map[string]string{
		"X-Amz-Copy-Source": "/notes/bob/1", "X-Amz-Acl": "public-read", "X-Amz-Meta-A": "b", "If-None-Match": "*", "Content-Encoding": "aws-chunked",
	} {
		if status, _ := f.do(t, f.admin, "PUT", "/notes/copy", "", name, value); status != http.StatusNotImplemented {
			t.Errorf("%s: %d", name, status)
		}
	}
}

// Pages come to an end, and hold every key once.
func TestListPages(t *testing.T) {
	f := newFixture(t)
	f.do(t, f.admin, "PUT", "/pages", "")
	for _, key := range []string{"a/1", "a/2", "b", "c/1", "d"} {
		f.do(t, f.admin, "PUT", "/pages/"+key, key)
	}
	var got []string
	token := ""
	for range 10 {
		_, text := f.do(t, f.admin, "GET", "/pages?list-type=2&delimiter=%2F&max-keys=2"+token, "")
		for part := range strings.SplitSeq(text, "<") {
			for _, name := range []string{"Key>", "Prefix>"} {
				if key, ok := strings.CutPrefix(part, name); ok && key != "" {
					got = append(got, key)
				}
			}
		}
		_, after, more := strings.Cut(text, "<NextContinuationToken>")
		if !more {
			break
		}
		next, _, _ := strings.Cut(after, "<")
		token = "&continuation-token=" + next
	}
	if want := "b a/ d c/"; strings.Join(got, " ") != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestServeEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := serve(ctx, "127.0.0.1:0", service{"http://127.0.0.1:1", "h", account}, slog.New(slog.DiscardHandler)); err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if err := serve(t.Context(), "127.0.0.1:0", service{"nowhere", "h", account}, slog.New(slog.DiscardHandler)); err == nil {
		t.Error("it served without a Warder")
	}
}
