package authz_test

import (
	"testing"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/policy/eval"
)

// TestSimulationAgrees: a simulation of a caller with its own policies and tags decides as Decide does.
func TestSimulationAgrees(t *testing.T) {
	own := allow("s3:*", "arn:aws:s3:::${aws:PrincipalTag/team}/*", `{"StringLike":{"aws:PrincipalArn":"arn:aws:iam::*/${aws:PrincipalTag/team}*"},"DateEquals":{"aws:CurrentTime":"2026-11-22T12:00:00Z"}}`)
	snap := world{user: own, role: own, boundary: allow("s3:Get*", "*", ""), userTags: []directory.Tag{{Key: "team", Value: "eng"}}}.snapshot(t)
	account := snap.Account(account)
	role := deploy()
	role.ARN, role.Session.Name = role.Session.RoleARN, "" // any of its sessions
	allowed := 0
	for _, c := range []struct {
		caller *authz.Caller
		entity directory.Entity
		tags   []directory.Tag
	}{
		{alice(), account.User("alice"), account.User("alice").Tags},
		{role, account.Role("deploy"), account.Role("deploy").Tags},
	} {
		s := &authz.Simulation{Caller: *c.caller, Tags: c.tags, Time: now, Layers: eval.Layers{
			Identity: account.IdentityPolicies(c.entity), Boundary: account.BoundaryPolicy(c.entity),
		}}
		for _, action := range []string{"s3:GetObject", "s3:PutObject", "iam:GetUser", "sts:AssumeRole"} {
			for _, resource := range []string{"arn:aws:s3:::eng/x", "arn:aws:s3:::core/x", "arn:aws:iam::" + account.ID() + ":role/ci/deploy", "*"} {
				ask := authz.Ask{Action: action, Resource: resource, ResourceKind: eval.KindOf(action, resource, false)}
				want := authz.Decide(snap, c.caller, &authz.Environment{Time: now}, &ask)
				if got, _ := s.Explain(&ask); got.Verdict != want.Verdict || got.Layer != want.Layer {
					t.Errorf("%s: %s on %s is %s (%s) simulated, %s (%s) enforced", c.caller.ARN, action, resource, got.Verdict, got.Layer, want.Verdict, want.Layer)
				} else if want.Allowed() {
					allowed++
				}
			}
		}
	}
	if allowed != 1 {
		t.Errorf("%d of the asks are allowed", allowed)
	}
}

// TestSupposed: what is supposed stands before all that is known, and what nobody knows is absent.
func TestSupposed(t *testing.T) {
	s := &authz.Simulation{Caller: *alice(), Tags: []directory.Tag{{Key: "team", Value: "core"}}, Time: now}
	s.Supposed.Set("AWS:username", "bob")
	s.Supposed.SetList("aws:principaltag/Team", "red", "blue")
	s.Supposed.Set("aws:CurrentTime", "2030-01-01T00:00:00Z")
	_, known := s.Explain(&authz.Ask{Action: "s3:GetObject", Resource: "arn:aws:s3:::b", ResourceAccount: "444455556666"})
	for key, want := range map[string]string{
		"aws:username": "bob", "aws:CurrentTime": "2030-01-01T00:00:00Z", "aws:EpochTime": "1795348800", "aws:ResourceAccount": "444455556666",
		"aws:PrincipalAccount": account, "aws:userid": alice().UserID, "aws:PrincipalIsAWSService": "false",
		"aws:SourceIp": "", "aws:SecureTransport": "", "aws:ViaAWSService": "", "aws:MultiFactorAuthPresent": "", "aws:TokenIssueTime": "",
	} {
		v, ok := known.Lookup(key)
		if ok != (want != "") || ok && v.At(0) != want {
			t.Errorf("%s is %q, want %q", key, v.Texts(), want)
		}
	}
	if v, _ := known.Lookup("aws:PrincipalTag/team"); v.Len() != 2 {
		t.Errorf("the supposed tag is %q", v.Texts())
	}
}
