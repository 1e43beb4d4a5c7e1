package escalation

import (
	"fmt"
	"strings"
	"testing"
)

// TestRequirementsOfAdministrators: an administrator needs what the least of its ways to everything needs, and says of the rest
// what that needs beyond.
func TestRequirementsOfAdministrators(t *testing.T) {
	mfa := map[string]map[string]any{"Bool": {"aws:MultiFactorAuthPresent": "true"}}
	noMFA := map[string]map[string]any{"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
	office := map[string]map[string]any{"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}
	for _, test := range []struct {
		name       string
		statements []statement
		want       string
	}{
		{"nothing", []statement{{Allow: []string{"*"}}}, ""},
		{"everything", []statement{{Allow: []string{"*"}, If: mfa}}, "with MFA"},
		{"a Deny of one request", []statement{{Allow: []string{"*"}}, {Deny: []string{"iam:CreatePolicyVersion"}, If: noMFA}}, "; iam:CreatePolicyVersion with MFA"},
		{
			"one request without", []statement{{Allow: []string{"iam:AttachUserPolicy"}}, {Not: []string{"iam:AttachUserPolicy"}, If: mfa}},
			"; iam:AttachGroupPolicy iam:AttachRolePolicy iam:PutUserPolicy iam:PutGroupPolicy iam:PutRolePolicy iam:CreatePolicyVersion iam:UpdateAssumeRolePolicy iam:CreateAccessKey iam:AddUserToGroup iam:CreateUser iam:CreateRole iam:CreatePolicy with MFA",
		},
		{
			"from the office, or with MFA", []statement{{Allow: []string{"iam:Put*"}, If: office}, {Not: []string{"iam:Put*", "iam:CreateUser"}, If: mfa}, {Allow: []string{"iam:CreateUser"}}},
			"from 10.0.0.0/8; iam:AttachUserPolicy iam:AttachGroupPolicy iam:AttachRolePolicy iam:CreatePolicyVersion iam:UpdateAssumeRolePolicy iam:CreateAccessKey iam:AddUserToGroup iam:CreateRole iam:CreatePolicy with MFA",
		},
		{"that grants nothing by itself", []statement{{Not: []string{"iam:CreateUser"}}, {Allow: []string{"iam:CreateUser"}, If: mfa}}, "; iam:CreateUser with MFA"},
	} {
		c := accountCase{Account: testAccount{Users: map[string]testUser{"ann": {testHolder: testHolder{Inline: test.statements}}}}}
		_, g := c.build(t)
		if len(g.Administrators) != 1 {
			t.Errorf("%s: there are %d administrators", test.name, len(g.Administrators))
			continue
		}
		a := &g.Administrators[0]
		got := textOf(a.Requirements)
		for _, p := range a.Partly {
			got += fmt.Sprintf("; %s %s", strings.Join(p.Actions, " "), textOf(p.Requirements))
			if !strings.Contains(a.How, strings.Join(p.Actions, ", ")+" only "+textOf(p.Requirements)) {
				t.Errorf("%s: it does not say so: %s", test.name, a.How)
			}
		}
		if got != test.want {
			t.Errorf("%s: it needs %q, want %q", test.name, got, test.want)
		}
	}
}
