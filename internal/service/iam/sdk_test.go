package iam_test

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/warder-iam/warder/internal/server/servertest"
)

// client is AWS's SDK with that user's key.
func (a *account) client(user string) *iam.Client {
	s := a.signers[user]
	return a.clientOf(s.AccessKeyID, s.Plain)
}

func (a *account) clientOf(id, secret string) *iam.Client {
	return iam.New(iam.Options{
		Region: "us-east-1", BaseEndpoint: aws.String(a.URL), RetryMaxAttempts: 1, HTTPClient: servertest.OwnBody{Client: a.Client},
		Credentials: credentials.NewStaticCredentialsProvider(id, secret, ""),
	})
}

const (
	readObjects = `{ "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}] }`
	everything  = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
)

func decoded(t *testing.T, document *string) string {
	t.Helper()
	text, err := url.PathUnescape(aws.ToString(document))
	check(t, err)
	return text
}

// TestAccessKeyLife: a key that AWS's SDK is given works with AWS's SDK, until it is switched off.
func TestAccessKeyLife(t *testing.T) {
	a := newFixture(t, nil).newAccount(t, nil)
	ctx, admin := t.Context(), a.client("admin")
	_, err := admin.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("ann"), Path: aws.String("/team/")})
	check(t, err)
	check(t, iam.NewUserExistsWaiter(admin).Wait(ctx, &iam.GetUserInput{UserName: aws.String("ann")}, time.Second))
	_, err = admin.PutUserPolicy(ctx, &iam.PutUserPolicyInput{
		UserName: aws.String("ann"), PolicyName: aws.String("all"), PolicyDocument: aws.String(everything)})
	check(t, err)
	made, err := admin.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: aws.String("ann")})
	check(t, err)

	ann := a.clientOf(*made.AccessKey.AccessKeyId, *made.AccessKey.SecretAccessKey)
	self, err := ann.GetUser(ctx, &iam.GetUserInput{}) // no name: whoever asks
	check(t, err)
	if got := *self.User.Arn; got != "arn:aws:iam::"+a.id+":user/team/ann" {
		t.Errorf("the key belongs to %s", got)
	}
	_, err = ann.UpdateAccessKey(ctx, &iam.UpdateAccessKeyInput{AccessKeyId: made.AccessKey.AccessKeyId, Status: types.StatusTypeInactive})
	check(t, err)
	if _, err = ann.GetUser(ctx, &iam.GetUserInput{}); err == nil || !strings.Contains(err.Error(), "InvalidClientTokenId") {
		t.Errorf("an inactive key: %v", err)
	}
	_, err = admin.UpdateAccessKey(ctx, &iam.UpdateAccessKeyInput{UserName: aws.String("ann"), AccessKeyId: made.AccessKey.AccessKeyId, Status: types.StatusTypeActive})
	check(t, err)
	_, err = ann.GetUser(ctx, &iam.GetUserInput{})
	check(t, err)

	var missing *types.NoSuchEntityException
	if _, err = admin.GetUser(ctx, &iam.GetUserInput{UserName: aws.String("nobody")}); !errors.As(err, &missing) {
		t.Errorf("an unknown user is %v to the SDK", err)
	}
}

// TestTrustBindsIDs: a trust policy goes with a principal through renames, and is not the next one's of the same name.
func TestTrustBindsIDs(t *testing.T) {
	a := newFixture(t, nil).newAccount(t, nil)
	ctx, admin := t.Context(), a.client("admin")
	ann, err := admin.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("ann")})
	check(t, err)
	trust := `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "` + *ann.User.Arn + `"}, "Action": "sts:AssumeRole"}]}`
	made, err := admin.CreateRole(ctx, &iam.CreateRoleInput{RoleName: aws.String("app"), AssumeRolePolicyDocument: &trust})
	check(t, err)
	if made.Role.MaxSessionDuration != nil || made.Role.RoleLastUsed != nil || decoded(t, made.Role.AssumeRolePolicyDocument) != trust {
		t.Errorf("CreateRole answers %+v", made.Role)
	}
	shown := func() string {
		t.Helper()
		got, err := admin.GetRole(ctx, &iam.GetRoleInput{RoleName: aws.String("app")})
		check(t, err)
		return decoded(t, got.Role.AssumeRolePolicyDocument)
	}
	if got := shown(); got != trust {
		t.Errorf("shown: %s", got)
	}
	_, err = admin.UpdateUser(ctx, &iam.UpdateUserInput{UserName: aws.String("ann"), NewUserName: aws.String("bea"), NewPath: aws.String("/team/")})
	check(t, err)
	if got := shown(); got != strings.Replace(trust, "user/ann", "user/team/bea", 1) {
		t.Errorf("after a rename: %s", got)
	}
	_, err = admin.DeleteUser(ctx, &iam.DeleteUserInput{UserName: aws.String("bea")})
	check(t, err)
	_, err = admin.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("bea"), Path: aws.String("/team/")})
	check(t, err)
	if got := shown(); got != strings.Replace(trust, *ann.User.Arn, *ann.User.UserId, 1) {
		t.Errorf("after the user was deleted, and another one made: %s", got)
	}
}

// TestPolicyLife: versions, the default one, documents byte for byte, counts of use.
func TestPolicyLife(t *testing.T) {
	a := newFixture(t, nil).newAccount(t, nil)
	ctx, admin := t.Context(), a.client("admin")
	made, err := admin.CreatePolicy(ctx, &iam.CreatePolicyInput{
		PolicyName: aws.String("read"), PolicyDocument: aws.String(readObjects), Description: aws.String("reads"),
		Tags: []types.Tag{{Key: aws.String("b"), Value: aws.String("2")}, {Key: aws.String("a"), Value: aws.String("1")}},
	})
	check(t, err)
	arn := made.Policy.Arn
	second, err := admin.CreatePolicyVersion(ctx, &iam.CreatePolicyVersionInput{PolicyArn: arn, PolicyDocument: aws.String(everything), SetAsDefault: true})
	check(t, err)
	if v := second.PolicyVersion; *v.VersionId != "v2" || !v.IsDefaultVersion || v.Document != nil {
		t.Errorf("CreatePolicyVersion answers %+v", v)
	}
	versions, err := admin.ListPolicyVersions(ctx, &iam.ListPolicyVersionsInput{PolicyArn: arn})
	check(t, err)
	if v := versions.Versions; len(v) != 2 || *v[0].VersionId != "v2" || *v[1].VersionId != "v1" || v[0].Document != nil {
		t.Errorf("versions: %+v", v)
	}
	first, err := admin.GetPolicyVersion(ctx, &iam.GetPolicyVersionInput{PolicyArn: arn, VersionId: aws.String("v1")})
	check(t, err)
	if got := decoded(t, first.PolicyVersion.Document); got != readObjects {
		t.Errorf("the document reads %s", got)
	}
	for _, name := range []string{"ann", "bea"} {
		_, err = admin.CreateUser(ctx, &iam.CreateUserInput{UserName: &name, PermissionsBoundary: arn})
		check(t, err)
	}
	_, err = admin.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: aws.String("ann"), PolicyArn: arn})
	check(t, err)
	got, err := admin.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: arn})
	check(t, err)
	if p := got.Policy; *p.AttachmentCount != 1 || *p.PermissionsBoundaryUsageCount != 2 || *p.DefaultVersionId != "v2" ||
		!p.IsAttachable || *p.Description != "reads" || len(p.Tags) != 2 {
		t.Errorf("GetPolicy answers %+v", p)
	}
	tags, err := admin.ListPolicyTags(ctx, &iam.ListPolicyTagsInput{PolicyArn: arn})
	check(t, err)
	if len(tags.Tags) != 2 || *tags.Tags[0].Key != "a" {
		t.Errorf("tags: %+v", tags.Tags)
	}
	for _, c := range []struct {
		usage types.PolicyUsageType
		kind  types.EntityType
		path  string
		want  string
	}{
		{want: "ann bea"}, {usage: types.PolicyUsageTypePermissionsPolicy, want: "ann"},
		{usage: types.PolicyUsageTypePermissionsBoundary, want: "ann bea"}, {kind: types.EntityTypeRole}, {kind: types.EntityTypeUser, want: "ann bea"},
		{path: "/team/"}, {path: "/", want: "ann bea"},
	} {
		in := &iam.ListEntitiesForPolicyInput{PolicyArn: arn, PolicyUsageFilter: c.usage, EntityFilter: c.kind}
		if c.path != "" {
			in.PathPrefix = &c.path
		}
		out, err := admin.ListEntitiesForPolicy(ctx, in)
		check(t, err)
		var names []string
		for _, u := range out.PolicyUsers {
			names = append(names, *u.UserName)
		}
		if got := strings.Join(names, " "); got != c.want || len(out.PolicyRoles)+len(out.PolicyGroups) > 0 {
			t.Errorf("%+v: %s, %d roles, %d groups", c, got, len(out.PolicyRoles), len(out.PolicyGroups))
		}
	}
}

// TestAWSPolicies: all of them are there to be read, and counted where this account uses them.
func TestAWSPolicies(t *testing.T) {
	f := newFixture(t, nil)
	f.newAccount(t, nil) // another account that uses AdministratorAccess too
	a := f.newAccount(t, nil)
	ctx, admin := t.Context(), a.client("admin")
	seen, attached := map[string]bool{}, 0
	for p := iam.NewListPoliciesPaginator(admin, &iam.ListPoliciesInput{Scope: types.PolicyScopeTypeAws}); p.HasMorePages(); {
		page, err := p.NextPage(ctx)
		check(t, err)
		for _, policy := range page.Policies {
			if seen[*policy.Arn] {
				t.Errorf("%s is listed twice", *policy.Arn)
			}
			seen[*policy.Arn] = true
			attached += int(*policy.AttachmentCount)
		}
	}
	if len(seen) < 1500 || attached != 1 {
		t.Errorf("%d policies of AWS with %d attachments", len(seen), attached)
	}
	version, err := admin.GetPolicyVersion(ctx, &iam.GetPolicyVersionInput{PolicyArn: aws.String(administrator), VersionId: aws.String("v1")})
	check(t, err)
	if got := decoded(t, version.PolicyVersion.Document); !strings.Contains(got, `"*"`) {
		t.Errorf("AdministratorAccess reads %s", got)
	}
}

// TestAuthorizationDetails: an account as auditors export it.
func TestAuthorizationDetails(t *testing.T) {
	a := newFixture(t, nil).newAccount(t, furnish(t))
	ctx, admin := t.Context(), a.client("admin")
	_, err := admin.PutUserPermissionsBoundary(ctx, &iam.PutUserPermissionsBoundaryInput{
		UserName: aws.String("spare"), PermissionsBoundary: aws.String("arn:aws:iam::aws:policy/ReadOnlyAccess")})
	check(t, err)
	all, err := admin.GetAccountAuthorizationDetails(ctx, &iam.GetAccountAuthorizationDetailsInput{})
	check(t, err)
	if len(all.UserDetailList) != 4 || len(all.GroupDetailList) != 2 || len(all.RoleDetailList) != 3 || len(all.Policies) != 5 {
		t.Fatalf("%d users, %d groups, %d roles, %d policies", len(all.UserDetailList), len(all.GroupDetailList), len(all.RoleDetailList), len(all.Policies))
	}
	u := all.UserDetailList[3]
	if *u.UserName != "target" || !slices.Equal(u.GroupList, []string{"target"}) || len(u.UserPolicyList) != 1 ||
		*u.AttachedManagedPolicies[0].PolicyName != "tool" || u.PermissionsBoundary == nil || len(u.Tags) != 1 {
		t.Errorf("user %+v", u)
	}
	if !strings.HasPrefix(decoded(t, u.UserPolicyList[0].PolicyDocument), `{"Version"`) {
		t.Errorf("inline policy %+v", u.UserPolicyList[0])
	}
	r := all.RoleDetailList[2]
	if *r.RoleName != "target" || len(r.InstanceProfileList) != 1 || len(r.InstanceProfileList[0].Roles) != 1 || len(r.RolePolicyList) != 1 ||
		r.RoleLastUsed == nil || !strings.Contains(decoded(t, r.AssumeRolePolicyDocument), "ec2.amazonaws.com") {
		t.Errorf("role %+v", r)
	}
	if carried := r.InstanceProfileList[0].Roles[0]; carried.MaxSessionDuration != nil || carried.AssumeRolePolicyDocument == nil {
		t.Errorf("role in its instance profile %+v", carried)
	}
	names := map[string]int{}
	for _, p := range all.Policies {
		names[*p.PolicyName] = len(p.PolicyVersionList)
		for _, v := range p.PolicyVersionList {
			if v.Document == nil {
				t.Errorf("version %s of %s has no document", *v.VersionId, *p.PolicyName)
			}
		}
	}
	for name, versions := range map[string]int{"tool": 2, "edge": 1, "spare": 1, "AdministratorAccess": 1, "ReadOnlyAccess": 1} {
		if names[name] != versions {
			t.Errorf("%s shows %d versions, want %d", name, names[name], versions)
		}
	}
	only, err := admin.GetAccountAuthorizationDetails(ctx, &iam.GetAccountAuthorizationDetailsInput{Filter: []types.EntityType{types.EntityTypeAWSManagedPolicy}})
	check(t, err)
	if len(only.UserDetailList)+len(only.GroupDetailList)+len(only.RoleDetailList) > 0 || len(only.Policies) != 2 {
		t.Errorf("filtered: %+v", only)
	}
}

// TestAccountSummary: true numbers, and every key that AWS has.
func TestAccountSummary(t *testing.T) {
	a := newFixture(t, nil).newAccount(t, furnish(t))
	out, err := a.client("admin").GetAccountSummary(t.Context(), &iam.GetAccountSummaryInput{})
	check(t, err)
	want := map[string]int32{
		"Users": 4, "UsersQuota": 5000, "Groups": 2, "GroupsQuota": 300, "Roles": 3, "RolesQuota": 1000,
		"Policies": 3, "PoliciesQuota": 1500, "PolicySizeQuota": 6144, "PolicyVersionsInUse": 5, "PolicyVersionsInUseQuota": 10000,
		"VersionsPerPolicyQuota": 5, "InstanceProfiles": 2, "InstanceProfilesQuota": 1000,
		"ServerCertificates": 1, "ServerCertificatesQuota": 20, "SigningCertificatesPerUserQuota": 2, "AccessKeysPerUserQuota": 2,
		"GroupsPerUserQuota": 10, "UserPolicySizeQuota": 2048, "GroupPolicySizeQuota": 5120, "RolePolicySizeQuota": 10240,
		"AssumeRolePolicySizeQuota": 2048, "AttachedPoliciesPerUserQuota": 10, "AttachedPoliciesPerGroupQuota": 10,
		"AttachedPoliciesPerRoleQuota": 10, "MFADevices": 0, "MFADevicesInUse": 0, "Providers": 2, "AccountMFAEnabled": 0,
		"AccountAccessKeysPresent": 0, "AccountPasswordPresent": 0, "AccountSigningCertificatesPresent": 0, "GlobalEndpointTokenVersion": 1,
	}
	for key, n := range want {
		if got, ok := out.SummaryMap[key]; !ok || got != n {
			t.Errorf("%s is %d, want %d", key, got, n)
		}
	}
	for key := range out.SummaryMap {
		if _, ok := want[key]; !ok {
			t.Errorf("%s is no key of AWS's", key)
		}
	}
}

// TestAliasIsUnique: no two accounts have the same alias, and one that is free can be had.
func TestAliasIsUnique(t *testing.T) {
	f := newFixture(t, nil)
	a, b := f.newAccount(t, nil), f.newAccount(t, nil)
	a.must(t, "CreateAccountAlias", map[string]any{"AccountAlias": "acme"})
	if got := b.as(t, "admin", "CreateAccountAlias", map[string]any{"AccountAlias": "acme"}); got.Code != "EntityAlreadyExists" {
		t.Errorf("taken: %d %s", got.Status, got.Code)
	}
	if got := b.as(t, "admin", "CreateAccountAlias", map[string]any{"AccountAlias": "ac--me"}); got.Code != "ValidationError" {
		t.Errorf("two hyphens: %d %s", got.Status, got.Code)
	}
	a.must(t, "DeleteAccountAlias", map[string]any{"AccountAlias": "acme"})
	b.must(t, "CreateAccountAlias", map[string]any{"AccountAlias": "acme"})
	if got := elements(t, b.must(t, "ListAccountAliases", nil), "member"); !slices.Equal(got, []string{"acme"}) {
		t.Errorf("aliases: %v", got)
	}
}
