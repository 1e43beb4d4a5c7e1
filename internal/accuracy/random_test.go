package accuracy

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/warder-iam/warder/audit/access"
	"github.com/warder-iam/warder/audit/escalation"
	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/directory"
)

// What random accounts are made of: few names, so that policies are about one another.
var (
	drawnActions = []string{
		"*", "iam:*", "sts:AssumeRole", "iam:PassRole", "lambda:*", "s3:*", "iam:Put*", "iam:Attach*", "iam:Create*", "iam:Delete*", "iam:Detach*", "iam:Tag*",
		"iam:PutUserPolicy", "iam:AttachUserPolicy", "iam:AddUserToGroup", "iam:PutRolePolicy", "iam:AttachRolePolicy", "iam:UpdateAssumeRolePolicy",
		"iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion", "iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:CreateUser", "iam:CreateRole",
	}
	drawnResources = []string{
		"*", "*", "user/*", "role/*", "user/a", "user/b", "role/r", "role/s", "group/g", "policy/p", "policy/*", "user/${aws:username}",
	}
	drawnConditions = []string{
		`{"Bool":{"aws:MultiFactorAuthPresent":"true"}}`, `{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}`,
		`{"IpAddress":{"aws:SourceIp":"198.51.100.0/24"}}`, `{"NotIpAddress":{"aws:SourceIp":"198.51.100.0/24"}}`,
		`{"Null":{"iam:PermissionsBoundary":"true"}}`, `{"StringEquals":{"aws:PrincipalTag/team":"ops"}}`,
		`{"ArnEquals":{"iam:PolicyARN":"arn:aws:iam::` + home + `:policy/p"}}`,
	}
	drawnTrust = []string{
		`{"AWS":"` + home + `"}`, `{"AWS":"arn:aws:iam::` + home + `:user/a"}`, `{"AWS":"arn:aws:iam::` + home + `:role/r"}`,
		`{"Service":"lambda.amazonaws.com"}`, `{"Service":"ec2.amazonaws.com"}`,
	}
)

func long(name string) string {
	if strings.Contains(name, "/") {
		return "arn:aws:iam::" + home + ":" + name
	}
	return name
}

func drawDocument(t *rapid.T) directory.Document {
	var statements []map[string]any
	for range rapid.IntRange(1, 2).Draw(t, "statements") {
		s := map[string]any{
			"Effect": rapid.SampledFrom([]string{"Allow", "Allow", "Allow", "Deny"}).Draw(t, "effect"),
			"Action": rapid.SampledFrom(drawnActions).Draw(t, "action"), "Resource": long(rapid.SampledFrom(drawnResources).Draw(t, "resource")),
		}
		if rapid.IntRange(0, 3).Draw(t, "conditional") == 0 {
			s["Condition"] = json.RawMessage(rapid.SampledFrom(drawnConditions).Draw(t, "condition"))
		}
		statements = append(statements, s)
	}
	text, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": statements})
	if err != nil {
		t.Fatal(err)
	}
	return directory.Document{Text: string(text)}
}

func drawInline(t *rapid.T) []directory.InlinePolicy {
	return []directory.InlinePolicy{{Name: "rights", Document: drawDocument(t)}}
}

func drawBoundary(t *rapid.T) string {
	return rapid.SampledFrom([]string{"", "", "", long("policy/p")}).Draw(t, "boundary")
}

// drawAccount is an account of three users, two roles, a group and a policy of two versions.
func drawAccount(t *rapid.T, library *directory.Library) *directory.Snapshot {
	entities := []directory.Entity{
		&directory.AccountInfo{ID: home},
		&directory.Group{ID: "AGPAAAAAAAAAAAAAAAAAG", Name: "g", Path: "/", Inline: drawInline(t)},
		&directory.Policy{ID: "ANPAAAAAAAAAAAAAAAAAP", Name: "p", Path: "/", Default: 2, Latest: 2, Versions: []directory.PolicyVersion{
			{Number: 1, Document: drawDocument(t)}, {Number: 2, Document: drawDocument(t)},
		}},
	}
	for _, name := range []string{"a", "b", "c"} {
		u := &directory.User{ID: "AIDAAAAAAAAAAAAAAAAA" + strings.ToUpper(name), Name: name, Path: "/", Inline: drawInline(t), Boundary: drawBoundary(t)}
		if rapid.Bool().Draw(t, "attached") {
			u.Attached = []string{long("policy/p")}
		}
		if rapid.IntRange(0, 2).Draw(t, "member") == 0 {
			u.Groups = []string{"AGPAAAAAAAAAAAAAAAAAG"}
		}
		entities = append(entities, u)
	}
	for _, name := range []string{"r", "s"} {
		r := &directory.Role{
			ID: "AROAAAAAAAAAAAAAAAAA" + strings.ToUpper(name), Name: name, Path: "/", MaxSession: 3600, Inline: drawInline(t), Boundary: drawBoundary(t),
			Trust: directory.Document{Text: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":` +
				rapid.SampledFrom(drawnTrust).Draw(t, "trust") + `}]}`},
		}
		if rapid.Bool().Draw(t, "admin") {
			r.Inline, r.Attached, r.Boundary = nil, []string{adminARN}, ""
		}
		entities = append(entities, r)
	}
	return directory.Load(library, 1, map[string][]directory.Entity{home: entities})
}

// TestRandomPathsReplay: whatever the account, every path that the graph finds can be taken on a live server, and ends with
// somebody who makes an administrator.
func TestRandomPathsReplay(t *testing.T) {
	library, server, replayed := directory.NewLibrary(catalog.Load()), newLive(t), 0
	rapid.Check(t, func(rt *rapid.T) {
		snap := drawAccount(rt, library)
		g := escalation.Build(access.New(snap, access.Options{Now: time.Now()}), escalation.Options{})
		for i := range g.Escalations {
			server.load(t, snap)
			r := &replay{live: server, t: t, path: &g.Escalations[i]}
			if err := r.run(); err != nil {
				rt.Fatalf("%v", err)
			}
			replayed++
		}
	})
	t.Logf("%d paths", replayed)
	if replayed == 0 {
		t.Error("no account has a path")
	}
}
