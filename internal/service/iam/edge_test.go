package iam_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/policy"
)

const trustOfMachines = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`

// role makes a role that may do everything.
func role(t *testing.T, name, path string) func(*store.Tx, string) []directory.Entity {
	trust, err := directory.NewDocument(policy.Trust, trustOfMachines)
	check(t, err)
	return func(tx *store.Tx, _ string) []directory.Entity {
		return []directory.Entity{&directory.Role{
			ID: session.NewEntityID(session.PrefixRole), Name: name, Path: path, Created: tx.Now(), MaxSession: 3600, Trust: trust,
			Attached: []string{administrator},
		}}
	}
}

// TestServicesRoles: what belongs to a service is read, and not edited.
func TestServicesRoles(t *testing.T) {
	f := newFixture(t, nil)
	for _, path := range []string{"/aws-service-role/support.amazonaws.com/", "/aws-reserved/sso.amazonaws.com/"} {
		a := f.newAccount(t, role(t, "its", path))
		a.must(t, "GetRole", map[string]any{"RoleName": "its"})
		a.must(t, "TagRole", map[string]any{"RoleName": "its", "Tags": []any{map[string]any{"Key": "a", "Value": "b"}}})
		a.must(t, "CreateInstanceProfile", map[string]any{"InstanceProfileName": "web"})
		for _, c := range []call{
			{"DeleteRole", nil},
			{"UpdateRole", map[string]any{"Description": "d", "MaxSessionDuration": 7200}},
			{"UpdateAssumeRolePolicy", map[string]any{"PolicyDocument": trustOfMachines}},
			{"AttachRolePolicy", map[string]any{"PolicyArn": administrator}},
			{"DetachRolePolicy", map[string]any{"PolicyArn": administrator}},
			{"PutRolePolicy", map[string]any{"PolicyName": "p", "PolicyDocument": everything}},
			{"DeleteRolePolicy", map[string]any{"PolicyName": "p"}},
			{"PutRolePermissionsBoundary", map[string]any{"PermissionsBoundary": administrator}},
			{"DeleteRolePermissionsBoundary", nil},
			{"AddRoleToInstanceProfile", map[string]any{"InstanceProfileName": "web"}},
		} {
			in := map[string]any{"RoleName": "its"}
			for key, v := range c.In {
				in[key] = v
			}
			if got := a.as(t, "admin", c.Op, in); got.Status != http.StatusBadRequest || got.Code != "UnmodifiableEntity" {
				t.Errorf("%s: %d %s: %s", c.Op, got.Status, got.Code, got.Message)
			}
		}
		// The description of a service-linked role is all that may be changed of it.
		for _, op := range []string{"UpdateRole", "UpdateRoleDescription"} {
			got := a.as(t, "admin", op, map[string]any{"RoleName": "its", "Description": "d"})
			if linked := strings.HasPrefix(path, "/aws-service-role/"); linked != (got.Status == http.StatusOK) || !linked && got.Code != "UnmodifiableEntity" {
				t.Errorf("%s under %s: %d %s", op, path, got.Status, got.Code)
			}
		}
		in := map[string]any{"RoleName": "new", "Path": path, "AssumeRolePolicyDocument": trustOfMachines}
		if got := a.as(t, "admin", "CreateRole", in); got.Code != "AccessDenied" {
			t.Errorf("a new role under %s: %d %s", path, got.Status, got.Code)
		}
	}
}

// TestSessionMustNameTheUser: "myself" is nobody where the caller is no user.
func TestSessionMustNameTheUser(t *testing.T) {
	a := newFixture(t, nil).newAccount(t, role(t, "app", "/"))
	now := time.Now()
	a.signers["app"] = a.Mint(t, session.Claims{
		Type: session.AssumedRole, Account: a.id, PrincipalID: a.Store.Snapshot().Account(a.id).Role("app").ID, SessionName: "s",
		Issued: now, Expires: now.Add(time.Hour),
	})
	for _, c := range []call{
		{"GetUser", nil}, {"CreateAccessKey", nil}, {"ListAccessKeys", nil},
		{"DeleteAccessKey", map[string]any{"AccessKeyId": "AKIAIOSFODNN7EXAMPLE"}},
		{"UpdateAccessKey", map[string]any{"AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "Status": "Active"}},
	} {
		got := a.as(t, "app", c.Op, c.In)
		if got.Status != http.StatusBadRequest || got.Code != "ValidationError" || got.Message != "Must specify userName when calling with non-User credentials" {
			t.Errorf("%s: %d %s: %s", c.Op, got.Status, got.Code, got.Message)
		}
	}
	if got := a.as(t, "app", "GetUser", map[string]any{"UserName": "admin"}); got.Status != http.StatusOK {
		t.Errorf("with a name: %d %s: %s", got.Status, got.Code, got.Message)
	}
}

// TestWhiteSpaceHasAnEnd: white space does not count for quotas, and a managed policy may have all its versions however
// wide. What is stored has an end all the same; to pass it is the caller's mistake and not Warder's.
func TestWhiteSpaceHasAnEnd(t *testing.T) {
	a := newFixture(t, nil).newAccount(t, nil)
	wide := func(blank func() byte) string {
		space := make([]byte, 131072-len(everything))
		for i := range space {
			space[i] = blank()
		}
		return strings.Replace(everything, "{", "{"+string(space), 1)
	}
	spaces := wide(func() byte { return ' ' })
	a.must(t, "CreatePolicy", map[string]any{"PolicyName": "wide", "PolicyDocument": spaces})
	for range 4 {
		a.must(t, "CreatePolicyVersion", map[string]any{"PolicyArn": "arn:aws:iam::{account}:policy/wide", "PolicyDocument": spaces})
	}
	random := rand.New(rand.NewPCG(1, 2))
	for name, text := range map[string]string{
		"spaces": spaces, "random": wide(func() byte { return " \t\r\n"[random.IntN(4)] }),
	} {
		a.must(t, "CreateGroup", map[string]any{"GroupName": name})
		refusals := 0
		for n := range 9 {
			got := a.as(t, "admin", "PutGroupPolicy", map[string]any{"GroupName": name, "PolicyName": fmt.Sprint("p", n), "PolicyDocument": text})
			if got.Code == "LimitExceeded" {
				refusals++
			} else if got.Status != http.StatusOK {
				t.Errorf("%s, policy %d: %d %s", name, n, got.Status, got.Code)
			}
		}
		if refusals == 0 || refusals == 9 {
			t.Errorf("%s: %d of 9 refused", name, refusals)
		}
	}
}

// TestNamesHaveNoCase: one thing answers to its name in any case, and keeps the case that it was given.
func TestNamesHaveNoCase(t *testing.T) {
	a := newFixture(t, nil).newAccount(t, nil)
	a.must(t, "CreateUser", map[string]any{"UserName": "Ann"})
	if got := elements(t, a.must(t, "GetUser", map[string]any{"UserName": "aNN"}), "UserName"); len(got) != 1 || got[0] != "Ann" {
		t.Errorf("shown as %v", got)
	}
	a.must(t, "UpdateUser", map[string]any{"UserName": "ann", "NewUserName": "ANN"})
	if got := elements(t, a.must(t, "GetUser", map[string]any{"UserName": "Ann"}), "Arn"); len(got) != 1 || got[0] != "arn:aws:iam::"+a.id+":user/ANN" {
		t.Errorf("after a change of case alone: %v", got)
	}
	a.must(t, "PutUserPolicy", map[string]any{"UserName": "ann", "PolicyName": "One", "PolicyDocument": everything})
	a.must(t, "PutUserPolicy", map[string]any{"UserName": "ann", "PolicyName": "ONE", "PolicyDocument": everything})
	if got := elements(t, a.must(t, "ListUserPolicies", map[string]any{"UserName": "ann"}), "member"); len(got) != 1 {
		t.Errorf("inline policies: %v", got)
	}
}
