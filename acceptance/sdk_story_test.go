package acceptance

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

const (
	listUsers = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:ListUsers","Resource":"*"}}`
	anything  = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`
	trustRoot = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::` + accountID + `:root"},"Action":"sts:AssumeRole",` +
		`"Condition":{"StringEquals":{"sts:ExternalId":"sesame"}}}}`
)

// TestSDKStory goes once through what a platform team does first: people, groups, policies, keys, roles.
func TestSDKStory(t *testing.T) {
	t.Parallel()
	w := start(t)
	ctx := background(t)
	admin := w.iam(w.Key)

	_, err := admin.CreateUser(ctx, &iam.CreateUserInput{
		UserName: new("alice"), Path: new("/staff/"), Tags: []types.Tag{{Key: new("team"), Value: new("blue")}},
	})
	check(t, err)
	check(t, iam.NewUserExistsWaiter(admin).Wait(ctx, &iam.GetUserInput{UserName: new("alice")}, time.Minute))
	_, err = admin.CreateGroup(ctx, &iam.CreateGroupInput{GroupName: new("readers")})
	check(t, err)
	policy, err := admin.CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: new("list"), PolicyDocument: new(listUsers)})
	check(t, err)
	check(t, iam.NewPolicyExistsWaiter(admin).Wait(ctx, &iam.GetPolicyInput{PolicyArn: policy.Policy.Arn}, time.Minute))
	_, err = admin.AttachGroupPolicy(ctx, &iam.AttachGroupPolicyInput{GroupName: new("readers"), PolicyArn: policy.Policy.Arn})
	check(t, err)
	key := newKey(t, admin, "alice")
	alice := w.iam(key)

	t.Run("denied", func(t *testing.T) {
		_, err := alice.ListUsers(ctx, &iam.ListUsersInput{})
		refused(t, "ListUsers", err, "AccessDenied")
		if want := "because no identity-based policy allows the iam:ListUsers action"; err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	})
	t.Run("allowed by the group", func(t *testing.T) {
		_, err := admin.AddUserToGroup(ctx, &iam.AddUserToGroupInput{GroupName: new("readers"), UserName: new("alice")})
		check(t, err)
		_, err = alice.ListUsers(ctx, &iam.ListUsersInput{})
		check(t, err)
	})
	t.Run("documents come back as they went", func(t *testing.T) {
		version, err := admin.GetPolicyVersion(ctx, &iam.GetPolicyVersionInput{PolicyArn: policy.Policy.Arn, VersionId: new("v1")})
		check(t, err)
		if text, err := url.QueryUnescape(aws.ToString(version.PolicyVersion.Document)); err != nil || text != listUsers {
			t.Errorf("%q (%v), want %q", text, err, listUsers)
		}
	})
	t.Run("rotate", func(t *testing.T) {
		next := newKey(t, admin, "alice")
		_, err := admin.UpdateAccessKey(ctx, &iam.UpdateAccessKeyInput{UserName: new("alice"), AccessKeyId: &key.ID, Status: types.StatusTypeInactive})
		check(t, err)
		_, err = alice.ListUsers(ctx, &iam.ListUsersInput{})
		refused(t, "with a key that is off", err, "InvalidClientTokenId")
		_, err = admin.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: new("alice"), AccessKeyId: &key.ID})
		check(t, err)
		_, err = w.iam(next).ListUsers(ctx, &iam.ListUsersInput{})
		check(t, err)
	})
	t.Run("role", func(t *testing.T) { assumeRole(t, w) })
	t.Run("instance profile", func(t *testing.T) {
		_, err := admin.CreateInstanceProfile(ctx, &iam.CreateInstanceProfileInput{InstanceProfileName: new("box")})
		check(t, err)
		waiter := iam.NewInstanceProfileExistsWaiter(admin)
		check(t, waiter.Wait(ctx, &iam.GetInstanceProfileInput{InstanceProfileName: new("box")}, time.Minute))
		_, err = admin.AddRoleToInstanceProfile(ctx, &iam.AddRoleToInstanceProfileInput{InstanceProfileName: new("box"), RoleName: new("auditor")})
		check(t, err)
		_, err = admin.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: new("auditor")})
		refused(t, "DeleteRole", err, "DeleteConflict")
	})
}

func newKey(t testing.TB, client *iam.Client, user string) credentials {
	t.Helper()
	out, err := client.CreateAccessKey(background(t), &iam.CreateAccessKeyInput{UserName: &user})
	check(t, err)
	return credentials{ID: *out.AccessKey.AccessKeyId, Secret: *out.AccessKey.SecretAccessKey}
}

// assumeRole makes the role auditor and uses it, whole and narrowed by a session policy.
func assumeRole(t *testing.T, w *warder) {
	t.Helper()
	ctx := background(t)
	admin := w.iam(w.Key)
	role, err := admin.CreateRole(ctx, &iam.CreateRoleInput{RoleName: new("auditor"), AssumeRolePolicyDocument: new(trustRoot)})
	check(t, err)
	check(t, iam.NewRoleExistsWaiter(admin).Wait(ctx, &iam.GetRoleInput{RoleName: new("auditor")}, time.Minute))
	_, err = admin.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: new("auditor"), PolicyArn: new("arn:aws:iam::aws:policy/IAMReadOnlyAccess")})
	check(t, err)
	client := w.sts(w.Key)
	for _, id := range []*string{nil, new("wrong")} {
		_, err := client.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: role.Role.Arn, RoleSessionName: new("work"), ExternalId: id})
		refused(t, "AssumeRole with another external id", err, "AccessDenied")
	}
	tests := []struct {
		name          string
		policy        *string
		users, groups string
	}{
		{"whole", nil, "", ""},
		{"narrowed", new(listUsers), "", "AccessDenied"},
		{"not widened", new(anything), "", ""},
	}
	for _, test := range tests {
		out, err := client.AssumeRole(ctx, &sts.AssumeRoleInput{
			RoleArn: role.Role.Arn, RoleSessionName: new("work"), ExternalId: new("sesame"), Policy: test.policy,
		})
		check(t, err)
		session := w.iam(fromSTS(out.Credentials.AccessKeyId, out.Credentials.SecretAccessKey, out.Credentials.SessionToken))
		_, err = session.ListUsers(ctx, &iam.ListUsersInput{})
		refused(t, test.name+": ListUsers", err, test.users)
		_, err = session.ListGroups(ctx, &iam.ListGroupsInput{})
		refused(t, test.name+": ListGroups", err, test.groups)
		_, err = session.CreateUser(ctx, &iam.CreateUserInput{UserName: new("mallory")})
		refused(t, test.name+": CreateUser", err, "AccessDenied")
	}
}

func fromSTS(id, secret, token *string) credentials {
	return credentials{ID: aws.ToString(id), Secret: aws.ToString(secret), Token: aws.ToString(token)}
}
