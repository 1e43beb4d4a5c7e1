package iam_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/iam"
	"github.com/warder-iam/warder/internal/server/clienttest"
	"github.com/warder-iam/warder/internal/store"
)

// TestClientsReadAnswers makes the calls of all data files, and more for what these cannot set up, and lets the AWS SDK
// for Go and botocore read what comes back.
func TestClientsReadAnswers(t *testing.T) {
	f := newFixture(t, nil)
	answers := clienttest.Keep(f.World)
	for _, file := range []string{"answers.json", "errors.json", "recorded.json", "simulations.json"} {
		for _, c := range callsOf(t, file) {
			a := f.newAccount(t, nil)
			for _, s := range append(c.Setup, c.Call) {
				a.as(t, "admin", s.Op, s.In)
			}
		}
	}
	fill := furnish(t)
	for _, p := range readCases[permission](t, "authorization.json") {
		a := f.newAccount(t, fill)
		a.allow(t, map[string]any{"Effect": "Allow", "Action": "*", "Resource": "*"})
		p.call(t, a)
	}
	f.newAccount(t, fill).lookAtUses(t)
	f.newAccount(t, nil).lookAtDevices(t)
	f.newAccount(t, nil).lookAtSignIns(t)
	f.newAccount(t, nil).lookAtReset(t)
	accessAccount(t, f).lookAtAccess(t)
	answers.Check(t, api.Service, f.Operations())
}

// callsOf are the calls of a data file, whatever else it says of them.
func callsOf(t *testing.T, file string) (cases []struct {
	Setup []call `json:"setup"`
	Call  call   `json:"call"`
}) {
	t.Helper()
	text, err := os.ReadFile("testdata/" + file)
	check(t, err)
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.UseNumber()
	check(t, d.Decode(&cases))
	return cases
}

// lookAtUses shows the role and the key of furnish after they were used.
func (a *account) lookAtUses(t *testing.T) {
	t.Helper()
	for _, id := range []string{a.now().Role("target").ID, keyID(a.id)} {
		a.Store.Touch(a.id, id, store.Use{At: time.Now().UTC(), Service: "s3", Region: "eu-west-1"})
	}
	a.must(t, "GetRole", map[string]any{"RoleName": "target"})
	a.must(t, "GetAccountAuthorizationDetails", map[string]any{"Filter": []any{"Role"}})
	a.must(t, "GetAccessKeyLastUsed", map[string]any{"AccessKeyId": keyID(a.id)})
}

// lookAtDevices shows a user's virtual device and security key.
func (a *account) lookAtDevices(t *testing.T) {
	t.Helper()
	serial, seed := a.device(t, "phone")
	a.enable(t, "caller", serial, seed)
	_, err := a.Store.Update(t.Context(), &store.Change{Account: a.id}, func(tx *store.Tx) ([]byte, error) {
		return nil, tx.Put(&directory.MFADevice{
			ID: "KEY", Kind: directory.SecurityKey, Path: "/user/caller/", Name: "key-ABC", User: tx.Account().User("caller").ID,
			Created: tx.Now(), Enabled: tx.Now(), Certifications: map[string]string{"FIDO": "L1"},
		})
	})
	check(t, err)
	in := map[string]any{"UserName": "caller", "MaxItems": 1}
	a.must(t, "ListMFADevices", in)
	a.must(t, "GetMFADevice", map[string]any{"UserName": "caller", "SerialNumber": "arn:aws:iam::{account}:u2f/user/caller/key-ABC"})
}

// lookAtSignIns shows a user, wherever users are shown, who has signed in by the password, and no longer once that is gone.
func (a *account) lookAtSignIns(t *testing.T) {
	t.Helper()
	serial, seed := a.device(t, "phone")
	a.enable(t, "caller", serial, seed)
	a.must(t, "CreateGroup", map[string]any{"GroupName": "staff"})
	a.must(t, "AddUserToGroup", map[string]any{"GroupName": "staff", "UserName": "caller"})
	a.must(t, "CreateLoginProfile", map[string]any{"UserName": "caller", "Password": firstPassword})
	look := func(state, want string) {
		for _, c := range []call{
			{Op: "GetUser", In: map[string]any{"UserName": "caller"}},
			{Op: "ListUsers"},
			{Op: "GetGroup", In: map[string]any{"GroupName": "staff"}},
			{Op: "ListVirtualMFADevices"},
		} {
			if got := strings.Join(elements(t, a.must(t, c.Op, c.In), "PasswordLastUsed"), " "); got != want {
				t.Errorf("%s: %s says that the password was last used %q, want %q", state, c.Op, got, want)
			}
		}
	}
	look("before", "")
	at := time.Date(2026, 2, 28, 23, 59, 59, 0, time.UTC)
	a.Store.Touch(a.id, a.now().User("caller").ID, store.Use{At: at, Service: "signin"})
	look("signed in", at.Format(time.RFC3339))
	a.must(t, "DeleteLoginProfile", map[string]any{"UserName": "caller"})
	look("without a password", "")
}

// lookAtReset shows a long-term key of Amazon Bedrock that is reset.
func (a *account) lookAtReset(t *testing.T) {
	t.Helper()
	body := a.must(t, "CreateServiceSpecificCredential", map[string]any{
		"UserName": "caller", "ServiceName": "bedrock.amazonaws.com", "CredentialAgeDays": 30,
	})
	a.must(t, "ResetServiceSpecificCredential", map[string]any{
		"UserName": "caller", "ServiceSpecificCredentialId": elements(t, body, "ServiceSpecificCredentialId")[0],
	})
}

// lookAtAccess shows reports of last access, in pages, after some attempts; and more granted services than a page has.
func (a *account) lookAtAccess(t *testing.T) {
	t.Helper()
	for _, id := range []string{"AIDAANN", "AROAAPP"} {
		a.Store.Attempted(a.id, id+a.id, "s3:GetObject", true, store.Attempt{At: time.Now().Unix(), Region: "eu-west-1"})
	}
	job := a.report(t, "user/ann", "ACTION_LEVEL")
	a.must(t, "GetServiceLastAccessedDetails", map[string]any{"JobId": job})
	a.must(t, "GetServiceLastAccessedDetails", map[string]any{"JobId": job, "MaxItems": 1})
	job = a.report(t, "policy/shared", "")
	a.must(t, "GetServiceLastAccessedDetailsWithEntities", map[string]any{"JobId": job, "ServiceNamespace": "s3", "MaxItems": 1})

	var many []any
	for s := range catalog.Load().Services() {
		if many = append(many, s.Prefix); len(many) == 150 {
			break
		}
	}
	a.must(t, "ListPoliciesGrantingServiceAccess", map[string]any{"Arn": "arn:aws:iam::{account}:user/admin", "ServiceNamespaces": many})
}
