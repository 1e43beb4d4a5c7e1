package server_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/internal/api/iam"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/server/servertest"
	"github.com/warder-iam/warder/internal/store"
)

// rawPost is a signed CreateUser of admin as bytes, with nothing in it that is not needed.
func (f *fixture) rawPost(t *testing.T, name string) string {
	t.Helper()
	body := create + name
	r := f.admin.Request(t, "iam", body, nil, time.Now())
	return fmt.Sprintf("POST / HTTP/1.1\r\nHost: %s\r\nContent-Type: %s\r\nX-Amz-Date: %s\r\nAuthorization: %s\r\nContent-Length: %d\r\n\r\n%s",
		r.URL.Host, r.Header.Get("Content-Type"), r.Header.Get("X-Amz-Date"), r.Header.Get("Authorization"), len(body), body)
}

// patience is how long a test waits for an answer to what should get none, or one that refuses it.
const patience = 200 * time.Millisecond

// exchange sends bytes and gives the status of the first answer; 0 where none came in time.
func (f *fixture) exchange(t *testing.T, raw string, wait time.Duration) int {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(f.URL, "http://"))
	servertest.Check(t, err)
	defer func() { _ = conn.Close() }()
	_, err = io.WriteString(conn, raw+strings.Repeat("x", 64)) // more than one byte's change makes a body longer
	servertest.Check(t, err)
	servertest.Check(t, conn.SetReadDeadline(time.Now().Add(wait)))
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return 0
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}

// Everything in a request that could be read in two ways is refused, however well it is signed. net/http joins folded
// lines into one before anybody sees them, as RFC 9112 allows, and what it joined is what is verified.
func TestAmbiguousRequests(t *testing.T) {
	f := newFixture(t)
	f.createUser(func() {})
	i := 0
	edit := func(old, now string) string {
		i++
		raw := f.rawPost(t, fmt.Sprintf("user%d", i))
		if !strings.Contains(raw, old) {
			t.Fatalf("no %q in %s", old, raw)
		}
		return strings.Replace(raw, old, now, 1)
	}
	if status := f.exchange(t, edit("", ""), time.Minute); status != 200 {
		t.Fatalf("the plain request: %d", status)
	}
	for name, raw := range map[string]string{
		"chunked":                 edit("Content-Length", "Transfer-Encoding: chunked\r\nX-Length"),
		"chunked and length":      edit("Content-Length", "Transfer-Encoding: chunked\r\nContent-Length"),
		"odd transfer coding":     edit("Content-Length", "Transfer-Encoding: xchunked\r\nContent-Length"),
		"two lengths":             edit("Content-Length", "Content-Length: 5\r\nContent-Length"),
		"signed length":           edit("Content-Length: ", "Content-Length: +"),
		"space before the colon":  edit("Content-Length:", "Content-Length :"),
		"two hosts":               edit("Host:", "Host: other\r\nHost:"),
		"no host":                 edit("Host:", "X-Host:"),
		"another host":            edit("Host: ", "Host: x"),
		"absolute form":           edit("POST / ", "POST "+f.URL+"/ "),
		"absolute form elsewhere": edit("POST / ", "POST http://evil.example/ "),
		"double slash":            edit("POST / ", "POST // "),
		"dot segment":             edit("POST / ", "POST /. "),
		"fragment":                edit("POST / ", "POST /#a "),
		"unencoded space":         edit("POST / ", "POST /a b "),
		"lower-case method":       edit("POST", "post"),
		"other method":            edit("POST", "PUT"),
		"HEAD":                    edit("POST", "HEAD"),
		"underscore":              edit("Content-Length", "X_Forwarded_For: 10.0.0.1\r\nContent-Length"),
		"underscore for hyphen":   edit("Content-Length", "X_Amz_Security_Token: x\r\nContent-Length"),
		"two dates":               edit("X-Amz-Date", "X-Amz-Date: 20200101T000000Z\r\nX-Amz-Date"),
		"two authorizations":      edit("Authorization", "Authorization: Bearer x\r\nAuthorization"),
		"unsigned amz header":     edit("Content-Length", "X-Amz-Target: x\r\nContent-Length"),
		"unsigned payload":        edit("Content-Length", "X-Amz-Content-Sha256: UNSIGNED-PAYLOAD\r\nContent-Length"),
		"query and header":        edit("POST / ", "POST /?X-Amz-Signature=00 "),
		"parameter in both":       edit("POST / ", "POST /?UserName=eve "),
		"NUL in a header":         edit("Content-Length", "X-A: a\x00b\r\nContent-Length"),
		"bare CR":                 edit("Content-Length", "X-A: a\rX-Amz-Target: b\r\nContent-Length"),
		"another charset":         edit("form-urlencoded", "form-urlencoded; charset=utf-16"),
		"folded authorization":    edit("SignedHeaders=", "\r\n SignedHeaders=content-type;"),
		"another content type":    edit("application/x-www-form-urlencoded", "multipart/form-data"),
	} {
		if status := f.exchange(t, raw, patience); status == 200 {
			t.Errorf("%s: taken", name)
		}
	}
	if n := len(f.Outbox(t)); n != 1 {
		t.Errorf("%d users were made, want 1", n)
	}
}

// No single-byte change of a signed request is taken, whatever it hits. The version of HTTP is not signed.
func TestEveryByteCounts(t *testing.T) {
	f := newFixture(t)
	f.createUser(func() {})
	good := f.rawPost(t, "carol")
	version := strings.Index(good, "HTTP/1.1\r\n")
	for i := range good {
		if i >= version && i < version+len("HTTP/1.1\r\n") {
			continue
		}
		raw := []byte(good)
		raw[i] ^= 1
		if status := f.exchange(t, string(raw), patience); status == 200 {
			t.Errorf("taken with %q for %q at %d: %s", raw[i], good[i], i, raw)
		}
	}
	if n := len(f.Outbox(t)); n != 0 {
		t.Errorf("%d users were made", n)
	}
	if status := f.exchange(t, good, time.Minute); status != 200 {
		t.Errorf("and the good one: %d", status)
	}
}

// The caller's address is the peer's unless a configured proxy says otherwise, and then the right-most that is no proxy.
func TestSourceAddress(t *testing.T) {
	cases := []struct {
		name      string
		trusted   []string
		forwarded []string
		want      string
	}{
		{"no proxy", nil, nil, "127.0.0.1"},
		{"no proxy, forged", nil, []string{"203.0.113.9"}, "127.0.0.1"},
		{"another network is trusted", []string{"10.0.0.0/8"}, []string{"203.0.113.9"}, "127.0.0.1"},
		{"proxy", []string{"127.0.0.0/8"}, []string{"203.0.113.9"}, "203.0.113.9"},
		{"forged behind a proxy", []string{"127.0.0.0/8"}, []string{"10.0.0.1, 203.0.113.9"}, "203.0.113.9"},
		{"forged in a header of its own", []string{"127.0.0.0/8"}, []string{"10.0.0.1", "203.0.113.9"}, "203.0.113.9"},
		{"two proxies", []string{"127.0.0.0/8", "10.0.0.0/8"}, []string{"1.1.1.1, 203.0.113.9, 10.2.3.4"}, "203.0.113.9"},
		{"all trusted", []string{"127.0.0.0/8", "10.0.0.0/8"}, []string{"10.1.1.1"}, "10.1.1.1"},
		{"no address", []string{"127.0.0.0/8"}, []string{"unknown"}, "127.0.0.1"},
		{"no address beside one", []string{"127.0.0.0/8"}, []string{"203.0.113.9, x"}, "127.0.0.1"},
		{"empty", []string{"127.0.0.0/8"}, []string{""}, "127.0.0.1"},
		{"mapped", []string{"127.0.0.0/8"}, []string{"::ffff:203.0.113.9"}, "203.0.113.9"},
		{"IPv6 with a zone", []string{"127.0.0.0/8"}, []string{"fe80::1%eth0"}, "fe80::1"},
		{"long IPv6", []string{"127.0.0.0/8"}, []string{"2001:0db8:0000::0001"}, "2001:db8::1"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			f := newFixture(t)
			for _, p := range c.trusted {
				f.TrustedProxies = append(f.TrustedProxies, netip.MustParsePrefix(p))
			}
			r := f.bob.Request(t, "iam", "Action=CreateLoginProfile&Version=2010-05-08", nil, time.Now())
			for _, v := range c.forwarded {
				r.Header.Add("X-Forwarded-For", v)
			}
			f.Send(t, r)
			if got := f.Recorder.Last(t).SourceIPAddress; got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

// What strangers send comes into the record only as far as it is harmless: not the region that they name, no more of a
// host or user agent than is needed, and nothing that could pass for another line.
func TestWhatStrangersWrite(t *testing.T) {
	f := newFixture(t)
	stranger := *f.bob
	stranger.AccessKeyID, stranger.Region = "AKIAAAAAAAAAAAAAAAAA", "..\u202e"+strings.Repeat("x", 5000)
	stranger.Post(t, "iam", "Action=ListUsers&Version=2010-05-08", map[string]string{"User-Agent": strings.Repeat("u", 20_000)})
	e := f.Recorder.Last(t)
	text, err := json.Marshal(e)
	servertest.Check(t, err)
	if e.AWSRegion != "us-east-1" || e.UserIdentity.AccessKeyID != stranger.AccessKeyID || e.RecipientAccountID != "" || len(text) > 3000 {
		t.Errorf("%d bytes: %.300s", len(text), text)
	}
	for _, form := range []string{"Action=%00%1b[2J%ff%3Cx%3E&Version=%22%26", "Action=" + strings.Repeat("%e2%80%ae", 50_000) + "&Version=1"} {
		a := f.Anonymous().Post(t, "iam", form, nil)
		if a.Code != "InvalidAction" || len(a.Body) > 5000 || strings.ContainsAny(a.Body, "\x00\x1b") || !utf8.ValidString(a.Body) {
			t.Errorf("%d bytes: %.300q", len(a.Body), a.Body)
		}
	}
	if n := len(f.Recorder.Events()); n != 1 {
		t.Errorf("%d events; what names no operation leaves none", n)
	}
}

// Whoever proves nothing gets no more than a budget of records, and takes nothing from those who prove who they are.
func TestFloodOfStrangers(t *testing.T) {
	f := newFixture(t)
	stranger := *f.bob
	stranger.AccessKeyID = "AKIAAAAAAAAAAAAAAAAA"
	codes := map[string]int{}
	for range 700 {
		codes[stranger.Call(t, "ListUsers").Code]++
	}
	if codes["InvalidClientTokenId"] < 600 || codes["Throttling"] == 0 || codes["Throttling"]+codes["InvalidClientTokenId"] != 700 {
		t.Errorf("answers %v", codes)
	}
	if n := len(f.Recorder.Events()); n != codes["InvalidClientTokenId"] {
		t.Errorf("%d events", n)
	}
	if a := f.bob.Call(t, "CreateLoginProfile", "UserName", "bob"); a.Code != "NotImplemented" {
		t.Errorf("bob, from the same address: %+v", a)
	}
	for stranger.Call(t, "ListUsers").Code == "Throttling" { // a second at most
	}
	if e := f.Recorder.Last(t); !bytes.Contains(e.AdditionalEventData, []byte(`"refusalsNotRecorded":`)) {
		t.Errorf("the next record does not count what was left out: %s", e.AdditionalEventData)
	}
}

// The answer of a remembered change is not shown to a caller who lost the right to it, be it in the last moment.
func TestReplayAfterRevocation(t *testing.T) {
	id := map[string]string{"Amz-Sdk-Invocation-Id": "0b8a1b0e-7a55-4c2e-9a52-5f3c6b6a0002"}
	detach := func(t *testing.T, f *fixture) {
		f.account.Change(t, func(tx *store.Tx) error {
			u := tx.Account().User("admin").Clone()
			u.Attached = nil
			return tx.Put(u)
		})
	}
	t.Run("before", func(t *testing.T) {
		f := newFixture(t)
		f.createUser(func() {})
		f.admin.Post(t, "iam", create+"carol", id)
		detach(t, f)
		if a := f.admin.Post(t, "iam", create+"carol", id); a.Code != "AccessDenied" || strings.Contains(a.Body, "UserId") {
			t.Errorf("%+v", a)
		}
	})
	t.Run("between judgement and transaction", func(t *testing.T) {
		f := newFixture(t)
		calls := 0
		f.createUser(func() {
			if calls++; calls == 2 {
				detach(t, f)
			}
		})
		f.admin.Post(t, "iam", create+"carol", id)
		if a := f.admin.Post(t, "iam", create+"carol", id); a.Code != "AccessDenied" || strings.Contains(a.Body, "UserId") {
			t.Errorf("%+v", a)
		}
		if e := f.Recorder.Last(t); e.ErrorCode != "AccessDenied" {
			t.Errorf("event: %+v", e)
		}
	})
}

// Another key of the same user, or another user's, never meets a remembered answer.
func TestReplayIsTheCallersOwn(t *testing.T) {
	f := newFixture(t)
	f.createUser(func() {})
	id := map[string]string{"Amz-Sdk-Invocation-Id": "0b8a1b0e-7a55-4c2e-9a52-5f3c6b6a0003"}
	f.admin.Post(t, "iam", create+"carol", id)
	for name, c := range map[string]*servertest.Credentials{
		"another key": f.account.Key(t, f.account.Now().User("admin")), "another user": f.account.Admin(t, "other"),
	} {
		if a := c.Post(t, "iam", create+"carol", id); a.Code != "EntityAlreadyExists" {
			t.Errorf("%s: %+v", name, a)
		}
	}
}

// A panic inside the transaction is that request's InternalFailure; nothing is changed, and the server goes on.
func TestPanicInTransaction(t *testing.T) {
	f := newFixture(t)
	rule := server.NeedsNone[*iam.CreateUserInput]("a test")
	server.Handle(f.Server, iam.CreateUser, rule, func(c *server.Call, _ *iam.CreateUserInput) (*iam.CreateUserOutput, error) {
		return server.Change(c, func(*store.Tx) (*iam.CreateUserOutput, error) { panic("in the transaction") })
	})
	for range 2 {
		if a := f.bob.Post(t, "iam", create+"carol", nil); a.Code != "InternalFailure" || strings.Contains(a.Body, "transaction") {
			t.Errorf("%+v", a)
		}
	}
	if !strings.Contains(f.Log.String(), "in the transaction") {
		t.Errorf("the log does not have it: %s", f.Log)
	}
}

// An operation without a rule, or registered twice, is found out at start.
func TestHandleRefuses(t *testing.T) {
	f := newFixture(t)
	h := func(*server.Call, *iam.GetUserInput) (*iam.GetUserOutput, error) { return nil, nil }
	mustPanic := func(name string, rule server.Rule[*iam.GetUserInput]) {
		t.Helper()
		defer func() {
			if recover() == nil {
				t.Errorf("%s is taken", name)
			}
		}()
		server.Handle(f.Server, iam.GetUser, rule, h)
	}
	mustPanic("no rule", server.Rule[*iam.GetUserInput]{})
	mustPanic("no reason", server.NeedsNone[*iam.GetUserInput](""))
	rule := server.NeedsNone[*iam.GetUserInput]("a test")
	mustPanic("the caller's own for no reason", server.Own("", ownName, rule))
	mustPanic("the caller's own and nothing to ask", server.Own("a test", ownName, server.Rule[*iam.GetUserInput]{}))
	server.Handle(f.Server, iam.GetUser, rule, h)
	mustPanic("twice", rule)
}

func ownName(c *server.Call, in *iam.GetUserInput) bool {
	return in.UserName != nil && *in.UserName == c.Caller.UserName
}

// What is the caller's own needs no Allow, and everything else does; a Deny binds in both.
func TestOwn(t *testing.T) {
	f := newFixture(t)
	rule := server.Ask(func(c *server.Call, in *iam.GetUserInput) authz.Ask {
		return authz.Ask{Action: c.Action(), Resource: "arn:aws:iam::" + c.Caller.Account + ":user/" + *in.UserName}
	})
	server.Handle(f.Server, iam.GetUser, server.Own("a test", ownName, rule),
		func(*server.Call, *iam.GetUserInput) (*iam.GetUserOutput, error) { return &iam.GetUserOutput{}, nil })
	document := func(effect, user string) string {
		return `{"Version":"2012-10-17","Statement":{"Effect":"` + effect + `","Action":"iam:GetUser","Resource":"arn:aws:iam::*:user/` + user + `"}}`
	}
	none, denied := f.account.User(t, "none"), f.account.User(t, "denied", document("Deny", "denied"))
	allowed := f.account.User(t, "allowed", document("Allow", "none"))
	for _, c := range []struct {
		by   *servertest.Credentials
		user string
		code string
	}{
		{none, "none", ""}, {none, "denied", "AccessDenied"}, {denied, "denied", "AccessDenied"}, {denied, "none", "AccessDenied"},
		{allowed, "none", ""}, {allowed, "allowed", ""}, {allowed, "denied", "AccessDenied"},
	} {
		if a := c.by.Call(t, "GetUser", "UserName", c.user); a.Code != c.code {
			t.Errorf("about %s: %+v", c.user, a)
		}
	}
}

// A Deny binds where no Allow is needed.
func TestDenyOnOpenOperation(t *testing.T) {
	f := newFixture(t)
	server.Handle(f.Server, iam.GetUser, server.NeedsNone[*iam.GetUserInput]("a test"),
		func(*server.Call, *iam.GetUserInput) (*iam.GetUserOutput, error) { return &iam.GetUserOutput{}, nil })
	denied := f.account.User(t, "denied", `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"iam:GetUser","Resource":"*"}}`)
	if a := denied.Call(t, "GetUser"); a.Code != "AccessDenied" {
		t.Errorf("%+v", a)
	}
	if a := f.bob.Call(t, "GetUser"); a.Status != 200 {
		t.Errorf("%+v", a)
	}
}

// A presigned request is one more way in, with the same checks.
func TestPresigned(t *testing.T) {
	f := newFixture(t)
	f.createUser(func() {})
	target := "/?" + url.Values{"Action": {"CreateUser"}, "Version": {"2010-05-08"}, "UserName": {"eve"}}.Encode()
	presign := func(c *servertest.Credentials) *http.Request {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.Presign(t, "iam", target, time.Minute), nil)
		servertest.Check(t, err)
		return r
	}
	if a := f.Send(t, presign(f.bob)); a.Code != "AccessDenied" {
		t.Errorf("bob: %+v", a)
	}
	r := presign(f.admin)
	r.URL.RawQuery = strings.Replace(r.URL.RawQuery, "UserName=eve", "UserName=mallory", 1)
	if a := f.Send(t, r); a.Code != "SignatureDoesNotMatch" {
		t.Errorf("changed: %+v", a)
	}
	r = presign(f.admin)
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=x")
	if a := f.Send(t, r); a.Code != "IncompleteSignature" {
		t.Errorf("both ways at once: %+v", a)
	}
	if a := f.Send(t, presign(f.admin)); a.Status != 200 {
		t.Errorf("admin: %+v", a)
	}
}
