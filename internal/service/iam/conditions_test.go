package iam_test

import (
	"net/http"
	"testing"
)

// TestConditions runs testdata/conditions.json: a call under an Allow of everything that holds one condition.
func TestConditions(t *testing.T) {
	f := newFixture(t, nil)
	fill := furnish(t)
	for _, c := range readCases[struct {
		Name      string         `json:"name"`
		Condition map[string]any `json:"condition"`
		Call      call           `json:"call"`
		Allowed   bool           `json:"allowed"`
	}](t, "conditions.json") {
		t.Run(c.Name, func(t *testing.T) {
			a := f.newAccount(t, fill)
			condition := map[string]any{}
			for operator, keys := range c.Condition {
				filled := map[string]any{}
				for key, v := range keys.(map[string]any) {
					if text, ok := v.(string); ok {
						v = a.fill(text)
					}
					filled[key] = v
				}
				condition[operator] = filled
			}
			a.allow(t, map[string]any{"Effect": "Allow", "Action": "iam:*", "Resource": "*", "Condition": condition})
			got := a.as(t, "caller", c.Call.Op, c.Call.In)
			if is := got.Status == http.StatusOK; is != c.Allowed || !is && got.Code != "AccessDenied" {
				t.Errorf("%d %s: %s, want allowed: %v", got.Status, got.Code, got.Message, c.Allowed)
			}
		})
	}
}

// TestNothingIsToldBeforeAuthorization: who may not ask learns the same of what exists as of what does not.
func TestNothingIsToldBeforeAuthorization(t *testing.T) {
	f := newFixture(t, nil)
	a := f.newAccount(t, furnish(t))
	a.allow(t, map[string]any{"Effect": "Allow", "Action": "s3:*", "Resource": "*"})
	for _, c := range []call{
		{"GetUser", map[string]any{"UserName": "nobody"}},
		{"DeleteUser", map[string]any{"UserName": "nobody"}},
		{"GetRole", map[string]any{"RoleName": "nobody"}},
		{"GetGroup", map[string]any{"GroupName": "nobody"}},
		{"GetInstanceProfile", map[string]any{"InstanceProfileName": "nobody"}},
		{"GetPolicy", map[string]any{"PolicyArn": "arn:aws:iam::{account}:policy/nobody"}},
		{"GetPolicy", map[string]any{"PolicyArn": "this is not an arn at all"}},
		{"DeletePolicy", map[string]any{"PolicyArn": administrator}},
		{"CreateUser", map[string]any{"UserName": "target"}},
		{"UpdateUser", map[string]any{"UserName": "nobody", "NewUserName": "target"}},
		{"CreateUser", map[string]any{"UserName": "new", "Tags": []any{
			map[string]any{"Key": "a", "Value": "1"}, map[string]any{"Key": "a", "Value": "2"}}}},
		{"CreatePolicy", map[string]any{"PolicyName": "new", "PolicyDocument": "{"}},
		{"ListUsers", map[string]any{"Marker": "what"}},
	} {
		if got := a.as(t, "caller", c.Op, c.In); got.Status != http.StatusForbidden || got.Code != "AccessDenied" {
			t.Errorf("%s %v: %d %s: %s", c.Op, c.In, got.Status, got.Code, got.Message)
		}
	}
	here := a.as(t, "caller", "GetAccessKeyLastUsed", map[string]any{"AccessKeyId": keyID(a.id)})
	gone := a.as(t, "caller", "GetAccessKeyLastUsed", map[string]any{"AccessKeyId": "AKIAIOSFODNN7EXAMPLE"})
	if here.Status != gone.Status || len(here.Message) != len(gone.Message) {
		t.Errorf("of a key that exists %q is said, of one that does not %q", here.Message, gone.Message)
	}
}
