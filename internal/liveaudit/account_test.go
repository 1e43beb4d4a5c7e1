package liveaudit_test

import (
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/server/servertest"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/policy"
)

// secret stands in everything sealed or hashed of the account that tests fill: no answer may have it.
const secret = "never-shown-by-an-audit"

// fillAccount puts into the account much that an audit finds, and at least one of every kind that a bundle has.
func fillAccount(t testing.TB, f *fixture) {
	t.Helper()
	old := time.Now().UTC().Truncate(time.Second).AddDate(-1, -2, 0)
	sealed := []byte(secret)
	wide := servertest.Document(t, policy.Identity, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","NotAction":"s3:*","Resource":"*"},
  {"Sid":"Pass","Effect":"Allow","Action":["iam:PassRole","iam:CreatePolicyVersion","lambda:CreateFunction","lambda:InvokeFunction"],"Resource":"*"}]}`)
	reads := servertest.Document(t, policy.Identity, `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["s3:Get*","sqs:*","sns:Publish","ec2:Describe*","kms:Decrypt"],"Resource":"*"}}`)
	id := func(prefix string) string { return session.NewEntityID(prefix) }
	own := func(name string) string { return "arn:aws:iam::" + accountID + ":" + name }

	alice := &directory.User{ID: id(session.PrefixUser), Name: "alice", Path: "/team/", Created: old, Tags: []directory.Tag{{Key: "team", Value: "blue"}},
		Attached: []string{own("policy/team/reads"), "arn:aws:iam::aws:policy/IAMFullAccess"}, Inline: []directory.InlinePolicy{{Name: "wide", Document: wide}}}
	bob := &directory.User{ID: id(session.PrefixUser), Name: "bob", Path: "/", Created: old, Boundary: own("policy/team/reads")}
	crew := &directory.Group{ID: id(session.PrefixGroup), Name: "crew", Path: "/", Created: old, Attached: []string{own("policy/team/reads")},
		Inline: []directory.InlinePolicy{{Name: "more", Document: reads}}}
	bob.Groups = []string{crew.ID}
	// A policy that AWS had, and the catalogue has no more.
	ghosts := &directory.Group{ID: id(session.PrefixGroup), Name: "ghosts", Path: "/", Created: old, Attached: []string{"arn:aws:iam::aws:policy/NoLongerThere"}}
	gone := id(session.PrefixUser)
	app := &directory.Role{ID: id(session.PrefixRole), Name: "app", Path: "/", Created: old, MaxSession: 3600, Attached: []string{"arn:aws:iam::aws:policy/AdministratorAccess"},
		Trust: trust(t, `{"AWS":"`+alice.ID+`"}`)}
	partner := &directory.Role{ID: id(session.PrefixRole), Name: "partner", Path: "/", Created: old, MaxSession: 3600,
		Trust: trust(t, `{"AWS":["arn:aws:iam::999988887777:root","`+gone+`"]}`), Inline: []directory.InlinePolicy{{Name: "reads", Document: reads}}}
	worker := &directory.Role{ID: id(session.PrefixRole), Name: "worker", Path: "/", Created: old, MaxSession: 3600, Trust: trust(t, `{"Service":"lambda.amazonaws.com"}`),
		Inline: []directory.InlinePolicy{{Name: "store", Document: servertest.Document(t, policy.Identity,
			`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["s3:PutObject","s3:DeleteObject","s3:DeleteBucket"],"Resource":"*"}}`)}}}
	public := &directory.Role{ID: id(session.PrefixRole), Name: "public", Path: "/", Created: old, MaxSession: 3600, Trust: trust(t, `{"AWS":"*"}`)}
	deployer := &directory.Role{ID: id(session.PrefixRole), Name: "deployer", Path: "/", Created: old, MaxSession: 3600,
		Trust: servertest.Document(t, policy.Trust, `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRoleWithWebIdentity","Principal":{"Federated":"`+own("oidc-provider/ci.example.org")+`"}}}`)}

	f.Put(t,
		&directory.AccountInfo{ID: accountID, Alias: "acme", Created: old},
		alice, bob, &directory.User{ID: id(session.PrefixUser), Name: "carol", Path: "/", Created: old, Groups: []string{ghosts.ID}},
		crew, ghosts, &directory.Group{ID: id(session.PrefixGroup), Name: "empty", Path: "/", Created: old},
		app, partner, worker, public, deployer,
		&directory.Policy{ID: id(session.PrefixPolicy), Name: "reads", Path: "/team/", Created: old, Updated: old, Default: 2, Latest: 2, Description: "what the team reads",
			Versions: []directory.PolicyVersion{{Number: 1, Created: old, Document: wide}, {Number: 2, Created: old, Document: reads}}},
		&directory.Policy{ID: id(session.PrefixPolicy), Name: "test", Path: "/", Created: old, Updated: old, Default: 1, Latest: 1,
			Versions: []directory.PolicyVersion{{Number: 1, Created: old, Document: wide}}},
		&directory.InstanceProfile{ID: id(session.PrefixInstanceProfile), Name: "machine", Path: "/", Created: old, Role: app.ID},
		&directory.InstanceProfile{ID: id(session.PrefixInstanceProfile), Name: "hollow", Path: "/", Created: old},
		&directory.PasswordPolicy{MinLength: 8, UsersMayChange: true, MaxAge: 200},
		&directory.Contact{FullName: "Acme", AddressLine1: "1 Road", City: "Town", PostalCode: "1", CountryCode: "DE", PhoneNumber: "+491"},
		&directory.AlternateContact{Type: directory.BillingContact, Name: "Billing", Title: "Billing", EmailAddress: "billing@example.org", PhoneNumber: "+492"},
		&directory.OIDCProvider{ID: id(""), URL: "ci.example.org", Created: old, ClientIDs: []string{"sts.amazonaws.com"}},
		&directory.SAMLProvider{ID: id("SAMLP"), Name: "corp", Created: old, Metadata: "<metadata/>", EntityID: "corp", ValidUntil: old.AddDate(5, 0, 0)},
		&directory.ServerCertificate{ID: id("ASCA"), Name: "web", Path: "/", Uploaded: old, Expires: old.AddDate(1, 0, 0), Body: "-", Sealed: sealed},
		&directory.MFADevice{ID: id(""), Kind: directory.VirtualMFA, Path: "/", Name: "bob", Created: old, User: bob.ID, Enabled: old, Sealed: sealed},
		&directory.MFADevice{ID: id(""), Kind: directory.VirtualMFA, Path: "/", Name: "root", Created: old, User: accountID, Enabled: old, Sealed: sealed},
		&directory.MFADevice{ID: id(""), Kind: directory.VirtualMFA, Path: "/", Name: "spare", Created: old, Sealed: sealed},
	)
	keys(t, f, alice.ID, bob.ID, old)
	f.Store.Touch(accountID, app.ID, store.Use{At: old, Service: "sts", Region: "us-east-1"})
	f.Store.Touch(accountID, alice.ID, store.Use{At: old.AddDate(0, 1, 0), Service: "signin", Region: "us-east-1"})
	f.Store.Attempted(accountID, bob.ID, "s3:GetObject", true, store.Attempt{At: time.Now().Unix(), Region: "us-east-1"})
	f.Store.Attempted(accountID, alice.ID, "sqs:SendMessage", true, store.Attempt{At: old.Unix(), Region: "eu-west-1"})
	f.Store.Attempted(accountID, alice.ID, "iam:DeleteUser", false, store.Attempt{At: time.Now().Unix(), Region: "us-east-1"})
}

// keys are the credentials of users.
func keys(t testing.TB, f *fixture, alice, bob string, old time.Time) {
	t.Helper()
	sealed := []byte(secret)
	var made []string
	for range 3 {
		key, err := f.Keys.MintAccessKey(accountID)
		servertest.Check(t, err)
		made = append(made, key.ID)
	}
	f.Put(t,
		&directory.AccessKey{ID: made[0], User: alice, Created: old, Active: true, Sealed: sealed},
		&directory.AccessKey{ID: made[1], User: alice, Created: old.AddDate(0, 1, 0), Active: true, Sealed: sealed},
		&directory.AccessKey{ID: made[2], User: bob, Created: old, Sealed: sealed},
		&directory.LoginProfile{User: alice, Created: old, Changed: old, Sealed: sealed},
		&directory.LoginProfile{User: bob, Created: old, Changed: old, ResetRequired: true, Sealed: sealed},
		&directory.SSHPublicKey{ID: session.NewEntityID("APKA"), User: alice, Uploaded: old, Active: true, Body: "ssh-rsa A", Fingerprint: strings.Repeat("aa:", 15) + "aa"},
		&directory.SigningCertificate{ID: strings.Repeat("A", 24), User: alice, Uploaded: old, Active: true, Body: "-"},
		&directory.ServiceCredential{ID: session.NewEntityID("ACCA"), User: alice, Service: "codecommit.amazonaws.com", Name: "alice-at-" + accountID, Created: old, Active: true, Hash: sealed},
	)
	f.Store.Touch(accountID, made[0], store.Use{At: old.AddDate(0, 6, 0), Service: "s3", Region: "us-east-1"})
}

func trust(t testing.TB, principal string) directory.Document {
	t.Helper()
	return servertest.Document(t, policy.Trust, `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":`+principal+`,"Action":"sts:AssumeRole"}}`)
}

// folded makes values of JSON comparable whatever their members' case, and leaves out what is empty.
func folded(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for name, member := range v {
			if member = folded(member); member != nil && member != "" {
				out[strings.ToLower(name)] = member
			}
		}
		return out
	case []any:
		for i := range v {
			v[i] = folded(v[i])
		}
		return v
	}
	return v
}
