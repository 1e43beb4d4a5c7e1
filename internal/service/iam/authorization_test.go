package iam_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/server/servertest"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/policy"
)

// permission is a line of testdata/authorization.json: what an operation needs.
type permission struct {
	Op string         `json:"op"`
	In map[string]any `json:"in"`
	// Before is an operation without input that admin calls before, whatever comes of it; what it begins is waited for.
	Before string `json:"before"`
	// Resource that is asked about: an ARN, the part of one behind the account, or "*".
	Resource string `json:"resource"`
	// Also are further rights that the operation needs.
	Also []struct {
		Action   string `json:"action"`
		Resource string `json:"resource"`
	} `json:"also"`
}

func (p *permission) action() string { return "iam:" + p.Op }

// hidden: AWS's denial for this operation names neither the resource nor a reason.
const hidden = "GetAccessKeyLastUsed"

func resource(a *account, text string) string {
	if text == "*" || strings.HasPrefix(text, "arn:") {
		return a.fill(text)
	}
	return "arn:aws:iam::" + a.id + ":" + text
}

// own is what lets caller do it, and nothing else; also is all that it takes beside that.
func (p *permission) own(a *account) map[string]any {
	return map[string]any{"Effect": "Allow", "Action": p.action(), "Resource": resource(a, p.Resource)}
}

func (p *permission) also(a *account) []map[string]any {
	var list []map[string]any
	for _, r := range p.Also {
		list = append(list, map[string]any{"Effect": "Allow", "Action": r.Action, "Resource": resource(a, r.Resource)})
	}
	return list
}

// keyID is the id of an access key of the user target, known to the data.
func keyID(account string) string { return "AKIATARGET" + account[2:] }

// furnish puts one of everything under the name target, with tags, boundary and policies, and under the name spare
// something that can be deleted.
func furnish(t *testing.T) func(*store.Tx, string) []directory.Entity {
	doc := func(kind policy.Kind, text string) directory.Document {
		d, err := directory.NewDocument(kind, text)
		check(t, err)
		return d
	}
	anything := doc(policy.Identity, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`)
	trust := doc(policy.Trust, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`)
	return func(tx *store.Tx, id string) []directory.Entity {
		now := tx.Now()
		edge, tool := "arn:aws:iam::"+id+":policy/edge", "arn:aws:iam::"+id+":policy/team/tool"
		tags := []directory.Tag{{Key: "team", Value: "red"}}
		inline := []directory.InlinePolicy{{Name: "inline", Document: anything}}
		versions := []directory.PolicyVersion{{Number: 1, Created: now, Document: anything}}
		group := &directory.Group{ID: session.NewEntityID("AGPA"), Name: "target", Path: "/team/", Created: now, Inline: inline, Attached: []string{tool}}
		user := &directory.User{
			ID: session.NewEntityID("AIDA"), Name: "target", Path: "/team/", Created: now, Boundary: edge, Tags: tags,
			Groups: []string{group.ID}, Attached: []string{tool}, Inline: inline,
		}
		role := &directory.Role{
			ID: session.NewEntityID("AROA"), Name: "target", Path: "/team/", Created: now, MaxSession: 3600, Trust: trust,
			Boundary: edge, Tags: tags, Attached: []string{tool}, Inline: inline,
		}
		return []directory.Entity{
			group, user, role,
			&directory.AccountInfo{ID: id, Created: now, Alias: "alias-" + id},
			&directory.AccessKey{ID: keyID(id), User: user.ID, Created: now, Active: true, Sealed: []byte("none")},
			&directory.InstanceProfile{ID: session.NewEntityID("AIPA"), Name: "target", Path: "/team/", Created: now, Role: role.ID, Tags: tags},
			&directory.Policy{ID: session.NewEntityID("ANPA"), Name: "edge", Path: "/", Created: now, Updated: now, Default: 1, Latest: 1, Versions: versions},
			&directory.Policy{
				ID: session.NewEntityID("ANPA"), Name: "tool", Path: "/team/", Created: now, Updated: now, Tags: tags, Default: 1, Latest: 2,
				Versions: append(slices.Clone(versions), directory.PolicyVersion{Number: 2, Created: now, Document: anything}),
			},
			&directory.SSHPublicKey{ID: "APKATARGET00000000000", User: user.ID, Uploaded: now, Active: true, Body: fillPEM("{pem:ssh2}"), Fingerprint: "other"},
			&directory.SigningCertificate{ID: "TARGETCERTIFICATE000000000000000", User: user.ID, Uploaded: now, Active: true, Body: fillPEM("{pem:root}")},
			&directory.ServerCertificate{ID: session.NewEntityID("ASCA"), Name: "target", Path: "/team/", Uploaded: now, Expires: now, Body: fillPEM("{pem:leaf}"), Tags: tags, Sealed: []byte("none")},
			&directory.ServiceCredential{ID: "ACCATARGET00000000000", User: user.ID, Service: "codecommit.amazonaws.com", Name: "target-at-" + id, Created: now, Active: true, Hash: []byte("none")},
			&directory.Role{ID: session.NewEntityID("AROA"), Name: "AWSServiceRoleForBatch", Path: "/aws-service-role/batch.amazonaws.com/", Created: now, MaxSession: 3600, Trust: trust, Tags: tags},
			&directory.RoleDeletion{ID: "00000000-0000-4000-8000-000000000001", Service: "batch.amazonaws.com", RoleName: "AWSServiceRoleForBatch", Finished: now},
			&directory.OIDCProvider{ID: session.NewEntityID("OIDC"), URL: "id.example.com/target", Created: now, ClientIDs: []string{"app"}, Tags: tags},
			&directory.TokenIssuer{ID: session.NewIssuerID(id), Enabled: true},
			&directory.Group{ID: session.NewEntityID("AGPA"), Name: "spare", Path: "/team/", Created: now},
			&directory.SAMLProvider{ID: session.NewEntityID(session.PrefixSAMLProvider), Name: "target", Created: now, Tags: tags},
			&directory.User{ID: session.NewEntityID("AIDA"), Name: "spare", Path: "/team/", Created: now, Boundary: edge, Tags: tags},
			&directory.Role{ID: session.NewEntityID("AROA"), Name: "spare", Path: "/team/", Created: now, MaxSession: 3600, Trust: trust, Boundary: edge, Tags: tags},
			&directory.InstanceProfile{ID: session.NewEntityID("AIPA"), Name: "spare", Path: "/team/", Created: now, Tags: tags},
			&directory.Policy{ID: session.NewEntityID("ANPA"), Name: "spare", Path: "/team/", Created: now, Updated: now, Tags: tags, Default: 1, Latest: 1, Versions: versions},
		}
	}
}

// newJob makes a finished report of last access for the user caller.
func (a *account) newJob(t *testing.T) string {
	t.Helper()
	id, now := uuid.NewString(), time.Now().UTC()
	owner := a.Store.Snapshot().Account(a.id).User("caller").ID
	check(t, a.Store.BeginReport(t.Context(), a.id, store.AccessReport, id, owner, now))
	check(t, a.Store.FinishReport(t.Context(), a.id, store.AccessReport, id, []byte(`{"granularity":"SERVICE_LEVEL","services":[{"prefix":"s3","name":"Amazon S3"}]}`), now))
	return id
}

func (p *permission) call(t *testing.T, a *account) servertest.Answer {
	t.Helper()
	for p.Before != "" {
		if before := a.as(t, "admin", p.Before, nil); !strings.Contains(before.Body, "<State>STARTED") && !strings.Contains(before.Body, "<State>INPROGRESS") {
			break
		}
	}
	a.furnishSignIn(t, p.Op)
	in, now := map[string]any{}, time.Now()
	for name, v := range p.In {
		switch v {
		case "{key}":
			v = keyID(a.id)
		case "{job}":
			v = a.newJob(t)
		}
		if after, ok := codeTimes[fmt.Sprint(v)]; ok {
			v = codeAt(t, seedText, now.Add(after))
		}
		in[name] = v
	}
	return a.as(t, "caller", p.Op, in)
}

// TestAuthorization: each operation is denied to whom it is not allowed, in AWS's words; allowed to whom exactly that
// action on exactly that resource is; and denied where a policy says so.
func TestAuthorization(t *testing.T) {
	f := newFixture(t, nil)
	fill := furnish(t)
	for _, p := range readCases[permission](t, "authorization.json") {
		t.Run(p.Op, func(t *testing.T) {
			a := f.newAccount(t, fill)
			denied := func(why string) {
				t.Helper()
				want := "User: arn:aws:iam::" + a.id + ":user/caller is not authorized to perform: " + p.action() + " on resource: " + resource(a, p.Resource) + why
				if p.Op == hidden {
					want = "User: arn:aws:iam::" + a.id + ":user/caller is not authorized to perform " + p.action() + " on resource: access key " + keyID(a.id)
				}
				if got := p.call(t, a); got.Status != http.StatusForbidden || got.Code != "AccessDenied" || got.Message != want {
					t.Errorf("answer %d %s: %q\nwant 403 AccessDenied: %q", got.Status, got.Code, got.Message, want)
				}
			}
			a.allow(t, map[string]any{"Effect": "Allow", "NotAction": p.action(), "Resource": "*"})
			denied(" because no identity-based policy allows the " + p.action() + " action")

			a.allow(t, map[string]any{"Effect": "Allow", "Action": "*", "Resource": "*"},
				map[string]any{"Effect": "Deny", "Action": p.action(), "Resource": resource(a, p.Resource)})
			denied(" with an explicit deny in an identity-based policy")

			for i, r := range p.Also {
				a.allow(t, append(slices.Delete(p.also(a), i, i+1), p.own(a))...)
				if got := p.call(t, a); got.Status != http.StatusForbidden || !strings.Contains(got.Message, r.Action+" on resource: "+resource(a, r.Resource)) {
					t.Errorf("without %s: %d %s", r.Action, got.Status, got.Message)
				}
			}

			a.allow(t, append(p.also(a), p.own(a))...)
			if got := p.call(t, a); got.Status != http.StatusOK {
				t.Errorf("allowed, but the answer is %d %s: %s", got.Status, got.Code, got.Message)
			}
		})
	}
}

// TestAuthorizationIsWhole: no operation that is served may be missing from the data.
func TestAuthorizationIsWhole(t *testing.T) {
	tested := map[string]bool{}
	for _, p := range readCases[permission](t, "authorization.json") {
		tested[p.Op] = true
	}
	served := 0
	for _, op := range newFixture(t, nil).Operations() {
		if op.Service != "iam" || !op.Served {
			continue
		}
		served++
		if !tested[op.Name] {
			t.Errorf("testdata/authorization.json says nothing about %s", op.Name)
		}
		if op.Open != "" {
			t.Errorf("%s needs no permission: IAM has no such operation", op.Name)
		}
	}
	if served != len(tested) {
		t.Errorf("%d operations are served, %d are tested", served, len(tested))
	}
}

// listings have no resource types in the Service Authorization Reference, but AWS asks about the path that is listed and
// names it in its denials.
var listings = []string{"ListUsers", "ListGroups", "ListRoles", "ListInstanceProfiles", "ListServerCertificates", "ListSAMLProviders"}

// TestCatalogue compares actions and resources with what AWS publishes.
func TestCatalogue(t *testing.T) {
	iam, ok := catalog.Load().Service("iam")
	if !ok {
		t.Fatal("the catalogue has no iam")
	}
	for _, p := range readCases[permission](t, "authorization.json") {
		action, ok := iam.Action(p.Op)
		if !ok {
			t.Errorf("the catalogue has no action %s", p.action())
			continue
		}
		kind, _, _ := strings.Cut(p.Resource, "/")
		switch {
		case slices.Contains(listings, p.Op):
			if len(action.Resources) > 0 {
				t.Errorf("%s has resource types by now: take it out of listings", p.Op)
			}
		case p.Resource == "*":
			if len(action.Resources) > 0 {
				t.Errorf("%s asks about *, the catalogue has %v", p.Op, action.Resources)
			}
		case !slices.ContainsFunc(action.Resources, func(r catalog.ActionResource) bool { return r.Type == kind }):
			t.Errorf("%s asks about a %s, the catalogue has %v", p.Op, kind, action.Resources)
		}
	}
}

// TestConditionKeys: a condition key is there just where the catalogue says so. Every target in the account has all
// that a key could tell.
func TestConditionKeys(t *testing.T) {
	iam, _ := catalog.Load().Service("iam")
	f := newFixture(t, nil)
	fill := furnish(t)
	keys := map[string]string{ // and as the catalogue writes them
		"iam:PolicyARN":           "iam:PolicyARN",
		"iam:PermissionsBoundary": "iam:PermissionsBoundary",
		"iam:PassedToService":     "iam:PassedToService",
		"iam:AWSServiceName":      "iam:AWSServiceName",

		"iam:ServiceSpecificCredentialServiceName": "iam:ServiceSpecificCredentialServiceName",
		"iam:ServiceSpecificCredentialAgeDays":     "iam:ServiceSpecificCredentialAgeDays",

		"aws:RequestTag/team":  "aws:RequestTag/${TagKey}",
		"aws:TagKeys":          "aws:TagKeys",
		"aws:ResourceTag/team": "aws:ResourceTag/${TagKey}",
	}
	for _, p := range readCases[permission](t, "authorization.json") {
		action, ok := iam.Action(p.Op)
		if !ok {
			continue // TestCatalogue says so
		}
		var a *account // until a call that succeeds has changed it
		for key, published := range keys {
			want := slices.Contains(action.Keys, published)
			for _, r := range action.Resources {
				if typ, ok := iam.Resource(r.Type); ok && slices.Contains(typ.Keys, published) && !strings.HasPrefix(p.Op, "Create") && p.Op != "UploadServerCertificate" {
					want = true // what is being made has no tags yet
				}
			}
			if untagged := []string{"CreateAccessKey", "CreatePolicyVersion", "CreateServiceSpecificCredential", "CreateLoginProfile"}; key == "aws:ResourceTag/team" && slices.Contains(untagged, p.Op) {
				want = true // these make something in a resource that is there
			}
			if key == "aws:RequestTag/team" && strings.HasPrefix(p.Op, "Untag") {
				want = false
			}
			t.Run(p.Op+"/"+key, func(t *testing.T) {
				if a == nil {
					a = f.newAccount(t, fill)
				}
				statement := p.own(a)
				statement["Condition"] = map[string]any{"Null": map[string]any{key: "false"}}
				a.allow(t, append(p.also(a), statement)...)
				got := p.call(t, a)
				if is := got.Status == http.StatusOK; is != want {
					t.Errorf("the key is there: %v, the catalogue says %v (%d %s)", is, want, got.Status, got.Message)
				}
				if got.Status == http.StatusOK {
					a = nil
				}
			})
		}
	}
}
