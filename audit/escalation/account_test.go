package escalation

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/directory"
)

// home is the account of the tests, and now their time.
const home = "111122223333"

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// testAccount is an account as the tables have it. Names of resources are short: "user/alice" is the ARN of alice; one that
// begins with "arn:", "*" or "$" stands as it is.
type testAccount struct {
	Users     map[string]testUser
	Groups    map[string]testHolder
	Roles     map[string]testRole
	Policies  map[string]testPolicy
	Providers []string // OpenID Connect providers, by URL
	SAML      []string // SAML providers, by name
	SCP       []statement
	Workloads []Workload
	// PasskeySignIn: a passkey alone signs in.
	PasskeySignIn bool
}

type testHolder struct {
	Path     string
	Inline   []statement            // one inline policy, named "inline"
	Named    map[string][]statement // more inline policies
	Attached []string               // names of own policies, or ARNs
	Boundary string
	Tags     map[string]string
}

type testUser struct {
	testHolder
	Groups   []string
	Keys     int
	Password bool
	MFA      bool
}

type testRole struct {
	testHolder
	Trust []statement
}

// testPolicy has the statements of its versions; the default one is the last but where Default says another.
type testPolicy struct {
	Versions [][]statement
	Default  int
}

// statement is a statement in short: {"allow": "iam:PassRole", "on": "role/admin", "if": {"StringEquals": {…}}}. Trust
// policies name who in "to": "user/alice", "root", a service, or a provider.
type statement struct {
	Allow, Deny, Not, On, NotOn, To any
	If                              map[string]map[string]any
}

func longName(name string) string {
	if name == "" || strings.ContainsAny(name[:1], "*$") || strings.HasPrefix(name, "arn:") || !strings.Contains(name, "/") {
		return name
	}
	return "arn:aws:iam::" + home + ":" + name
}

func longNames(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{longName(v)}
	case []any:
		var all []string
		for _, e := range v {
			all = append(all, longNames(e)...)
		}
		return all
	}
	return nil
}

func (s statement) document() map[string]any {
	d := map[string]any{"Effect": "Allow", "Action": s.Allow}
	if s.Deny != nil {
		d["Effect"], d["Action"] = "Deny", s.Deny
	}
	if s.Not != nil {
		delete(d, "Action")
		d["NotAction"] = s.Not
	}
	switch {
	case s.To != nil:
		d["Principal"] = principalsOf(longNames(s.To))
	case s.NotOn != nil:
		d["NotResource"] = longNames(s.NotOn)
	case s.On != nil:
		d["Resource"] = longNames(s.On)
	default:
		d["Resource"] = "*"
	}
	if s.If != nil {
		d["Condition"] = s.If
	}
	return d
}

func principalsOf(names []string) map[string][]string {
	p := map[string][]string{}
	for _, name := range names {
		switch {
		case name == "root":
			p["AWS"] = append(p["AWS"], "arn:aws:iam::"+home+":root")
		case strings.Contains(name, "-provider/"):
			p["Federated"] = append(p["Federated"], name)
		case strings.HasPrefix(name, "arn:") || name == "*":
			p["AWS"] = append(p["AWS"], name)
		default:
			p["Service"] = append(p["Service"], name)
		}
	}
	return p
}

func document(statements []statement) directory.Document {
	var all []map[string]any
	for _, s := range statements {
		all = append(all, s.document())
	}
	text, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": all})
	if err != nil {
		panic(err)
	}
	return directory.Document{Text: string(text)}
}

func policyARN(name string) string {
	if name == "" || strings.HasPrefix(name, "arn:") {
		return name
	}
	return "arn:aws:iam::" + home + ":policy/" + name
}

func (h testHolder) inline() []directory.InlinePolicy {
	var all []directory.InlinePolicy
	if h.Inline != nil {
		all = append(all, directory.InlinePolicy{Name: "inline", Document: document(h.Inline)})
	}
	for name, statements := range h.Named {
		all = append(all, directory.InlinePolicy{Name: name, Document: document(statements)})
	}
	slices.SortFunc(all, func(a, b directory.InlinePolicy) int { return strings.Compare(a.Name, b.Name) })
	return all
}

func (h testHolder) attached() []string {
	var all []string
	for _, name := range h.Attached {
		all = append(all, policyARN(name))
	}
	return all
}

func (h testHolder) path() string {
	if h.Path == "" {
		return "/"
	}
	return h.Path
}

func (h testHolder) tags() []directory.Tag {
	var all []directory.Tag
	for k, v := range h.Tags {
		all = append(all, directory.Tag{Key: k, Value: v})
	}
	return all
}

// snapshot is the account as directory has it.
func (a *testAccount) snapshot(t testing.TB) *directory.Snapshot {
	t.Helper()
	entities := []directory.Entity{&directory.AccountInfo{ID: home}}
	for name, u := range a.Users {
		id := "AIDA" + strings.ToUpper(name)
		user := &directory.User{
			ID: id, Name: name, Path: u.path(), Boundary: policyARN(u.Boundary), Tags: u.tags(), Attached: u.attached(), Inline: u.inline(),
		}
		for _, g := range u.Groups {
			user.Groups = append(user.Groups, "AGPA"+strings.ToUpper(g))
		}
		entities = append(entities, user)
		for k := range u.Keys {
			entities = append(entities, &directory.AccessKey{ID: fmt.Sprintf("AKIA%s%d", strings.ToUpper(name), k), User: id, Active: true})
		}
		if u.Password {
			entities = append(entities, &directory.LoginProfile{User: id})
		}
		if u.MFA {
			entities = append(entities, &directory.MFADevice{ID: "mfa-" + name, Kind: directory.VirtualMFA, Path: "/", Name: name, User: id, Enabled: now})
		}
	}
	for name, g := range a.Groups {
		entities = append(entities, &directory.Group{ID: "AGPA" + strings.ToUpper(name), Name: name, Path: g.path(), Attached: g.attached(), Inline: g.inline()})
	}
	for name, r := range a.Roles {
		trust := r.Trust
		for i := range trust {
			if trust[i].Allow == nil && trust[i].Deny == nil {
				trust[i].Allow = "sts:AssumeRole"
			}
		}
		entities = append(entities, &directory.Role{
			ID: "AROA" + strings.ToUpper(name), Name: name, Path: r.path(), MaxSession: 3600, Trust: document(trust),
			Boundary: policyARN(r.Boundary), Tags: r.tags(), Attached: r.attached(), Inline: r.inline(),
		})
	}
	for name, p := range a.Policies {
		policy := &directory.Policy{ID: "ANPA" + strings.ToUpper(name), Name: name, Path: "/", Default: p.Default, Latest: len(p.Versions)}
		if p.Default == 0 {
			policy.Default = len(p.Versions)
		}
		for i, statements := range p.Versions {
			policy.Versions = append(policy.Versions, directory.PolicyVersion{Number: i + 1, Document: document(statements)})
		}
		entities = append(entities, policy)
	}
	for i, url := range a.Providers {
		entities = append(entities, &directory.OIDCProvider{ID: fmt.Sprint("oidc", i), URL: url})
	}
	for i, name := range a.SAML {
		entities = append(entities, &directory.SAMLProvider{ID: fmt.Sprint("saml", i), Name: name})
	}
	snap := directory.Load(library, 1, map[string][]directory.Entity{home: entities})
	if a.SCP != nil {
		snap = snap.WithOrganization(&directory.Organization{
			ID: "o-test", Management: "999999999999", ServiceControl: true,
			Units:    []directory.Unit{{ID: "r-test", Name: "root", Attached: []string{"p-FullAWSAccess"}}},
			Accounts: []directory.Member{{Account: home, Parent: "r-test", Attached: []string{"p-test"}}},
			Policies: []directory.ControlPolicy{{ID: "p-test", Name: "test", Type: directory.ServiceControl, Document: document(a.SCP)}},
		})
	}
	return snap
}

// administratorARN is the policy of AWS that allows everything.
const administratorARN = "arn:aws:iam::aws:policy/AdministratorAccess"

var library = directory.NewLibrary(catalog.Load())
