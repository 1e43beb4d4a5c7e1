package sts_test

import (
	"testing"

	"github.com/warder-iam/warder/internal/server/servertest"
	"github.com/warder-iam/warder/internal/store"
)

// What the console's page holds makes no credentials of the user that would outlast its session, and none at all once that has ended.
func TestConsoleCredentialsMakeNone(t *testing.T) {
	f := newFixture(t, newWorld(t), number(1), policyOf("Allow sts:* *"))
	r := f.role(t, "reader", trust("{account} sts:AssumeRole"), policyOf("Allow iam:ListUsers *"))
	alice, root := f.Console(t, "alice"), f.Console(t, "")
	assume := []string{"AssumeRole", "RoleArn", f.ARN(r), "RoleSessionName", "s1"}
	for _, x := range []struct {
		by   *servertest.Console
		call []string
		code string
		end  bool // before the call
	}{
		{alice, []string{"GetSessionToken"}, "AccessDenied", false},
		{alice, []string{"GetFederationToken", "Name", "bob"}, "AccessDenied", false},
		{root, []string{"GetSessionToken"}, "AccessDenied", false},
		{root, []string{"GetFederationToken", "Name", "bob"}, "AccessDenied", false},
		{root, assume, "AccessDenied", false},
		{alice, assume, "", false},
		{alice, assume, "ExpiredToken", true},
		{alice, []string{"GetCallerIdentity"}, "ExpiredToken", false},
		{alice, []string{"GetSessionToken"}, "ExpiredToken", false},
	} {
		if x.end {
			f.Change(t, func(tx *store.Tx) error { tx.EndWebSession(x.by.SessionID); return nil })
		}
		got := x.by.Call(t, x.call[0], x.call[1:]...)
		if got.Code != x.code {
			t.Errorf("%v: %d %s, want %q: %s", x.call, got.Status, got.Code, x.code, got.Body)
		}
	}
}
