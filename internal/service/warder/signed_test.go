package warder_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/server/servertest"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/internal/sigv4"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/policy"
)

// received is a request as the asking service hands it over.
type received struct {
	Method  string         `json:"method"`
	Target  string         `json:"target"`
	Headers map[string]any `json:"headers"`
	Hash    string         `json:"body_sha256,omitempty"`
	Opt     bool           `json:"unsigned_payload,omitempty"`
}

func hashOf(body string) string {
	sum := sha256.Sum256([]byte(body))
	return hex.EncodeToString(sum[:])
}

// signed is a request that c signs for a service.
func signed(t *testing.T, c *servertest.Credentials, service, target, body string, at time.Time, header map[string]string) *received {
	t.Helper()
	signer := c.Signer
	signer.Service = service
	wire := &sigv4.Request{Method: http.MethodPut, RawTarget: target, Host: "store.example:4680", Header: map[string][]string{}, Body: []byte(body), PathAsSent: sigv4.PathAsSent(service)}
	for k, v := range header {
		wire.Header[k] = []string{v}
	}
	servertest.Check(t, signer.Sign(wire, at))
	r := &received{Method: wire.Method, Target: target, Headers: map[string]any{"Host": wire.Host}, Hash: hashOf(body)}
	for k, v := range wire.Header {
		r.Headers[k] = v
	}
	return r
}

func (r *received) ask(t *testing.T, c *servertest.Credentials, action string) *reply {
	t.Helper()
	properties, err := json.Marshal(r)
	servertest.Check(t, err)
	service, _, _ := strings.Cut(action, ":")
	return ask(t, c, `{"type":"signed_request","id":"`+service+`","properties":`+string(properties)+`}`, `{"name":"`+action+`"}`, "", "")
}

func (r *received) with(change func(*received)) *received {
	own := *r
	own.Headers = maps.Clone(r.Headers)
	change(&own)
	return &own
}

// A signed request is verified and decided in one call; the answer says who signed, and what the body must be.
func TestSignedRequest(t *testing.T) {
	f := newFixture(t)
	now := time.Now()
	r := signed(t, f.alice, "s3", "/reports/a%20b/..//k?x=1", "hello", now, nil)
	got := r.ask(t, f.notes, "s3:GetObject")
	if !got.allowed() || got.Context.Subject.ARN != "arn:aws:iam::111122223333:user/alice" || got.Context.Subject.AccessKeyID != f.alice.AccessKeyID ||
		!got.Context.Payload.Signed || got.Context.Payload.SHA256 != hashOf("hello") {
		t.Fatalf("%d %s", got.Status, got.Body)
	}
	if use, ok := f.Store.LastUsed(f.alice.AccessKeyID); !ok || use.Service != "s3" || use.Region != servertest.Region {
		t.Errorf("the key was last used %+v", use)
	}
	forged := r.with(func(r *received) {
		r.Headers["Authorization"] = strings.ReplaceAll(r.Headers["Authorization"].([]string)[0], f.alice.AccessKeyID, f.eve.AccessKeyID)
	})
	if got := forged.ask(t, f.notes, "s3:GetObject"); got.allowed() || got.Context.Error.Code != "SignatureDoesNotMatch" {
		t.Errorf("forged: %s", got.Body)
	}
	if use, ok := f.Store.LastUsed(f.eve.AccessKeyID); ok {
		t.Errorf("a forged request counts as a use: %+v", use)
	}
	if got := signed(t, f.bob, "s3", "/k", "", now, nil).ask(t, f.notes, "s3:GetObject"); got.allowed() || got.Context.Subject.ARN == "" || !strings.Contains(got.Context.Reason, "no identity-based policy") {
		t.Errorf("bob: %d %s", got.Status, got.Body)
	}
	// A hash that the client declared stands in for the asker's own, which then compares the body itself.
	declared := signed(t, f.alice, "s3", "/k", "hello", now, map[string]string{"X-Amz-Content-Sha256": hashOf("hello")}).with(func(r *received) { r.Hash = "" })
	if got := declared.ask(t, f.notes, "s3:GetObject"); !got.allowed() || got.Context.Payload.SHA256 != hashOf("hello") {
		t.Errorf("declared: %d %s", got.Status, got.Body)
	}
	// Another service's own signing name.
	if got := signed(t, f.alice, "notes", "/k", "hello", now, nil).ask(t, f.notes, "notes:Read"); !got.allowed() {
		t.Errorf("notes: %d %s", got.Status, got.Body)
	}
	// Headers in any case, and single values as texts.
	lower := r.with(func(r *received) {
		for name, v := range r.Headers {
			delete(r.Headers, name)
			if list, ok := v.([]string); ok {
				v = list[0]
			}
			r.Headers[strings.ToLower(name)] = v
		}
	})
	if got := lower.ask(t, f.notes, "s3:GetObject"); !got.allowed() {
		t.Errorf("lower case: %d %s", got.Status, got.Body)
	}
}

// Whatever is not exactly what the client signed, now, for this service, is refused, and says to the asker how.
func TestSignedRequestRefused(t *testing.T) {
	f := newFixture(t)
	now := time.Now()
	good := signed(t, f.alice, "s3", "/b/k?x=1", "hello", now, nil)
	gone := f.User(t, "gone")
	f.Change(t, func(tx *store.Tx) error { tx.Delete(tx.Account().User("gone")); return nil })
	unsignedBody := signed(t, f.alice, "s3", "/b/k", "hello", now, map[string]string{"X-Amz-Content-Sha256": "UNSIGNED-PAYLOAD"})
	for name, test := range map[string]struct {
		request *received
		code    string
	}{
		"method":                {good.with(func(r *received) { r.Method = "GET" }), "SignatureDoesNotMatch"},
		"path":                  {good.with(func(r *received) { r.Target = "/b/j?x=1" }), "SignatureDoesNotMatch"},
		"query":                 {good.with(func(r *received) { r.Target = "/b/k?x=2" }), "SignatureDoesNotMatch"},
		"another parameter":     {good.with(func(r *received) { r.Target += "&y=1" }), "SignatureDoesNotMatch"},
		"host":                  {good.with(func(r *received) { r.Headers["Host"] = "evil.example" }), "SignatureDoesNotMatch"},
		"body":                  {good.with(func(r *received) { r.Hash = hashOf("hullo") }), "SignatureDoesNotMatch"},
		"date":                  {good.with(func(r *received) { r.Headers["X-Amz-Date"] = "20200101T000000Z" }), "SignatureDoesNotMatch"},
		"an X-Amz- header more": {good.with(func(r *received) { r.Headers["X-Amz-Acl"] = "public-read" }), "SignatureDoesNotMatch"},
		"two signatures":        {good.with(func(r *received) { r.Target += "&X-Amz-Signature=0" }), "IncompleteSignature"},
		"two Authorizations":    {good.with(func(r *received) { r.Headers["Authorization"] = []string{"a", "b"} }), "IncompleteSignature"},
		"no signature":          {good.with(func(r *received) { delete(r.Headers, "Authorization") }), "MissingAuthenticationToken"},
		"another scheme":        {good.with(func(r *received) { r.Headers["Authorization"] = "Bearer x" }), "IncompleteSignature"},
		"bad escape":            {good.with(func(r *received) { r.Target = "/b/%zz" }), "MalformedQueryString"},
		"absolute form":         {good.with(func(r *received) { r.Target = "http://h/b/k" }), "MalformedQueryString"},
		"another service":       {signed(t, f.alice, "iam", "/b/k", "hello", now, nil), "SignatureDoesNotMatch"},
		"too old":               {signed(t, f.alice, "s3", "/b/k", "hello", now.Add(-6*time.Minute), nil), "SignatureDoesNotMatch"},
		"from the future":       {signed(t, f.alice, "s3", "/b/k", "hello", now.Add(6*time.Minute), nil), "SignatureDoesNotMatch"},
		"unsigned payload":      {unsignedBody, "SignatureDoesNotMatch"},
		"user that is gone":     {signed(t, gone, "s3", "/b/k", "", now, nil), "InvalidClientTokenId"},
		"huge target":           {good.with(func(r *received) { r.Target = "/" + strings.Repeat("a", 9<<10) }), "MalformedQueryString"},
	} {
		t.Run(name, func(t *testing.T) {
			got := test.request.ask(t, f.notes, "s3:GetObject")
			if got.Status != http.StatusOK || got.allowed() || got.Context.Error.Code != test.code || got.Context.Subject.ARN != "" || got.Context.Reason == "" {
				t.Errorf("%d %s\nwant %s", got.Status, got.Body, test.code)
			}
		})
	}
	if got := unsignedBody.with(func(r *received) { r.Opt = true }).ask(t, f.notes, "s3:GetObject"); !got.allowed() || got.Context.Payload.Signed || got.Context.Payload.SHA256 != "" {
		t.Errorf("a service that takes unsigned payloads: %d %s", got.Status, got.Body)
	}
	if got := good.with(func(r *received) { r.Opt, r.Hash = true, hashOf("hullo") }).ask(t, f.notes, "s3:GetObject"); got.allowed() {
		t.Errorf("taking unsigned payloads loosens signed ones: %s", got.Body)
	}
}

// What the asking service does wrong is its own 400.
func TestSignedRequestMalformed(t *testing.T) {
	f := newFixture(t)
	good := signed(t, f.alice, "s3", "/b/k", "hello", time.Now(), nil)
	for name, r := range map[string]*received{
		"no method":           good.with(func(r *received) { r.Method = "" }),
		"no target":           good.with(func(r *received) { r.Target = "" }),
		"no Host":             good.with(func(r *received) { delete(r.Headers, "Host") }),
		"two Hosts":           good.with(func(r *received) { r.Headers["Host"] = []string{"a", "b"} }),
		"Host in two cases":   good.with(func(r *received) { r.Headers["host"] = "evil" }),
		"header in two cases": good.with(func(r *received) { r.Headers["x-amz-DATE"] = "x" }),
		"underscore":          good.with(func(r *received) { r.Headers["X_Amz_Date"] = "x" }),
		"header of no value":  good.with(func(r *received) { r.Headers["X-A"] = []string{} }),
		"header that is null": good.with(func(r *received) { r.Headers["X-A"] = nil }),
		"header of a number":  good.with(func(r *received) { r.Headers["X-A"] = 7 }),
		"null in a header":    good.with(func(r *received) { r.Headers["X-A"] = []any{nil} }),
		"many headers": good.with(func(r *received) {
			for range 201 {
				r.Headers["X-"+strings.Repeat("a", len(r.Headers))] = "x"
			}
		}),
		"no hash of the body": good.with(func(r *received) { r.Hash = "" }),
		"hash in upper case":  good.with(func(r *received) { r.Hash = strings.ToUpper(r.Hash) }),
		"short hash":          good.with(func(r *received) { r.Hash = r.Hash[1:] }),
	} {
		if got := r.ask(t, f.notes, "s3:GetObject"); got.Status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", name, got.Status, got.Body)
		}
	}
	// The service is that of the action, and nothing that the asker could choose.
	properties, err := json.Marshal(good)
	servertest.Check(t, err)
	got := ask(t, f.notes, `{"type":"signed_request","id":"s3","properties":`+string(properties)+`}`, `{"name":"notes:Read"}`, "", "")
	if got.Status != http.StatusBadRequest || !strings.Contains(got.Message, `"notes"`) {
		t.Errorf("%d %s", got.Status, got.Body)
	}
}

func TestPresignedRequest(t *testing.T) {
	f := newFixture(t)
	presign := func(service string, at time.Time, expires time.Duration) *received {
		signer := f.alice.Signer
		signer.Service = service
		wire := &sigv4.Request{Method: http.MethodGet, RawTarget: "/b/k", Host: "h", PathAsSent: sigv4.PathAsSent(service)}
		servertest.Check(t, signer.Presign(wire, at, expires))
		return &received{Method: "GET", Target: wire.RawTarget, Headers: map[string]any{"Host": "h"}, Hash: hashOf("")}
	}
	now := time.Now()
	if got := presign("notes", now.Add(-time.Hour), 2*time.Hour).ask(t, f.notes, "notes:Read"); !got.allowed() {
		t.Errorf("%d %s", got.Status, got.Body)
	}
	if got := presign("notes", now.Add(-time.Hour), time.Minute).ask(t, f.notes, "notes:Read"); got.allowed() || got.Context.Error.Code != "RequestExpired" {
		t.Errorf("%d %s", got.Status, got.Body)
	}
	s3 := presign("s3", now, time.Minute) // S3 leaves the body unsigned
	if got := s3.ask(t, f.notes, "s3:GetObject"); got.allowed() {
		t.Errorf("%d %s", got.Status, got.Body)
	}
	if got := s3.with(func(r *received) { r.Opt = true }).ask(t, f.notes, "s3:GetObject"); !got.allowed() || got.Context.Payload.Signed {
		t.Errorf("%d %s", got.Status, got.Body)
	}
}

// A session's signature brings its session along: policies, tags, second factor.
func TestSignedBySession(t *testing.T) {
	f := newFixture(t)
	role := f.Now().Role("app").Clone()
	role.Inline = nil
	f.Put(t, role)
	own := document(`{"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"},"StringEquals":{"aws:PrincipalTag/job":"ci"}}}`)
	role.Inline = []directory.InlinePolicy{{Name: "mfa", Document: servertest.Document(t, policy.Identity, own)}}
	f.Put(t, role)
	claims := session.Claims{Type: session.AssumedRole, Account: account, PrincipalID: role.ID, SessionName: "s1",
		Issued: time.Now().Add(-time.Minute), Expires: time.Now().Add(time.Hour), MFA: time.Now().Add(-time.Minute),
		Tags: []directory.Tag{{Key: "job", Value: "ci"}}}
	if got := signed(t, f.Mint(t, claims), "s3", "/b/k", "", time.Now(), nil).ask(t, f.notes, "s3:GetObject"); !got.allowed() {
		t.Errorf("%d %s", got.Status, got.Body)
	}
	claims.MFA = time.Time{}
	if got := signed(t, f.Mint(t, claims), "s3", "/b/k", "", time.Now(), nil).ask(t, f.notes, "s3:GetObject"); got.allowed() {
		t.Errorf("without MFA: %s", got.Body)
	}
	// By its name alone a session has neither.
	if got := ask(t, f.notes, `{"type":"session","id":"arn:aws:sts::111122223333:assumed-role/app/s1"}`, "", "", ""); got.allowed() {
		t.Errorf("by ARN: %s", got.Body)
	}
}

// Who signed is part of what the asker may ask about.
func TestSignedRequestNeedsPermission(t *testing.T) {
	f := newFixture(t)
	now := time.Now()
	if got := signed(t, f.alice, "s3", "/b/k", "", now, nil).ask(t, f.shy, "s3:GetObject"); got.Status != http.StatusForbidden {
		t.Errorf("alice: %d %s", got.Status, got.Body)
	}
	if got := signed(t, f.bob, "s3", "/b/k", "", now, nil).ask(t, f.shy, "s3:GetObject"); got.Status != http.StatusOK {
		t.Errorf("bob: %d %s", got.Status, got.Body)
	}
	// A signature that is wrong is no way to learn whose key it is.
	forged := signed(t, f.alice, "s3", "/b/k", "", now, nil).with(func(r *received) { r.Target = "/b/j" })
	if got := forged.ask(t, f.shy, "s3:GetObject"); got.Status != http.StatusForbidden {
		t.Errorf("forged: %d %s", got.Status, got.Body)
	}
}
