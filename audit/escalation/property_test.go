package escalation

import (
	"flag"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/warder-iam/warder/audit/access"
)

// TestMain makes random accounts few: each is searched exhaustively. The flag rapid.checks asks for more.
func TestMain(m *testing.M) {
	if err := flag.Set("rapid.checks", "20"); err != nil {
		panic(err)
	}
	m.Run()
}

// What random accounts are made of.
var (
	someActions = []any{
		"*", "iam:*", "sts:AssumeRole", "iam:PassRole", "lambda:*", "s3:*", "iam:Put*", "iam:Attach*", "iam:Create*", "iam:Delete*", "iam:Detach*",
		"iam:PutUserPolicy", "iam:AttachUserPolicy", "iam:PutGroupPolicy", "iam:AddUserToGroup", "iam:RemoveUserFromGroup", "iam:PutRolePolicy",
		"iam:AttachRolePolicy", "iam:UpdateAssumeRolePolicy", "iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion", "iam:CreateAccessKey",
		"iam:CreateLoginProfile", "iam:UpdateLoginProfile", "iam:DeleteUserPermissionsBoundary", "iam:PutUserPermissionsBoundary",
		"iam:DeleteUserPolicy", "iam:DetachUserPolicy", "iam:DeleteGroupPolicy", "iam:CreateUser", "iam:CreateRole", "iam:CreatePolicy", "iam:EnableMFADevice",
		"iam:CreateVirtualMFADevice", "iam:TagUser", "iam:TagRole",
	}
	someResources = []any{
		"*", "*", "user/*", "role/*", "user/a", "user/b", "user/c", "role/r", "role/s", "group/g", "group/*", "policy/p", "policy/*", "policy/q",
		"user/${aws:username}", "arn:aws:lambda:*:*:function:*",
	}
	someConditions = []map[string]map[string]any{
		{"Bool": {"aws:MultiFactorAuthPresent": "true"}},
		{"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
		{"ArnEquals": {"iam:PolicyARN": policyARN("q")}},
		{"StringEquals": {"iam:PermissionsBoundary": policyARN("q")}},
		{"Null": {"iam:PermissionsBoundary": "true"}},
		{"StringEquals": {"aws:username": "a"}},
		{"StringEquals": {"aws:PrincipalTag/team": "ops"}},
		{"StringEquals": {"aws:ResourceTag/open": "yes"}},
		{"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}},
	}
)

func randomStatements(t *rapid.T, most int) []statement {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) statement {
		s := statement{Allow: rapid.SampledFrom(someActions).Draw(t, "action"), On: rapid.SampledFrom(someResources).Draw(t, "resource")}
		if rapid.IntRange(0, 5).Draw(t, "deny") == 5 {
			s.Allow, s.Deny = nil, s.Allow
		}
		if rapid.IntRange(0, 4).Draw(t, "conditional") == 4 {
			s.If = rapid.SampledFrom(someConditions).Draw(t, "condition")
		}
		return s
	}), 1, most).Draw(t, "statements")
}

func randomHolder(t *rapid.T) testHolder {
	h := testHolder{Inline: randomStatements(t, 2)}
	h.Attached = rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"p", "q"}), 0, 1, rapid.ID[string]).Draw(t, "attached")
	h.Boundary = rapid.SampledFrom([]string{"", "", "", "p", "q"}).Draw(t, "boundary")
	return h
}

func randomAccount(t *rapid.T) testAccount {
	a := testAccount{
		Users: map[string]testUser{}, Groups: map[string]testHolder{"g": {Inline: randomStatements(t, 2)}}, Roles: map[string]testRole{},
		Policies: map[string]testPolicy{
			"p": {Versions: [][]statement{randomStatements(t, 2), randomStatements(t, 1)}},
			"q": {Versions: [][]statement{randomStatements(t, 2)}},
		},
	}
	for _, name := range []string{"a", "b", "c"} {
		u := testUser{testHolder: randomHolder(t), Keys: rapid.IntRange(0, 2).Draw(t, "keys"), Password: rapid.Bool().Draw(t, "password"), MFA: rapid.Bool().Draw(t, "mfa")}
		if rapid.IntRange(0, 2).Draw(t, "member") == 2 {
			u.Groups = []string{"g"}
		}
		a.Users[name] = u
	}
	trusted := []any{"root", "user/a", "user/b", "role/r", "lambda.amazonaws.com", "ec2.amazonaws.com"}
	for _, name := range []string{"r", "s"} {
		r := testRole{testHolder: randomHolder(t), Trust: []statement{{To: rapid.SampledFrom(trusted).Draw(t, "trust")}}}
		if rapid.IntRange(0, 2).Draw(t, "admin") == 2 {
			r.testHolder = testHolder{Attached: []string{administratorARN}}
		}
		a.Roles[name] = r
	}
	return a
}

// TestRandomAccounts: the graph and the exhaustive search agree on who is an administrator and who can become one, every
// path replays, and the cut breaks all.
func TestRandomAccounts(t *testing.T) {
	search := oracle(200)
	var positive, negative int
	rapid.Check(t, func(rt *rapid.T) {
		c := accountCase{Account: randomAccount(rt)}
		snap, g := c.build(t)
		if len(g.Unsettled) > 0 {
			rt.Fatalf("unsettled: %q", g.Unsettled)
		}
		paths := map[string]*Escalation{}
		for i := range g.Escalations {
			e := &g.Escalations[i]
			paths[e.From] = e
			replay(rt, snap, e)
		}
		if cut := g.Cut(); len(cut.Open) > 0 || len(escalationsWithout(&c, snap, cut.Statements)) > 0 {
			rt.Fatalf("the cut %v leaves paths", cut.Statements)
		}
		for p := range access.New(snap, access.Options{Now: now}).Principals() {
			if p.ID == "" {
				continue
			}
			n, proved := search.From(snap, p.ARN)
			isAdmin := slices.ContainsFunc(g.Administrators, func(a Administrator) bool { return a.ARN == p.ARN })
			e := paths[p.ARN]
			switch {
			case proved && isAdmin != (n == 0):
				rt.Fatalf("%s is an administrator: %t, after operations %d", p.ARN, isAdmin, n)
			case proved && n > 0 && e == nil:
				rt.Fatalf("%s has a path of %d operations that the graph has not", p.ARN, n)
			case proved && n < 0 && e != nil && len(e.Steps) <= search.Depth && !beyondExhaustive(e):
				rt.Fatalf("%s has no path, but the graph has %s", p.ARN, e)
			case proved && n > 0:
				positive++
			case proved && n < 0:
				negative++
			}
		}
	})
	t.Logf("%d with a path, %d proved without", positive, negative)
	if positive == 0 || negative == 0 {
		t.Error("the accounts show nothing")
	}
}

// beyondExhaustive reports whether a path makes use of what the exhaustive search does not know: AWS's other policies, services
// beside Lambda, providers, and circumstances of a request other than a second factor.
func beyondExhaustive(e *Escalation) bool {
	return slices.ContainsFunc(e.Steps, func(s Edge) bool {
		other := s.Object != "" && s.Object != administratorARN && !slices.Contains([]string{policyARN("p"), policyARN("q")}, s.Object)
		return other && s.Step != "add-user-to-group" && s.Step != "remove-user-from-group" || s.Step == "create-oidc-provider" ||
			s.Step == "own-provider" || s.Step != "lambda-create-invoke" && Steps()[slices.IndexFunc(Steps(), func(of Step) bool { return of.ID == s.Step })].Family == Through
	})
}

// TestRandomCuts: without the statements of the cut nobody becomes an administrator, whatever the account.
func TestRandomCuts(t *testing.T) {
	cuts := 0
	rapid.Check(t, func(rt *rapid.T) {
		c := accountCase{Account: randomAccount(rt)}
		snap, g := c.build(t)
		if len(g.Escalations) == 0 {
			return
		}
		cut := g.Cut()
		left := escalationsWithout(&c, snap, cut.Statements)
		if len(left) != len(cut.Open) {
			rt.Fatalf("without %v there are %d paths, and %d that nothing breaks", cut.Statements, len(left), len(cut.Open))
		}
		cuts++
	})
	if cuts == 0 {
		t.Error("no account has anything to cut")
	}
}
