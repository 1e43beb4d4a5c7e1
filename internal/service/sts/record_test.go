package sts_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/internal/server/servertest"
)

// What is secret stands in the one answer that gives it out, and nowhere else: in no event, no log line and no error.
func TestSecretsStayOut(t *testing.T) {
	w := newWorld(t)
	f := newFixture(t, w, number(1), policyOf("Allow sts:* *"))
	r := f.role(t, "it", trust(trustsAlice))
	var secrets, said []string
	note := func(a servertest.Answer) *servertest.Credentials {
		c := f.Session(t, a)
		secrets = append(secrets, c.Plain, c.SessionToken)
		return c
	}
	secrets = append(secrets, f.alice.Plain, "987654")
	token := note(f.alice.Call(t, "GetSessionToken"))
	role := note(assume(t, token, f.ARN(r)))
	note(f.alice.Call(t, "GetFederationToken", "Name", "web"))

	code := []string{"SerialNumber", "arn:aws:iam::" + f.ID + ":mfa/alice", "TokenCode", "987654"}
	bad := *role
	bad.AccessKeyID = f.alice.AccessKeyID
	for _, a := range []servertest.Answer{
		f.alice.Call(t, "GetSessionToken", code...),
		f.alice.Call(t, "GetSessionToken", "SerialNumber", "?", "TokenCode", "987654"),
		assume(t, f.alice, f.ARN(r), code...),
		bad.Call(t, "GetCallerIdentity"), role.Call(t, "ListUsers"), role.Call(t, "GetSessionToken"), token.Call(t, "GetCallerIdentity"),
	} {
		said = append(said, a.Body)
	}
	for _, e := range append(w.Recorder.Events(), w.Outbox(t)...) {
		text, err := json.Marshal(e)
		servertest.Check(t, err)
		said = append(said, string(text))
	}
	said = append(said, w.Log.String())
	for _, text := range said {
		for _, secret := range secrets {
			if len(secret) < 6 || strings.Contains(text, secret) {
				t.Errorf("%q stands in %s", secret, text)
			}
		}
	}
	i := slices.IndexFunc(said, func(s string) bool { return strings.Contains(s, `"eventName":"AssumeRole"`) })
	if i < 0 || !strings.Contains(said[i], `"accessKeyId":"`+role.AccessKeyID+`"`) || !strings.Contains(said[i], `"roleSessionName":"s1"`) {
		t.Errorf("the event of AssumeRole does not show what it may show")
	}
}

// openOperations is the reviewed list of operations that need no permission.
var openOperations = []string{"sts:GetCallerIdentity", "sts:GetSessionToken"}

// Every served operation asks for an action that policies know, or stands in the reviewed list.
func TestOpenOperations(t *testing.T) {
	w := newWorld(t)
	known, served := catalog.Load(), 0
	for _, o := range w.Operations() {
		if !o.Served {
			continue
		}
		served++
		if _, ok := known.Action(o.Service, o.Name); !ok || o.Action != o.Service+":"+o.Name {
			t.Errorf("%s:%s asks for %s", o.Service, o.Name, o.Action)
		}
		if (o.Open != "") != slices.Contains(openOperations, o.Action) {
			t.Errorf("%s is open because %q: that is for a review of the list", o.Action, o.Open)
		}
	}
	if served != 10 {
		t.Errorf("%d operations are served, want nine of STS and ListUsers", served)
	}
}

// Everything that STS does gives credentials or information out and changes no stored state: CloudTrail calls it read-only.
func TestRecordOfSTS(t *testing.T) {
	w := newWorld(t)
	f := newFixture(t, w, number(1))
	r := f.role(t, "it", trust(trustsAlice))
	assume(t, f.alice, f.ARN(r), "ExternalId", "x-1")
	e := w.Recorder.Last(t)
	if !e.ReadOnly || e.EventSource != "sts.amazonaws.com" || e.RecipientAccountID != f.ID || len(e.Resources) != 1 || e.Resources[0].ARN != f.ARN(r) ||
		!strings.Contains(string(e.RequestParameters), `"externalId":"x-1"`) || !strings.Contains(string(e.ResponseElements), `"assumedRoleId":"`+r.ID) {
		t.Errorf("%+v %s %s", e, e.RequestParameters, e.ResponseElements)
	}
	assume(t, f.alice, f.ARN(r), "RoleSessionName", "<a&b>\x01")
	if e := w.Recorder.Last(t); e.ErrorCode != "ValidationError" || e.RequestParameters != nil || e.ResponseElements != nil {
		t.Errorf("%+v", e)
	}
	if n := len(w.Outbox(t)); n != 0 {
		t.Errorf("%d changes", n)
	}
}

// The record of a session's call says what kind of session it is, who it came from, and whether with a second factor.
func TestRecordOfSessions(t *testing.T) {
	w := newWorld(t)
	f := newFixture(t, w, number(1), policyOf("Allow sts:GetFederationToken *"))
	f.Session(t, f.alice.Call(t, "GetFederationToken", "Name", "web")).Call(t, "GetCallerIdentity")
	if u := w.Recorder.Last(t).UserIdentity; u.Type != "FederatedUser" || u.SessionContext == nil || u.SessionContext.SessionIssuer == nil || u.SessionContext.SessionIssuer.ARN != f.ARN(f.user) {
		t.Errorf("%+v", u)
	}
	f.Session(t, f.alice.Call(t, "GetSessionToken", f.phone(t).params(t, 0)...)).Call(t, "GetCallerIdentity")
	if u := w.Recorder.Last(t).UserIdentity; u.Type != "IAMUser" || u.SessionContext == nil || u.SessionContext.Attributes.MFAAuthenticated != "true" {
		t.Errorf("%+v", u)
	}
}

// With a one-time code the answer is a change, which uses the code up: the role's owner has its event all the same.
func TestSharedRecordOfAChange(t *testing.T) {
	w := newWorld(t)
	owner, f := newFixture(t, w, number(1)), newFixture(t, w, number(2), policyOf("Allow sts:AssumeRole *"))
	r := owner.Role(t, "it", trust(f.user.ID+` sts:AssumeRole {"Bool":{"aws:MultiFactorAuthPresent":"true"}}`))
	f.Session(t, assume(t, f.alice, owner.ARN(r), f.phone(t).params(t, 0)...))
	events := w.Outbox(t)
	if len(events) != 2 || events[0].SharedEventID == "" || events[0].SharedEventID != events[1].SharedEventID || events[0].EventID == events[1].EventID ||
		events[0].RecipientAccountID != f.ID || events[0].UserIdentity.Type != "IAMUser" ||
		events[1].RecipientAccountID != owner.ID || events[1].UserIdentity.Type != "AWSAccount" {
		t.Fatalf("events %+v", events)
	}
}
