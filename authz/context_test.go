package authz_test

import (
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/policy/eval"
)

// kinds are callers of every kind that the pipeline makes, as the world of these tests has them.
func kinds() map[string]*authz.Caller {
	federated := withSession(alice(), authz.Federation)
	federated.Kind, federated.UserName = eval.FederatedUser, ""
	federated.ARN, federated.UserID = "arn:aws:sts::"+account+":federated-user/s1", account+":s1"
	mfa := withSession(alice(), authz.SessionToken)
	mfa.Session.MFA = now.Add(-90 * time.Second)
	named := deploy()
	named.Session.SourceIdentity, named.Session.FederatedProvider = "dana", "accounts.example.com"
	named.ProviderKeys.Set("accounts.example.com:sub", "dana-1")
	return map[string]*authz.Caller{
		"user": alice(), "session token": withSession(alice(), authz.SessionToken), "session token with MFA": mfa,
		"role": named, "federated": federated, "root": root(),
		"service":  {Kind: eval.Service, ARN: "", Services: []string{"ec2.amazonaws.com", "ec2.eu.amazonaws.com"}},
		"stranger": {Kind: eval.Anonymous},
	}
}

// Every global key has the documented value for every kind of caller, and is absent where the documentation says so: a
// policy asks for the key by StringEquals or by Null. Source: evaluation.md, "Global keys".
func TestGlobalKeys(t *testing.T) {
	const absent = "\x00"
	role := "arn:aws:iam::" + account + ":role/ci/deploy"
	user := "arn:aws:iam::" + account + ":user/eng/alice"
	same := func(v string) map[string]string { return map[string]string{"": v} }
	cases := map[string]map[string]string{ // by key and kind of caller; "" is every other kind
		"aws:PrincipalArn": {"user": user, "session token": user, "session token with MFA": user, "role": role,
			"federated": "arn:aws:sts::" + account + ":federated-user/s1", "root": "arn:aws:iam::" + account + ":root", "": absent},
		"aws:PrincipalAccount":       {"service": absent, "stranger": absent, "": account},
		"aws:PrincipalOrgID":         same(absent),
		"aws:PrincipalTag/team":      {"role": "core", "": absent},
		"aws:PrincipalType":          {"user": "User", "session token": "User", "session token with MFA": "User", "role": "AssumedRole", "federated": "FederatedUser", "root": "Account", "service": "AWSService", "stranger": "Anonymous"},
		"aws:PrincipalIsAWSService":  {"service": "true", "": "false"},
		"aws:PrincipalServiceName":   {"service": "ec2.amazonaws.com", "": absent},
		"aws:userid":                 {"user": alice().UserID, "session token": alice().UserID, "session token with MFA": alice().UserID, "role": "AROAAAAAAAAAAAAAAAAAA:s1", "federated": account + ":s1", "root": account, "": absent},
		"aws:username":               {"user": "alice", "session token": "alice", "session token with MFA": "alice", "": absent},
		"aws:AssumedRoot":            same(absent),
		"aws:FederatedProvider":      {"role": "accounts.example.com", "": absent},
		"accounts.example.com:sub":   {"role": "dana-1", "": absent},
		"aws:SourceIdentity":         {"role": "dana", "": absent},
		"aws:TokenIssueTime":         {"user": absent, "root": absent, "service": absent, "stranger": absent, "": "2026-11-22T11:59:00Z"},
		"aws:MultiFactorAuthPresent": {"user": absent, "root": absent, "service": absent, "stranger": absent, "session token with MFA": "true", "": "false"},
		"aws:MultiFactorAuthAge":     {"session token with MFA": "90", "": absent},
		"aws:SourceIp":               same("10.0.0.1"),
		"aws:SecureTransport":        same("true"),
		"aws:ResourceAccount":        same(account),
		"aws:ResourceTag/stage":      same("prod"),
		"iam:ResourceTag/stage":      same("prod"),
		"aws:CurrentTime":            same("2026-11-22T12:00:00Z"),
		"aws:EpochTime":              same("1795348800"),
		"aws:RequestedRegion":        same("eu-west-1"),
		"aws:UserAgent":              same("curl/8"),
		"aws:referer":                same("https://example.com"),
		"aws:ViaAWSService":          same("false"),
		"aws:SourceVpc":              same(absent),
		"aws:CalledVia":              same(absent),
		"iam:PermissionsBoundary":    same("the operation's own"),
		"aws:RequestTag/cost":        same("the operation's own"),
		"aws:PrincipalServiceNamesX": same(absent),
	}
	env := &authz.Environment{Time: now, SourceIP: "10.0.0.1", Secure: true, UserAgent: "curl/8", Referer: "https://example.com", Region: "eu-west-1"}
	snap := world{}.snapshot(t)
	for key, values := range cases {
		for kind, caller := range kinds() {
			want, ok := values[kind]
			if !ok {
				want = values[""]
			}
			condition := `{"StringEquals":{"` + key + `":"` + want + `"}}`
			if want == absent {
				condition = `{"Null":{"` + key + `":"true"}}`
			}
			if !answers(t, snap, caller, env, condition) {
				t.Errorf("%s of %s: not %q", key, kind, want)
			}
		}
	}
}

// answers decides a resource policy whose one Deny has the condition: what it denies met the condition.
func answers(t *testing.T, snap *directory.Snapshot, caller *authz.Caller, env *authz.Environment, condition string) bool {
	t.Helper()
	text := `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Condition":` + condition + `}}`
	ask := authz.Ask{Action: "iam:TagRole", Resource: "arn:aws:iam::" + account + ":role/x", ResourceAccount: account,
		ResourceTags:   []directory.Tag{{Key: "stage", Value: "prod"}},
		ResourcePolicy: &eval.Source{Name: "p", Policy: snap.Library().Document(text).Compiled()}}
	ask.Context.Set("iam:PermissionsBoundary", "the operation's own")
	ask.Context.Set("aws:RequestTag/cost", "the operation's own")
	d := authz.Decide(snap, caller, env, &ask)
	return d.Verdict == eval.ExplicitDeny
}

// What authz derives nobody can give: neither another value nor one for a key that is absent.
func TestAskCannotForgeKeys(t *testing.T) {
	snap := world{}.snapshot(t)
	for _, key := range []string{
		"aws:MultiFactorAuthPresent", "AWS:multifactorauthpresent", "aws:MultiFactorAuthAge", "aws:TokenIssueTime", "aws:SourceIdentity", "aws:PrincipalTag/admin",
		"aws:PrincipalOrgID", "aws:PrincipalArn", "aws:username", "aws:userid", "aws:ResourceTag/admin", "iam:ResourceTag/admin", "aws:ResourceAccount",
		"aws:SourceIp", "aws:SecureTransport", "aws:CurrentTime", "aws:PrincipalServiceNamesList", "aws:FederatedProvider", "aws:ViaAWSService",
		"awſ:MultiFactorAuthPresent", // ſ and s are one letter in two cases
	} {
		ask := authz.Ask{Action: "iam:GetUser", Resource: "*"}
		ask.Context.Set(key, "forged")
		ask.ResourcePolicy = &eval.Source{Name: "p", Policy: snap.Library().Document(
			`{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Condition":{"ForAnyValue:StringEquals":{"` + key + `":"forged"}}}}`).Compiled()}
		if d := authz.Decide(snap, alice(), &authz.Environment{Time: now}, &ask); d.Verdict == eval.ExplicitDeny {
			t.Errorf("%s was taken from the ask", key)
		}
	}
}

// The keys of an action are there in every spelling of it.
func TestActionHasNoCase(t *testing.T) {
	snap := world{}.snapshot(t)
	for _, action := range []string{"iam:TagRole", "IAM:TagRole", "Sts:tagsession"} {
		ask := authz.Ask{Action: action, Resource: "*", ResourceTags: []directory.Tag{{Key: "stage", Value: "prod"}}}
		ask.ResourcePolicy = &eval.Source{Name: "p", Policy: snap.Library().Document(
			`{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Condition":{"StringEquals":{"iam:ResourceTag/stage":"prod"}}}}`).Compiled()}
		if d := authz.Decide(snap, alice(), &authz.Environment{Time: now}, &ask); d.Verdict != eval.ExplicitDeny {
			t.Errorf("%s: %s", action, d.Verdict)
		}
	}
}

// A second factor that the request itself gives counts for every credential, and is newer than that of the session.
func TestFactorOfTheRequest(t *testing.T) {
	snap := world{}.snapshot(t)
	old := withSession(alice(), authz.SessionToken)
	old.Session.MFA = now.Add(-time.Hour)
	for name, caller := range map[string]*authz.Caller{"user": alice(), "session": withSession(alice(), authz.SessionToken), "session with MFA": old, "role": deploy()} {
		ask := authz.Ask{Action: "sts:AssumeRole", Resource: "*", MFA: now.Add(-5 * time.Second)}
		ask.ResourcePolicy = &eval.Source{Name: "p", Policy: snap.Library().Document(`{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*",` +
			`"Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"},"NumericEquals":{"aws:MultiFactorAuthAge":"5"}}}}`).Compiled()}
		if d := authz.Decide(snap, caller, &authz.Environment{Time: now}, &ask); d.Verdict != eval.ExplicitDeny {
			t.Errorf("%s: %v", name, d.Verdict)
		}
	}
}

// Two tags whose keys differ in case alone answer to one condition key. Neither of them may be chosen: who can add one tag
// could say what the other is worth.
func TestTagsThatDifferInCase(t *testing.T) {
	two := []directory.Tag{{Key: "team", Value: "red"}, {Key: "Team", Value: "blue"}}
	for _, key := range []string{"aws:ResourceTag/team", "iam:ResourceTag/TEAM", "aws:RequestTag/Team"} {
		for _, value := range []string{"red", "blue"} {
			condition := `{"StringEquals":{"` + key + `":"` + value + `"}}`
			for effect, want := range map[string]string{"Allow": "because no identity-based policy", "Deny": "with an explicit deny"} {
				snap := world{user: statement(effect, "*", "*", condition)}.snapshot(t)
				ask := authz.Ask{Action: "iam:TagPolicy", Resource: "arn:aws:iam::" + account + ":policy/p", ResourceTags: two, RequestTags: two}
				checkDecision(t, authz.Decide(snap, alice(), &authz.Environment{Time: now}, &ask), want)
			}
		}
	}
}

// aws:TagKeys has the keys of the tags that are given and of those that are named.
func TestTagKeys(t *testing.T) {
	ask := authz.Ask{
		Action: "iam:TagUser", Resource: "arn:aws:iam::" + account + ":user/u",
		RequestTags: []directory.Tag{{Key: "a", Value: "1"}, {Key: "b", Value: "2"}}, TagKeys: []string{"c", "b"},
	}
	for condition, want := range map[string]string{
		`{"ForAllValues:StringEquals":{"aws:TagKeys":["a","b","c"]},"StringEquals":{"aws:RequestTag/b":"2"},"Null":{"aws:RequestTag/c":"true"}}`: "allow",
		`{"ForAllValues:StringEquals":{"aws:TagKeys":["a","b"]}}`:                                                                                "because no identity-based policy",
	} {
		snap := world{user: allow("*", "*", condition)}.snapshot(t)
		checkDecision(t, authz.Decide(snap, alice(), &authz.Environment{Time: now}, &ask), want)
	}
}

// Several resources are several asks: each is decided by itself, and what one of them says does not reach the next.
func TestSeveralAsks(t *testing.T) {
	snap := world{user: allow("iam:PassRole", "arn:aws:iam::*:role/a", `{"StringEquals":{"iam:ResourceTag/x":"y"}}`)}.snapshot(t)
	caller, env := alice(), &authz.Environment{Time: now}
	a := authz.Ask{Action: "iam:PassRole", Resource: "arn:aws:iam::" + account + ":role/a", ResourceTags: []directory.Tag{{Key: "x", Value: "y"}}}
	b := a
	b.Resource, b.ResourceTags = "arn:aws:iam::"+account+":role/b", nil
	c := a
	c.ResourceTags = nil
	for i, want := range []bool{true, false, false, true} {
		ask := []authz.Ask{a, b, c, a}[i]
		if d := authz.Decide(snap, caller, env, &ask); d.Allowed() != want || d.Ask != &ask {
			t.Errorf("ask %d: allowed %v, want %v", i, d.Allowed(), want)
		}
	}
	if a.Context.Len() != 0 {
		t.Errorf("deciding left %d keys in the ask", a.Context.Len())
	}
}

// Across accounts the caller's side and the resource's side must both allow, and a Deny on either side wins.
func TestAcrossAccounts(t *testing.T) {
	const other = "444455556666"
	const bucket = "arn:aws:s3:::theirs/key"
	grant := func(effect, principal string) string {
		return `{"Version":"2012-10-17","Statement":{"Effect":"` + effect + `","Principal":` + principal + `,"Action":"s3:GetObject","Resource":"*"}}`
	}
	direct := `{"AWS":"AIDAAAAAAAAAAAAAAAAAA"}`
	yes := allow("s3:GetObject", "*", "")
	cases := []struct {
		name            string
		world           world
		resource, owner string
		want            string
	}{
		{"both", world{user: yes}, grant("Allow", direct), other, "allow"},
		{"by account", world{user: yes}, grant("Allow", `{"AWS":"`+account+`"}`), other, "allow"},
		{"caller's side alone", world{user: yes}, "", other, "because no resource-based policy allows"},
		{"resource's side alone", world{}, grant("Allow", direct), other, "because no identity-based policy allows"},
		{"resource's side alone, same account", world{}, grant("Allow", direct), account, "allow"},
		{"boundary of the caller", world{user: yes, boundary: allow("ec2:*", "*", "")}, grant("Allow", direct), other, "because no permissions boundary allows"},
		{"Deny of the resource", world{user: yes}, grant("Deny", `"*"`), other, "with an explicit deny in a resource-based policy"},
		{"Deny of the caller", world{user: statement("Deny", "*", "*", "")}, grant("Allow", direct), other, "with an explicit deny in an identity-based policy"},
		{"somebody else is named", world{user: yes}, grant("Allow", `{"AWS":"`+other+`"}`), other, "because no resource-based policy allows"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			snap := c.world.snapshot(t)
			ask := authz.Ask{Action: "s3:GetObject", Resource: bucket, ResourceAccount: c.owner}
			if c.resource != "" {
				ask.ResourcePolicy = &eval.Source{Name: "bucket", Policy: snap.Library().Document(c.resource).Compiled()}
			}
			checkDecision(t, authz.Decide(snap, alice(), &authz.Environment{Time: now}, &ask), c.want)
		})
	}
}

func checkDecision(t *testing.T, d authz.Decision, want string) {
	t.Helper()
	switch {
	case want == "allow" && !d.Allowed():
		t.Errorf("denied: %s", d.Message())
	case want != "allow" && d.Allowed():
		t.Errorf("allowed, want a denial with %q", want)
	case want != "allow" && !strings.Contains(d.Message(), want):
		t.Errorf("message %q, want %q in it", d.Message(), want)
	}
}

// Every layer has its words, for a Deny and for a missing Allow. Source: IAM User Guide, "Troubleshoot access denied error
// messages".
func TestMessages(t *testing.T) {
	const who = "User: arn:aws:iam::111122223333:user/eng/alice is not authorized to perform: "
	const does = "s3:GetObject on resource: r"
	s3, assume := authz.Ask{Action: "s3:GetObject", Resource: "r"}, authz.Ask{Action: "sts:AssumeRole", Resource: "r", ResourceKind: eval.Authoritative}
	tag := authz.Ask{Action: "sts:TagSession", Resource: "r", ResourceKind: eval.Authoritative}
	cases := []struct {
		layer   eval.Layer
		verdict eval.Verdict
		ask     authz.Ask
		want    string
	}{
		{eval.LayerIdentity, eval.ImplicitDeny, s3, does + " because no identity-based policy allows the s3:GetObject action"},
		{eval.LayerIdentity, eval.ExplicitDeny, s3, does + " with an explicit deny in an identity-based policy"},
		{eval.LayerBoundary, eval.ImplicitDeny, s3, does + " because no permissions boundary allows the s3:GetObject action"},
		{eval.LayerBoundary, eval.ExplicitDeny, s3, does + " with an explicit deny in a permissions boundary"},
		{eval.LayerSession, eval.ImplicitDeny, s3, does + " because no session policy allows the s3:GetObject action"},
		{eval.LayerSession, eval.ExplicitDeny, s3, does + " with an explicit deny in a session policy"},
		{eval.LayerResource, eval.ImplicitDeny, s3, does + " because no resource-based policy allows the s3:GetObject action"},
		{eval.LayerResource, eval.ExplicitDeny, s3, does + " with an explicit deny in a resource-based policy"},
		{eval.LayerSCP, eval.ImplicitDeny, s3, does + " because no service control policy allows the s3:GetObject action"},
		{eval.LayerSCP, eval.ExplicitDeny, s3, does + " with an explicit deny in a service control policy"},
		{eval.LayerRCP, eval.ImplicitDeny, s3, does + " because no resource control policy allows the s3:GetObject action"},
		{eval.LayerRCP, eval.ExplicitDeny, s3, does + " with an explicit deny in a resource control policy"},
		{eval.LayerResource, eval.ImplicitDeny, assume, "sts:AssumeRole on resource: r because no role trust policy allows the sts:AssumeRole action"},
		{eval.LayerResource, eval.ExplicitDeny, assume, "sts:AssumeRole on resource: r with an explicit deny in the role trust policy"},
		{eval.LayerResource, eval.ImplicitDeny, tag, "sts:TagSession on resource: r because no role trust policy allows the sts:TagSession action"},
		{eval.LayerNone, eval.ImplicitDeny, s3, does},
		{eval.LayerIdentity, eval.ImplicitDeny, authz.Ask{Action: "iam:ListUsers", Resource: "*"}, "iam:ListUsers on resource: * because no identity-based policy allows the iam:ListUsers action"},
	}
	for _, c := range cases {
		d := authz.Decision{Decision: eval.Decision{Verdict: c.verdict, Layer: c.layer}, Caller: alice(), Ask: &c.ask}
		if got := d.Message(); got != who+c.want {
			t.Errorf("%v %v\ngot  %s\nwant %s", c.layer, c.verdict, got, who+c.want)
		}
	}
}

// A root user's session token is told its own restriction, not that of assuming roles.
func TestRestrictionOfRootSession(t *testing.T) {
	c := withSession(root(), authz.SessionToken)
	ask := authz.Ask{Action: "iam:ListUsers", Resource: "*"}
	checkDecision(t, authz.Decide(world{}.snapshot(t), c, &authz.Environment{Time: now}, &ask), "unless they were issued with MFA")
}
