package iam_test

import (
	"bytes"
	"crypto/md5"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/service/iam"
	"github.com/warder-iam/warder/internal/store"
)

// one is the text of the only element of that name.
func one(t *testing.T, body, name string) string {
	t.Helper()
	found := elements(t, body, name)
	if len(found) != 1 {
		t.Fatalf("%d elements %s in %s", len(found), name, body)
	}
	return found[0]
}

// rawElement is an element's text with its white space.
func rawElement(t *testing.T, body, name string) string {
	t.Helper()
	_, rest, ok := strings.Cut(body, "<"+name+">")
	text, _, closed := strings.Cut(rest, "</"+name+">")
	if !ok || !closed {
		t.Fatalf("no %s in %s", name, body)
	}
	var out string
	check(t, xml.Unmarshal([]byte("<x>"+text+"</x>"), &out))
	return out
}

// TestSSHPublicKeyEncodings: a key comes back as it was uploaded, or in the other encoding; its fingerprint is of the key
// and not of the text.
func TestSSHPublicKeyEncodings(t *testing.T) {
	a := newFixture(t, nil).newAccount(t, nil)
	line := strings.Fields(material()["ssh"])
	wire, err := base64.StdEncoding.DecodeString(line[1])
	check(t, err)
	print := strings.ReplaceAll(fmt.Sprintf("% x", md5.Sum(wire)), " ", ":")
	for name, want := range map[string]struct{ ssh, pem string }{
		"ssh":     {material()["ssh"], material()["sshpem"]},
		"sshpem":  {line[0] + " " + line[1], material()["sshpem"]},
		"sshpem1": {line[0] + " " + line[1], material()["sshpem1"]},
	} {
		body := a.must(t, "UploadSSHPublicKey", map[string]any{"UserName": "caller", "SSHPublicKeyBody": "{pem:" + name + "}"})
		id := one(t, body, "SSHPublicKeyId")
		if got := one(t, body, "Fingerprint"); got != print {
			t.Errorf("%s: fingerprint %s, want %s", name, got, print)
		}
		if got := rawElement(t, body, "SSHPublicKeyBody"); got != material()[name] || !strings.HasPrefix(id, "APKA") {
			t.Errorf("%s: %s comes back as %q", name, id, got)
		}
		for encoding, want := range map[string]string{"SSH": want.ssh, "PEM": want.pem} {
			got := a.must(t, "GetSSHPublicKey", map[string]any{"UserName": "caller", "SSHPublicKeyId": id, "Encoding": encoding})
			if body := rawElement(t, got, "SSHPublicKeyBody"); body != want {
				t.Errorf("%s in %s: %q, want %q", name, encoding, body, want)
			}
		}
		a.must(t, "UpdateSSHPublicKey", map[string]any{"UserName": "caller", "SSHPublicKeyId": id, "Status": "Inactive"})
		if got := one(t, a.must(t, "ListSSHPublicKeys", map[string]any{"UserName": "caller"}), "Status"); got != "Inactive" {
			t.Errorf("%s: %s", name, got)
		}
		if got := a.as(t, "admin", "GetSSHPublicKey", map[string]any{"UserName": "admin", "SSHPublicKeyId": id, "Encoding": "SSH"}); got.Code != "NoSuchEntity" {
			t.Errorf("as another user's: %d %s", got.Status, got.Code)
		}
		a.must(t, "DeleteSSHPublicKey", map[string]any{"UserName": "caller", "SSHPublicKeyId": id})
	}
}

// TestServerCertificates: keys of every form go with their certificate, chains are kept, moves keep everything, and the
// private key is in the record only sealed.
func TestServerCertificates(t *testing.T) {
	a := newFixture(t, nil).newAccount(t, nil)
	for name, in := range map[string]map[string]any{
		"sec1":  {"CertificateBody": "{pem:leaf}", "PrivateKey": "{pem:leafkey}", "CertificateChain": "{pem:chain}"},
		"pkcs8": {"CertificateBody": "{pem:leaf}", "PrivateKey": "{pem:leafkey8}", "CertificateChain": "{pem:intermediate}"},
		"rsa":   {"CertificateBody": "{pem:rsaleaf}", "PrivateKey": "{pem:rsakey}", "CertificateChain": "{pem:root}"},
		"alone": {"CertificateBody": "\r\n{pem:leaf}\r\n", "PrivateKey": "{pem:leafkey}"},
	} {
		in["ServerCertificateName"], in["Path"] = name, "/cloudfront/"
		a.must(t, "UploadServerCertificate", in)
		got := a.must(t, "GetServerCertificate", map[string]any{"ServerCertificateName": strings.ToUpper(name)})
		if body := rawElement(t, got, "CertificateBody"); body != strings.TrimSpace(fillPEM(in["CertificateBody"].(string))) {
			t.Errorf("%s: body %q", name, body)
		}
		if chain, ok := in["CertificateChain"]; ok && rawElement(t, got, "CertificateChain") != strings.TrimSpace(fillPEM(chain.(string))) {
			t.Errorf("%s: another chain", name)
		}
		record := a.Store.Snapshot().Account(a.id).ServerCertificate(name)
		opened, err := a.Keys.OpenCertificateKey(record.ID, record.Sealed)
		if err != nil || string(opened.Reveal()) != fillPEM(in["PrivateKey"].(string)) || bytes.Contains(record.Sealed, []byte("PRIVATE")) {
			t.Errorf("%s: the sealed key is not the key (%v)", name, err)
		}
	}
	before := one(t, a.must(t, "GetServerCertificate", map[string]any{"ServerCertificateName": "rsa"}), "ServerCertificateId")
	a.must(t, "UpdateServerCertificate", map[string]any{"ServerCertificateName": "rsa", "NewPath": "/", "NewServerCertificateName": "RSA2"})
	got := a.must(t, "GetServerCertificate", map[string]any{"ServerCertificateName": "rsa2"})
	if arn := one(t, got, "Arn"); arn != "arn:aws:iam::"+a.id+":server-certificate/RSA2" || one(t, got, "ServerCertificateId") != before {
		t.Errorf("moved to %s", arn)
	}
	a.must(t, "UpdateServerCertificate", map[string]any{"ServerCertificateName": "RSA2", "NewServerCertificateName": "rsa2"}) // its own name
}

// TestSigningCertificateLife: a certificate has one id, and is free again once it is deleted.
func TestSigningCertificateLife(t *testing.T) {
	a := newFixture(t, nil).newAccount(t, nil)
	in := map[string]any{"UserName": "caller", "CertificateBody": "{pem:rsaleaf}"}
	id := one(t, a.must(t, "UploadSigningCertificate", in), "CertificateId")
	of := map[string]any{"UserName": "caller", "CertificateId": id}
	a.must(t, "UpdateSigningCertificate", map[string]any{"UserName": "caller", "CertificateId": id, "Status": "Inactive"})
	if got := a.must(t, "ListSigningCertificates", map[string]any{"UserName": "caller"}); one(t, got, "Status") != "Inactive" || len(id) != 32 {
		t.Errorf("listed: %s", got)
	}
	if got := a.as(t, "admin", "DeleteSigningCertificate", map[string]any{"UserName": "admin", "CertificateId": id}); got.Code != "NoSuchEntity" {
		t.Errorf("as another user's: %d %s", got.Status, got.Code)
	}
	a.must(t, "DeleteSigningCertificate", of)
	if again := one(t, a.must(t, "UploadSigningCertificate", in), "CertificateId"); again != id {
		t.Errorf("%s after %s", again, id)
	}
}

// TestServiceCredentials: secrets are new each time and shown once; public names belong to one user for as long as the
// credential lives, whatever becomes of the user's name.
func TestServiceCredentials(t *testing.T) {
	a := newFixture(t, nil).newAccount(t, nil)
	a.must(t, "CreateUser", map[string]any{"UserName": "ann"})
	first := a.must(t, "CreateServiceSpecificCredential", map[string]any{"UserName": "ann", "ServiceName": "codecommit.amazonaws.com"})
	id := one(t, first, "ServiceSpecificCredentialId")
	of := map[string]any{"UserName": "ann", "ServiceSpecificCredentialId": id}
	reset := a.must(t, "ResetServiceSpecificCredential", of)
	if one(t, reset, "ServicePassword") == one(t, first, "ServicePassword") || one(t, reset, "ServiceUserName") != "ann-at-"+a.id || !strings.HasPrefix(id, "ACCA") {
		t.Errorf("reset: %s", reset)
	}
	a.must(t, "UpdateServiceSpecificCredential", map[string]any{"UserName": "ann", "ServiceSpecificCredentialId": id, "Status": "Inactive"})
	key := a.must(t, "CreateServiceSpecificCredential", map[string]any{"UserName": "ann", "ServiceName": "bedrock.amazonaws.com", "CredentialAgeDays": 36600})
	if alias := one(t, key, "ServiceCredentialAlias"); alias != "ann+1-at-"+a.id || !strings.HasPrefix(one(t, key, "ServiceCredentialSecret"), "ABSK") {
		t.Errorf("API key: %s", alias)
	}
	made, err := time.Parse(time.RFC3339, one(t, key, "CreateDate"))
	check(t, err)
	if expires := one(t, key, "ExpirationDate"); expires != made.AddDate(0, 0, 36600).Format(time.RFC3339) {
		t.Errorf("made %s, expires %s", made, expires)
	}
	a.must(t, "UpdateUser", map[string]any{"UserName": "ann", "NewUserName": "eve"})
	a.must(t, "CreateUser", map[string]any{"UserName": "Ann"})
	second := a.must(t, "CreateServiceSpecificCredential", map[string]any{"UserName": "Ann", "ServiceName": "codecommit.amazonaws.com"})
	if name := one(t, second, "ServiceUserName"); name != "Ann+2-at-"+a.id {
		t.Errorf("the next ann has %s", name)
	}
	listed := a.must(t, "ListServiceSpecificCredentials", map[string]any{"UserName": "eve"})
	if got := elements(t, listed, "UserName"); !slices.Equal(got, []string{"eve", "eve"}) || strings.Contains(listed, "Password") || strings.Contains(listed, "Secret") {
		t.Errorf("listed: %s", listed)
	}
	if got := elements(t, listed, "Status"); !slices.Equal(got, []string{"Active", "Inactive"}) {
		t.Errorf("statuses %v", got)
	}
}

// TestServiceCredentialExpires: what is past its day says so.
func TestServiceCredentialExpires(t *testing.T) {
	a := newFixture(t, nil).newAccount(t, func(tx *store.Tx, id string) []directory.Entity {
		u := &directory.User{ID: "AIDAOLD", Name: "old", Path: "/", Created: tx.Now()}
		return []directory.Entity{u, &directory.ServiceCredential{
			ID: "ACCAOLD00000000000000", User: u.ID, Service: "logs.amazonaws.com", Name: "old-at-" + id, Active: true,
			Created: tx.Now().AddDate(0, 0, -2), Expires: tx.Now().AddDate(0, 0, -1), Hash: []byte("none"),
		}}
	})
	got := a.must(t, "ListServiceSpecificCredentials", map[string]any{"UserName": "old"})
	if one(t, got, "Status") != "Expired" || one(t, got, "ServiceCredentialAlias") != "old-at-"+a.id {
		t.Errorf("%s", got)
	}
}

// TestServiceLinkedRoles: a role has its service's name, path, trust policy and managed policy.
func TestServiceLinkedRoles(t *testing.T) {
	a := newFixture(t, nil).newAccount(t, nil)
	known := catalog.Load()
	for _, service := range []string{"access-analyzer", "autoscaling", "batch", "elasticloadbalancing", "es", "spot", "rds", "workspaces.application-autoscaling"} {
		principal := service + ".amazonaws.com"
		body := a.must(t, "CreateServiceLinkedRole", map[string]any{"AWSServiceName": principal, "Description": "for tests"})
		name := one(t, body, "RoleName")
		trust, err := url.PathUnescape(one(t, body, "AssumeRolePolicyDocument"))
		check(t, err)
		want := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"` + principal + `"},"Action":"sts:AssumeRole"}]}`
		if !strings.HasPrefix(name, "AWSServiceRoleFor") || one(t, body, "Path") != "/aws-service-role/"+principal+"/" || trust != want {
			t.Errorf("%s: %s", principal, body)
		}
		shown := a.must(t, "GetRole", map[string]any{"RoleName": name})
		if got, err := url.PathUnescape(one(t, shown, "AssumeRolePolicyDocument")); err != nil || got != want || one(t, shown, "Description") != "for tests" {
			t.Errorf("%s: %s", principal, shown)
		}
		attached := one(t, a.must(t, "ListAttachedRolePolicies", map[string]any{"RoleName": name}), "PolicyArn")
		if _, ok := known.ManagedPolicy(attached); !ok || !strings.HasPrefix(attached, "arn:aws:iam::aws:policy/aws-service-role/") {
			t.Errorf("%s has %s", principal, attached)
		}
	}
	again := map[string]any{"AWSServiceName": "autoscaling.amazonaws.com", "CustomSuffix": "two"}
	if name := one(t, a.must(t, "CreateServiceLinkedRole", again), "RoleName"); name != "AWSServiceRoleForAutoScaling_two" {
		t.Errorf("with a suffix: %s", name)
	}
}

// TestServiceLinkedRoleDeletion: the role is gone at once, its task says so, and to nobody who names another role with it.
func TestServiceLinkedRoleDeletion(t *testing.T) {
	f := newFixture(t, map[store.QuotaName]int{store.RolesPerAccount: 1})
	a := f.newAccount(t, nil)
	for range 2 {
		a.must(t, "CreateServiceLinkedRole", map[string]any{"AWSServiceName": "batch.amazonaws.com"})
		task := one(t, a.must(t, "DeleteServiceLinkedRole", map[string]any{"RoleName": "awsservicerolefORBatch"}), "DeletionTaskId")
		if !strings.HasPrefix(task, "task/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch/") {
			t.Errorf("task %s", task)
		}
		if got := one(t, a.must(t, "GetServiceLinkedRoleDeletionStatus", map[string]any{"DeletionTaskId": task}), "Status"); got != "SUCCEEDED" {
			t.Errorf("status %s", got)
		}
		other := strings.Replace(task, "ForBatch", "ForOther", 1)
		if got := a.as(t, "admin", "GetServiceLinkedRoleDeletionStatus", map[string]any{"DeletionTaskId": other}); got.Code != "NoSuchEntity" {
			t.Errorf("under another name: %d %s", got.Status, got.Code)
		}
		if got := a.as(t, "admin", "GetRole", map[string]any{"RoleName": "AWSServiceRoleForBatch"}); got.Code != "NoSuchEntity" {
			t.Errorf("the role: %d %s", got.Status, got.Code)
		}
	}
	// Service-linked roles can be made beyond the quota, but not those of which there would be no end.
	for _, service := range []string{"batch", "rds", "autoscaling"} {
		a.must(t, "CreateServiceLinkedRole", map[string]any{"AWSServiceName": service + ".amazonaws.com"})
	}
	refused(t, a.as(t, "admin", "CreateServiceLinkedRole", map[string]any{"AWSServiceName": "autoscaling.amazonaws.com", "CustomSuffix": "x"}),
		"Cannot exceed quota for RolesPerAccount: 1")
}

// TestOldDeletionsAreForgotten: outcomes are remembered for a week, and cleared away by later deletions.
func TestOldDeletionsAreForgotten(t *testing.T) {
	a := newFixture(t, nil).newAccount(t, func(tx *store.Tx, _ string) (all []directory.Entity) {
		for n := range 30 {
			age := 8 - 7*(n/25) // days: 25 old ones, 5 of yesterday
			all = append(all, &directory.RoleDeletion{ID: fmt.Sprint("old", n), Service: "s", RoleName: "r", Finished: tx.Now().AddDate(0, 0, -age)})
		}
		return all
	})
	for n, want := range []int{11, 7} {
		a.must(t, "CreateServiceLinkedRole", map[string]any{"AWSServiceName": "batch.amazonaws.com"})
		a.must(t, "DeleteServiceLinkedRole", map[string]any{"RoleName": "AWSServiceRoleForBatch"})
		if got := len(slices.Collect(a.Store.Snapshot().Account(a.id).RoleDeletions())); got != want {
			t.Errorf("after deletion %d: %d outcomes, want %d", n, got, want)
		}
	}
}

// TestLinkedServicesTable: each service's role has a name that a role may have, and a policy that the catalogue knows.
func TestLinkedServicesTable(t *testing.T) {
	known := catalog.Load()
	names := map[string]bool{}
	for _, s := range iam.LinkedServices() {
		if _, ok := known.ManagedPolicy(s.Policy); !ok {
			t.Errorf("%s: the catalogue has no %s", s.Principal, s.Policy)
		}
		if len(s.Role) > 64 || !strings.HasPrefix(s.Role, "AWSServiceRoleFor") || names[s.Role] {
			t.Errorf("%s: role %s", s.Principal, s.Role)
		}
		names[s.Role] = true
	}
}
