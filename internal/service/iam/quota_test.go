package iam_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/warder-iam/warder/internal/server/servertest"
	"github.com/warder-iam/warder/internal/store"
)

// TestQuotas: each kind of thing can be had as often as the quota says, and not once more.
func TestQuotas(t *testing.T) {
	f := newFixture(t, map[store.QuotaName]int{
		store.UsersPerAccount: 4, store.GroupsPerAccount: 2, store.RolesPerAccount: 2, store.PoliciesPerAccount: 2,
		store.InstanceProfilesPerAccount: 2, store.GroupsPerUser: 2, store.VersionsPerPolicy: 2,
	})
	policy := map[string]any{"Version": "2012-10-17", "Statement": []any{map[string]any{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}}
	trust := map[string]any{"Version": "2012-10-17", "Statement": []any{map[string]any{"Effect": "Allow", "Action": "sts:AssumeRole",
		"Principal": map[string]any{"Service": "ec2.amazonaws.com"}}}}
	for _, c := range []struct {
		op, name string
		in       map[string]any
		message  string
	}{
		{"CreateUser", "UserName", nil, "Cannot exceed quota for UsersPerAccount: 4"}, // two are there
		{"CreateGroup", "GroupName", nil, "Cannot exceed quota for GroupsPerAccount: 2"},
		{"CreateRole", "RoleName", map[string]any{"AssumeRolePolicyDocument": trust}, "Cannot exceed quota for RolesPerAccount: 2"},
		{"CreatePolicy", "PolicyName", map[string]any{"PolicyDocument": policy}, "Cannot exceed quota for PoliciesPerAccount: 2"},
		{"CreateInstanceProfile", "InstanceProfileName", nil, "Cannot exceed quota for InstanceProfilesPerAccount: 2"},
	} {
		t.Run(c.op, func(t *testing.T) {
			a := f.newAccount(t, nil)
			in := map[string]any{}
			for key, v := range c.in {
				in[key] = v
			}
			for i := range 2 {
				in[c.name] = fmt.Sprint("n", i)
				a.must(t, c.op, in)
			}
			in[c.name] = "last"
			refused(t, a.as(t, "admin", c.op, in), c.message)
		})
	}
	t.Run("GroupsPerUser", func(t *testing.T) {
		a := f.newAccount(t, nil)
		for i := range 2 {
			a.must(t, "CreateGroup", map[string]any{"GroupName": fmt.Sprint("g", i)})
			a.must(t, "AddUserToGroup", map[string]any{"GroupName": fmt.Sprint("g", i), "UserName": "caller"})
		}
		a.must(t, "RemoveUserFromGroup", map[string]any{"GroupName": "g0", "UserName": "caller"})
		a.must(t, "AddUserToGroup", map[string]any{"GroupName": "g0", "UserName": "caller"})
		a.must(t, "DeleteGroup", map[string]any{"GroupName": spareGroup(t, a)})
	})
	t.Run("VersionsPerPolicy", func(t *testing.T) {
		a := f.newAccount(t, nil)
		a.must(t, "CreatePolicy", map[string]any{"PolicyName": "p", "PolicyDocument": policy})
		in := map[string]any{"PolicyArn": "arn:aws:iam::{account}:policy/p", "PolicyDocument": policy}
		a.must(t, "CreatePolicyVersion", in)
		refused(t, a.as(t, "admin", "CreatePolicyVersion", in),
			"A managed policy can have up to 2 versions. Before you create a new version, you must delete an existing version.")
	})
}

// spareGroup takes caller out of g1, which is free to be deleted then.
func spareGroup(t *testing.T, a *account) string {
	t.Helper()
	if got := a.as(t, "admin", "DeleteGroup", map[string]any{"GroupName": "g1"}); got.Code != "DeleteConflict" {
		t.Errorf("a group with a member: %d %s", got.Status, got.Code)
	}
	a.must(t, "RemoveUserFromGroup", map[string]any{"GroupName": "g1", "UserName": "caller"})
	return "g1"
}

func refused(t *testing.T, got servertest.Answer, message string) {
	t.Helper()
	if got.Status != http.StatusConflict || got.Code != "LimitExceeded" || got.Message != message {
		t.Errorf("%d %s: %s, want 409 LimitExceeded: %s", got.Status, got.Code, got.Message, message)
	}
}
