package iam_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// listing is a listing of the account's things.
type listing struct {
	op      string
	in      map[string]any
	element string // what identifies an item in the answer
}

// pages reads a listing to its end, pages of that size. Between two pages, after is called with what came so far.
func (a *account) pages(t *testing.T, l listing, size int, after func(so []string)) []string {
	t.Helper()
	var all []string
	in := map[string]any{"MaxItems": size}
	for key, v := range l.in {
		in[key] = v
	}
	for range 100 {
		body := a.must(t, l.op, in)
		items := elements(t, body, l.element)
		if len(items) > size {
			t.Fatalf("%s gives %d items on a page of %d", l.op, len(items), size)
		}
		all = append(all, items...)
		more := elements(t, body, "IsTruncated")
		marker := elements(t, body, "Marker")
		if len(more) != 1 {
			t.Fatalf("%s gives IsTruncated %d times", l.op, len(more))
		}
		if (more[0] == "true") != (len(marker) == 1) || more[0] == "true" && len(items) < size {
			t.Fatalf("%s: IsTruncated %v, Marker %v, %d items", l.op, more, marker, len(items))
		}
		if more[0] == "false" {
			return all
		}
		if len(marker[0]) > 320 {
			t.Fatalf("%s gives a marker of %d characters, which it does not take", l.op, len(marker[0]))
		}
		in["Marker"] = marker[0]
		if after != nil {
			after(all)
		}
	}
	t.Fatalf("%s has no end", l.op)
	return nil
}

// TestPages: every listing gives everything once, however small its pages; names are as long as they may be.
func TestPages(t *testing.T) {
	f := newFixture(t, nil)
	a := f.newAccount(t, nil)
	long := strings.Repeat("n", 125)
	path := "/" + strings.Repeat("p", 500) + "/"
	policy := map[string]any{"Version": "2012-10-17", "Statement": []any{map[string]any{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}}
	trust := map[string]any{"Version": "2012-10-17", "Statement": []any{map[string]any{"Effect": "Allow", "Action": "sts:AssumeRole",
		"Principal": map[string]any{"Service": "ec2.amazonaws.com"}}}}
	a.must(t, "CreateGroup", map[string]any{"GroupName": "all"})
	var tags []any
	for i := range 5 {
		user, name := fmt.Sprintf("U%d", i), fmt.Sprintf("%s%d", long, i)
		policyARN := "arn:aws:iam::{account}:policy" + path + name
		a.must(t, "CreateUser", map[string]any{"UserName": user, "Path": path})
		a.must(t, "AddUserToGroup", map[string]any{"GroupName": "all", "UserName": user})
		a.must(t, "CreateGroup", map[string]any{"GroupName": name, "Path": path})
		a.must(t, "AddUserToGroup", map[string]any{"GroupName": name, "UserName": "U0"})
		a.must(t, "CreatePolicy", map[string]any{"PolicyName": name, "Path": path, "PolicyDocument": policy})
		a.must(t, "AttachUserPolicy", map[string]any{"UserName": "U0", "PolicyArn": policyARN})
		a.must(t, "AttachGroupPolicy", map[string]any{"GroupName": name, "PolicyArn": administrator})
		a.must(t, "PutUserPolicy", map[string]any{"UserName": "U0", "PolicyName": name, "PolicyDocument": policy})
		a.must(t, "CreateRole", map[string]any{"RoleName": user, "Path": path, "AssumeRolePolicyDocument": trust})
		a.must(t, "CreateInstanceProfile", map[string]any{"InstanceProfileName": name, "Path": path})
		a.must(t, "AddRoleToInstanceProfile", map[string]any{"InstanceProfileName": name, "RoleName": "U0"})
		tags = append(tags, map[string]any{"Key": strings.Repeat("界", 127) + fmt.Sprint(i), "Value": "v"})
	}
	a.must(t, "TagUser", map[string]any{"UserName": "U0", "Tags": tags})
	first := "arn:aws:iam::{account}:policy" + path + long + "0"
	for range 3 {
		a.must(t, "CreatePolicyVersion", map[string]any{"PolicyArn": first, "PolicyDocument": policy})
	}
	a.must(t, "CreateAccessKey", map[string]any{"UserName": "U0"})
	a.must(t, "CreateAccessKey", map[string]any{"UserName": "U0"})
	for i := range 5 {
		a.must(t, "UploadServerCertificate", map[string]any{
			"ServerCertificateName": fmt.Sprintf("%s%d", long, i), "Path": path, "CertificateBody": "{pem:leaf}", "PrivateKey": "{pem:leafkey}",
		})
	}
	a.must(t, "TagServerCertificate", map[string]any{"ServerCertificateName": long + "0", "Tags": tags})
	for _, key := range []string{"{pem:ssh}", "{pem:ssh2}"} {
		a.must(t, "UploadSSHPublicKey", map[string]any{"UserName": "U0", "SSHPublicKeyBody": key})
	}
	for _, cert := range []string{"{pem:leaf}", "{pem:root}"} {
		a.must(t, "UploadSigningCertificate", map[string]any{"UserName": "U0", "CertificateBody": cert})
	}
	for _, user := range []string{"U0", "U0", "U1"} {
		a.must(t, "CreateServiceSpecificCredential", map[string]any{"UserName": user, "ServiceName": "codecommit.amazonaws.com"})
	}
	for _, user := range []string{"U0", "U1"} {
		a.must(t, "CreateServiceSpecificCredential", map[string]any{"UserName": user, "ServiceName": "bedrock.amazonaws.com"})
	}

	for _, c := range []struct {
		listing
		want int
	}{
		{listing{"ListUsers", nil, "UserName"}, 7},
		{listing{"ListUsers", map[string]any{"PathPrefix": "/ppp"}, "UserName"}, 5},
		{listing{"ListGroups", map[string]any{"PathPrefix": path}, "GroupName"}, 5},
		{listing{"GetGroup", map[string]any{"GroupName": "all"}, "UserName"}, 5},
		{listing{"ListGroupsForUser", map[string]any{"UserName": "U0"}, "GroupName"}, 6},
		{listing{"ListRoles", nil, "RoleName"}, 5},
		{listing{"ListInstanceProfiles", nil, "InstanceProfileName"}, 5},
		{listing{"ListInstanceProfilesForRole", map[string]any{"RoleName": "U0"}, "InstanceProfileName"}, 5},
		{listing{"ListPolicies", map[string]any{"Scope": "Local"}, "PolicyName"}, 5},
		{listing{"ListPolicies", map[string]any{"OnlyAttached": "true"}, "PolicyName"}, 6},
		{listing{"ListPolicies", map[string]any{"Scope": "AWS", "OnlyAttached": "true"}, "PolicyName"}, 1},
		{listing{"ListPolicies", map[string]any{"PolicyUsageFilter": "PermissionsBoundary"}, "PolicyName"}, 0},
		{listing{"ListPolicyVersions", map[string]any{"PolicyArn": first}, "VersionId"}, 4},
		{listing{"ListUserPolicies", map[string]any{"UserName": "U0"}, "member"}, 5},
		{listing{"ListAttachedUserPolicies", map[string]any{"UserName": "U0"}, "PolicyArn"}, 5},
		{listing{"ListAttachedUserPolicies", map[string]any{"UserName": "U0", "PathPrefix": "/other/"}, "PolicyArn"}, 0},
		{listing{"ListEntitiesForPolicy", map[string]any{"PolicyArn": administrator, "EntityFilter": "Group"}, "GroupName"}, 5},
		{listing{"ListUserTags", map[string]any{"UserName": "U0"}, "Key"}, 5},
		{listing{"ListAccessKeys", map[string]any{"UserName": "U0"}, "AccessKeyId"}, 2},
		{listing{"ListServerCertificates", nil, "ServerCertificateName"}, 5},
		{listing{"ListServerCertificates", map[string]any{"PathPrefix": "/other/"}, "ServerCertificateName"}, 0},
		{listing{"ListServerCertificateTags", map[string]any{"ServerCertificateName": long + "0"}, "Key"}, 5},
		{listing{"ListSSHPublicKeys", map[string]any{"UserName": "U0"}, "SSHPublicKeyId"}, 2},
		{listing{"ListSigningCertificates", map[string]any{"UserName": "U0"}, "CertificateId"}, 2},
		{listing{"ListServiceSpecificCredentials", map[string]any{"UserName": "U0"}, "ServiceSpecificCredentialId"}, 3},
		{listing{"ListServiceSpecificCredentials", map[string]any{"AllUsers": "true"}, "ServiceSpecificCredentialId"}, 5},
		{listing{"ListServiceSpecificCredentials", map[string]any{"AllUsers": "true", "ServiceName": "bedrock.amazonaws.com"}, "ServiceSpecificCredentialId"}, 2},
		{listing{"GetAccountAuthorizationDetails", map[string]any{"Filter": []any{"User", "Group", "LocalManagedPolicy"}}, "Arn"}, 18},
	} {
		t.Run(c.op, func(t *testing.T) {
			for _, size := range []int{1, 2, 3, 1000} {
				got := a.pages(t, c.listing, size, nil)
				if len(got) != c.want {
					t.Errorf("pages of %d give %d items, want %d: %.200v", size, len(got), c.want, got)
				}
				if unique := slices.Compact(slices.Sorted(slices.Values(got))); len(unique) != len(got) {
					t.Errorf("pages of %d give something twice: %.200v", size, got)
				}
			}
		})
	}
}

// TestPagesWhileThingsGo: what is there all the time is listed once, whatever comes and goes between two pages, and be it
// the very thing that the marker names.
func TestPagesWhileThingsGo(t *testing.T) {
	f := newFixture(t, nil)
	a := f.newAccount(t, nil)
	for _, name := range []string{"b", "D", "f", "h", "j"} {
		a.must(t, "CreateUser", map[string]any{"UserName": name})
	}
	turn := 0
	got := a.pages(t, listing{"ListUsers", nil, "UserName"}, 2, func(so []string) {
		if turn++; turn == 1 {
			a.must(t, "DeleteUser", map[string]any{"UserName": so[len(so)-1]})
			a.must(t, "CreateUser", map[string]any{"UserName": "a"})
			a.must(t, "CreateUser", map[string]any{"UserName": "E"})
		}
	})
	if want := []string{"admin", "b", "caller", "D", "E", "f", "h", "j"}; !slices.Equal(got, want) {
		t.Errorf("listed %v, want %v", got, want)
	}
}

// TestMarkerOfAnotherListing: markers are good for their own listing.
func TestMarkerOfAnotherListing(t *testing.T) {
	a := newFixture(t, nil).newAccount(t, nil)
	marker := elements(t, a.must(t, "ListUsers", map[string]any{"MaxItems": 1}), "Marker")
	if len(marker) != 1 {
		t.Fatal("one page holds all users")
	}
	if got := a.as(t, "admin", "ListRoles", map[string]any{"Marker": marker[0]}); got.Status != http.StatusBadRequest || got.Message != "Invalid Marker." {
		t.Errorf("%d %s: %s", got.Status, got.Code, got.Message)
	}
}
