package server_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/internal/api/cloudtrail"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/server/servertest"
)

const (
	longTarget = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.GetTrail"
	getTrail   = `{"Name":"main"}`
)

// getTrail is the least that GetTrail needs, for tests of the pipeline around it. It counts its calls.
func (f *fixture) getTrail() *int {
	n := new(int)
	rule := server.Ask(func(c *server.Call, _ *cloudtrail.GetTrailInput) authz.Ask {
		return authz.Ask{Action: c.Action(), Resource: "*"}
	})
	server.Handle(f.Server, cloudtrail.GetTrail, rule, func(*server.Call, *cloudtrail.GetTrailInput) (*cloudtrail.GetTrailOutput, error) {
		*n++
		return &cloudtrail.GetTrailOutput{}, nil
	})
	return n
}

// targeted is a JSON 1.1 request of admin's, changed in one way.
type targeted struct {
	name, service, method, path, target, body string
	header                                    map[string]string
	twist                                     func(r *http.Request) // after signing
	status                                    int
	code                                      string
}

func (f *fixture) targeted(t *testing.T, c *servertest.Credentials, tt *targeted, at time.Time) servertest.Answer {
	t.Helper()
	get := func(value, otherwise string) string {
		if value == "" {
			return otherwise
		}
		return value
	}
	header := map[string]string{"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": get(tt.target, longTarget)}
	for name, value := range tt.header {
		header[name] = value
	}
	r := c.RESTRequest(t, get(tt.service, "cloudtrail"), get(tt.method, "POST"), get(tt.path, "/"), get(tt.body, getTrail), header, at)
	if tt.target == "none" {
		r.Header.Del("X-Amz-Target")
	}
	if tt.twist != nil {
		tt.twist(r)
	}
	return f.Send(t, r)
}

// No request has two meanings: a target is read by the services of JSON 1.1 alone, and they read nothing else.
func TestJSON11Attacks(t *testing.T) {
	f := newFixture(t)
	f.createUser(func() { t.Error("CreateUser ran") })
	n := f.getTrail()
	form := map[string]string{"Content-Type": "application/x-www-form-urlencoded"}
	for _, tt := range []targeted{
		{name: "a form", body: create + "carol", header: form, status: 400, code: "UnsupportedMediaTypeException"},
		{name: "JSON of another version", header: map[string]string{"Content-Type": "application/x-amz-json-1.0"}, status: 400, code: "UnsupportedMediaTypeException"},
		{name: "plain JSON", header: map[string]string{"Content-Type": "application/json"}, status: 400, code: "UnsupportedMediaTypeException"},
		{name: "another charset", header: map[string]string{"Content-Type": "application/x-amz-json-1.1; charset=utf-7"}, status: 400, code: "UnsupportedMediaTypeException"},
		{name: "no target", twist: func(r *http.Request) { r.Header.Del("X-Amz-Target") }, status: 400, code: "UnknownOperationException"},
		{name: "an empty target", twist: func(r *http.Request) { r.Header.Set("X-Amz-Target", "") }, status: 400, code: "UnknownOperationException"},
		{name: "two targets", twist: func(r *http.Request) { r.Header.Add("X-Amz-Target", longTarget) }, status: 400, code: "UnknownOperationException"},
		{name: "an operation that is none", target: "CloudTrail_20131101.CreateUser", status: 400, code: "UnknownOperationException"},
		{name: "another case", target: strings.ToLower(longTarget), status: 400, code: "UnknownOperationException"},
		{name: "no prefix", target: "GetTrail", status: 400, code: "UnknownOperationException"},
		{name: "a part of the prefix", target: "v20131101.CloudTrail_20131101.GetTrail", status: 400, code: "UnknownOperationException"},
		{name: "another version", target: "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131102.GetTrail", status: 400, code: "UnknownOperationException"},
		{name: "another service's", target: "AWSOrganizationsV20161128.ListAccounts", status: 400, code: "UnknownOperationException"},
		{name: "another operation after signing", twist: func(r *http.Request) {
			r.Header.Set("X-Amz-Target", strings.Replace(longTarget, "GetTrail", "DeleteTrail", 1))
		}, status: 400, code: "InvalidSignatureException"},
		{name: "another form of the name after signing", twist: func(r *http.Request) { r.Header.Set("X-Amz-Target", "CloudTrail_20131101.GetTrail") }, status: 400, code: "InvalidSignatureException"},
		{name: "a target for iam", service: "iam", body: create + "carol", header: form, status: 400, code: "InvalidAction"},
		{name: "a target for iam, in JSON", service: "iam", status: 400, code: "InvalidAction"},
		{name: "for a service that is not served", service: "organizations", status: 400, code: "UnknownOperationException"},
		{name: "for the service in another case", service: "CloudTrail", status: 400, code: "UnknownOperationException"},
		{name: "for a service of REST-JSON", service: "access-analyzer", status: 404, code: "UnknownOperationException"},
		{name: "GET", method: "GET", status: 400, code: "UnknownOperationException"},
		{name: "PUT", method: "PUT", status: 400, code: "UnknownOperationException"},
		{name: "a path", path: "/trail", status: 400, code: "UnknownOperationException"},
		{name: "an action in the query", path: "/?" + create + "carol", status: 400, code: "UnknownOperationException"},
		{name: "an empty query", path: "/?x", status: 400, code: "UnknownOperationException"},
		{name: "another body after signing", twist: func(r *http.Request) {
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader("{}")), 2
		}, status: 400, code: "InvalidSignatureException"},
		{name: "a member twice", body: `{"Name":"a","Name":"b"}`, status: 400, code: "SerializationException"},
		{name: "a member twice, once escaped", body: `{"Name":"a","N\u0061me":"b"}`, status: 400, code: "SerializationException"},
		{name: "a member in another case", body: `{"name":"main"}`, status: 400, code: "ValidationException"},
		{name: "a member of another type", body: `{"Name":["main"]}`, status: 400, code: "SerializationException"},
		{name: "deep", body: strings.Repeat(`{"a":`, 10_000) + "1" + strings.Repeat("}", 10_000), status: 400, code: "SerializationException"},
		{name: "large", body: `{"Name":"` + strings.Repeat("x", 600<<10) + `"}`, status: 413, code: "RequestEntityTooLargeException"},
		{name: "no object", body: "[]", status: 400, code: "SerializationException"},
		{name: "two objects", body: getTrail + getTrail, status: 400, code: "SerializationException"},
		{name: "a token beside the signature", twist: func(r *http.Request) { r.Header.Add("Authorization", "Bearer x") }, status: 400, code: "IncompleteSignatureException"},
		{name: "a token in place of the signature", twist: func(r *http.Request) { r.Header.Set("Authorization", "Bearer x") }, status: 400, code: "MissingAuthenticationTokenException"},
		{name: "no signature", twist: func(r *http.Request) { r.Header.Del("Authorization") }, status: 400, code: "MissingAuthenticationTokenException"},
		{name: "an operation that is not served", target: strings.Replace(longTarget, "GetTrail", "StartQuery", 1), status: 400, code: "NotImplemented"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if a := f.targeted(t, f.admin, &tt, time.Now()); a.Status != tt.status || a.Code != tt.code {
				t.Errorf("got %d %s: %s, want %d %s", a.Status, a.Code, a.Message, tt.status, tt.code)
			}
		})
	}
	if *n != 0 {
		t.Errorf("GetTrail ran %d times", *n)
	}
	for _, tt := range []targeted{{}, {target: "CloudTrail_20131101.GetTrail"}, {header: map[string]string{"Content-Type": "application/x-amz-json-1.1; charset=utf-8"}, body: `{"Name":"main","unknown":1}`}} {
		if a := f.targeted(t, f.admin, &tt, time.Now()); a.Status != 200 || a.Body != `{}` {
			t.Errorf("%+v: %+v", tt, a)
		}
	}
}

// Who calls is found out as in the other protocols, under this one's names, and put on record.
func TestJSON11Authentication(t *testing.T) {
	f := newFixture(t)
	n := f.getTrail()
	stranger := *f.admin
	stranger.AccessKeyID = "AKIAAAAAAAAAAAAAAAAA"
	for _, tt := range []struct {
		name           string
		who            *servertest.Credentials
		code, recorded string
	}{
		{"a user without permission", f.bob, "AccessDeniedException", "AccessDenied"},
		{"a key that nobody has", &stranger, "UnrecognizedClientException", "UnrecognizedClientException"},
		{"nobody", f.Anonymous(), "MissingAuthenticationTokenException", "MissingAuthenticationTokenException"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := f.targeted(t, tt.who, &targeted{}, time.Now())
			e := f.Recorder.Last(t)
			if a.Status != 400 || a.Code != tt.code || e.ErrorCode != tt.recorded || e.EventSource != "cloudtrail.amazonaws.com" || e.EventName != "GetTrail" || !e.ReadOnly || e.RequestID != a.Request {
				t.Errorf("%d %s: %s; event %+v", a.Status, a.Code, a.Message, e)
			}
		})
	}
	for minutes, code := range map[time.Duration]string{-4: "", 4: "", -6: "InvalidSignatureException", 6: "InvalidSignatureException"} {
		if a := f.targeted(t, f.admin, &targeted{}, time.Now().Add(minutes*time.Minute)); a.Code != code {
			t.Errorf("signed %d minutes off: %d %s", minutes, a.Status, a.Code)
		}
	}
	if *n != 2 {
		t.Errorf("GetTrail ran %d times, want 2", *n)
	}
}
