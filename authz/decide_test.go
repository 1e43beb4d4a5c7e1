package authz_test

import (
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/policy"
	"github.com/warder-iam/warder/policy/eval"
)

const account = "111122223333"

var now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// allow is an identity policy of one statement with an optional condition.
func allow(action, resource, condition string) string {
	return statement("Allow", action, resource, condition)
}

func statement(effect, action, resource, condition string) string {
	if condition != "" {
		condition = `,"Condition":` + condition
	}
	return `{"Version":"2012-10-17","Statement":{"Effect":"` + effect + `","Action":"` + action + `","Resource":"` + resource + `"` + condition + `}}`
}

func document(t *testing.T, kind policy.Kind, text string) directory.Document {
	t.Helper()
	d, err := directory.NewDocument(kind, text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return d
}

// world is an account with one user, one role and one group, whose policies a test chooses.
type world struct {
	user, group, role, boundary string
	userTags                    []directory.Tag
}

func (w world) snapshot(t *testing.T) *directory.Snapshot {
	t.Helper()
	inline := func(text string) []directory.InlinePolicy {
		if text == "" {
			return nil
		}
		return []directory.InlinePolicy{{Name: "inline", Document: document(t, policy.Identity, text)}}
	}
	group := &directory.Group{ID: "AGPA1", Name: "team", Path: "/", Inline: inline(w.group)}
	user := &directory.User{ID: "AIDAAAAAAAAAAAAAAAAAA", Name: "alice", Path: "/eng/", Groups: []string{"AGPA1"}, Inline: inline(w.user), Tags: w.userTags}
	role := &directory.Role{
		ID: "AROAAAAAAAAAAAAAAAAAA", Name: "deploy", Path: "/ci/", MaxSession: 3600, Inline: inline(w.role),
		Tags:  []directory.Tag{{Key: "team", Value: "core"}, {Key: "stage", Value: "prod"}},
		Trust: document(t, policy.Trust, `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"AIDAAAAAAAAAAAAAAAAAA"},"Action":"sts:AssumeRole"}}`),
	}
	entities := []directory.Entity{&directory.AccountInfo{ID: account}, group, user, role}
	if w.boundary != "" {
		p := &directory.Policy{ID: "ANPA1", Name: "edge", Path: "/", Default: 1, Latest: 1,
			Versions: []directory.PolicyVersion{{Number: 1, Document: document(t, policy.Identity, w.boundary)}}}
		user.Boundary = "arn:aws:iam::" + account + ":policy/edge"
		role.Boundary = user.Boundary
		entities = append(entities, p)
	}
	return directory.New(directory.NewLibrary(catalog.Load())).With(1, account, entities, nil)
}

func alice() *authz.Caller {
	return &authz.Caller{Kind: eval.User, Account: account, ARN: "arn:aws:iam::" + account + ":user/eng/alice",
		UserID: "AIDAAAAAAAAAAAAAAAAAA", UserName: "alice", PrincipalID: "AIDAAAAAAAAAAAAAAAAAA", AccessKeyID: "AKIA1"}
}

func withSession(c *authz.Caller, kind authz.SessionType) *authz.Caller {
	c.Session = &authz.Session{Type: kind, Name: "s1", Issued: now.Add(-time.Minute), Expires: now.Add(time.Hour)}
	return c
}

func deploy() *authz.Caller {
	c := withSession(&authz.Caller{Kind: eval.RoleSession, Account: account, PrincipalID: "AROAAAAAAAAAAAAAAAAAA", UserID: "AROAAAAAAAAAAAAAAAAAA:s1",
		ARN: "arn:aws:sts::" + account + ":assumed-role/deploy/s1"}, authz.AssumedRole)
	c.Session.RoleARN = "arn:aws:iam::" + account + ":role/ci/deploy"
	return c
}

func root() *authz.Caller {
	return &authz.Caller{Kind: eval.Root, Account: account, ARN: "arn:aws:iam::" + account + ":root", UserID: account}
}

func TestDecide(t *testing.T) {
	const bucket = "arn:aws:s3:::reports/q1"
	everything := allow("*", "*", "")
	cases := []struct {
		name   string
		world  world
		caller *authz.Caller
		ask    authz.Ask
		want   string // "allow", or a part of the message
	}{
		{"no policy at all", world{}, alice(), authz.Ask{Action: "s3:GetObject", Resource: bucket},
			"is not authorized to perform: s3:GetObject on resource: " + bucket + " because no identity-based policy allows the s3:GetObject action"},
		{"own policy", world{user: allow("s3:GetObject", "*", "")}, alice(), authz.Ask{Action: "s3:GetObject", Resource: bucket}, "allow"},
		{"group's policy", world{group: allow("s3:GetObject", "*", "")}, alice(), authz.Ask{Action: "s3:GetObject", Resource: bucket}, "allow"},
		{"group's deny", world{user: everything, group: statement("Deny", "s3:*", "*", "")}, alice(), authz.Ask{Action: "s3:GetObject", Resource: bucket},
			"with an explicit deny in an identity-based policy"},
		{"boundary does not allow", world{user: everything, boundary: allow("ec2:*", "*", "")}, alice(), authz.Ask{Action: "s3:GetObject", Resource: bucket},
			"because no permissions boundary allows the s3:GetObject action"},
		{"boundary alone grants nothing", world{boundary: everything}, alice(), authz.Ask{Action: "s3:GetObject", Resource: bucket},
			"because no identity-based policy allows"},
		{"principal tag of the user", world{user: allow("s3:GetObject", "*", `{"StringEquals":{"aws:PrincipalTag/team":"core"}}`), userTags: []directory.Tag{{Key: "Team", Value: "core"}}},
			alice(), authz.Ask{Action: "s3:GetObject", Resource: bucket}, "allow"},
		{"user name variable", world{user: allow("iam:GetUser", "arn:aws:iam::*:user/eng/${aws:username}", "")}, alice(),
			authz.Ask{Action: "iam:GetUser", Resource: "arn:aws:iam::" + account + ":user/eng/alice"}, "allow"},
		{"resource tag under both names", world{user: allow("iam:GetUser", "*", `{"StringEquals":{"iam:ResourceTag/a":"b","aws:ResourceTag/a":"b"}}`)}, alice(),
			authz.Ask{Action: "iam:GetUser", Resource: "arn:aws:iam::" + account + ":user/x", ResourceTags: []directory.Tag{{Key: "a", Value: "b"}}}, "allow"},
		{"a long-term key has no MFA key at all", world{user: allow("s3:GetObject", "*", `{"Bool":{"aws:MultiFactorAuthPresent":"false"}}`)}, alice(),
			authz.Ask{Action: "s3:GetObject", Resource: bucket}, "because no identity-based policy allows"},
		{"a session without MFA says false", world{user: allow("s3:GetObject", "*", `{"Bool":{"aws:MultiFactorAuthPresent":"false"}}`)}, withSession(alice(), authz.SessionToken),
			authz.Ask{Action: "s3:GetObject", Resource: bucket}, "allow"},
		{"the caller cannot give a key that Warder derives", world{user: allow("s3:GetObject", "*", `{"StringEquals":{"aws:username":"mallory"}}`)}, alice(),
			func() authz.Ask {
				a := authz.Ask{Action: "s3:GetObject", Resource: bucket}
				a.Context.Set("aws:username", "mallory")
				return a
			}(), "because no identity-based policy allows"},
		{"role session", world{role: allow("s3:GetObject", "*", `{"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/ci/deploy"}}`)}, deploy(),
			authz.Ask{Action: "s3:GetObject", Resource: bucket}, "allow"},
		{"root may do everything", world{}, root(), authz.Ask{Action: "s3:GetObject", Resource: bucket}, "allow"},
		{"root cannot assume a role", world{}, root(), authz.Ask{Action: "sts:AssumeRole", Resource: "arn:aws:iam::" + account + ":role/ci/deploy"}, "Roles may not be assumed by root accounts."},
		{"identity is always told", world{user: statement("Deny", "*", "*", "")}, alice(), authz.Ask{Action: "sts:GetCallerIdentity", Resource: "*"}, "allow"},
		{"session token without MFA and IAM", world{user: everything}, withSession(alice(), authz.SessionToken), authz.Ask{Action: "iam:ListUsers", Resource: "*"}, "unless they were issued with MFA"},
		{"session token and GetFederationToken", world{user: everything}, withSession(alice(), authz.SessionToken), authz.Ask{Action: "sts:GetFederationToken", Resource: "*"}, "Cannot call GetFederationToken with session credentials"},
		{"role session and GetSessionToken", world{role: everything}, deploy(), authz.Ask{Action: "sts:GetSessionToken", Resource: "*"}, "Cannot call GetSessionToken with session credentials"},
		{"principal that is gone", world{user: everything}, func() *authz.Caller { c := alice(); c.PrincipalID = "AIDAGONE"; return c }(),
			authz.Ask{Action: "s3:GetObject", Resource: bucket}, "is not authorized"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			env := &authz.Environment{Time: now, SourceIP: "10.0.0.1"}
			d := authz.Decide(c.world.snapshot(t), c.caller, env, &c.ask)
			switch {
			case c.want == "allow" && !d.Allowed():
				t.Errorf("denied: %s", d.Message())
			case c.want != "allow" && d.Allowed():
				t.Errorf("allowed, want a denial with %q", c.want)
			case c.want != "allow" && !strings.Contains(d.Message(), c.want):
				t.Errorf("message %q, want %q in it", d.Message(), c.want)
			}
		})
	}
}

// A trust policy decides together with nothing else for the very user that it names, and not at all for another.
func TestDecideTrust(t *testing.T) {
	snap := world{}.snapshot(t)
	role := snap.Account(account).Role("deploy")
	ask := authz.Ask{Action: "sts:AssumeRole", Resource: snap.Account(account).ARN(role), ResourceAccount: account,
		ResourceKind: eval.Authoritative, ResourcePolicy: &eval.Source{Name: "trust", Policy: role.Trust.Compiled()}}
	env := &authz.Environment{Time: now}
	if d := authz.Decide(snap, alice(), env, &ask); !d.Allowed() {
		t.Errorf("the trusted user is denied: %s", d.Message())
	}
	ask.ResourcePolicy = nil
	d := authz.Decide(snap, alice(), env, &ask)
	if d.Allowed() || !strings.HasSuffix(d.Message(), "because no role trust policy allows the sts:AssumeRole action") {
		t.Errorf("without a trust policy: allowed %v, %s", d.Allowed(), d.Message())
	}
}

// Session tags stand before the role's own of the same key, whatever its case.
func TestSessionTags(t *testing.T) {
	snap := world{role: allow("s3:GetObject", "arn:aws:s3:::${aws:PrincipalTag/team}/${aws:PrincipalTag/stage}", "")}.snapshot(t)
	c := deploy()
	c.Session.Tags = []directory.Tag{{Key: "Team", Value: "edge"}}
	for resource, want := range map[string]bool{"arn:aws:s3:::edge/prod": true, "arn:aws:s3:::core/prod": false} {
		ask := authz.Ask{Action: "s3:GetObject", Resource: resource}
		if d := authz.Decide(snap, c, &authz.Environment{Time: now}, &ask); d.Allowed() != want {
			t.Errorf("%s: allowed %v, want %v", resource, d.Allowed(), want)
		}
	}
}
