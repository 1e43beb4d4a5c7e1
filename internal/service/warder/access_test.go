package warder_test

import (
	"strings"
	"testing"
	"time"
)

// TestEvaluateIsAccess: what a service asks about somebody counts as that one's access, allowed or not; an explanation,
// which only says what would be, does not.
func TestEvaluateIsAccess(t *testing.T) {
	f := newFixture(t)
	before := time.Now().Unix()
	tried := func(name, action string) (allowed, denied bool) {
		a := f.Store.AccessBy(account, f.Now().User(name).ID)[action]
		return a.Allowed.At >= before, a.Denied.At >= before
	}
	want := func(name, action string, allowed, denied bool) {
		t.Helper()
		if a, d := tried(name, action); a != allowed || d != denied {
			t.Errorf("%s %s: allowed %v, denied %v; want %v, %v", name, action, a, d, allowed, denied)
		}
	}
	post(t, f.notes, "/access/v1/explanation", question("", "", "", ""))
	want("alice", "s3:GetObject", false, false)
	ask(t, f.notes, "", "", "", `{"aws:RequestedRegion":"eu-west-1"}`)
	want("alice", "s3:GetObject", true, false)
	ask(t, f.notes, "", "", `{"type":"object","id":"arn:aws:s3:::vault/gold"}`, "")
	want("alice", "s3:GetObject", true, true)
	if region := f.Store.AccessBy(account, f.Now().User("alice").ID)["s3:GetObject"].Allowed.Region; region != "eu-west-1" {
		t.Errorf("the Region is %q", region)
	}

	batch := `{` + getJSON + `,` + object("b/1") + `,"evaluations":[{` + bobJSON + `}]}`
	post(t, f.notes, "/access/v1/evaluations", batch)
	want("bob", "s3:GetObject", false, true)

	ask(t, f.eve, "", "s3:PutObject", "", "") // eve may not ask: nothing was decided about alice
	want("alice", "s3:PutObject", false, false)

	ask(t, f.notes, "", "", "", `{"aws:RequestedRegion":"`+strings.Repeat("x", 1000)+`"}`)
	if region := f.Store.AccessBy(account, f.Now().User("alice").ID)["s3:GetObject"].Allowed.Region; len(region) > 32 {
		t.Errorf("a Region of %d bytes is kept", len(region))
	}
}
