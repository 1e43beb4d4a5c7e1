package authz_test

import (
	"testing"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/policy/eval"
)

func TestPrincipal(t *testing.T) {
	snap := world{}.snapshot(t)
	iam, sts := "arn:aws:iam::"+account+":", "arn:aws:sts::"+account+":"
	for arn, want := range map[string]*authz.Caller{
		iam + "user/eng/alice":                 {Kind: eval.User, UserID: "AIDAAAAAAAAAAAAAAAAAA", UserName: "alice", PrincipalID: "AIDAAAAAAAAAAAAAAAAAA"},
		iam + "role/ci/deploy":                 {Kind: eval.RoleSession, UserID: "AROAAAAAAAAAAAAAAAAAA:", PrincipalID: "AROAAAAAAAAAAAAAAAAAA"},
		sts + "assumed-role/deploy/s1":         {Kind: eval.RoleSession, UserID: "AROAAAAAAAAAAAAAAAAAA:s1", PrincipalID: "AROAAAAAAAAAAAAAAAAAA"},
		iam + "root":                           {Kind: eval.Root, UserID: account},
		iam + "user/alice":                     nil, // its path is missing
		iam + "user/eng/ALICE":                 nil, // names have no case, ARNs do
		iam + "role/deploy":                    nil,
		iam + "group/team":                     nil,
		sts + "assumed-role/Deploy/s1":         nil,
		sts + "federated-user/alice":           nil,
		"arn:aws:iam::999988887777:root":       nil,
		"arn:aws-cn:iam::" + account + ":root": nil,
		"alice":                                nil,
		"":                                     nil,
	} {
		got, ok := authz.Principal(snap, arn, now)
		if ok != (want != nil) {
			t.Errorf("%s: known %v", arn, ok)
			continue
		}
		if !ok {
			continue
		}
		if got.Kind != want.Kind || got.ARN != arn || got.Account != account || got.UserID != want.UserID || got.UserName != want.UserName || got.PrincipalID != want.PrincipalID {
			t.Errorf("%s: %+v", arn, got)
		}
		if (got.Session != nil) != (got.Kind == eval.RoleSession) {
			t.Errorf("%s: session %+v", arn, got.Session)
		}
	}
}

// A role decides as one of its sessions: it has its own tags and policies, and no second factor.
func TestPrincipalDecides(t *testing.T) {
	snap := world{role: allow("s3:GetObject", "*", `{"StringEquals":{"aws:PrincipalTag/team":"core"},"Bool":{"aws:MultiFactorAuthPresent":"false"}}`)}.snapshot(t)
	for _, arn := range []string{"arn:aws:iam::" + account + ":role/ci/deploy", "arn:aws:sts::" + account + ":assumed-role/deploy/x1"} {
		caller, ok := authz.Principal(snap, arn, now)
		if !ok {
			t.Fatal(arn)
		}
		ask := authz.Ask{Action: "s3:GetObject", Resource: "arn:aws:s3:::b/k"}
		if d := authz.Decide(snap, caller, &authz.Environment{Time: now}, &ask); !d.Allowed() {
			t.Errorf("%s: %s", arn, d.Message())
		}
	}
}

func TestKeyOrigin(t *testing.T) {
	for key, want := range map[string]authz.Origin{
		"aws:PrincipalTag/Team": authz.FromCaller, "AWS:principaltag/x": authz.FromCaller, "awſ:PrincipalTag/x": authz.FromCaller, "aws:userid": authz.FromCaller,
		"aws:MultiFactorAuthAge": authz.FromCaller, "aws:PrincipalOrgPaths": authz.FromCaller, "ec2:SourceInstanceARN": authz.FromCaller,
		"aws:ResourceTag/a/b": authz.FromResource, "iam:ResourceTag/a": authz.FromResource, "aws:ResourceAccount": authz.FromResource,
		"aws:SourceIp": authz.FromEnvironment, "aws:CurrentTime": authz.FromClock, "aws:EpochTime": authz.FromClock,
		"aws:RequestTag/a": authz.FromRequest, "aws:TagKeys": authz.FromRequest, "aws:SourceVpc": authz.FromRequest,
		"saml:sub": authz.FromCaller, "SAML:edupersonaffiliation": authz.FromCaller, "accounts.google.com:sub": authz.FromCaller,
		"id.example.com:8443/realms/a:aud": authz.FromCaller, "localhost:8443:sub": authz.FromCaller, "localhost:8443/a:sub": authz.FromCaller,
		"intranet/x:sub": authz.FromCaller, "www.amazon.com:user_id": authz.FromCaller, "samltest:sub": authz.FromRequest,
		"aws:RequestTag/a.b/c:1": authz.FromRequest, "s3:ExistingObjectTag/a.b": authz.FromRequest, "notes:8443": authz.FromRequest, "a.b": authz.FromRequest,
		"s3:prefix": authz.FromRequest, "aws:PrincipalTag/": authz.FromRequest, "aws:PrincipalTag": authz.FromRequest, "": authz.FromRequest,
	} {
		if got := authz.KeyOrigin(key); got != want {
			t.Errorf("%q comes from %d, want %d", key, got, want)
		}
	}
}
