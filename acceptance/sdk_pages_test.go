package acceptance

import (
	"fmt"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

// TestSDKPages reads long lists through the SDK's paginators: every item once, in the order of the names.
func TestSDKPages(t *testing.T) {
	t.Parallel()
	w := start(t)
	ctx := background(t)
	client := w.iam(w.Key)
	const n = 57
	var users, groups, policies []string
	for i := range n {
		user, group, policy := fmt.Sprintf("user-%02d", i), fmt.Sprintf("group-%02d", i), fmt.Sprintf("policy-%02d", i)
		_, err := client.CreateUser(ctx, &iam.CreateUserInput{UserName: &user, Path: new("/p/")})
		check(t, err)
		_, err = client.CreateGroup(ctx, &iam.CreateGroupInput{GroupName: &group, Path: new("/p/")})
		check(t, err)
		_, err = client.CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: &policy, Path: new("/p/"), PolicyDocument: new(listUsers)})
		check(t, err)
		users, groups, policies = append(users, user), append(groups, group), append(policies, policy)
	}
	page := new(int32(10))

	t.Run("users", func(t *testing.T) {
		var have []string
		pages := 0
		for p := iam.NewListUsersPaginator(client, &iam.ListUsersInput{PathPrefix: new("/p/"), MaxItems: page}); p.HasMorePages(); pages++ {
			out, err := p.NextPage(ctx)
			check(t, err)
			for _, u := range out.Users {
				have = append(have, *u.UserName)
			}
		}
		same(t, have, users)
		if pages != 6 {
			t.Errorf("%d pages, want 6", pages)
		}
	})
	t.Run("groups", func(t *testing.T) {
		var have []string
		for p := iam.NewListGroupsPaginator(client, &iam.ListGroupsInput{PathPrefix: new("/p/"), MaxItems: page}); p.HasMorePages(); {
			out, err := p.NextPage(ctx)
			check(t, err)
			for _, g := range out.Groups {
				have = append(have, *g.GroupName)
			}
		}
		same(t, have, groups)
	})
	t.Run("policies", func(t *testing.T) {
		var have []string
		in := &iam.ListPoliciesInput{Scope: types.PolicyScopeTypeLocal, MaxItems: page}
		for p := iam.NewListPoliciesPaginator(client, in); p.HasMorePages(); {
			out, err := p.NextPage(ctx)
			check(t, err)
			for _, policy := range out.Policies {
				have = append(have, *policy.PolicyName)
			}
		}
		same(t, have, policies)
	})
	t.Run("authorization details", func(t *testing.T) {
		var haveUsers, haveGroups, havePolicies []string
		in := &iam.GetAccountAuthorizationDetailsInput{MaxItems: page}
		for p := iam.NewGetAccountAuthorizationDetailsPaginator(client, in); p.HasMorePages(); {
			out, err := p.NextPage(ctx)
			check(t, err)
			for _, u := range out.UserDetailList {
				haveUsers = append(haveUsers, *u.UserName)
			}
			for _, g := range out.GroupDetailList {
				haveGroups = append(haveGroups, *g.GroupName)
			}
			for _, policy := range out.Policies {
				havePolicies = append(havePolicies, *policy.PolicyName)
			}
		}
		sameSet(t, haveUsers, append([]string{"admin"}, users...))
		sameSet(t, haveGroups, append([]string{"Administrators"}, groups...))
		for _, policy := range policies {
			if !slices.Contains(havePolicies, policy) {
				t.Errorf("%s is missing", policy)
			}
		}
	})
	t.Run("what is deleted between pages moves nobody", func(t *testing.T) {
		first, err := client.ListUsers(ctx, &iam.ListUsersInput{PathPrefix: new("/p/"), MaxItems: page})
		check(t, err)
		for _, u := range first.Users {
			_, err := client.DeleteUser(ctx, &iam.DeleteUserInput{UserName: u.UserName})
			check(t, err)
		}
		second, err := client.ListUsers(ctx, &iam.ListUsersInput{PathPrefix: new("/p/"), MaxItems: page, Marker: first.Marker})
		check(t, err)
		if have := *second.Users[0].UserName; have != users[10] {
			t.Errorf("the second page begins with %s, want %s", have, users[10])
		}
	})
}

func same(t *testing.T, have, want []string) {
	t.Helper()
	if !slices.Equal(have, want) {
		t.Errorf("%v, want %v", have, want)
	}
}

func sameSet(t *testing.T, have, want []string) {
	t.Helper()
	same(t, slices.Sorted(slices.Values(have)), slices.Sorted(slices.Values(want)))
}
