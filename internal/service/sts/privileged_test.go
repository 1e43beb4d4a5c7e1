package sts_test

import (
	"testing"

	"github.com/warder-iam/warder/internal/server"
)

// Root users of other accounts, and what customers delegate, cannot be had: to whoever may ask, it is refused.
func TestPrivileged(t *testing.T) {
	w := newWorld(t)
	f := newFixture(t, w, number(1), policyOf(
		`Allow sts:AssumeRoot * {"StringLike":{"sts:TaskPolicyArn":"*/IAMAuditRootUserCredentials"}}`, "Allow sts:GetDelegatedAccessToken *"))
	nobody := f.User(t, "nobody")
	const task = "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"
	root := "arn:aws:iam::" + f.ID + ":root"
	for _, c := range []struct{ name, target, task, code, message string }{
		{"its own", root, task, "AccessDenied", "sts:AssumeRoot on resource: " + root},
		{"by the account's id", f.ID, task, "AccessDenied", "sts:AssumeRoot on resource: " + root},
		{"another account's", "999988887777", task, "AccessDenied", "sts:AssumeRoot on resource: arn:aws:iam::999988887777:root"},
		{"another task", root, "arn:aws:iam::aws:policy/root-task/S3UnlockBucketPolicy", "AccessDenied", "because no identity-based policy allows"},
		{"no task", root, "arn:aws:iam::aws:policy/AdministratorAccess", "ValidationError", "is not the ARN of a task policy"},
		{"no root user", "arn:aws:iam::" + f.ID + ":user/alice", task, "ValidationError", "is invalid"},
	} {
		t.Run(c.name, func(t *testing.T) {
			expect(t, f.alice.Call(t, "AssumeRoot", "TargetPrincipal", c.target, "TaskPolicyArn.arn", c.task), c.code, c.message)
		})
	}
	expect(t, nobody.Call(t, "AssumeRoot", "TargetPrincipal", root, "TaskPolicyArn.arn", task), "AccessDenied", "because no identity-based policy allows the sts:AssumeRoot action")
	expect(t, f.alice.Call(t, "GetDelegatedAccessToken", "TradeInToken", "secret-token"), "ExpiredTradeInTokenException", "")
	expect(t, nobody.Call(t, "GetDelegatedAccessToken", "TradeInToken", "secret-token"), "AccessDenied", "")
	for _, o := range w.Operations() {
		if (o.Name == "AssumeRoot" || o.Name == "GetDelegatedAccessToken") && (o.State != server.Refused || o.Reason == "") {
			t.Errorf("%+v", o)
		}
	}
}
